import type { SqliteSync } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import { fieldsOfLine, rowValues } from '../line/row-values.js';
import { asBuffer } from '../load/old-lines.js';
import type { Difference } from '../load/scratch.js';
import { openSearchIndex, type SearchIndexWriter } from '../search/index-build.js';
import { endIds, fileKinds, firstIds, isSearched } from './layout.js';

/** Numbers of rows are never given twice within a generation. */
class RowNumbers {
  readonly #db: SqliteSync;
  readonly #next = new Map<FileKind, number>();

  constructor(db: SqliteSync) {
    this.#db = db;
    for (const kind of fileKinds) {
      const stored = db.prepare('SELECT value FROM state WHERE name = ?').get<{ value: number }>(`next_${kind}`)?.value ?? 0;
      const last = db
        .prepare('SELECT max(id) AS id FROM entry WHERE id >= ? AND id < ?')
        .get<{ id: number | null }>(firstIds[kind], endIds[kind])?.id;
      this.#next.set(kind, Math.max(stored, firstIds[kind], (last ?? 0) + 1));
    }
  }

  take(kind: FileKind): number {
    const id = this.#next.get(kind) ?? firstIds[kind];
    this.#next.set(kind, id + 1);
    return id;
  }

  save(): void {
    const save = this.#db.prepare('INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)');
    for (const [kind, next] of this.#next) save.run(`next_${kind}`, BigInt(next));
  }
}

function index(search: SearchIndexWriter, id: number, line: Uint8Array): void {
  const { ends, columns } = fieldsOfLine(asBuffer(line));
  search.add({ id, line, ends, columns });
}

/**
 * Applies differences to the current generation: rows, what is shown, and the search index. Inside a transaction: readers see
 * all of it or nothing.
 */
export function applyDifferences(db: SqliteSync, differences: Iterable<Difference>): void {
  const numbers = new RowNumbers(db);
  const search = openSearchIndex(db, { mode: 'update' });
  const insert = db.prepare('INSERT INTO entry (id, address, person, structure, line, shown) VALUES (?, ?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE entry SET address = ?, person = ?, structure = ?, line = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM entry WHERE id = ?');
  const isShown = db.prepare('SELECT shown FROM entry WHERE id = ?');
  const people = new Set<string>();
  const touched = (values: { readonly person: string | null }): void => void (values.person !== null && people.add(values.person));

  for (const { file, id, before, after } of differences) {
    const shown = id === null ? isSearched(file) : isShown.get<{ shown: number }>(id)?.shown === 1;
    if (isSearched(file) && before !== null) touched(rowValues(file, fieldsOfLine(asBuffer(before))));
    if (id !== null && shown) search.remove({ id });
    if (after === null) {
      remove.run(id);
      continue;
    }
    const values = rowValues(file, fieldsOfLine(asBuffer(after)));
    if (isSearched(file)) touched(values);
    const row = id ?? numbers.take(file);
    if (id === null) insert.run(row, values.address, values.person, values.structure, after, shown ? 1n : 0n);
    else update.run(values.address, values.person, values.structure, after, row);
    if (shown) index(search, row, after);
  }
  showActivities(db, search, people);
  search.finish();
  numbers.save();
}

/** Activities of professionals are shown as long as they have no mailbox. */
function showActivities(db: SqliteSync, search: SearchIndexWriter, people: ReadonlySet<string>): void {
  const activities = db.prepare('SELECT id, line, shown FROM entry WHERE person = ? AND id >= ? AND id < ?');
  const mailbox = db.prepare('SELECT 1 AS found FROM entry WHERE person = ? AND id < ? LIMIT 1');
  const show = db.prepare('UPDATE entry SET shown = ? WHERE id = ?');
  for (const person of people) {
    const rows = activities.all<{ id: number; line: Uint8Array; shown: number }>(person, firstIds.activities, endIds.activities);
    if (rows.length === 0) continue;
    const shown = mailbox.get(person, firstIds.activities) === null;
    for (const row of rows) {
      if ((row.shown === 1) === shown) continue;
      show.run(shown ? 1n : 0n, row.id);
      if (shown) index(search, row.id, row.line);
      else search.remove({ id: row.id });
    }
  }
}
