import { constants } from 'node:fs';
import { mkdir, open, opendir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '@mss/core';

import { copyBytes, ownsMemory } from './memory.js';
import { guarded } from './vault-errors.js';
import { createVaultThread, type VaultThread } from './vault-thread.js';
import { vaultNamePattern, type ContentVault, type StoredName } from './vault.js';

const temporary = '.part';
/** A temporary file older than this was left by a process that died. */
const staleMs = 3_600_000;
const readBytes = 1024 * 1024;

/**
 * Contents as files of one folder: mode 0600 in a folder of mode 0700, names that tell nothing.
 *
 * A content is written to a temporary file, synced, renamed, and the folder synced, in a thread of the vault's own; calls that come
 * together share that last sync. For one machine: the folder is not shared over a network.
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
  readonly #thread: VaultThread;
  #written = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#thread = createVaultThread({ directory });
  }

  async put(name: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#path(name);
    this.#written += 1;
    const draft = `${path}.${process.pid}.${this.#written}${temporary}`;
    if (Symbol.asyncIterator in parts) {
      await this.#putStream(parts, { path, draft });
      return;
    }
    const { given, memory } = giveAway(parts);
    await this.#thread.call({ kind: 'put', path, draft, parts: given }, memory);
  }

  /** Written here, piece by piece as they come. */
  async #putStream(parts: AsyncIterable<Uint8Array>, { path, draft }: { readonly path: string; readonly draft: string }): Promise<void> {
    await guarded(async () => {
      try {
        const file = await open(draft, 'wx', 0o600);
        try {
          for await (const part of parts) await writeAll(file, part);
          await file.datasync();
        } finally {
          await file.close();
        }
        await this.#thread.call({ kind: 'keep', path, draft });
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        throw error;
      }
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
    await this.#thread.call({ kind: 'delete', path: this.#path(name) });
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
}

/** The parts in memory that can be handed to another thread. */
function giveAway(parts: Iterable<Uint8Array>): { readonly given: readonly Uint8Array[]; readonly memory: readonly ArrayBuffer[] } {
  const memory = new Set<ArrayBuffer>();
  const given = Array.from(parts, (part) => {
    if ((part.buffer as ArrayBuffer & { readonly detached?: boolean }).detached === true) {
      throw new TypeError('the parts of a content were given to another vault before');
    }
    const own = ownsMemory(part) && !memory.has(part.buffer as ArrayBuffer) ? part : copyBytes(part);
    memory.add(own.buffer as ArrayBuffer);
    return own;
  });
  return { given, memory: [...memory] };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}
