import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { fileError } from './errors.js';

/** A folder that received messages are written to: what a promise says is there, is on the disk. */
export interface DurableFolder {
  /** Written to a temporary file, synced, renamed over what was there; readable by its owner only. */
  write(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** Makes the names written so far durable. */
  sync(): Promise<void>;
}

/** @throws MssError `ERR_MSS_CLI_FILE` */
export async function openDurableFolder(folder: string): Promise<DurableFolder> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError('the folder of --into could not be made', error);
  }
  return {
    write: async (name, content) => {
      const path = join(folder, name);
      const part = join(folder, `.${name}.part`);
      try {
        const handle = await open(part, 'w', 0o600);
        try {
          if (content instanceof Uint8Array) await handle.writeFile(content);
          else for await (const chunk of content) await handle.writeFile(chunk);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true }).catch(() => {});
        throw asFileError(error);
      }
    },
    sync: async () => {
      // Windows opens no folder, and needs no sync of one.
      if (process.platform === 'win32') return;
      try {
        const handle = await open(folder, 'r');
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
      } catch (error) {
        throw asFileError(error);
      }
    },
  };
}

/** Errors of the source of a stream come through. */
function asFileError(error: unknown): unknown {
  return typeof (error as { syscall?: unknown }).syscall === 'string' ? fileError('a received message could not be written', error) : error;
}
