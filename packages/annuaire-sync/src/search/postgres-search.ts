import { Buffer } from 'node:buffer';
import type { Store, StoreRow } from '@mss/store';
import { decodeEntry, type DirectoryEntry } from '../directory/index.js';
import { syncError } from '../errors.js';
import { exactKeys, type ExactKey } from './exact-keys.js';
import { searchMigrations, searchOwner } from './postgres-index.js';
import { isSameState, loadPostgresIndex, readPostgresState, type PostgresIndexState } from './postgres-load.js';
import type { EngineResult } from './search-engine.js';
import { endIds } from '../storage/layout.js';
import { postgresMigrations, postgresOwner } from '../postgres/schema.js';
import { maxLookedUp, maxSentLength, planSearch, type LookUp, type PlainSearchOptions } from './search-plan.js';
import { SearchThread } from './search-thread.js';
import { maxEntriesOfOne, type DirectorySearch, type SearchOptions, type SearchResult } from './types.js';

/** Each time a synchronisation came in between, all is done again; so often at most. */
const attempts = 10;

interface EntryRow extends StoreRow {
  readonly id: number;
  readonly line: string;
}

/** Searches a directory in PostgreSQL: words in a thread with the index in memory, identifiers and rows in the database. */
export async function openPostgresSearch(store: Store): Promise<DirectorySearch> {
  if (store.dialect !== 'postgres') throw new TypeError('a directory in SQLite is opened by the path of its file');
  await store.migrate(postgresOwner, postgresMigrations);
  await store.migrate(searchOwner, searchMigrations);
  const search = new PostgresSearch(store);
  try {
    await search.search('', { limit: 0 });
  } catch (error) {
    await search.close();
    throw error;
  }
  return {
    search: (text: string, { signal, ...options }: SearchOptions = {}) => search.search(text.slice(0, maxSentLength), options, signal),
    findByAddress: (text) => search.find('address', text),
    findByPerson: (text) => search.find('person', text),
    findByStructure: (text) => search.find('structure', text),
    close: () => search.close(),
    [Symbol.asyncDispose]: () => search.close(),
  };
}

class PostgresSearch {
  readonly #store: Store;
  readonly #thread = new SearchThread(null);
  #index: PostgresIndexState | null = null;
  #loading: Promise<PostgresIndexState> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  async search(text: string, options: PlainSearchOptions, signal?: AbortSignal): Promise<SearchResult> {
    const plan = planSearch(text, options);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      signal?.throwIfAborted();
      const index = await this.#current();
      const selected = await Promise.all(plan.lookUps.map((lookUp) => this.#idsOf(index.generation, lookUp)));
      const found = await this.#thread.ask<EngineResult>({ kind: 'rank', text, options, selected }, signal);
      // A new index was loaded for another search: these ids may be of that one.
      if (this.#index !== index) continue;
      const entries = await this.#entries(index, found);
      if (entries === null) continue;
      signal?.throwIfAborted();
      return {
        total: found.total,
        hits: found.hits.map(({ entryId, matches, score }) => ({
          entry: entries.get(entryId) ?? decodeEntry(entryId, new Uint8Array()),
          matches,
          score,
        })),
        snapshot: index.snapshot,
      };
    }
    throw syncError('ERR_MSS_ANNUAIRE_BUSY', 'the directory changes faster than it can be searched');
  }

  async find(key: ExactKey, text: string): Promise<readonly DirectoryEntry[]> {
    const { column, values } = exactKeys(key, text);
    const marks = values.map(() => '?').join(', ');
    const rows = await this.#store.all<EntryRow>(
      `SELECT id, line FROM annuaire_entry WHERE generation = (SELECT generation FROM annuaire_pointer) AND ${column} IN (${marks}) AND shown = 1
        ORDER BY id LIMIT ${maxEntriesOfOne}`,
      values,
    );
    return rows.map(({ id, line }) => decodeEntry(id, Buffer.from(line)));
  }

  close(): Promise<void> {
    return this.#thread.end();
  }

  /** The index as the database has it now. Loaded once for all who wait for it. */
  async #current(): Promise<PostgresIndexState> {
    const newest = await readPostgresState(this.#store);
    if (this.#index !== null && isSameState(this.#index, newest)) return this.#index;
    this.#loading ??= loadPostgresIndex(this.#store, this.#thread, this.#index)
      .then((index) => (this.#index = index))
      .finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #idsOf(generation: number, { beginnings }: LookUp): Promise<readonly (readonly number[])[]> {
    const found = await Promise.all(
      beginnings.map(({ column, text }) =>
        this.#store.all<{ id: number }>(
          `SELECT id FROM annuaire_entry WHERE generation = ? AND ${column} >= ? AND ${column} < ? AND id < ${endIds.activities}
            ORDER BY ${column}, id LIMIT ${maxLookedUp}`,
          [generation, text, `${text}\u{10ffff}`],
        ),
      ),
    );
    return found.map((rows) => rows.map(({ id }) => id));
  }

  /** The rows of the hits. @returns null: the directory has changed since they were found */
  async #entries(index: PostgresIndexState, { hits }: EngineResult): Promise<ReadonlyMap<number, DirectoryEntry> | null> {
    // Rows and state in one statement: both are of one moment.
    const rows = await this.#store.all(
      `SELECT pointer.generation, state.revision, entry.id, entry.line
        FROM annuaire_pointer AS pointer
        JOIN annuaire_search_state AS state ON state.generation = pointer.generation
        LEFT JOIN annuaire_entry AS entry ON entry.generation = pointer.generation
          AND entry.id IN (SELECT value::bigint FROM json_array_elements_text(?::json))
        LIMIT 1000`,
      [JSON.stringify(hits.map(({ entryId }) => entryId))],
    );
    const [first] = rows;
    if (first === undefined || Number(first['generation']) !== index.generation || Number(first['revision']) !== index.revision)
      return null;
    const found = rows.filter((row) => row['id'] !== null);
    return new Map(found.map((row) => [Number(row['id']), decodeEntry(Number(row['id']), Buffer.from(String(row['line'])))]));
  }
}
