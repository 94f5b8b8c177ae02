import type { Buffer } from 'node:buffer';
import type { SqliteSync, SqliteSyncStatement, SqliteSyncValue } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import type { CanonicalBlock } from '../line/canonical-block.js';
import { LineHasher } from '../line/line-hash.js';
import { rowValues } from '../line/row-values.js';
import { LineTable } from '../load/line-table.js';
import { asBuffer } from '../load/old-lines.js';
import { fieldsAt, lineOf } from '../load/compare.js';
import { firstIds, isSearched } from './layout.js';

/** Rows of one INSERT: half of the time of one by one; more gain nothing. */
const rowsOfStatement = 50;
const columnsOfRow = 5;

/** Writes all lines of one file into a generation that has none of it. A line that is there twice is written once. */
export class BulkRows {
  readonly #kind: FileKind;
  readonly #single: SqliteSyncStatement;
  readonly #many: SqliteSyncStatement;
  readonly #lineOfRow: SqliteSyncStatement;
  readonly #repeat: (lineNumber: number, line: Uint8Array) => void;
  readonly #table: LineTable;
  #pending: SqliteSyncValue[] = [];
  #nextId: number;

  constructor(
    db: SqliteSync,
    kind: FileKind,
    options: { readonly expected: number; readonly repeat: (lineNumber: number, line: Uint8Array) => void },
  ) {
    this.#kind = kind;
    this.#repeat = options.repeat;
    this.#table = new LineTable(options.expected);
    this.#nextId = firstIds[kind];
    const values = `(?,?,?,?,?,${isSearched(kind) ? 1 : 0})`;
    const insert = 'INSERT INTO entry (id, address, person, structure, line, shown) VALUES ';
    this.#single = db.prepare(insert + values);
    this.#many = db.prepare(insert + Array.from({ length: rowsOfStatement }, () => values).join(','));
    this.#lineOfRow = db.prepare('SELECT line FROM entry WHERE id = ?');
  }

  get count(): number {
    return this.#table.count;
  }

  block(block: CanonicalBlock): void {
    const hasher = new LineHasher(block.bytes);
    for (let index = 0; index < block.count; index++) {
      const line = lineOf(block, index);
      const hash = hasher.hash(block.starts[index] as number, block.ends[index] as number);
      if (this.#isKnown(hash, line)) {
        this.#repeat(block.lineNumbers[index] ?? 0, line);
        continue;
      }
      this.#table.add(hash);
      const { address, person, structure } = rowValues(this.#kind, fieldsAt(block, index));
      this.#pending.push(this.#nextId++, address, person, structure, line);
      if (this.#pending.length === rowsOfStatement * columnsOfRow) {
        this.#many.run(...this.#pending);
        this.#pending = [];
      }
    }
    // Lines are views on the block, which is not ours after this.
    this.flush();
  }

  flush(): void {
    for (let at = 0; at < this.#pending.length; at += columnsOfRow) this.#single.run(...this.#pending.slice(at, at + columnsOfRow));
    this.#pending = [];
  }

  #isKnown(hash: number, line: Buffer): boolean {
    for (const rank of this.#table.candidates(hash)) {
      this.flush();
      const row = this.#lineOfRow.get<{ line: Uint8Array }>(firstIds[this.#kind] + rank);
      if (row !== null && asBuffer(row.line).equals(line)) return true;
    }
    return false;
  }
}
