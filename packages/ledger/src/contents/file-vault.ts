import { constants } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { isMssError, MssError, systemClock } from '@mss/core';

import type { ContentErrorCode } from '../outbox/errors.js';
import { vaultNamePattern, type ContentVault, type StoredName } from './vault.js';

const temporary = '.part';
/** A temporary file older than this was left by a process that died. */
const staleMs = 3_600_000;
const readBytes = 1024 * 1024;

/**
 * Contents as files of one folder: mode 0600 in a folder of mode 0700, names that tell nothing.
 *
 * A content is written to a temporary file, synced, renamed, and the folder synced; calls that are under way together share
 * that last sync. For one machine: the folder is not shared over a network.
 *
 * @throws MssError `ERR_MSS_LEDGER_VAULT_UNAVAILABLE` when the folder cannot be made
 */
export async function createFileVault(directory: string): Promise<ContentVault> {
  await guarded(async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  });
  return new FileVault(directory);
}

class FileVault implements ContentVault {
  readonly #directory: string;
  #syncing: Promise<void> | null = null;
  #syncNext: Promise<void> | null = null;
  #written = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(name: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#path(name);
    this.#written += 1;
    const draft = `${path}.${process.pid}.${this.#written}${temporary}`;
    await guarded(async () => {
      try {
        const file = await open(draft, 'wx', 0o600);
        try {
          await writeParts(file, parts);
          await file.datasync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        throw error;
      }
      await this.#syncDirectory();
    });
  }

  async *get(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await guarded(() => open(this.#path(name), constants.O_RDONLY));
    try {
      const { size } = await guarded(() => file.stat());
      for (let left = size; left > 0;) {
        const wanted = Math.min(left, readBytes);
        const { buffer, bytesRead } = await guarded(() => file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, null));
        if (bytesRead === 0) return;
        left -= bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async delete(name: string): Promise<void> {
    await guarded(async () => {
      try {
        await unlink(this.#path(name));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    });
  }

  async *names(): AsyncGenerator<StoredName, void, undefined> {
    const folder = await guarded(() => opendir(this.#directory));
    for await (const { name } of folder) {
      const found = await stat(join(this.#directory, name)).catch(() => null);
      if (found === null || !found.isFile()) continue;
      if (vaultNamePattern.test(name)) yield { name, storedAt: found.mtime };
      else if (name.endsWith(temporary) && systemClock.now().getTime() - found.mtimeMs > staleMs)
        await rm(join(this.#directory, name), { force: true });
    }
  }

  #path(name: string): string {
    if (!vaultNamePattern.test(name)) throw new TypeError('not the name of a content');
    return join(this.#directory, name);
  }

  /** Files renamed before the sync begins are covered by it; those that come during it share the next one. */
  #syncDirectory(): Promise<void> {
    if (this.#syncing === null) {
      this.#syncing = syncFolder(this.#directory).finally(() => {
        this.#syncing = null;
      });
      return this.#syncing;
    }
    this.#syncNext ??= this.#syncing
      .catch(() => {})
      .then(() => {
        this.#syncNext = null;
        return this.#syncDirectory();
      });
    return this.#syncNext;
  }
}

async function writeParts(file: FileHandle, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  if (Symbol.asyncIterator in parts) {
    for await (const part of parts) await writeAll(file, part);
    return;
  }
  const whole = [...parts];
  const length = whole.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await file.writev(whole);
  // A write that was cut short: the rest, from its place.
  if (bytesWritten < length) await writeAll(file, Buffer.concat(whole).subarray(bytesWritten));
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

async function syncFolder(directory: string): Promise<void> {
  // Windows cannot open a folder, nor needs it: NTFS logs renames.
  if (process.platform === 'win32') return;
  const folder = await open(directory, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Errors of the file system as codes of ours; paths stay out of the message. */
async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (isMssError(cause) || cause instanceof TypeError) throw cause;
    const reason = codeOf(cause);
    if (reason === 'ENOENT') throw new MssError<ContentErrorCode>('ERR_MSS_LEDGER_CONTENT_MISSING', 'the content is not in the vault');
    const full = reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG';
    throw new MssError<ContentErrorCode>(
      full ? 'ERR_MSS_LEDGER_VAULT_FULL' : 'ERR_MSS_LEDGER_VAULT_UNAVAILABLE',
      full ? 'the vault has no room left' : 'the vault cannot be read or written',
      { permanent: false, cause, details: { reason } },
    );
  }
}
