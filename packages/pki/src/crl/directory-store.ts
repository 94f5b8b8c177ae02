import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveLimits, type Limits } from '@mss/core';
import { pkiError } from '../errors.js';
import { errnoOf } from '../net/errno.js';
import { sha256Hex } from '../x509/certificate.js';
import type { CrlStore } from './store.js';

/** An unfinished file of a process that was killed is swept after this long. */
const staleDraftMs = 60 * 60 * 1000;

const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT';

/** Writes beside, makes it durable, renames over: a reader sees the old file or the new one, whatever happens. */
async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function sweepDrafts(directory: string): Promise<void> {
  const drafts = (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
  for (const name of drafts) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > staleDraftMs) await rm(path, { force: true });
  }
}

/**
 * A store in a directory, for several processes at a time: one `.crl` file (DER) for each address, named by a hash. The directory is
 * made when it is missing; nothing in it is a secret, and nothing in it is trusted: a tampered file fails its signature.
 *
 * @throws ERR_MSS_PKI_CRL_STORE from its methods, when the directory cannot be read or written
 */
export function createCrlStore(options: { readonly directory: string; readonly limits?: Partial<Limits> }): CrlStore {
  const { directory } = options;
  const { crlBytes } = resolveLimits(options.limits);
  const pathOf = (key: string): string => join(directory, `${sha256Hex(Buffer.from(key))}.crl`);
  let ready: Promise<void> | null = null;

  const prepare = async (): Promise<void> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await sweepDrafts(directory).catch(() => {});
  };

  return {
    async read(key) {
      const path = pathOf(key);
      try {
        if ((await stat(path)).size > crlBytes) return null;
        return new Uint8Array(await readFile(path));
      } catch (cause) {
        if (isMissing(cause)) return null;
        throw pkiError('ERR_MSS_PKI_CRL_STORE', 'the CRL store cannot be read', { cause });
      }
    },
    async write(key, der) {
      try {
        await (ready ??= prepare());
        await writeAtomically(pathOf(key), der);
      } catch (cause) {
        ready = null;
        throw pkiError('ERR_MSS_PKI_CRL_STORE', 'the CRL store cannot be written', { cause });
      }
    },
  };
}
