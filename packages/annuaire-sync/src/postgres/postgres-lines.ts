import { Buffer } from 'node:buffer';
import type { StoreReader } from '@mss/store';
import type { FileKind } from '../directory/file-format.js';
import { grown } from '../line/line-block.js';
import type { LineTable } from '../load/line-table.js';
import { indexLines, type OldLines } from '../load/old-lines.js';
import { endIds, firstIds } from '../storage/layout.js';

const rowsOfPage = 5000;

/** The rows of one file as they are in a generation of PostgreSQL. */
export class PostgresLines implements OldLines {
  readonly expected = 0;
  readonly #store: StoreReader;
  readonly #generation: number;
  readonly #kind: FileKind;
  #ids: Float64Array = new Float64Array(1 << 14);
  #count = 0;

  constructor(store: StoreReader, of: { readonly generation: number; readonly kind: FileKind }) {
    this.#store = store;
    this.#generation = of.generation;
    this.#kind = of.kind;
  }

  async index(table: LineTable): Promise<void> {
    for (let from = firstIds[this.#kind]; ;) {
      const rows = await this.#store.all<{ id: number; line: string }>(
        `SELECT id, line FROM annuaire_entry WHERE generation = ? AND id >= ? AND id < ? ORDER BY id LIMIT ${rowsOfPage}`,
        [this.#generation, from, endIds[this.#kind]],
      );
      if (rows.length === 0) return;
      if (this.#ids.length < this.#count + rows.length) {
        const larger = new Float64Array(grown(new Uint32Array(this.#ids.length), this.#count + rows.length).length);
        larger.set(this.#ids);
        this.#ids = larger;
      }
      indexLines(table, Buffer.from(rows.map(({ line }) => line).join('\n')));
      for (const { id } of rows) this.#ids[this.#count++] = id;
      from = (rows.at(-1)?.id ?? 0) + 1;
    }
  }

  async range(first: number, last: number): Promise<Buffer> {
    const rows = await this.#store.all<{ line: string }>(
      'SELECT line FROM annuaire_entry WHERE generation = ? AND id BETWEEN ? AND ? ORDER BY id',
      [this.#generation, this.idAt(first), this.idAt(last)],
    );
    return Buffer.from(rows.map(({ line }) => line).join('\n'));
  }

  idAt(rank: number): number {
    return this.#ids[rank] ?? 0;
  }
}
