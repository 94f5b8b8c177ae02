import { existsSync } from 'node:fs';
import { openSqliteSync, type SqliteSync } from '@mss/store/sync';
import { syncError } from '../errors.js';
import { generationFile } from '../storage/files.js';
import { openPointer, pragmaNumber } from '../storage/pointer.js';
import { generationVersion } from '../storage/schema.js';

/** A reader's way into a directory, for a thread that may block. */
export interface DirectoryConnection {
  /** The file that the user named. */
  readonly file: string;
  /**
   * The current generation, read-only. Asks the pointer each time (microseconds); after a switch the old one is closed and
   * another object returned: keep prepared statements by this object. Several statements see one snapshot between BEGIN
   * and COMMIT; nobody waits for them.
   *
   * @throws MssError `ERR_MSS_ANNUAIRE_DAMAGED`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`
   */
  current(): SqliteSync;
  /** Number of the last snapshot: rises with each synchronisation that changed something. */
  snapshot(): number;
  close(): void;
}

export interface DirectoryConnectionOptions {
  /** Memory for pages. Default 16 MiB. */
  readonly cacheBytes?: number;
}

/** A switch can delete the generation that the pointer just named. */
const attempts = 5;

function openGeneration(file: string, options: DirectoryConnectionOptions): SqliteSync {
  const db = openSqliteSync(file, { readOnly: true, ...options });
  const version = pragmaNumber(db, 'user_version');
  if (version === generationVersion) return db;
  db.close();
  if (version > generationVersion) throw syncError('ERR_MSS_ANNUAIRE_NEWER_DIRECTORY', 'a newer release wrote this directory');
  throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'an older release wrote this directory: synchronise once');
}

/**
 * Opens a directory for reading.
 *
 * @param file - what a synchronisation was given as `db`.
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`, `ERR_MSS_ANNUAIRE_DAMAGED`
 */
export function openDirectoryConnection(file: string, options: DirectoryConnectionOptions = {}): DirectoryConnection {
  const pointer = openPointer(file);
  const pointed = pointer.prepare('SELECT generation FROM pointer');
  let generation = 0;
  let db: SqliteSync | null = null;

  function current(): SqliteSync {
    let problem: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const wanted = pointed.get<{ generation: number }>()?.generation ?? 0;
      if (wanted === 0) throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'nothing was synchronised into this directory yet');
      if (db !== null && wanted === generation) return db;
      try {
        const opened = openGeneration(generationFile(file, wanted), options);
        db?.close();
        db = opened;
        generation = wanted;
        return opened;
      } catch (error) {
        problem = error;
        if (existsSync(generationFile(file, wanted))) throw error;
      }
    }
    throw syncError('ERR_MSS_ANNUAIRE_DAMAGED', 'the current generation of the directory is missing', { cause: problem });
  }

  try {
    current();
  } catch (error) {
    pointer.close();
    throw error;
  }
  return {
    file,
    current,
    snapshot: () => current().prepare('SELECT max(id) AS id FROM snapshot').get<{ id: number | null }>()?.id ?? 0,
    close() {
      db?.close();
      pointer.close();
    },
  };
}
