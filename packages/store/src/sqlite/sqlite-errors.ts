import { isMssError, type MssError } from '@mss/core';
import { storeError, type StoreErrorCode } from '../errors.js';

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
const codes: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  3: ['ERR_MSS_STORE_OPEN', 'the operating system denies access to the database'],
  5: ['ERR_MSS_STORE_BUSY', 'another process holds the database'],
  6: ['ERR_MSS_STORE_BUSY', 'a table of the database is locked'],
  8: ['ERR_MSS_STORE_READ_ONLY', 'the database is open for reading only'],
  10: ['ERR_MSS_STORE_IO', 'the operating system failed to read or write the database'],
  11: ['ERR_MSS_STORE_CORRUPT', 'the database is damaged'],
  13: ['ERR_MSS_STORE_FULL', 'the disk or the quota of the database is full'],
  14: ['ERR_MSS_STORE_OPEN', 'the database cannot be opened'],
  18: ['ERR_MSS_STORE_VALUE', 'a text or a blob is larger than the database takes'],
  19: ['ERR_MSS_STORE_CONSTRAINT', 'a constraint of the schema refuses the change'],
  23: ['ERR_MSS_STORE_OPEN', 'the operating system denies access to the database'],
  26: ['ERR_MSS_STORE_NOT_A_DATABASE', 'the file is not an SQLite database'],
};

/** Extended codes of constraints. */
const constraints: Readonly<Record<number, string>> = {
  275: 'check',
  787: 'foreign-key',
  1299: 'not-null',
  1555: 'unique',
  2067: 'unique',
  2579: 'unique',
};

/** Names of tables and columns, never values: `UNIQUE constraint failed: entry.id`. */
const constraintNames = /^(?:UNIQUE|NOT NULL) constraint failed: ([\w., ]+)$/;

/**
 * What SQLite threw, as an error of this package.
 *
 * The driver's message is kept only where it speaks of the schema or of the SQL text: messages of a running statement
 * can quote values (FTS5 quotes the query, an out-of-range integer is spelled out).
 *
 * @param stage - `prepare`: only the SQL text is known to SQLite yet
 */
export function toStoreError(error: unknown, stage: 'open' | 'prepare' | 'run'): MssError<StoreErrorCode> {
  if (isMssError<StoreErrorCode>(error)) return error;
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown };
  if (code === 'ERR_OUT_OF_RANGE') return storeError('ERR_MSS_STORE_VALUE', 'a row holds an integer beyond 2^53 - 1');
  if (typeof errcode !== 'number') {
    const name = typeof code === 'string' ? code : 'unknown';
    return storeError(stage === 'open' ? 'ERR_MSS_STORE_OPEN' : 'ERR_MSS_STORE_SQL', `the SQLite driver refuses this (${name})`, {
      details: { driverCode: name },
    });
  }
  const [mapped, sentence] = codes[errcode & 0xff] ?? ['ERR_MSS_STORE_SQL', 'SQLite cannot run the statement'];
  const details: Record<string, unknown> = { sqliteCode: errcode };
  if (mapped === 'ERR_MSS_STORE_CONSTRAINT') {
    details['constraint'] = constraints[errcode] ?? 'other';
    const columns = constraintNames.exec(String(message))?.[1];
    if (columns !== undefined) details['columns'] = columns;
  }
  const text = mapped === 'ERR_MSS_STORE_SQL' && stage === 'prepare' ? `${sentence}: ${String(message)}` : sentence;
  return storeError(mapped, text, { details });
}
