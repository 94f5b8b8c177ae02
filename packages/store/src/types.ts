/**
 * What a column holds. Booleans are 0 and 1, instants are integer milliseconds since 1970-01-01T00:00:00Z; an integer beyond
 * `Number.MAX_SAFE_INTEGER` comes back as bigint from neither database: it is an error.
 */
export type StoreValue = string | number | null | Uint8Array;

/** One row, by column name (lower case in both databases). */
export type StoreRow = Readonly<Record<string, StoreValue>>;

/** SQL with `?` for each parameter, in both databases. */
export interface StoreStatement {
  readonly sql: string;
  readonly parameters?: readonly StoreValue[];
}

/** Reads. */
export interface StoreReader {
  /** All rows of a bounded query (give it a LIMIT: a running statement cannot be interrupted). */
  all<Row extends StoreRow = StoreRow>(sql: string, parameters?: readonly StoreValue[]): Promise<readonly Row[]>;
  /** The first row, or null. */
  get<Row extends StoreRow = StoreRow>(sql: string, parameters?: readonly StoreValue[]): Promise<Row | null>;
}

/** Reads and writes that stand or fall together. */
export interface StoreTransaction extends StoreReader {
  /** @returns the number of rows changed */
  run(sql: string, parameters?: readonly StoreValue[]): Promise<number>;
}

export type StoreDialect = 'sqlite' | 'postgres';

/** One step of an owner's schema. Applied once, in order, each in its own transaction. */
export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly version: number;
  /** One statement each. */
  readonly sqlite: readonly string[];
  readonly postgres: readonly string[];
}

export interface TransactionOptions {
  readonly signal?: AbortSignal;
}

/** A database, whichever it is. */
export interface Store extends StoreReader, AsyncDisposable {
  readonly dialect: StoreDialect;
  /**
   * Appended to a SELECT inside a transaction by which a worker claims rows: nobody else gets them meanwhile.
   * `FOR UPDATE SKIP LOCKED` for PostgreSQL; empty for SQLite, where a transaction is the only writer anyway.
   */
  readonly claimClause: string;
  /**
   * Brings the tables of one owner (`ledger-outbox`) to the newest version. Safe when several processes start at once.
   *
   * @throws MssError `ERR_MSS_STORE_NEWER_SCHEMA`: a newer release wrote this database; nothing was changed
   */
  migrate(owner: string, migrations: readonly Migration[]): Promise<void>;
  /**
   * Runs `work` in one transaction: committed, durably, when it resolves; rolled back when it rejects.
   *
   * SQLite: `BEGIN IMMEDIATE`, one at a time per process, others waited for. PostgreSQL: READ COMMITTED; run again from
   * the start after a serialisation failure, a deadlock or a lost connection before COMMIT, so `work` must have no
   * effect outside the transaction. Never nested.
   *
   * @throws MssError `ERR_MSS_STORE_BUSY`, `…_FULL`, `…_CORRUPT`, `…_UNAVAILABLE`, `…_COMMIT_UNKNOWN` (the link broke during
   *   COMMIT: committed or not, look), `…_CONSTRAINT`, `…_CLOSED`, `…_SQL`; what `work` throws comes through unchanged
   */
  transaction<Result>(work: (transaction: StoreTransaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /** A short transaction in one round trip. @returns the rows changed by each statement */
  batch(statements: readonly StoreStatement[]): Promise<readonly number[]>;
  /** Finishes what runs, then closes. Calls after it fail with `ERR_MSS_STORE_CLOSED`. */
  close(): Promise<void>;
}
