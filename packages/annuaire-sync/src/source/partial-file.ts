import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isSameFile, type RemoteFile } from './remote-file.js';

/** A download on disk, complete or not; it outlives the process. */
export interface PartialFile {
  readonly path: string;
  /** What the server said of the file when this part was begun. `null`: nothing was begun. */
  readonly remote: RemoteFile | null;
  readonly bytes: number;
}

const pathOf = (folder: string, location: string): string =>
  join(folder, `download-${createHash('sha256').update(location).digest('hex').slice(0, 16)}`);

/** What an earlier attempt at this address left. */
export async function findPartial(folder: string, location: string): Promise<PartialFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = pathOf(folder, location);
  try {
    const remote = JSON.parse(await readFile(`${path}.json`, 'utf8')) as RemoteFile;
    const { size } = await stat(path);
    return { path, remote, bytes: size };
  } catch {
    return { path, remote: null, bytes: 0 };
  }
}

/** Whether what is on disk is the beginning of this file: the server must name its version, or it may not be continued. */
export function canContinue(partial: PartialFile, remote: RemoteFile): boolean {
  const { remote: begun, bytes } = partial;
  if (begun === null || bytes === 0 || remote.bytes === null || bytes > remote.bytes) return false;
  const isNamed = remote.etag !== null || remote.lastModified !== null;
  return isNamed && isSameFile(begun, remote);
}

/** Opens the file to write on, empty unless it is continued. What it is of is on disk before its first byte. */
export async function openPartial(partial: PartialFile, remote: RemoteFile, continues: boolean): Promise<FileHandle> {
  if (continues) return open(partial.path, 'a', 0o600);
  await rm(`${partial.path}.json`, { force: true });
  const file = await open(partial.path, 'w', 0o600);
  await writeFile(`${partial.path}.json`, JSON.stringify(remote), { mode: 0o600 });
  return file;
}

export async function removePartial(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
}
