import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { toAsciiDomain } from '@mss/formats/mime';
import { systemRandom } from '@mss/core';
import { whiteListError } from './errors.js';

/** The last good list, and where it came from. */
export interface WhiteListCopy {
  /** Where it was asked for, without the query. */
  readonly source: string;
  /** When the server last said that this is the list. */
  readonly confirmedAt: Date;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** As DNS writes them. */
  readonly domains: readonly string[];
}

const version = 1;
const digestOf = (domains: readonly string[]): string => createHash('sha256').update(domains.join('\n')).digest('hex');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Reads a copy; `null` when there is none, or when it is damaged. */
export async function readCopy(file: string): Promise<{ readonly copy: WhiteListCopy | null; readonly isDamaged: boolean }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return { copy: null, isDamaged: false };
  }
  try {
    const read = JSON.parse(text) as Record<string, unknown>;
    const domains = read.domains as readonly string[];
    const confirmedAt = new Date(String(read.confirmedAt));
    const isSound =
      read.version === version &&
      Array.isArray(domains) &&
      domains.length > 0 &&
      domains.every((one) => toAsciiDomain(one) === one) &&
      digestOf(domains) === read.sha256 &&
      typeof read.source === 'string' &&
      !Number.isNaN(confirmedAt.getTime());
    if (!isSound) return { copy: null, isDamaged: true };
    const { etag, lastModified, source } = read;
    return {
      copy: { source: String(source), confirmedAt, etag: textOrNull(etag), lastModified: textOrNull(lastModified), domains },
      isDamaged: false,
    };
  } catch {
    return { copy: null, isDamaged: true };
  }
}

/**
 * Writes a copy beside, to the disk, then over the old one: a reader and a power failure see the old or the new.
 *
 * @throws ERR_MSS_ANNUAIRE_WHITE_LIST_CACHE
 */
export async function writeCopy(file: string, copy: WhiteListCopy): Promise<void> {
  const beside = `${file}.${systemRandom.uuid()}.new`;
  try {
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(JSON.stringify({ version, ...copy, sha256: digestOf(copy.domains) }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
    throw whiteListError('ERR_MSS_ANNUAIRE_WHITE_LIST_CACHE', 'the copy of the list cannot be written', { cause });
  }
}
