import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * The file itself, whatever symbolic links lead to it, existing or not: what stands beside it is named by this, so that a
 * directory is one by all of its names.
 */
export function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    // Links in a circle, no access: opening it says so.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return file;
  }
  if (!existsSync(dirname(file))) return file;
  const place = join(realpathSync(dirname(file)), basename(file));
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realFile(resolve(dirname(place), readlinkSync(place))) : place;
}

/** The file of one generation stands beside the pointer file, which is the one a user names. */
export const generationFile = (file: string, generation: number): string => `${file}.g${generation}`;

/** Held while a synchronisation runs. */
export const lockFile = (file: string): string => `${file}.lock`;

/** Downloads under way, and what a synchronisation needs for itself. */
export const workFolder = (file: string): string => `${file}.work`;

/** An SQLite file and what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

/**
 * Deletes every generation but one: what a killed load left behind, and what the last switch replaced. A file that some
 * reader holds open, where the system does not delete those, stays until the next time.
 */
export function removeOtherGenerations(file: string, keep: number): void {
  const prefix = `${basename(file)}.g`;
  for (const name of readdirSync(dirname(file))) {
    const [, number] = /^(\d+)(?:-wal|-shm|-journal)?$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
    if (number === undefined || Number(number) === keep) continue;
    try {
      rmSync(join(dirname(file), name), { force: true });
    } catch {
      // Open in a reader on Windows.
    }
  }
}
