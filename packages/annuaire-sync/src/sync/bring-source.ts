import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isMssError } from '@mss/core';
import { syncError } from '../errors.js';
import type { SourceIdentity } from '../load/job.js';
import { download, type DownloadServer } from '../source/download.js';
import type { SyncLimits } from '../source/limits.js';
import { openTexts, publishedOf, withTexts } from '../source/open-texts.js';
import { removePartial } from '../source/partial-file.js';
import type { SourceRecord } from '../source/source-record.js';
import { verifyFile } from '../source/verify-file.js';
import type { SyncOptions } from './options.js';
import { isOlder } from './published.js';
import { spoolStream } from './spool.js';

/** What a synchronisation reads. */
export interface BroughtSource {
  /** A file on this machine. */
  readonly path: string;
  readonly identity: SourceIdentity;
  /** The next call finds the file when it is not discarded: a download. What a stream brought is of no use to anybody else. */
  readonly isKept: boolean;
  /** Deletes the file, unless it is the caller's. */
  readonly discard: () => Promise<void>;
}

/** Where a source is brought to, and what is known of it. */
export interface BringTools {
  readonly folder: string;
  readonly records: readonly SourceRecord[];
  readonly limits: SyncLimits;
}

const unknown = { location: null, etag: null, lastModified: null, bytes: null, sha256: null };

/**
 * Brings a source to a file of this machine: a download, what a stream gives, or the caller's file where it is.
 *
 * @returns `known` when no server has anything that the directory has not
 */
export async function bringSource(
  options: Omit<SyncOptions, 'db'>,
  tools: BringTools,
): Promise<BroughtSource | { readonly known: readonly SourceRecord[] }> {
  const { source } = options;
  if (typeof source === 'object' && Symbol.asyncIterator in source) return bringStream(source, options, tools);
  const url = addressOf(source);
  return url === null ? bringFile(String(source), options) : bringFromServers(url, options, tools);
}

async function bringStream(
  stream: AsyncIterable<Uint8Array>,
  { signal, expected }: Pick<SyncOptions, 'signal' | 'expected'>,
  { folder, limits }: BringTools,
): Promise<BroughtSource> {
  const path = await spoolStream(stream, { folder, maxBytes: limits.textBytes, ...(signal === undefined ? {} : { signal }) });
  const discard = async (): Promise<void> => rm(path, { force: true });
  try {
    if (expected !== undefined) await verifyFile(path, expected);
  } catch (error) {
    await discard();
    throw error;
  }
  return { path, identity: { ...unknown, name: '' }, isKept: false, discard };
}

async function bringFile(path: string, { expected }: Pick<SyncOptions, 'expected'>): Promise<BroughtSource> {
  const refuse = (cause: unknown): never => {
    throw isMssError(cause) ? cause : syncError('ERR_MSS_ANNUAIRE_SOURCE', 'the source cannot be opened', { cause });
  };
  const { size } = await stat(path).catch(refuse);
  if (expected !== undefined) await verifyFile(path, expected).catch(refuse);
  return { path, identity: { ...unknown, name: basename(path), bytes: size }, isKept: true, discard: async () => {} };
}

async function bringFromServers(
  url: URL,
  options: Omit<SyncOptions, 'db'>,
  { folder, records, limits }: BringTools,
): Promise<BroughtSource | { readonly known: readonly SourceRecord[] }> {
  const { signal, onProgress } = options;
  const got = await download({
    servers: serversOf(url, options),
    folder,
    maxBytes: limits.sourceBytes,
    known: options.force === true ? [] : records,
    attempts: options.attempts ?? 5,
    accept: async ({ path, name, isMirror }) =>
      withTexts(openTexts(path, { name, limits }), async ({ texts }) => {
        const published = publishedOf(texts, name);
        if (!isMirror || !texts.some(({ layout }) => isOlder({ kind: layout.format.kind, published }, records))) return;
        throw syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the mirror has an older file than the directory', { details: { published } });
      }),
    ...(options.expected === undefined ? {} : { expected: options.expected }),
    ...(options.wait === undefined ? {} : { wait: options.wait }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (doneBytes: number, totalBytes: number | null) => onProgress({ phase: 'download', doneBytes, totalBytes }) }),
  });
  if (!got.isNew) return { known: got.records };
  return { path: got.path, identity: got.identity, isKept: true, discard: async () => removePartial(got.path) };
}

/** `null`: the path of a file. */
function addressOf(source: string | URL): URL | null {
  if (typeof source !== 'string') return source;
  return /^https?:\/\//i.test(source) ? new URL(source) : null;
}

function serversOf(url: URL, { policy, mirrors = [] }: Pick<SyncOptions, 'policy' | 'mirrors'>): readonly DownloadServer[] {
  if (policy === undefined) throw new TypeError('an address is fetched through a policy: give one');
  return [{ url, policy }, ...mirrors.map((mirror) => ({ url: new URL(mirror.url), policy: mirror.policy ?? policy }))];
}
