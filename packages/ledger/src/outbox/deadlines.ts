import { longestWaitMs } from './back-off.js';
import { applyChanges } from './change.js';
import type { OutboxChange, OutboxContext } from './context.js';
import { lockEntry } from './rows.js';

const most = 100;

/** Ends the waiting of recipients whose deadline has passed: certainly not sent. Uncertain ones stay so, for the host to decide. */
export async function expireOverdue(context: OutboxContext, now: number): Promise<number> {
  const { store } = context;
  const done = await context.notes.commit(async (transaction) => {
    const rows = await transaction.all<{ entry_id: string }>(
      `SELECT entry_id FROM outbox_entries WHERE state = 'waiting' AND deadline_at <= ? ORDER BY deadline_at LIMIT ${most} ${store.claimClause}`,
      [now],
    );
    const changes: OutboxChange[] = [];
    const settled: string[] = [];
    for (const { entry_id: entryId } of rows) {
      const loaded = await lockEntry(transaction, entryId, store.dialect);
      if (loaded === null || loaded.entry.deadline_at > now) continue;
      const applied = await applyChanges(transaction, loaded, {
        context,
        changes: loaded.recipients
          .filter((one) => one.state === 'waiting')
          .map((one) => ({
            index: one.idx,
            event: 'deadline',
            what: 'expired',
            evidence: 'deadline',
            code: one.code,
            enhanced: one.enhanced,
            reason: one.reason ?? 'deadline',
          })),
      });
      changes.push(...applied.changes);
      if (applied.settled) settled.push(entryId);
    }
    return { changes, settled, count: rows.length };
  });
  await context.changed(done.changes, done.settled);
  return done.count;
}

/** After a clock was set back: tries that it planned further ahead than any wait is long are due now. */
export async function repairPlans(context: OutboxContext): Promise<void> {
  const now = context.clock.now().getTime();
  const late = now + longestWaitMs;
  await context.notes.commit(async (transaction) => {
    await transaction.run(
      `UPDATE outbox_recipients SET next_at = ? WHERE state = 'waiting' AND next_at > ? AND attempt > 0
         AND entry_id IN (SELECT entry_id FROM outbox_entries WHERE state = 'waiting' AND attempt > 0 AND next_at > ?)`,
      [now, late, late],
    );
    await transaction.run("UPDATE outbox_entries SET next_at = ? WHERE state = 'waiting' AND attempt > 0 AND next_at > ?", [now, late]);
  });
}
