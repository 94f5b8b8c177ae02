import type { Buffer } from 'node:buffer';
import type { SqliteSync, SqliteSyncStatement } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import { grown } from '../line/line-block.js';
import type { LineTable } from '../load/line-table.js';
import { asBuffer, indexLines, type OldLines } from '../load/old-lines.js';
import { endIds, firstIds } from './layout.js';

/** Rows read at once. */
const rowsOfChunk = 1000;

/** Rows in the order of their numbers, their lines joined by LF: SQLite joins much faster than it hands over rows. */
export interface RowChunk {
  readonly ids: readonly number[] | { readonly first: number };
  readonly count: number;
  readonly lines: Buffer;
}

interface ChunkRow {
  readonly [column: string]: number | null | Uint8Array;
  readonly first: number | null;
  readonly last: number | null;
  readonly n: number;
  readonly lines: Uint8Array | null;
}

/** Number `index` of a chunk's rows. */
export const idIn = ({ ids }: RowChunk, index: number): number => ('first' in ids ? ids.first + index : (ids[index] ?? 0));

/** Reads rows `first` (included) to `end` (excluded). */
export function* readRows(
  db: SqliteSync,
  range: { readonly first: number; readonly end: number; readonly shownOnly?: boolean },
): Generator<RowChunk, void, undefined> {
  const rows = `SELECT id, line FROM entry WHERE id >= ? AND id < ? ${range.shownOnly === true ? 'AND shown = 1' : ''} ORDER BY id LIMIT ${rowsOfChunk}`;
  const chunk = db.prepare(
    `SELECT min(id) AS first, max(id) AS last, count(*) AS n, CAST(group_concat(line, char(10)) AS BLOB) AS lines FROM (${rows})`,
  );
  const numbers = db.prepare(rows.replace('id, line', 'id'));
  for (let from = range.first; ;) {
    const row = chunk.get<ChunkRow>(from, range.end);
    if (row === null || row.n === 0 || row.first === null || row.last === null) return;
    const isGapless = row.last - row.first + 1 === row.n;
    const ids = isGapless ? { first: row.first } : numbers.all<{ id: number }>(from, range.end).map(({ id }) => id);
    yield { ids, count: row.n, lines: asBuffer(row.lines ?? new Uint8Array()) };
    from = row.last + 1;
  }
}

/** The rows of one file as they are in a generation. */
export class StoredLines implements OldLines {
  readonly expected: number;
  readonly #db: SqliteSync;
  readonly #kind: FileKind;
  readonly #one: SqliteSyncStatement;
  readonly #many: SqliteSyncStatement;
  #ids: Uint32Array;
  #count = 0;

  constructor(db: SqliteSync, kind: FileKind) {
    this.#db = db;
    this.#kind = kind;
    const rows = db.prepare('SELECT row_count AS n FROM source WHERE file = ?').get<{ n: number }>(kind);
    this.expected = rows?.n ?? 0;
    this.#ids = new Uint32Array(Math.max(this.expected, 1 << 12));
    this.#one = db.prepare('SELECT line FROM entry WHERE id = ?');
    this.#many = db.prepare(
      'SELECT CAST(group_concat(line, char(10)) AS BLOB) AS line FROM (SELECT line FROM entry WHERE id BETWEEN ? AND ? ORDER BY id)',
    );
  }

  async index(table: LineTable): Promise<void> {
    for (const chunk of readRows(this.#db, { first: firstIds[this.#kind], end: endIds[this.#kind] })) {
      const count = indexLines(table, chunk.lines);
      this.#ids = grown(this.#ids, this.#count + count);
      for (let index = 0; index < count; index++) this.#ids[this.#count++] = idIn(chunk, index);
    }
  }

  range(first: number, last: number): Buffer {
    const row =
      first === last
        ? this.#one.get<{ line: Uint8Array }>(this.idAt(first))
        : this.#many.get<{ line: Uint8Array }>(this.idAt(first), this.idAt(last));
    return asBuffer(row?.line ?? new Uint8Array());
  }

  idAt(rank: number): number {
    return this.#ids[rank] ?? 0;
  }
}
