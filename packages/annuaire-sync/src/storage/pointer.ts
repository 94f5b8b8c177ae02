import { statSync } from 'node:fs';
import { isMssError } from '@mss/core';
import { openSqliteSync, type SqliteSync } from '@mss/store/sync';
import { syncError } from '../errors.js';
import { applicationId, pointerSchema, pointerVersion } from './schema.js';

/** @throws MssError `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY` for a folder: its files would be put beside it */
export function isNothing(file: string): boolean {
  const info = statSync(file, { throwIfNoEntry: false });
  if (info?.isDirectory() === true) throw syncError('ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY', 'this is a folder, not the file of a directory');
  return info === undefined || info.size === 0;
}

/** The number that a PRAGMA answers with. */
export function pragmaNumber(db: SqliteSync, name: 'application_id' | 'user_version'): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}

/** What a synchronisation has made, or left when it died, before it had a table: no directory yet, and nothing else either. */
function isEmptyDatabase(db: SqliteSync): boolean {
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get<{ n: number }>()?.n ?? 0;
  return tables === 0 && pragmaNumber(db, 'application_id') === 0;
}

function checkPointer(db: SqliteSync): void {
  if (pragmaNumber(db, 'application_id') !== applicationId) {
    throw syncError('ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY', 'the file is another database than a directory');
  }
  if (pragmaNumber(db, 'user_version') > pointerVersion) {
    throw syncError('ERR_MSS_ANNUAIRE_NEWER_DIRECTORY', 'a newer release wrote this directory');
  }
}

function open(file: string, readOnly: boolean): SqliteSync {
  try {
    return openSqliteSync(file, { readOnly, cacheBytes: 64 * 1024 });
  } catch (cause) {
    if (isMssError(cause, 'ERR_MSS_STORE_NOT_A_DATABASE')) {
      throw syncError('ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY', 'the file is no directory', { cause });
    }
    throw cause;
  }
}

/**
 * Opens the pointer for reading.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`
 */
export function openPointer(file: string): SqliteSync {
  if (isNothing(file)) throw nothingThere();
  const db = open(file, true);
  try {
    if (isEmptyDatabase(db)) throw nothingThere();
    checkPointer(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const nothingThere = (): Error => syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'there is no directory at this place');

/** Opens the pointer for a synchronisation, made when it is not there. Call it under the lock. */
export function openPointerForWriting(file: string): SqliteSync {
  isNothing(file);
  const db = open(file, false);
  try {
    if (isEmptyDatabase(db)) db.transaction(() => db.exec(pointerSchema));
    checkPointer(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** 0: nothing was ever synchronised. */
export function currentGeneration(pointer: SqliteSync): number {
  return pointer.prepare('SELECT generation FROM pointer').get<{ generation: number }>()?.generation ?? 0;
}

/** The switch. One row, one transaction. */
export function switchTo(pointer: SqliteSync, generation: number): void {
  pointer.prepare('UPDATE pointer SET generation = ? WHERE id = 1').run(BigInt(generation));
}
