import { Buffer } from 'node:buffer';
import type { Store } from '@mss/store';
import type { FileKind } from '../directory/file-format.js';
import type { CanonicalBlock } from '../line/canonical-block.js';
import { LineHasher } from '../line/line-hash.js';
import { rowValues } from '../line/row-values.js';
import { fieldsAt, lineOf } from '../load/compare.js';
import { LineTable } from '../load/line-table.js';
import { endIds, fileKinds, firstIds, isSearched } from '../storage/layout.js';
import type { Lease } from './lease.js';
import { indexedLine } from './indexed-line.js';
import { insertRows, type PostgresRow } from './rows.js';
import { dropPostgresSearchIndex, openPostgresSearchIndex } from '../search/postgres-index.js';

const rowsOfBatch = 1000;
const rowsOfCopy = 50_000;
const rowsOfSearchPage = 5000;

/** Writes a generation that nobody reads yet, batch by batch. */
export class NewGeneration {
  readonly #store: Store;
  readonly #lease: Lease;
  readonly generation: number;

  constructor(store: Store, of: { readonly generation: number; readonly lease: Lease }) {
    this.#store = store;
    this.generation = of.generation;
    this.#lease = of.lease;
  }

  /** Rows of one file. @returns a function to give the blocks to, and the count so far */
  writer(
    kind: FileKind,
    repeat: (lineNumber: number, line: Uint8Array) => void,
  ): { block(block: CanonicalBlock): Promise<void>; readonly count: number } {
    const table = new LineTable();
    const generation = this.generation;
    const shown = isSearched(kind) ? 1 : 0;
    const isKnown = async (hash: number, line: Buffer, pending: readonly PostgresRow[]): Promise<boolean> => {
      for (const rank of table.candidates(hash)) {
        const id = firstIds[kind] + rank;
        const row = pending.find((waiting) => waiting.id === id) ?? (await this.#line(id));
        if (row?.line === line.toString('utf8')) return true;
      }
      return false;
    };
    return {
      block: async (block) => {
        const hasher = new LineHasher(block.bytes);
        let pending: PostgresRow[] = [];
        for (let index = 0; index < block.count; index++) {
          const line = lineOf(block, index);
          const hash = hasher.hash(block.starts[index] as number, block.ends[index] as number);
          if (await isKnown(hash, line, pending)) {
            repeat(block.lineNumbers[index] ?? 0, line);
            continue;
          }
          pending.push({
            id: firstIds[kind] + table.count,
            ...rowValues(kind, fieldsAt(block, index)),
            line: line.toString('utf8'),
            shown,
          });
          table.add(hash);
          if (pending.length < rowsOfBatch) continue;
          await this.#write(generation, pending);
          pending = [];
        }
        await this.#write(generation, pending);
      },
      get count() {
        return table.count;
      },
    };
  }

  #line(id: number): Promise<{ readonly line: string } | null> {
    return this.#store.get<{ line: string }>('SELECT line FROM annuaire_entry WHERE generation = ? AND id = ?', [this.generation, id]);
  }

  async #write(generation: number, rows: readonly PostgresRow[]): Promise<void> {
    await this.#lease.transaction((transaction) => insertRows(transaction, generation, rows));
  }

  /** Walks the rows of a file of some generation in steps of bounded size. */
  async #steps(generation: number, kind: FileKind, step: (first: number, last: number) => Promise<void>): Promise<void> {
    for (let first = firstIds[kind]; ;) {
      const row = await this.#store.get<{ last: number | null }>(
        `SELECT max(id) AS last FROM (SELECT id FROM annuaire_entry WHERE generation = ? AND id >= ? AND id < ? ORDER BY id LIMIT ${rowsOfCopy}) AS step`,
        [generation, first, endIds[kind]],
      );
      const last = row?.last ?? null;
      if (last === null) return;
      await step(first, last);
      first = last + 1;
    }
  }

  /** Brings the files that are not loaded anew. @param onStep - called now and then; what it throws ends the load */
  async copyFrom(previous: number, loaded: readonly FileKind[], onStep: () => void): Promise<void> {
    for (const kind of fileKinds) {
      if (loaded.includes(kind)) continue;
      await this.#steps(previous, kind, async (first, last) => {
        onStep();
        await this.#lease.transaction((transaction) =>
          transaction.run(
            `INSERT INTO annuaire_entry (generation, id, address, person, structure, line, shown)
              SELECT ?::integer, id, address, person, structure, line, shown FROM annuaire_entry WHERE generation = ?::integer AND id BETWEEN ? AND ?`,
            [this.generation, previous, first, last],
          ),
        );
      });
    }
  }

  /** What is shown, and the search, once all rows are there. @param onStep - as in {@link copyFrom} */
  async index(onStep: () => void): Promise<void> {
    await this.#steps(this.generation, 'activities', async (first, last) => {
      onStep();
      await this.#lease.transaction((transaction) =>
        transaction.run(
          `UPDATE annuaire_entry AS activity SET shown = CASE WHEN EXISTS (SELECT 1 FROM annuaire_entry AS mailbox
              WHERE mailbox.generation = activity.generation AND mailbox.person = activity.person AND mailbox.id < ?) THEN 0 ELSE 1 END
            WHERE generation = ?::integer AND id BETWEEN ? AND ?`,
          [firstIds.activities, this.generation, first, last],
        ),
      );
    });
    const search = openPostgresSearchIndex(this.generation, { mode: 'build' });
    for (let from = firstIds.mailboxes; ;) {
      onStep();
      const rows = await this.#store.all<{ id: number; line: string }>(
        `SELECT id, line FROM annuaire_entry WHERE generation = ? AND id >= ? AND id < ? AND shown = 1 ORDER BY id LIMIT ${rowsOfSearchPage}`,
        [this.generation, from, endIds.activities],
      );
      for (const { id, line } of rows) search.add(indexedLine(id, line));
      if (rows.length < rowsOfSearchPage) break;
      from = (rows.at(-1)?.id ?? 0) + 1;
    }
    await this.#lease.transaction((transaction) => search.finish(transaction));
  }
}

/** Deletes every generation but one, some rows at a time. */
export async function removeOtherPostgresGenerations(store: Store, of: { readonly keep: number; readonly lease: Lease }): Promise<void> {
  for (;;) {
    const row = await store.get<{ generation: number }>('SELECT generation FROM annuaire_entry WHERE generation <> ? LIMIT 1', [of.keep]);
    if (row === null) return;
    const { generation } = row;
    await of.lease.transaction((transaction) => dropPostgresSearchIndex(transaction, generation));
    for (let deleted = 1; deleted > 0;) {
      deleted = await of.lease.transaction((transaction) =>
        transaction.run(
          `DELETE FROM annuaire_entry WHERE generation = ?::integer AND id IN (
            SELECT id FROM annuaire_entry WHERE generation = ?::integer ORDER BY id LIMIT ${rowsOfCopy})`,
          [generation, generation],
        ),
      );
    }
  }
}
