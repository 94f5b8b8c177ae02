import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { isMssError } from '@mss/core';
import { openDirectoryConnection } from '../directory/connection.js';
import type { LoadContext } from '../load/job.js';
import type { LoadReport } from '../load/report.js';
import { loadInWorker, type LoadOrder } from '../load/run-in-worker.js';
import { sourceColumns, sourceRecord } from '../source/source-record.js';
import { realFile, workFolder } from '../storage/files.js';
import { isSearchable } from '../storage/generation.js';
import { isNothing } from '../storage/pointer.js';
import { lockDirectory } from './lock.js';
import type { DirectoryStorage } from './storage.js';

const nameOf = (file: string): string => `mss-annuaire-${createHash('sha256').update(resolve(file)).digest('hex').slice(0, 16)}`;

/** A directory in SQLite files, loaded in a thread of its own unless told otherwise. */
export function sqliteStorage(
  db: string,
  load: (order: LoadOrder, context: LoadContext) => Promise<LoadReport> = loadInWorker,
): DirectoryStorage {
  if (db === '' || db === ':memory:') throw new TypeError('db is the path of a file');
  const file = realFile(db);
  return {
    // Two directories may be given the same base: a name for each.
    workFolder: async (base) => (base === undefined ? workFolder(file) : join(base, nameOf(file))),
    async lock() {
      isNothing(file);
      const lock = lockDirectory(file);
      return { [Symbol.asyncDispose]: async () => lock[Symbol.dispose]() };
    },
    async sources() {
      try {
        const connection = openDirectoryConnection(file);
        try {
          const current = connection.current();
          const rows = current.prepare(`SELECT ${sourceColumns} FROM source`).all();
          return { records: rows.map(sourceRecord), snapshot: connection.snapshot(), isOutdated: !isSearchable(current) };
        } finally {
          connection.close();
        }
      } catch (error) {
        if (isMssError(error, 'ERR_MSS_ANNUAIRE_NO_DIRECTORY')) return { records: [], snapshot: 0 };
        throw error;
      }
    },
    load: (job, context) => load({ file, job }, context),
    close: async () => {},
  };
}
