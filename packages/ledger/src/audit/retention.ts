import { MssError } from '@mss/core';

import type { AuditErrorCode } from '../outbox/errors.js';
import { headMac, type TrailContext } from './context.js';
import { verifyTrail } from './verify.js';

/** What stands for the events that were removed. */
export interface AuditCheckpoint {
  readonly mailbox: string;
  /** Number of the last event removed. */
  readonly seq: number;
  /** Its hash: the first event kept is chained to it. */
  readonly hash: string;
  readonly sealedAt: Date;
  readonly author: string;
  /** How many events were removed with it. */
  readonly events: number;
}

/** @see AuditTrail.sealBefore */
export async function sealBefore(
  context: TrailContext,
  mailbox: string,
  options: { readonly before: Date; readonly author: string },
): Promise<AuditCheckpoint | null> {
  const { store, privacy, clock } = context;
  // Up to the first event that is kept, by number: a clock that went backwards leaves no hole.
  const first = await store.get<{ seq: number | null }>('SELECT MIN(seq) AS seq FROM audit_events WHERE mailbox = ? AND at >= ?', [
    mailbox,
    options.before.getTime(),
  ]);
  const last =
    first?.seq === null || first === null
      ? await store.get<{ seq: number; hash: string }>('SELECT seq, hash FROM audit_events WHERE mailbox = ? ORDER BY seq DESC LIMIT 1', [
          mailbox,
        ])
      : await store.get<{ seq: number; hash: string }>('SELECT seq, hash FROM audit_events WHERE mailbox = ? AND seq = ?', [
          mailbox,
          first.seq - 1,
        ]);
  if (last === null) return null;
  const verdict = await verifyTrail(context, mailbox, last.seq);
  if (!verdict.ok) {
    throw new MssError<AuditErrorCode>('ERR_MSS_LEDGER_AUDIT_BROKEN', 'the chain of the audit trail is broken: nothing is sealed away', {
      requirement: 'ECO.4.1.1',
      details: { ...verdict.broken },
    });
  }
  const sealedAt = clock.now();
  const events = verdict.events;
  await store.batch([
    {
      sql: 'INSERT INTO audit_checkpoints (mailbox, seq, hash, mac, sealed_at, author, events) VALUES (?, ?, ?, ?, ?, ?, ?)',
      parameters: [mailbox, last.seq, last.hash, headMac(privacy, { mailbox, ...last }), sealedAt.getTime(), options.author, events],
    },
    { sql: 'DELETE FROM audit_events WHERE mailbox = ? AND seq <= ?', parameters: [mailbox, last.seq] },
  ]);
  return { mailbox, seq: last.seq, hash: last.hash, sealedAt, author: options.author, events };
}
