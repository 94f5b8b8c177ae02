import type { SqliteSync, SqliteSyncStatement } from '@mss/store/sync';
import { decodeEntry, openDirectoryConnection, type DirectoryConnection, type DirectoryEntry } from '../directory/index.js';
import { exactKeys, type ExactKey } from './exact-keys.js';
import { maxEntriesOfOne } from './types.js';

interface Row {
  readonly id: number;
  readonly line: string;
  readonly [column: string]: number | string;
}

/** How old the state may be that a look-up reads, when another one read it just before. */
const maxAgeMs = 10;

/**
 * Entries of an SQLite file by their keys: microseconds each, in the calling thread.
 *
 * To ask for the current state and begin a transaction takes longer than a look-up. Those that follow each other closely
 * read in one transaction, which ends after {@link maxAgeMs}.
 */
export class ExactLookUps {
  readonly #connection: DirectoryConnection;
  readonly #statements = new Map<ExactKey, SqliteSyncStatement>();
  /** Of the statements. */
  #db: SqliteSync | null = null;
  #isReading = false;
  #begunAt = 0;
  readonly #ending: NodeJS.Timeout;

  constructor(file: string) {
    this.#connection = openDirectoryConnection(file);
    this.#ending = setTimeout(() => this.#endQuietly(), maxAgeMs);
    this.#ending.unref();
  }

  find(key: ExactKey, text: string): DirectoryEntry[] {
    const { values } = exactKeys(key, text);
    const rows = this.#statement(key, values.length).all<Row>(...values);
    return rows.map(({ id, line }) => decodeEntry(id, line));
  }

  close(): void {
    clearTimeout(this.#ending);
    this.#end();
    this.#connection.close();
  }

  #statement(key: ExactKey, count: number): SqliteSyncStatement {
    const db = this.#read();
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      const condition = count === 1 ? '= ?' : `IN (${Array.from({ length: count }, () => '?').join(', ')})`;
      statement = db.prepare(
        `SELECT id, CAST(line AS TEXT) AS line FROM entry WHERE ${key} ${condition} AND shown = 1 ORDER BY id LIMIT ${maxEntriesOfOne}`,
      );
      this.#statements.set(key, statement);
    }
    return statement;
  }

  /** The current generation, in a transaction. */
  #read(): SqliteSync {
    const now = performance.now();
    if (this.#isReading && this.#db !== null && now - this.#begunAt < maxAgeMs) return this.#db;
    this.#end();
    const db = this.#connection.current();
    if (db !== this.#db) this.#statements.clear();
    this.#db = db;
    db.exec('BEGIN');
    this.#isReading = true;
    this.#begunAt = now;
    this.#ending.refresh();
    return db;
  }

  /** What fails here fails the next look-up, which has somebody to tell. */
  #endQuietly(): void {
    try {
      this.#end();
    } catch {
      this.#db = null;
    }
  }

  #end(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#db?.exec('COMMIT');
  }
}
