import type { AuditSink, Clock, Logger, RandomSource } from '@mss/core';
import type { Store } from '@mss/store';

import type { Contents } from './contents/contents.js';
import type { OutboxSeam } from './outbox/seam.js';
import type { Privacy } from './privacy.js';
import type { Telemetry } from './telemetry.js';

/** What every part of the ledger is opened with. Each part migrates its own tables (`ledger-inbox`, `ledger-receipts` …). */
export interface LedgerContext {
  readonly store: Store;
  /** Sealed bytes under opaque names. */
  readonly contents: Contents;
  /** Pseudonyms (HMAC) and small sealed values. */
  readonly privacy: Privacy;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly audit: AuditSink;
  readonly telemetry: Telemetry;
}

/** What the parts above the outbox are opened with. */
export interface LedgerContextWithOutbox extends LedgerContext {
  readonly outbox: OutboxSeam;
}
