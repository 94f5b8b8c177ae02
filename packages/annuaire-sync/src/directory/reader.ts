import type { StoreRow, StoreValue } from '@mss/store';
import type { SqliteSync, SqliteSyncStatement, SqliteSyncValue } from '@mss/store/sync';
import { openDirectoryConnection } from './connection.js';

/** Table names as a directory's SQL here writes them; PostgreSQL has them with a prefix, and rows of several generations. */
export interface DirectoryReader {
  readonly dialect: 'sqlite' | 'postgres';
  all<Row extends StoreRow>(sql: string, parameters?: readonly StoreValue[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** Reads by index, microseconds each: in the calling thread. */
export function sqliteReader(file: string): DirectoryReader {
  const connection = openDirectoryConnection(file);
  const statements = new Map<string, SqliteSyncStatement>();
  let prepared: SqliteSync | null = null;

  function prepare(sql: string): SqliteSyncStatement {
    const db = connection.current();
    if (db !== prepared) statements.clear();
    prepared = db;
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, (statement = db.prepare(sql)));
    return statement;
  }

  return {
    dialect: 'sqlite',
    all: async <Row extends StoreRow>(sql: string, parameters: readonly StoreValue[] = []) => {
      const bound = parameters.map((value): SqliteSyncValue =>
        typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
      );
      return prepare(sql).all<Row>(...bound);
    },
    close: async () => connection.close(),
  };
}
