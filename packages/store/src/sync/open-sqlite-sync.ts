import type { StatementSync } from 'node:sqlite';
import { storeError } from '../errors.js';
import { createDatabaseFile } from '../sqlite/create-file.js';
import { loadSqlite } from '../sqlite/driver.js';
import { toStoreError } from '../sqlite/sqlite-errors.js';
import type { StoreRow } from '../types.js';

/** What can be bound: as `StoreValue`, and bigint, which binds as INTEGER where a number binds as REAL. */
export type SqliteSyncValue = string | number | bigint | null | Uint8Array;

/** How the file is opened. The defaults are those of a durable store; a bulk load into a file that is not yet used may drop them. */
export interface SqliteSyncOptions {
  /** Default `false`. A file that is only read must exist. */
  readonly readOnly?: boolean;
  /** How long a statement waits for other connections, blocking the thread. Default 5 s. */
  readonly busyTimeoutMs?: number;
  /** Default `wal`; `off` loses the file when the process dies in the middle: only for a file that is thrown away then. */
  readonly journal?: 'wal' | 'delete' | 'truncate' | 'memory' | 'off';
  /** Default `full`. */
  readonly synchronous?: 'full' | 'normal' | 'off';
  /** Memory for pages. Default 16 MiB. */
  readonly cacheBytes?: number;
  /** How much of the file may be mapped into memory. Default 0: an I/O error would kill the process instead of throwing. */
  readonly mmapBytes?: number;
  /** Where sorting for indexes happens. Default `file`. */
  readonly temporary?: 'memory' | 'file';
  /** A power of two, 512 to 65,536, for a new file. Default 4096. */
  readonly pageBytes?: number;
  /** Keeps the file locked for this connection alone until it is closed. Default `false`. */
  readonly exclusive?: boolean;
}

/** A prepared statement. Errors carry the codes of this package; rows are plain objects with the names as the SQL has them. */
export interface SqliteSyncStatement {
  all<Row extends StoreRow = StoreRow>(...parameters: readonly SqliteSyncValue[]): Row[];
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in StoreReader, the caller names its columns
  get<Row extends StoreRow = StoreRow>(...parameters: readonly SqliteSyncValue[]): Row | null;
  /** Row by row; the statement must not be used otherwise until the loop ends. */
  iterate<Row extends StoreRow = StoreRow>(...parameters: readonly SqliteSyncValue[]): IterableIterator<Row>;
  /** @returns the number of rows changed, for INSERT, UPDATE and DELETE */
  run(...parameters: readonly SqliteSyncValue[]): number;
}

/** A connection to one SQLite file. */
export interface SqliteSync extends Disposable {
  /** Runs one or several statements without parameters. */
  exec(sql: string): void;
  /** @throws MssError `ERR_MSS_STORE_SQL` */
  prepare(sql: string): SqliteSyncStatement;
  /** `BEGIN IMMEDIATE`, `work`, COMMIT; ROLLBACK when it throws. Not nested. */
  transaction<Result>(work: () => Result): Result;
  readonly inTransaction: boolean;
  /** Once more does nothing. */
  close(): void;
}

/**
 * Opens an SQLite file in the calling thread, which every statement blocks. A new file is for its owner alone (0600).
 *
 * Values are not checked as `Store` does: integers bind as REAL unless they are bigint (a column with INTEGER affinity makes
 * them integers again), and a text is cut at NUL by some versions of Node.
 *
 * @param file - a path, or `':memory:'`
 * @throws MssError `ERR_MSS_STORE_OPEN`, `…_NOT_A_DATABASE`, `…_CORRUPT`, `…_BUSY`
 */
export function openSqliteSync(file: string, options: SqliteSyncOptions = {}): SqliteSync {
  if (file === '' || file.startsWith('file:')) throw new TypeError('file is the path of a file, or :memory:');
  const readOnly = options.readOnly ?? false;
  if (!readOnly && file !== ':memory:') createDatabaseFile(file);
  const { DatabaseSync } = loadSqlite();
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(file, {
      readOnly,
      timeout: whole(options.busyTimeoutMs ?? 5000, 'busyTimeoutMs'),
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
    });
    for (const pragma of pragmasOf(options, readOnly)) database.exec(`PRAGMA ${pragma}`);
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return connection(database);
  } catch (error) {
    database?.close();
    throw toStoreError(error, 'open');
  }
}

function pragmasOf(options: SqliteSyncOptions, readOnly: boolean): readonly string[] {
  const cacheKiB = Math.ceil(whole(options.cacheBytes ?? 16 * 1024 * 1024, 'cacheBytes') / 1024);
  return [
    'trusted_schema = OFF',
    `cache_size = -${cacheKiB}`,
    `mmap_size = ${whole(options.mmapBytes ?? 0, 'mmapBytes')}`,
    `temp_store = ${options.temporary === 'memory' ? 'MEMORY' : 'FILE'}`,
    ...(options.pageBytes === undefined ? [] : [`page_size = ${whole(options.pageBytes, 'pageBytes')}`]),
    ...(options.exclusive === true ? ['locking_mode = EXCLUSIVE'] : []),
    ...(readOnly
      ? []
      : [`journal_mode = ${word(options.journal ?? 'wal')}`, `synchronous = ${word(options.synchronous ?? 'full')}`, 'fullfsync = ON']),
  ];
}

function whole(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${name} must be a whole number`);
  return value;
}

function word(value: string): string {
  if (!/^[a-z]+$/.test(value)) throw new TypeError('a mode of the database is one word');
  return value.toUpperCase();
}

function connection(database: InstanceType<typeof import('node:sqlite').DatabaseSync>): SqliteSync {
  let open = true;
  const guarded = <Result>(stage: 'prepare' | 'run', run: () => Result): Result => {
    if (!open) throw storeError('ERR_MSS_STORE_CLOSED', 'the database is closed');
    try {
      return run();
    } catch (error) {
      throw toStoreError(error, stage);
    }
  };
  const exec = (sql: string): void => guarded('prepare', () => database.exec(sql));
  return {
    exec,
    prepare(sql) {
      const statement = guarded('prepare', () => database.prepare(sql));
      return statementOf(statement, guarded);
    },
    transaction(work) {
      if (database.isTransaction) throw storeError('ERR_MSS_STORE_NESTED', 'a transaction is open already');
      exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        exec('COMMIT');
        return result;
      } catch (error) {
        if (open && database.isTransaction) exec('ROLLBACK');
        throw error;
      }
    },
    get inTransaction() {
      return open && database.isTransaction;
    },
    close() {
      if (!open) return;
      open = false;
      database.close();
    },
    [Symbol.dispose]() {
      this.close();
    },
  };
}

function statementOf(statement: StatementSync, guarded: <Result>(stage: 'run', run: () => Result) => Result): SqliteSyncStatement {
  return {
    all: <Row extends StoreRow>(...parameters: readonly SqliteSyncValue[]) => guarded('run', () => statement.all(...parameters) as Row[]),
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as declared
    get: <Row extends StoreRow>(...parameters: readonly SqliteSyncValue[]) =>
      guarded('run', () => (statement.get(...parameters) as Row | undefined) ?? null),
    *iterate<Row extends StoreRow>(...parameters: readonly SqliteSyncValue[]): IterableIterator<Row> {
      const rows = guarded('run', () => statement.iterate(...parameters)) as IterableIterator<Row>;
      try {
        for (let next = guarded('run', () => rows.next()); next.done !== true; next = guarded('run', () => rows.next())) yield next.value;
      } finally {
        rows.return?.();
      }
    },
    run: (...parameters) => guarded('run', () => Number(statement.run(...parameters).changes)),
  };
}
