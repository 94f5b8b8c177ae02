import type { AuditEvent, AuditSink } from '@mss/core';
import type { StoreTransaction } from '@mss/store';
import type { Mailbox } from '@mss/transport';

import type { Notes } from '../notes.js';
import { cleanEvent, firstHash, hashEvent, type RecordedAuditEvent } from './event.js';
import { headMac, type TrailContext } from './context.js';
import { exportTrail } from './export.js';
import { auditMigrations } from './migrations.js';
import { sealBefore, type AuditCheckpoint } from './retention.js';
import { traceMailbox, type TracedBy } from './traced-mailbox.js';
import { verifyTrail, type AuditVerdict } from './verify.js';

/**
 * The functional trace of every mailbox: who did what when, what was asked of the server and what it answered; each event
 * chained to the one before by its hash, the newest sealed with the host's key.
 *
 * It is an `AuditSink`; what happens on a mailbox by IMAP is traced by {@link AuditTrail.traced}.
 *
 * @see Référentiel #2 v1.0.1, ECO.4.1.1 and ECO.4.1.2
 */
export interface AuditTrail extends AuditSink {
  /** Resolves once the event is durable. @throws MssError `ERR_MSS_LEDGER_AUDIT_EVENT`, `ERR_MSS_STORE_*` */
  record(event: AuditEvent): Promise<void>;
  /** Walks the chain of a mailbox. Reads all of it. */
  verify(mailbox: string): Promise<AuditVerdict>;
  /** JSON Lines, without line ends: the checkpoints, then the events in order; of one mailbox, or of all. */
  export(options?: { readonly mailbox?: string }): AsyncIterable<string>;
  /**
   * Removes the events before an instant, and seals in their place a checkpoint that the rest stays chained to.
   *
   * @returns `null` when there was nothing to remove
   * @throws MssError `ERR_MSS_LEDGER_AUDIT_BROKEN`: a broken chain is not tidied away
   */
  sealBefore(mailbox: string, options: { readonly before: Date; readonly author: string }): Promise<AuditCheckpoint | null>;
  /**
   * The same mailbox, with a trace of everything that reads, changes or deletes messages: UIDs, counts, flags and codes, no content.
   * Folders of the user's are pseudonyms. The trace is durable when the call resolves; when it cannot be written the call fails, although
   * the server may have done what was asked. Listing, counting and waiting leave none.
   *
   * @param mailbox - of `openMailbox` of `@mss/transport`
   */
  traced<Of extends Partial<Mailbox>>(mailbox: Of, by: TracedBy): Promise<Of>;
  /** The mailboxes that have a trail. */
  mailboxes(): Promise<readonly string[]>;
}

export async function openAuditTrail(context: TrailContext, notes: Notes): Promise<AuditTrail> {
  await context.store.migrate('ledger-audit', auditMigrations);
  const record = async (event: AuditEvent): Promise<void> => {
    const clean = cleanEvent(event, context.privacy);
    await notes.commit((_, trace) => {
      trace(clean);
      return Promise.resolve();
    });
  };
  return {
    record,
    traced: (mailbox, by) => traceMailbox(mailbox, { ...by, sink: { record }, clock: context.clock, privacy: context.privacy }),
    verify: (mailbox) => verifyTrail(context, mailbox.toLowerCase()),
    export: (options = {}) => exportTrail(context, options.mailbox?.toLowerCase()),
    sealBefore: (mailbox, options) => sealBefore(context, mailbox.toLowerCase(), options),
    mailboxes: async () => {
      const rows = await context.store.all<{ mailbox: string }>('SELECT mailbox FROM audit_heads ORDER BY mailbox LIMIT 100000');
      return rows.map((row) => row.mailbox);
    },
  };
}

/** Appends within a transaction. Writers of the same mailbox wait for one another at its head; mailboxes are taken in one order, so that none waits in a circle. */
export async function appendEvents(
  transaction: StoreTransaction,
  events: readonly AuditEvent[],
  context: Pick<TrailContext, 'privacy'>,
): Promise<void> {
  const byMailbox = new Map<string, AuditEvent[]>();
  for (const event of events) {
    const clean = cleanEvent(event, context.privacy);
    const list = byMailbox.get(clean.mailbox) ?? [];
    list.push(clean);
    byMailbox.set(clean.mailbox, list);
  }
  for (const mailbox of [...byMailbox.keys()].toSorted())
    await appendTo(transaction, mailbox, { events: byMailbox.get(mailbox) ?? [], context });
}

async function appendTo(
  transaction: StoreTransaction,
  mailbox: string,
  work: { readonly events: readonly AuditEvent[]; readonly context: Pick<TrailContext, 'privacy'> },
): Promise<void> {
  const { events, context } = work;
  // The UPDATE takes the row: what is read after it, in the same go, stays true until the commit.
  const take = (): Promise<[number, { readonly seq: number; readonly hash: string } | null]> =>
    Promise.all([
      transaction.run('UPDATE audit_heads SET seq = seq + ? WHERE mailbox = ?', [events.length, mailbox]),
      transaction.get<{ seq: number; hash: string }>('SELECT seq, hash FROM audit_heads WHERE mailbox = ?', [mailbox]),
    ]);
  let [taken, head] = await take();
  if (taken === 0) {
    await transaction.run('INSERT INTO audit_heads (mailbox, seq, hash, mac) VALUES (?, ?, ?, ?) ON CONFLICT (mailbox) DO NOTHING', [
      mailbox,
      0,
      firstHash,
      '',
    ]);
    [taken, head] = await take();
  }
  let seq = (head?.seq ?? events.length) - events.length;
  let hash = head?.hash ?? firstHash;
  const parameters: (string | number | null)[] = [];
  for (const event of events) {
    seq += 1;
    const recorded: Omit<RecordedAuditEvent, 'hash'> = {
      mailbox,
      seq,
      at: event.at,
      author: event.author,
      action: event.action,
      request: event.request ?? null,
      response: event.response ?? null,
      outcome: event.outcome,
    };
    hash = hashEvent(recorded, hash);
    parameters.push(mailbox, seq, event.at.getTime(), event.author, event.action, recorded.request, recorded.response, event.outcome, hash);
  }
  const rows = events.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
  await Promise.all([
    transaction.run(
      `INSERT INTO audit_events (mailbox, seq, at, author, action, request, response, outcome, hash) VALUES ${rows}`,
      parameters,
    ),
    transaction.run('UPDATE audit_heads SET hash = ?, mac = ? WHERE mailbox = ?', [
      hash,
      headMac(context.privacy, { mailbox, seq, hash }),
      mailbox,
    ]),
  ]);
}
