import type { SqliteSync, SqliteSyncStatement } from '@mss/store/sync';
import { decodeEntry, openDirectoryConnection, type DirectoryConnection } from '../directory/index.js';
import { endIds } from '../storage/layout.js';
import { LoadedIndex } from './loaded-index.js';
import { maxLookedUp, planSearch, runPlan, warmUpTexts, type LookUp, type PlainSearchOptions } from './search-plan.js';
import type { SearchResult } from './types.js';

interface Row {
  readonly id: number;
  readonly line: Uint8Array;
  readonly [column: string]: number | Uint8Array;
}

interface Generation {
  readonly db: SqliteSync;
  readonly index: LoadedIndex;
  readonly line: SqliteSyncStatement;
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
    return this.#inSnapshot(({ db, index, line }) => {
      const { total, hits } = runPlan(
        index.segments(),
        plan,
        plan.lookUps.map((lookUp) => idsOf(db, lookUp)),
      );
      return {
        total,
        hits: hits.map(({ entryId, matches, score }) => {
          const row = line.get<Row>(BigInt(entryId));
          return { entry: decodeEntry(entryId, row?.line ?? new Uint8Array()), matches, score };
        }),
        snapshot: this.#connection.snapshot(),
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
    if (this.#generation?.db !== db)
      this.#generation = { db, index: new LoadedIndex(db), line: db.prepare('SELECT id, line FROM entry WHERE id = ?') };
    db.exec('BEGIN');
    try {
      return read(this.#generation);
    } finally {
      db.exec('COMMIT');
    }
  }
}

/** From the database's own indexes alone; rows that are not shown are not in ours, which drops them. */
function idsOf(db: SqliteSync, { beginnings }: LookUp): number[][] {
  return beginnings.map(({ column, text }) => {
    const select = db.prepare(
      `SELECT id FROM entry WHERE ${column} >= ? AND ${column} < ? AND id < ${endIds.activities} ORDER BY ${column}, id LIMIT ${maxLookedUp}`,
    );
    return select.all<{ id: number }>(text, `${text}\u{10ffff}`).map(({ id }) => id);
  });
}
