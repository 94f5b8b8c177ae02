import { randomInt } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncError } from '../errors.js';
import type { Lease } from './lease.js';

/** Tells the directories of one account apart, whose work folders stand side by side: given once, kept in the database. */
export function directoryNumber(lease: Lease): Promise<number> {
  return lease.transaction(async (transaction) => {
    await transaction.run("INSERT INTO annuaire_state (name, value) VALUES ('directory', ?) ON CONFLICT (name) DO NOTHING", [
      randomInt(2 ** 47),
    ]);
    return (await transaction.get<{ value: number }>("SELECT value FROM annuaire_state WHERE name = 'directory'"))?.value ?? 0;
  });
}

/**
 * A folder of this account in the system's temporary folder, where everybody may write: one that another account made
 * beforehand is not used.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_SOURCE`
 */
export async function temporaryFolder(): Promise<string> {
  // Accounts have numbers everywhere but on Windows, whose temporary folder is the account's own; in containers some have no name.
  const uid = process.getuid?.() ?? null;
  const folder = join(tmpdir(), `mss-annuaire-${uid ?? 'work'}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const info = await lstat(folder);
  if (info.isDirectory() && (uid === null || (info.uid === uid && (info.mode & 0o022) === 0))) return folder;
  throw syncError('ERR_MSS_ANNUAIRE_SOURCE', 'the folder for downloads belongs to somebody else: give another as workFolder', {
    details: { folder },
  });
}
