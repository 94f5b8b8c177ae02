import { contentPurpose, type OutboxContext } from './context.js';
import { placeholders } from './rows.js';

/** A content may stand this long before its row does: queueing writes it first. */
const queueingMs = 3_600_000;

/** Erases contents of settled entries that a crash kept, and contents that never got an entry. @returns how many */
export async function sweepContents(context: OutboxContext): Promise<number> {
  const erased = await context.contents.sweep(contentPurpose, {
    unknownBefore: new Date(context.clock.now().getTime() - queueingMs),
    classify: async (names) => {
      const rows = await context.store.all<{ entry_id: string; state: string }>(
        `SELECT entry_id, state FROM outbox_entries WHERE entry_id IN (${placeholders(names.length)}) LIMIT 1000`,
        names,
      );
      const of = (settled: boolean): ReadonlySet<string> =>
        new Set(rows.filter((row) => (row.state === 'settled') === settled).map((row) => row.entry_id));
      return { kept: of(false), done: of(true) };
    },
  });
  if (erased > 0) context.logger.info({ contents: erased }, 'contents that nobody needs any more were erased');
  return erased;
}
