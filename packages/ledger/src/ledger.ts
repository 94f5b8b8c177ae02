import { silentLogger, systemClock, systemRandom, type Clock, type Logger, type RandomSource } from '@mss/core';
import type { Store } from '@mss/store';

import { openAuditTrail, appendEvents, type AuditTrail } from './audit/trail.js';
import { createContents } from './contents/contents.js';
import { createKeyRing, type LedgerKeys } from './contents/keys.js';
import type { ContentVault } from './contents/vault.js';
import type { LedgerContext, LedgerContextWithOutbox } from './context.js';
import { openConversations, type Conversations, type ConversationsOptions } from './conversations/index.js';
import { openInbox, type Inbox, type InboxOptions } from './inbox/index.js';
import { createNotes } from './notes.js';
import type { OutboxOptions } from './outbox/context.js';
import { openOutbox, type Outbox } from './outbox/outbox.js';
import { createPrivacy } from './privacy.js';
import { openReceiptLedger, type ReceiptLedger, type ReceiptLedgerOptions } from './receipt-ledger/index.js';
import { createTelemetry, type TelemetryOptions } from './telemetry.js';

/** What a ledger is opened with. */
export interface LedgerOptions {
  /** States, registries, trail. Stays the host's: it closes it, after the ledger. */
  readonly store: Store;
  /** Sealed contents. */
  readonly contents: ContentVault;
  readonly keys: LedgerKeys;
  readonly outbox?: OutboxOptions;
  readonly inbox?: Omit<InboxOptions, 'receipts' | 'conversations' | 'queueReceipt' | 'notes'>;
  readonly receipts?: ReceiptLedgerOptions;
  readonly conversations?: ConversationsOptions;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly logger?: Logger;
  readonly telemetry?: TelemetryOptions;
}

/** The account of every message of one or more mailboxes. */
export interface Ledger extends AsyncDisposable {
  readonly outbox: Outbox;
  /** Its read receipts go out through the outbox. */
  readonly inbox: Inbox;
  /** What is known of a document, and why. */
  readonly receipts: ReceiptLedger;
  readonly conversations: Conversations;
  /** Also the `AuditSink` for `@mss/pki` and `@mss/transport`. */
  readonly audit: AuditTrail;
  /** To be called once the workers have stopped. The store stays open. */
  close(): Promise<void>;
}

/**
 * Opens the ledger: brings its tables up to date and puts its parts together. Any number of processes may have it open.
 *
 * @throws MssError `ERR_MSS_STORE_NEWER_SCHEMA`, `ERR_MSS_STORE_*`
 * @throws TypeError for keys that are none
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { store, clock = systemClock, random = systemRandom, logger = silentLogger } = options;
  const ring = createKeyRing(options.keys);
  const privacy = createPrivacy({ ring, pseudonyms: options.keys.pseudonyms, random });
  const notes = createNotes(store, (transaction, events) => appendEvents(transaction, events, { privacy }));
  const audit = await openAuditTrail({ store, privacy, clock }, notes);
  const context: LedgerContext = {
    store,
    contents: createContents(options.contents, { ring, random }),
    privacy,
    clock,
    random,
    logger,
    audit,
    telemetry: createTelemetry(options.telemetry),
  };
  const { outbox, seam, queueReceipt } = await openOutbox({ ...context, notes }, options.outbox ?? {});
  const withOutbox: LedgerContextWithOutbox = { ...context, outbox: seam };
  const receipts = await openReceiptLedger(withOutbox, options.receipts);
  const conversations = await openConversations(context, options.conversations);
  const inbox = await openInbox(withOutbox, { ...options.inbox, receipts, conversations, queueReceipt, notes });
  const close = async (): Promise<void> => notes.close();
  return { outbox, inbox, receipts, conversations, audit, close, [Symbol.asyncDispose]: close };
}
