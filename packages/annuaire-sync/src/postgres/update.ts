import { Buffer } from 'node:buffer';
import type { StoreTransaction } from '@mss/store';
import type { FileKind } from '../directory/file-format.js';
import { fieldsOfLine, rowValues } from '../line/row-values.js';
import type { Difference } from '../load/scratch.js';
import { openPostgresSearchIndex } from '../search/postgres-index.js';
import { endIds, fileKinds, firstIds, isSearched } from '../storage/layout.js';
import { indexedLine } from './indexed-line.js';
import { deleteRows, insertRows, showActivities, updateRows, type PostgresRow } from './rows.js';

const rowsOfBatch = 500;

async function nextNumbers(transaction: StoreTransaction, generation: number): Promise<Map<FileKind, number>> {
  const next = new Map<FileKind, number>();
  for (const kind of fileKinds) {
    const stored = await transaction.get<{ value: number }>('SELECT value FROM annuaire_state WHERE name = ?', [
      `next_${kind}_${generation}`,
    ]);
    const last = await transaction.get<{ id: number | null }>(
      'SELECT max(id) AS id FROM annuaire_entry WHERE generation = ? AND id >= ? AND id < ?',
      [generation, firstIds[kind], endIds[kind]],
    );
    next.set(kind, Math.max(stored?.value ?? 0, firstIds[kind], (last?.id ?? 0) + 1));
  }
  return next;
}

async function saveNumbers(transaction: StoreTransaction, generation: number, next: ReadonlyMap<FileKind, number>): Promise<void> {
  await transaction.run("DELETE FROM annuaire_state WHERE name LIKE 'next_%'");
  for (const [kind, value] of next) {
    await transaction.run('INSERT INTO annuaire_state (name, value) VALUES (?, ?)', [`next_${kind}_${generation}`, value]);
  }
}

function rowOf(file: FileKind, id: number, line: Uint8Array): PostgresRow {
  const bytes = Buffer.from(line);
  return { id, ...rowValues(file, fieldsOfLine(bytes)), line: bytes.toString('utf8'), shown: isSearched(file) ? 1 : 0 };
}

/**
 * Applies differences to the current generation, inside one transaction.
 *
 * Activities are written as not shown; those of everybody who is touched are set right at the end, which tells the search.
 */
export async function applyToPostgres(
  transaction: StoreTransaction,
  of: { readonly generation: number; readonly differences: Iterable<Difference> },
): Promise<void> {
  const { generation } = of;
  // Opened here: a transaction that is run again begins anew.
  const search = openPostgresSearchIndex(generation, { mode: 'update' });
  const next = await nextNumbers(transaction, generation);
  const people = new Set<string>();
  const removed: number[] = [];
  const changed: PostgresRow[] = [];
  const added: PostgresRow[] = [];

  async function flush(): Promise<void> {
    const gone = [...removed.splice(0), ...changed.map(({ id }) => id)];
    for (const id of gone) if (id < endIds.activities) search.remove({ id });
    await deleteRows(
      transaction,
      generation,
      gone.filter((id) => !changed.some((row) => row.id === id)),
    );
    await updateRows(transaction, generation, changed);
    await insertRows(transaction, generation, added);
    const fresh = [...changed.splice(0), ...added.splice(0)].filter(({ id }) => id < firstIds.activities);
    for (const { id, line } of fresh) search.add(indexedLine(id, line));
  }

  for (const { file, id, before, after } of of.differences) {
    for (const line of [before, after]) {
      if (line === null || !isSearched(file)) continue;
      const { person } = rowValues(file, fieldsOfLine(Buffer.from(line)));
      if (person !== null) people.add(person);
    }
    if (after === null) removed.push(id ?? 0);
    else if (id !== null) changed.push({ ...rowOf(file, id, after), ...(file === 'activities' ? { shown: 0 } : {}) });
    else {
      const number = next.get(file) ?? firstIds[file];
      next.set(file, number + 1);
      added.push({ ...rowOf(file, number, after), ...(file === 'activities' ? { shown: 0 } : {}) });
    }
    if (removed.length + changed.length + added.length >= rowsOfBatch) await flush();
  }
  await flush();
  const everybody = [...people];
  for (let at = 0; at < everybody.length; at += rowsOfBatch) {
    const rows = await showActivities(transaction, {
      generation,
      people: everybody.slice(at, at + rowsOfBatch),
      first: firstIds.activities,
      end: endIds.activities,
    });
    for (const { id, line, shown } of rows) {
      if (shown === 1) search.add(indexedLine(id, line));
      else search.remove({ id });
    }
  }
  await search.finish(transaction);
  await saveNumbers(transaction, generation, next);
}
