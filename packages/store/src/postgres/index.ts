/**
 * The same store on PostgreSQL, for several processes on several machines.
 *
 * @packageDocumentation
 */
export { type PostgresStoreOptions, type PostgresTls } from './options.js';
export { openPostgresStore } from './open-postgres-store.js';
