import { isMssError } from '@mss/core';
import { openSqliteSync } from '@mss/store/sync';
import { syncError } from '../errors.js';
import { lockFile } from '../storage/files.js';

/**
 * Lets one synchronisation of a directory run at a time, over all processes of the machine.
 *
 * A lock of the operating system on a file beside the directory: it is gone with the process that held it, so that none is
 * ever stale.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_BUSY`
 */
export function lockDirectory(file: string): Disposable {
  try {
    const db = openSqliteSync(lockFile(file), { journal: 'delete', synchronous: 'off', busyTimeoutMs: 0, cacheBytes: 16 * 1024 });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      throw error;
    }
    return { [Symbol.dispose]: () => db.close() };
  } catch (cause) {
    if (!isMssError(cause, 'ERR_MSS_STORE_BUSY')) throw cause;
    throw syncError('ERR_MSS_ANNUAIRE_BUSY', 'another synchronisation of this directory is running', { cause });
  }
}
