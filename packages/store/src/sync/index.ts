/**
 * SQLite without a thread of its own, for code that runs in one already: bulk loads, search.
 *
 * @packageDocumentation
 */
export {
  openSqliteSync,
  type SqliteSync,
  type SqliteSyncOptions,
  type SqliteSyncStatement,
  type SqliteSyncValue,
} from './open-sqlite-sync.js';
