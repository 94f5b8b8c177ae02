import { applyChanges, type RecipientChange } from './change.js';
import type { OutboxContext, OutboxChange } from './context.js';
import { settleFromEvidence } from './evidence.js';
import { lockEntry } from './rows.js';

const most = 50;

/** Whose entries are taken over. */
export interface TakeOverOptions {
  readonly worker: string;
  /** Leases of this run of the worker begin so. */
  readonly instance: string;
  readonly leaseMs: number;
}

/**
 * Takes entries from workers that are gone: leases that ran out, leases that no clock of ours can have written (a clock was set
 * back), and those of an earlier run of this very worker.
 *
 * Without the note of the final dot the message was certainly not sent and is due again; with it, it is uncertain.
 *
 * @returns how many
 */
export async function takeOver(context: OutboxContext, options: TakeOverOptions): Promise<number> {
  const { store, clock } = context;
  const done = await context.notes.commit(async (transaction) => {
    const now = clock.now().getTime();
    const rows = await transaction.all<{ entry_id: string }>(
      `SELECT entry_id FROM outbox_entries WHERE state = 'sending'
         AND (lease_until <= ? OR lease_until > ? OR (worker = ? AND lease NOT LIKE ?)) ORDER BY entry_id LIMIT ${most} ${store.claimClause}`,
      [now, now + 2 * options.leaseMs + 3_600_000, options.worker, `${options.instance}.%`],
    );
    const changes: OutboxChange[] = [];
    const settled: string[] = [];
    for (const { entry_id: entryId } of rows) {
      const loaded = await lockEntry(transaction, entryId, store.dialect);
      if (loaded === null || loaded.entry.state !== 'sending') continue;
      const { entry } = loaded;
      const dotNoted = entry.stage === 'data-ended';
      const lost = loaded.recipients
        .filter((one) => one.state === 'sending')
        .flatMap((one): RecipientChange[] => {
          const change: RecipientChange = {
            index: one.idx,
            event: 'worker-lost',
            what: dotNoted ? 'uncertain' : 'to-be-retried',
            evidence: 'lease-expired',
            detail: entry.worker,
          };
          if (!dotNoted || entry.kind === 'document') return [change];
          return [change, { index: one.idx, event: 'host-give-up', what: 'given-up', evidence: 'no-answer' }];
        });
      await transaction.run('UPDATE outbox_attempts SET outcome = ?, ended_at = ? WHERE entry_id = ? AND attempt = ?', [
        dotNoted ? 'uncertain' : 'not-submitted',
        now,
        entryId,
        entry.attempt,
      ]);
      const applied = await applyChanges(transaction, loaded, {
        context,
        changes: lost,
        entry: { lease: null, lease_until: null, stage: null },
      });
      changes.push(...applied.changes);
      let isSettled = applied.settled;
      const after = dotNoted ? await lockEntry(transaction, entryId, store.dialect) : null;
      if (after !== null) {
        const proved = await settleFromEvidence(transaction, after, context);
        changes.push(...proved.changes);
        isSettled ||= proved.settled;
      }
      if (isSettled) settled.push(entryId);
    }
    return { changes, settled, count: rows.length };
  });
  if (done.count > 0) context.logger.warn({ entries: done.count }, 'entries of a worker that is gone were taken over');
  await context.changed(done.changes, done.settled);
  return done.count;
}
