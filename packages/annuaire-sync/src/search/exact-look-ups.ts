import type { SqliteSync, SqliteSyncStatement } from '@mss/store/sync';
import { decodeEntry, openDirectoryConnection, type DirectoryConnection, type DirectoryEntry } from '../directory/index.js';
import { exactKeys, type ExactKey } from './exact-keys.js';
import { maxEntriesOfOne } from './types.js';

interface Row {
  readonly id: number;
  readonly line: Uint8Array;
  readonly [column: string]: number | Uint8Array;
}

/** Entries of an SQLite file by their keys: microseconds each, in the calling thread. */
export class ExactLookUps {
  readonly #connection: DirectoryConnection;
  #db: SqliteSync | null = null;
  readonly #statements = new Map<ExactKey, SqliteSyncStatement>();

  constructor(file: string) {
    this.#connection = openDirectoryConnection(file);
  }

  find(key: ExactKey, text: string): DirectoryEntry[] {
    const { column, values } = exactKeys(key, text);
    const rows = this.#statement(key, column, values.length).all<Row>(...values);
    return rows.map(({ id, line }) => decodeEntry(id, line));
  }

  close(): void {
    this.#connection.close();
  }

  #statement(key: ExactKey, column: string, count: number): SqliteSyncStatement {
    const db = this.#connection.current();
    if (db !== this.#db) this.#statements.clear();
    this.#db = db;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      const condition = count === 1 ? '= ?' : `IN (${Array.from({ length: count }, () => '?').join(', ')})`;
      statement = db.prepare(`SELECT id, line FROM entry WHERE ${column} ${condition} AND shown = 1 ORDER BY id LIMIT ${maxEntriesOfOne}`);
      this.#statements.set(key, statement);
    }
    return statement;
  }
}
