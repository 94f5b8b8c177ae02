import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storeError } from '../errors.js';
import { lowerCased } from '../rows.js';
import { scanSql } from '../scan-sql.js';
import type { StoreRow, StoreValue } from '../types.js';
import { checkCount } from '../values.js';
import { loadSqlite } from './driver.js';
import { toStoreError } from './sqlite-errors.js';

/** How many prepared statements a connection keeps. */
const keptStatements = 256;

interface Prepared {
  readonly statement: StatementSync;
  readonly parameters: number;
  /** Whether `run` counts rows. */
  readonly changes: boolean;
}

export interface SqliteConnectionOptions {
  readonly file: string;
  readonly readOnly: boolean;
  /** How long SQLite itself waits for a lock, blocking the thread. */
  readonly busyTimeoutMs: number;
  readonly pragmas: readonly string[];
}

/** One connection to SQLite: prepared statements kept, errors in this package's codes. Synchronous; values are checked by the caller. */
export interface SqliteConnection {
  all(sql: string, parameters: readonly StoreValue[]): readonly StoreRow[];
  get(sql: string, parameters: readonly StoreValue[]): StoreRow | null;
  run(sql: string, parameters: readonly StoreValue[]): number;
  /** For the store's own BEGIN, COMMIT, PRAGMA … and for statements of migrations. */
  exec(sql: string): void;
  /** False too after SQLite rolled back by itself, as it does when the disk is full. */
  inTransaction(): boolean;
  close(): void;
}

/**
 * @throws MssError `ERR_MSS_STORE_OPEN`, `…_NOT_A_DATABASE`, `…_CORRUPT`, `…_BUSY`, `…_READ_ONLY`
 */
export function openConnection(options: SqliteConnectionOptions): SqliteConnection {
  const { DatabaseSync } = loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(options.file, {
      readOnly: options.readOnly,
      timeout: options.busyTimeoutMs,
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
    });
    for (const pragma of options.pragmas) database.exec(`PRAGMA ${pragma}`);
    // SQLite opens lazily: only a read shows what the file is.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return connectionOn(database);
  } catch (error) {
    database?.close();
    throw toStoreError(error, 'open');
  }
}

function connectionOn(database: DatabaseSync): SqliteConnection {
  const cache = new Map<string, Prepared>();

  function prepare(sql: string): Prepared {
    const known = cache.get(sql);
    if (known !== undefined) {
      // Least recently used first.
      cache.delete(sql);
      cache.set(sql, known);
      return known;
    }
    const { keyword, parameters } = scanSql(sql, 'sqlite');
    let statement: StatementSync;
    try {
      statement = database.prepare(sql);
    } catch (error) {
      throw toStoreError(error, 'prepare');
    }
    const changes = /^(?:INSERT|UPDATE|DELETE|REPLACE|WITH)$/.test(keyword);
    const prepared: Prepared = { statement, parameters, changes };
    cache.set(sql, prepared);
    if (cache.size > keptStatements) cache.delete(cache.keys().next().value as string);
    return prepared;
  }

  function execute<Result>(sql: string, parameters: readonly StoreValue[], use: (prepared: Prepared, bound: SqlValue[]) => Result): Result {
    const prepared = prepare(sql);
    checkCount(parameters.length, prepared.parameters);
    try {
      return use(prepared, parameters.map(toSqlite));
    } catch (error) {
      throw toStoreError(error, 'run');
    }
  }

  return {
    all: (sql, parameters) => execute(sql, parameters, ({ statement }, bound) => lowerCased(statement.all(...bound) as StoreRow[])),
    get: (sql, parameters) =>
      execute(sql, parameters, ({ statement }, bound) => {
        const row = statement.get(...bound) as StoreRow | undefined;
        return row === undefined ? null : (lowerCased([row])[0] ?? null);
      }),
    run: (sql, parameters) =>
      execute(sql, parameters, ({ statement, changes }, bound) => {
        const result = statement.run(...bound);
        return changes ? Number(result.changes) : 0;
      }),
    exec(sql) {
      try {
        database.exec(sql);
      } catch (error) {
        throw toStoreError(error, 'prepare');
      }
    },
    inTransaction: () => database.isTransaction,
    close() {
      cache.clear();
      database.close();
    },
  };
}

type SqlValue = string | number | bigint | null | Uint8Array;

/**
 * QUIRK: node:sqlite binds every number as REAL, so that `7 / ?` with 2 would be 3.5, and 3 in PostgreSQL; and Node 22 binds
 * an empty blob that came from another thread, and has no memory at all, as NULL.
 */
function toSqlite(value: StoreValue): SqlValue {
  if (value instanceof Uint8Array && value.byteLength === 0) return new Uint8Array(1).subarray(0, 0);
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

/** The settings of a durable store: see https://sqlite.org/pragma.html */
export const durablePragmas: readonly string[] = [
  'journal_mode = WAL',
  'synchronous = FULL',
  // On macOS only this reaches the disk; elsewhere it does nothing.
  'fullfsync = ON',
  'checkpoint_fullfsync = ON',
  // A hostile schema in a file of unknown origin cannot call functions.
  'trusted_schema = OFF',
  'cell_size_check = ON',
  // The WAL file shrinks again after a large transaction.
  `journal_size_limit = ${64 * 1024 * 1024}`,
];

/** Refuses a file whose journal cannot be a WAL, as on some network folders: readers would then block the writer. */
export function requireWal(connection: SqliteConnection): void {
  const mode = connection.get('PRAGMA journal_mode', [])?.['journal_mode'];
  if (mode !== 'wal')
    throw storeError('ERR_MSS_STORE_OPEN', 'the folder of the database does not allow a write-ahead log', { details: { mode } });
}
