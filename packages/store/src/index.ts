/**
 * Opens SQLite or PostgreSQL: migrations, transactions, one contract for both.
 *
 * @packageDocumentation
 */
export { type StoreErrorCode } from './errors.js';
export type * from './types.js';
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open-sqlite-store.js';
