import type { SqliteSync, SqliteSyncStatement } from '@mss/store/sync';
import { decodeEntry, openDirectoryConnection, type DirectoryConnection } from '../directory/index.js';
import { endIds } from '../storage/layout.js';
import type { ExactKey } from './exact-keys.js';
import { refuseOtherVersion, searchVersionOf } from './index-build.js';
import { LoadedIndex } from './loaded-index.js';
import { maxLookedUp, planSearch, runPlan, warmUpTexts, type LookUp, type PlainSearchOptions } from './search-plan.js';
import type { SearchResult } from './types.js';

interface Generation {
  readonly db: SqliteSync;
  readonly index: LoadedIndex;
  readonly line: SqliteSyncStatement;
  readonly snapshot: SqliteSyncStatement;
  /** From the database's own indexes alone; rows that are not shown are not in ours, which drops them. */
  readonly beginning: Readonly<Record<ExactKey, SqliteSyncStatement>>;
}

function generationOf(db: SqliteSync): Generation {
  refuseOtherVersion(searchVersionOf(db));
  const beginning = (column: ExactKey): SqliteSyncStatement =>
    db.prepare(
      `SELECT id FROM entry WHERE ${column} >= ? AND ${column} < ? AND id < ${endIds.activities} ORDER BY ${column}, id LIMIT ${maxLookedUp}`,
    );
  return {
    db,
    index: new LoadedIndex(db),
    line: db.prepare('SELECT CAST(line AS TEXT) AS line FROM entry WHERE id = ?'),
    snapshot: db.prepare('SELECT max(id) AS id FROM snapshot'),
    beginning: { address: beginning('address'), person: beginning('person'), structure: beginning('structure') },
  };
}

/** Searches a directory in an SQLite file, in the calling thread, which each search blocks. */
export class DirectoryReader {
  readonly #connection: DirectoryConnection;
  #generation: Generation | null = null;

  constructor(file: string) {
    this.#connection = openDirectoryConnection(file);
  }

  search(text: string, options: PlainSearchOptions): SearchResult {
    const plan = planSearch(text, options);
    return this.#inSnapshot(({ index, line, snapshot, beginning }) => {
      const { total, hits } = runPlan(
        index.segments(),
        plan,
        plan.lookUps.map((lookUp) => idsOf(beginning, lookUp)),
      );
      return {
        total,
        hits: hits.map(({ entryId, matches, score }) => {
          const row = line.get<{ line: string }>(BigInt(entryId));
          return { entry: decodeEntry(entryId, row?.line ?? ''), matches, score };
        }),
        snapshot: snapshot.get<{ id: number | null }>()?.id ?? 0,
      };
    });
  }

  /** Reads the index, and searches until the engine is warm: the first one who types does not wait for it. */
  warmUp(): void {
    for (const text of warmUpTexts) this.search(text, { limit: 1 });
  }

  close(): void {
    this.#connection.close();
  }

  /** Index and rows of one state, whatever a synchronisation does meanwhile. */
  #inSnapshot<Result>(read: (generation: Generation) => Result): Result {
    const db = this.#connection.current();
    if (this.#generation?.db !== db) this.#generation = generationOf(db);
    db.exec('BEGIN');
    try {
      return read(this.#generation);
    } finally {
      db.exec('COMMIT');
    }
  }
}

function idsOf(beginning: Generation['beginning'], { beginnings }: LookUp): number[][] {
  return beginnings.map(({ column, text }) => beginning[column].all<{ id: number }>(text, `${text}\u{10ffff}`).map(({ id }) => id));
}
