import { MssError, type MssErrorOptions } from '@mss/core';

/**
 * Codes of everything this package throws. No message and no detail holds the value of a parameter, of a row or of a
 * connection string; what a `work` function throws comes through unchanged.
 */
export type StoreErrorCode =
  /** The database cannot be opened: no such folder, no permission, not a file, a handshake that fails. */
  | 'ERR_MSS_STORE_OPEN'
  /** The file is there and is not an SQLite database (or is encrypted by another product). */
  | 'ERR_MSS_STORE_NOT_A_DATABASE'
  /** The file is damaged. Nothing is repaired silently: restore a copy. */
  | 'ERR_MSS_STORE_CORRUPT'
  /** Another process held the database for longer than the configured wait, or transactions kept colliding. Later may help. */
  | 'ERR_MSS_STORE_BUSY'
  /** The disk, or the quota of the database, is full: the transaction was rolled back, the store stays usable. */
  | 'ERR_MSS_STORE_FULL'
  /** The operating system failed to read or write; the transaction was rolled back. */
  | 'ERR_MSS_STORE_IO'
  /** A write on a database, or through a method, that only reads. */
  | 'ERR_MSS_STORE_READ_ONLY'
  /** A constraint of the schema refuses the change (`details.constraint`: `unique`, `foreign-key`, `not-null`, `check`, `other`). */
  | 'ERR_MSS_STORE_CONSTRAINT'
  /** The SQL is wrong, or is not one statement with as many `?` as parameters: a bug of the caller. */
  | 'ERR_MSS_STORE_SQL'
  /** A value that does not come back as it went in: NUL or a lone surrogate in a text, an integer beyond 2^53 - 1, NaN. */
  | 'ERR_MSS_STORE_VALUE'
  /** The store was used inside the `work` of one of its own transactions: use the transaction that `work` was given. */
  | 'ERR_MSS_STORE_NESTED'
  /** The store was closed, or the transaction is over. */
  | 'ERR_MSS_STORE_CLOSED'
  /** The caller's signal aborted; the transaction was rolled back. */
  | 'ERR_MSS_STORE_ABORTED'
  /** The statement or the transaction took longer than its deadline and was rolled back. */
  | 'ERR_MSS_STORE_DEADLINE'
  /** The database cannot be reached, or the link broke before COMMIT: nothing was committed. Later may help. */
  | 'ERR_MSS_STORE_UNAVAILABLE'
  /** The link broke, or the disk failed, during COMMIT: committed or not. Look before you repeat. */
  | 'ERR_MSS_STORE_COMMIT_UNKNOWN'
  /** The server refuses these credentials, this database or this role. */
  | 'ERR_MSS_STORE_REFUSED'
  /** The optional package `pg` is not installed. */
  | 'ERR_MSS_STORE_DRIVER'
  /** A newer release wrote this database; nothing was changed. */
  | 'ERR_MSS_STORE_NEWER_SCHEMA'
  /** A migration that was applied is not the one of this release: its statements were changed afterwards. Nothing was changed. */
  | 'ERR_MSS_STORE_HISTORY';

/** Of these, the same call may succeed later. */
const passing: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  'ERR_MSS_STORE_BUSY',
  'ERR_MSS_STORE_FULL',
  'ERR_MSS_STORE_IO',
  'ERR_MSS_STORE_ABORTED',
  'ERR_MSS_STORE_DEADLINE',
  'ERR_MSS_STORE_UNAVAILABLE',
  'ERR_MSS_STORE_COMMIT_UNKNOWN',
]);

/** Makes an error of this package; whether it is permanent follows from its code. */
export function storeError(
  code: StoreErrorCode,
  message: string,
  options: Omit<MssErrorOptions, 'permanent' | 'requirement'> = {},
): MssError<StoreErrorCode> {
  return new MssError<StoreErrorCode>(code, message, { ...options, permanent: !passing.has(code) });
}

/** An error as it crosses from a worker thread. */
export interface ErrorRecord {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The error of this package that a worker thread described. */
export function fromErrorRecord(record: ErrorRecord): MssError<StoreErrorCode> {
  return storeError(record.code, record.message, { details: record.details });
}
