import { closeSync, lstatSync, openSync, statSync } from 'node:fs';
import { storeError } from '../errors.js';

/**
 * Creates the file of a new database for its owner alone (0600); SQLite gives the same mode to the files beside it.
 * An existing file keeps its mode.
 *
 * @throws MssError `ERR_MSS_STORE_OPEN`
 */
export function createDatabaseFile(file: string): void {
  try {
    // Exclusive on purpose: opening and closing an existing database would drop the locks this process holds on it (POSIX).
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw cannotOpen(code);
    if (lstatSync(file).isSymbolicLink() && statSync(file, { throwIfNoEntry: false }) === undefined) throw cannotOpen('ENOENT');
    if (!statSync(file).isFile()) throw cannotOpen('EISDIR');
  }
}

function cannotOpen(code: string | undefined): Error {
  return storeError('ERR_MSS_STORE_OPEN', `the database file cannot be created or opened (${code ?? 'unknown'})`, {
    details: { systemCode: code ?? 'unknown' },
  });
}
