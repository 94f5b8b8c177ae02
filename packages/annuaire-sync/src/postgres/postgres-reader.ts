import type { Store, StoreRow, StoreValue } from '@mss/store';
import { syncError } from '../errors.js';
import type { DirectoryReader } from '../directory/reader.js';
import { postgresMigrations, postgresOwner } from './schema.js';

/** Rows of the generation that the pointer names, in the statement's own snapshot. */
const current = 'generation = (SELECT generation FROM annuaire_pointer)';

/** The SQL of a directory, as it is for SQLite, in the names of PostgreSQL. */
export function toPostgresNames(sql: string): string {
  return sql
    .replaceAll(/\bFROM entry WHERE\b/g, `FROM annuaire_entry WHERE ${current} AND`)
    .replaceAll(/\bFROM (snapshot|change|rejected|source)\b/g, 'FROM annuaire_$1');
}

/** A directory in PostgreSQL, for reading. Each statement sees one state; the store stays open. */
export async function postgresReader(store: Store): Promise<DirectoryReader> {
  if (store.dialect !== 'postgres') throw new TypeError('a directory in SQLite is opened by the path of its file');
  await store.migrate(postgresOwner, postgresMigrations);
  const row = await store.get<{ generation: number }>('SELECT generation FROM annuaire_pointer');
  if ((row?.generation ?? 0) === 0) throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'nothing was synchronised into this database yet');
  return {
    dialect: 'postgres',
    all: <Row extends StoreRow>(sql: string, parameters: readonly StoreValue[] = []) => store.all<Row>(toPostgresNames(sql), parameters),
    close: async () => {},
  };
}
