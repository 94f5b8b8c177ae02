import { isMssError } from '@mss/core';
import { openDirectoryConnection } from '../directory/connection.js';
import type { LoadContext } from '../load/job.js';
import type { LoadReport } from '../load/report.js';
import { loadInWorker, type LoadOrder } from '../load/run-in-worker.js';
import { sourceColumns, sourceRecord } from '../source/source-record.js';
import { workFolder } from '../storage/files.js';
import { lockDirectory } from './lock.js';
import type { DirectoryStorage } from './storage.js';

/** A directory in SQLite files, loaded in a thread of its own unless told otherwise. */
export function sqliteStorage(
  file: string,
  load: (order: LoadOrder, context: LoadContext) => Promise<LoadReport> = loadInWorker,
): DirectoryStorage {
  return {
    workFolder: workFolder(file),
    async lock() {
      const lock = lockDirectory(file);
      return { [Symbol.asyncDispose]: async () => lock[Symbol.dispose]() };
    },
    async sources() {
      try {
        const connection = openDirectoryConnection(file);
        try {
          const rows = connection.current().prepare(`SELECT ${sourceColumns} FROM source`).all();
          return { records: rows.map(sourceRecord), snapshot: connection.snapshot() };
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
