import type { Migration, Store, StoreRow, StoreTransaction } from '@mss/store';
import { splitLine, type IndexedLine } from './indexable.js';
import { searchIndexVersion } from './index-build.js';
import { entryIdsOf, maxEntriesOfSegment, nextMerge, PendingLines, tierOf, type SegmentRecord } from './index-plan.js';
import { SegmentBuilder } from './segment-builder.js';
import type { SegmentPart } from './segment-format.js';

/** Owner of the tables in the database. */
export const searchOwner = 'annuaire-search';

const tables: readonly string[] = [
  `CREATE TABLE annuaire_search_segment (
    generation integer NOT NULL, id bigint NOT NULL, tier integer NOT NULL, entries integer NOT NULL, PRIMARY KEY (generation, id)
  )`,
  `CREATE TABLE annuaire_search_part (
    generation integer NOT NULL, segment bigint NOT NULL, name text NOT NULL, sequence integer NOT NULL, bytes bytea NOT NULL,
    PRIMARY KEY (generation, segment, name, sequence)
  )`,
  // The parts are numbers that compress badly: each try would cost a second for 60 MB.
  'ALTER TABLE annuaire_search_part ALTER COLUMN bytes SET STORAGE EXTERNAL',
  `CREATE TABLE annuaire_search_dead (
    generation integer NOT NULL, entry bigint NOT NULL, segment bigint NOT NULL, PRIMARY KEY (generation, entry, segment)
  )`,
  `CREATE TABLE annuaire_search_state (
    generation integer PRIMARY KEY, revision bigint NOT NULL, last_segment bigint NOT NULL
  )`,
];

/** A directory in SQLite has its index in the file of the generation: this schema is PostgreSQL's. */
export const searchMigrations: readonly Migration[] = [
  { version: 1, sqlite: ['SELECT 1'], postgres: tables },
  // Which release made the index, as `searchIndexVersion`.
  { version: 2, sqlite: ['SELECT 1'], postgres: ['ALTER TABLE annuaire_search_state ADD COLUMN version integer NOT NULL DEFAULT 0'] },
];

/** Follows the changes of the directory's rows; writes once, inside the transaction that makes them visible. */
export interface PostgresSearchWriter {
  /** A shown row: every one in a build; in an update each new one, and the new state of each changed one. */
  add(entry: IndexedLine): void;
  /** Update only: a row that is gone, changed or hidden. */
  remove(entry: { readonly id: number }): void;
  /** The rows of the directory must be in their new state. Again, when the transaction is run again. */
  finish(transaction: StoreTransaction): Promise<void>;
}

/** Opens the index of a generation for writing; see `index-build.ts`, whose rules these are. */
export function openPostgresSearchIndex(generation: number, { mode }: { readonly mode: 'build' | 'update' }): PostgresSearchWriter {
  return mode === 'build' ? openBuild(generation) : openUpdate(generation);
}

/** Whether the index of a generation can be read and updated by this release. */
export async function isPostgresIndexCurrent(store: Store, generation: number): Promise<boolean> {
  const state = await store.get<{ version: number }>('SELECT version FROM annuaire_search_state WHERE generation = ?', [generation]);
  return state?.version === searchIndexVersion;
}

/** The index of a generation that is no longer read. */
export async function dropPostgresSearchIndex(transaction: StoreTransaction, generation: number): Promise<void> {
  for (const table of ['segment', 'part', 'dead', 'state'])
    await transaction.run(`DELETE FROM annuaire_search_${table} WHERE generation = ?`, [generation]);
}

/** The parts of a segment, made once. */
interface MadeSegment {
  readonly entries: number;
  readonly parts: readonly SegmentPart[];
}

function madeOf(builder: SegmentBuilder): MadeSegment {
  return { entries: builder.size, parts: builder.size === 0 ? [] : [...builder.finish()] };
}

function openBuild(generation: number): PostgresSearchWriter {
  let builder = new SegmentBuilder();
  const made: MadeSegment[] = [];
  const close = (): void => {
    made.push(madeOf(builder));
    builder = new SegmentBuilder();
  };
  return {
    add(entry) {
      builder.add(entry);
      if (builder.size === maxEntriesOfSegment) close();
    },
    remove() {
      throw new TypeError('a build has nothing to remove');
    },
    async finish(transaction) {
      if (builder.size > 0) close();
      await dropPostgresSearchIndex(transaction, generation);
      await transaction.run('INSERT INTO annuaire_search_state (generation, revision, last_segment, version) VALUES (?, 1, 0, ?)', [
        generation,
        searchIndexVersion,
      ]);
      for (const segment of made) await writeSegment(transaction, generation, segment, tierOf(segment.entries));
    },
  };
}

function openUpdate(generation: number): PostgresSearchWriter {
  const pending = new PendingLines();
  const removed = new Set<number>();
  return {
    add: (entry) => pending.add(entry),
    remove({ id }) {
      pending.remove(id);
      removed.add(id);
    },
    async finish(transaction) {
      // The first statement takes the row: two writers of one generation wait for each other.
      await transaction.run(
        `INSERT INTO annuaire_search_state AS state (generation, revision, last_segment, version) VALUES (?, 1, 0, ?)
          ON CONFLICT (generation) DO UPDATE SET revision = state.revision + 1`,
        [generation, searchIndexVersion],
      );
      await transaction.run(
        `INSERT INTO annuaire_search_dead (generation, entry, segment)
          SELECT state.generation, entry.value::bigint, state.last_segment
          FROM annuaire_search_state AS state, json_array_elements_text(?::json) AS entry(value) WHERE state.generation = ?
          ON CONFLICT DO NOTHING`,
        [JSON.stringify([...removed]), generation],
      );
      await writeSegment(transaction, generation, madeOf(pending.toBuilder()), 0);
      for (let merge = await planOf(transaction, generation); merge !== null; merge = await planOf(transaction, generation))
        await mergeSegments(transaction, generation, merge);
    },
  };
}

async function planOf(transaction: StoreTransaction, generation: number): Promise<ReturnType<typeof nextMerge>> {
  const segments = await transaction.all<SegmentRecord & StoreRow>(
    'SELECT id, tier, entries FROM annuaire_search_segment WHERE generation = ? ORDER BY id LIMIT 10000',
    [generation],
  );
  const dead = await transaction.get<{ n: number }>('SELECT count(*) AS n FROM annuaire_search_dead WHERE generation = ?', [generation]);
  return nextMerge(segments, dead?.n ?? 0);
}

async function writeSegment(
  transaction: StoreTransaction,
  generation: number,
  { entries, parts }: MadeSegment,
  tier: number,
): Promise<void> {
  if (entries === 0) return;
  const state = await transaction.get<{ id: number }>(
    'UPDATE annuaire_search_state SET last_segment = last_segment + 1 WHERE generation = ? RETURNING last_segment AS id',
    [generation],
  );
  const id = Number(state?.id);
  for (const { name, sequence, bytes } of parts) {
    await transaction.run('INSERT INTO annuaire_search_part (generation, segment, name, sequence, bytes) VALUES (?, ?, ?, ?, ?)', [
      generation,
      id,
      name,
      sequence,
      bytes,
    ]);
  }
  await transaction.run('INSERT INTO annuaire_search_segment (generation, id, tier, entries) VALUES (?, ?, ?, ?)', [
    generation,
    id,
    tier,
    entries,
  ]);
}

const rowsOfPage = 5000;

/** Indexes the living entries of some segments anew, from the rows. */
async function mergeSegments(
  transaction: StoreTransaction,
  generation: number,
  { segments, tier }: NonNullable<ReturnType<typeof nextMerge>>,
): Promise<void> {
  let builder = new SegmentBuilder();
  const write = async (): Promise<void> => {
    const { size } = builder;
    await writeSegment(transaction, generation, madeOf(builder), tier === 'by-size' ? tierOf(size) : tier);
    builder = new SegmentBuilder();
  };
  for (const segment of segments) {
    const pieces = await transaction.all<{ bytes: Uint8Array }>(
      "SELECT bytes FROM annuaire_search_part WHERE generation = ? AND segment = ? AND name = 'entryIds' ORDER BY sequence LIMIT 10000",
      [generation, segment],
    );
    const ids = entryIdsOf(pieces.map(({ bytes }) => bytes));
    for (let at = 0; at < ids.length; at += rowsOfPage) {
      const rows = await transaction.all<{ id: number; line: string }>(
        `SELECT id, line FROM annuaire_entry AS entry
          WHERE generation = ? AND shown = 1 AND id IN (SELECT value::bigint FROM json_array_elements_text(?::json))
            AND NOT EXISTS (SELECT 1 FROM annuaire_search_dead AS dead
              WHERE dead.generation = entry.generation AND dead.entry = entry.id AND dead.segment >= ?)
          ORDER BY id LIMIT ${rowsOfPage}`,
        [generation, JSON.stringify([...ids.subarray(at, at + rowsOfPage)]), segment],
      );
      for (const { id, line } of rows) builder.add(splitLine(id, Buffer.from(line)));
      if (builder.size >= maxEntriesOfSegment) await write();
    }
  }
  await write();
  for (const segment of segments) {
    await transaction.run('DELETE FROM annuaire_search_part WHERE generation = ? AND segment = ?', [generation, segment]);
    await transaction.run('DELETE FROM annuaire_search_segment WHERE generation = ? AND id = ?', [generation, segment]);
  }
  await transaction.run(
    `DELETE FROM annuaire_search_dead WHERE generation = ?
      AND segment < (SELECT coalesce(min(id), 9000000000000000000) FROM annuaire_search_segment WHERE generation = ?)`,
    [generation, generation],
  );
}
