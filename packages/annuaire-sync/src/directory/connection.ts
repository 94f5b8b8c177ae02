import { existsSync, statSync } from 'node:fs';
import { isMssError } from '@mss/core';
import { openSqliteSync, type SqliteSync, type SqliteSyncStatement } from '@mss/store/sync';
import { syncError } from '../errors.js';
import { generationFile, realFile } from '../storage/files.js';
import { openPointer, pragmaNumber } from '../storage/pointer.js';
import { generationVersion } from '../storage/schema.js';

/** A reader's way into a directory, for a thread that may block. */
export interface DirectoryConnection {
  /**
   * The current generation, read-only. Asks the pointer each time (microseconds); after a switch the old one is closed and
   * another object returned: keep prepared statements by this object. Several statements see one snapshot between BEGIN
   * and COMMIT; nobody waits for them. A directory that was deleted and made again is seen a second later; until there is
   * another, the state before is shown.
   *
   * @throws MssError `ERR_MSS_ANNUAIRE_DAMAGED`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`
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
/** How often a reader looks whether its directory is still the one of this name. */
const lookMs = 1000;

/** A pointer that is open. Its file keeps its number as long as that. */
interface OpenPointer {
  readonly db: SqliteSync;
  /** Links followed: generations stand beside it. */
  readonly file: string;
  readonly identity: string | null;
  readonly generation: SqliteSyncStatement;
}

function identityOf(file: string): string | null {
  const info = statSync(file, { bigint: true, throwIfNoEntry: false });
  return info === undefined ? null : `${info.dev} ${info.ino}`;
}

function followPointer(name: string): OpenPointer {
  // Before it is opened: if it is replaced in between, it is opened once more than needed.
  const identity = identityOf(name);
  const file = realFile(name);
  const db = openPointer(file);
  return { db, file, identity, generation: db.prepare('SELECT generation FROM pointer') };
}

const namedBy = ({ generation }: OpenPointer): number => generation.get<{ generation: number }>()?.generation ?? 0;

function openGeneration(file: string, options: DirectoryConnectionOptions): SqliteSync {
  const db = openSqliteSync(file, { readOnly: true, ...options });
  const version = pragmaNumber(db, 'user_version');
  if (version === generationVersion) return db;
  db.close();
  if (version > generationVersion) throw syncError('ERR_MSS_ANNUAIRE_NEWER_DIRECTORY', 'a newer release wrote this directory');
  throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'an older release wrote this directory: synchronise once');
}

/** The pointer of a directory that was synchronised; `null` while it is being made. */
function pointerOf(file: string): OpenPointer | null {
  let pointer: OpenPointer;
  try {
    pointer = followPointer(file);
  } catch (error) {
    if (isMssError(error, 'ERR_MSS_ANNUAIRE_NO_DIRECTORY')) return null;
    throw error;
  }
  if (namedBy(pointer) > 0) return pointer;
  pointer.db.close();
  return null;
}

/**
 * Opens a directory for reading.
 *
 * @param file - what a synchronisation was given as `db`.
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`, `ERR_MSS_ANNUAIRE_DAMAGED`
 */
export function openDirectoryConnection(file: string, options: DirectoryConnectionOptions = {}): DirectoryConnection {
  let pointer = followPointer(file);
  let lookedAt = performance.now();
  let generation = 0;
  let db: SqliteSync | null = null;

  /** Takes the directory that has this name now, once there is one. */
  function look(): void {
    const identity = identityOf(file);
    if (identity === null || identity === pointer.identity) return;
    const other = pointerOf(file);
    if (other === null) return;
    pointer.db.close();
    pointer = other;
    generation = 0;
  }

  function current(): SqliteSync {
    const now = performance.now();
    if (now - lookedAt >= lookMs) {
      // When it throws, every reading does until it is repaired.
      look();
      lookedAt = now;
    }
    let problem: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const wanted = namedBy(pointer);
      if (wanted === 0) throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'nothing was synchronised into this directory yet');
      if (db !== null && wanted === generation) return db;
      try {
        const opened = openGeneration(generationFile(pointer.file, wanted), options);
        db?.close();
        db = opened;
        generation = wanted;
        return opened;
      } catch (error) {
        problem = error;
        if (existsSync(generationFile(pointer.file, wanted))) throw error;
      }
    }
    throw syncError('ERR_MSS_ANNUAIRE_DAMAGED', 'the current generation of the directory is missing', { cause: problem });
  }

  try {
    current();
  } catch (error) {
    pointer.db.close();
    throw error;
  }
  return {
    current,
    snapshot: () => current().prepare('SELECT max(id) AS id FROM snapshot').get<{ id: number | null }>()?.id ?? 0,
    close() {
      db?.close();
      pointer.db.close();
    },
  };
}
