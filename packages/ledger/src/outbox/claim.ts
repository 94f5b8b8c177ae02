import type { OutboxContext } from './context.js';
import { placeholders, type EntryRow, type RecipientRow } from './rows.js';

/** An entry that this worker has until its lease runs out, and the recipients of this attempt. */
export interface Claim {
  /** As before the claim. */
  readonly entry: EntryRow;
  readonly attempt: number;
  /** At least one; as before the claim. */
  readonly recipients: readonly RecipientRow[];
  /** The mailbox itself is among the recipients, or is added. */
  readonly selfCopy: 'none' | 'added' | 'recipient';
  readonly lease: string;
}

export interface ClaimOptions {
  readonly worker: string;
  readonly lease: string;
  readonly leaseMs: number;
  readonly limit: number;
  /** Mailboxes whose server cannot be reached at present. */
  readonly paused: readonly string[];
}

/** Claims what is due, the longest due first. Several workers get different entries. */
export async function claimDue(context: OutboxContext, options: ClaimOptions): Promise<readonly Claim[]> {
  const { store, clock, privacy } = context;
  return context.notes.commit(async (transaction) => {
    const now = clock.now().getTime();
    const notPaused = options.paused.length === 0 ? '' : `AND mailbox NOT IN (${placeholders(options.paused.length)})`;
    const entries = await transaction.all<EntryRow>(
      `SELECT * FROM outbox_entries WHERE state = 'waiting' AND next_at <= ? AND deadline_at > ? ${notPaused}
       ORDER BY next_at LIMIT ? ${store.claimClause}`,
      [now, now, ...options.paused, options.limit],
    );
    if (entries.length === 0) return [];
    const ids = entries.map((one) => one.entry_id);
    const these = placeholders(ids.length);
    const recipients = await transaction.all<RecipientRow>(
      `SELECT * FROM outbox_recipients WHERE entry_id IN (${these}) ORDER BY entry_id, idx LIMIT 1000000`,
      ids,
    );
    const claims = entries.map((entry): Claim => {
      const all = recipients.filter((one) => one.entry_id === entry.entry_id);
      const due = all.filter((one) => one.state === 'waiting' && one.next_at !== null && one.next_at <= now);
      return { entry, attempt: entry.attempt + 1, recipients: due, selfCopy: selfCopyOf(entry, { all, due }), lease: options.lease };
    });
    await Promise.all([
      transaction.run(
        `UPDATE outbox_entries SET state = 'sending', attempt = attempt + 1, stage = NULL, lease = ?, lease_until = ?, worker = ?
         WHERE entry_id IN (${these})`,
        [options.lease, now + options.leaseMs, options.worker, ...ids],
      ),
      transaction.run(
        `UPDATE outbox_recipients SET state = 'sending', next_at = NULL,
           attempt = (SELECT attempt FROM outbox_entries WHERE outbox_entries.entry_id = outbox_recipients.entry_id)
         WHERE entry_id IN (${these}) AND state = 'waiting' AND next_at <= ?`,
        [...ids, now],
      ),
      transaction.run(
        `INSERT INTO outbox_attempts (entry_id, attempt, worker, recipients, self_copy, started_at, outcome)
         VALUES ${claims.map(() => `(${placeholders(7)})`).join(', ')}`,
        claims.flatMap((claim) => [
          claim.entry.entry_id,
          claim.attempt,
          options.worker,
          claim.recipients.map((one) => one.idx).join(','),
          claim.selfCopy === 'none' ? 0 : 1,
          now,
          'open',
        ]),
      ),
    ]);
    return claims;
  });

  function selfCopyOf(
    entry: EntryRow,
    recipients: { readonly all: readonly RecipientRow[]; readonly due: readonly RecipientRow[] },
  ): Claim['selfCopy'] {
    const self = privacy.addressPseudonym(entry.mailbox);
    if (recipients.due.some((one) => one.address_hash === self)) return 'recipient';
    // A mailbox that is a recipient of its own had its copy, or cannot get one.
    const added = context.options.selfCopy && entry.kind === 'document' && entry.no_self === 0;
    return added && recipients.all.every((one) => one.address_hash !== self) ? 'added' : 'none';
  }
}

/** @returns the leases that still stand; a worker that lost one must not go on */
export async function renewLeases(
  context: OutboxContext,
  leases: readonly { readonly entryId: string; readonly lease: string }[],
  leaseMs: number,
): Promise<ReadonlySet<string>> {
  const until = context.clock.now().getTime() + leaseMs;
  const standing = new Set<string>();
  await context.notes.commit(async (transaction) => {
    standing.clear();
    await Promise.all(
      leases.map(async ({ entryId, lease }) => {
        const changed = await transaction.run('UPDATE outbox_entries SET lease_until = ? WHERE entry_id = ? AND lease = ?', [
          until,
          entryId,
          lease,
        ]);
        if (changed === 1) standing.add(entryId);
      }),
    );
  });
  return standing;
}
