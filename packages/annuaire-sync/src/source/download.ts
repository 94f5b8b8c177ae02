import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isMssError, MssError } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import { syncError } from '../errors.js';
import type { SourceIdentity } from '../load/job.js';
import { canContinue, findPartial, openPartial, removePartial, type PartialFile } from './partial-file.js';
import { isKnownFile, locationOf, remoteFile, type RemoteFile } from './remote-file.js';
import type { SourceRecord } from './source-record.js';

/** One server of a file. */
export interface DownloadServer {
  readonly url: URL;
  /** A mirror may stand under other authorities than the ministry's own service. */
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
}

/** What a file must be, where that is known from elsewhere. */
export interface ExpectedFile {
  readonly bytes?: number;
  /** Hexadecimal. */
  readonly sha1?: string;
  readonly sha256?: string;
}

export interface DownloadOptions {
  /** Asked in this order. */
  readonly servers: readonly DownloadServer[];
  /** Where parts are kept. */
  readonly folder: string;
  readonly maxBytes: number;
  /** What the directory has, to know whether there is something new. */
  readonly known: readonly SourceRecord[];
  readonly expected?: ExpectedFile;
  /** Attempts per server. */
  readonly attempts: number;
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number | null) => void;
}

export type Download =
  /** No server has anything that the directory has not. */
  | { readonly isNew: false; readonly records: readonly SourceRecord[] }
  /** On disk, whole, verified as far as anybody said what it must be. Remove it with {@link removePartial} when it is used. */
  | { readonly isNew: true; readonly path: string; readonly identity: SourceIdentity };

const firstWaitMs = 1000;
const maxWaitMs = 60_000;

/** A failure after which the same server is asked again. */
class Retry extends Error {
  readonly waitMs: number | null;

  constructor(cause: unknown, waitMs: number | null = null) {
    super('ask again', { cause });
    this.waitMs = waitMs;
  }
}

/**
 * Gets a file from the first of several servers that has it.
 *
 * HEAD says whether it is new. A part left by an earlier attempt is continued (Range with If-Range: the server gives the whole
 * file when it has changed). Size, and checksum where one is known, are verified.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_DOWNLOAD`, `ERR_MSS_ANNUAIRE_CHECKSUM`, `ERR_MSS_ANNUAIRE_TOO_LARGE`, `ERR_MSS_TLS_*`
 * @see RFC 9110 §13.1.5, §14 (range requests), RFC 6266 (Content-Disposition)
 */
export async function download(options: DownloadOptions): Promise<Download> {
  let problem: unknown = new TypeError('a source has at least one address');
  for (const server of options.servers) {
    for (let attempt = 1; attempt <= options.attempts; attempt++) {
      options.signal?.throwIfAborted();
      try {
        return await getOnce(server, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        problem = error instanceof Retry ? error.cause : error;
        if (!(error instanceof Retry)) break;
        if (attempt === options.attempts) break;
        const waitMs = Math.min(error.waitMs ?? firstWaitMs * 2 ** (attempt - 1), maxWaitMs);
        await (options.wait ?? defaultWait)(waitMs, options.signal);
      }
    }
    // A disk that is full, or a file that is not what it must be, is no better elsewhere.
    if (!isMssError(problem) || isMssError(problem, 'ERR_MSS_ANNUAIRE_TOO_LARGE')) throw problem;
  }
  throw problem;
}

const defaultWait = (ms: number, signal: AbortSignal | undefined): Promise<unknown> => delay(ms, undefined, { ...(signal && { signal }) });

async function ask(
  { url, policy }: DownloadServer,
  init: Parameters<SecureChannelPolicy['fetch']>[1],
  signal: AbortSignal | undefined,
): Promise<Response> {
  try {
    return await policy.fetch(url, { ...init, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    throw isMssError(error) && error.permanent ? error : new Retry(error);
  }
}

function refuseStatus(response: Response): never {
  const { status } = response;
  const error = syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', `the server answered ${status}`, { details: { status } });
  if (status !== 408 && status !== 429 && status < 500) throw error;
  const seconds = Number(response.headers.get('retry-after'));
  throw new Retry(error, Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null);
}

async function getOnce(server: DownloadServer, options: DownloadOptions): Promise<Download> {
  const { signal, folder, maxBytes, known } = options;
  const location = locationOf(server.url);
  const head = await ask(server, { method: 'HEAD' }, signal);
  await head.body?.cancel();
  // Some servers do not know HEAD: the answer to GET tells the same, later.
  const announced = head.ok ? remoteFile(head.headers, head.status) : null;
  if (!head.ok && head.status !== 405 && head.status !== 501) refuseStatus(head);
  const records = known.filter((record) => record.location === location);
  if (announced !== null && isKnownFile(announced, records)) return { isNew: false, records };
  if ((announced?.bytes ?? 0) > maxBytes) tooLarge();
  const partial = await findPartial(folder, location);
  const isWhole = announced !== null && canContinue(partial, announced) && partial.bytes === announced.bytes;
  const remote = isWhole ? announced : await fetchRest(server, { ...options, partial, announced, records });
  if (remote === null) return { isNew: false, records };
  const { path } = partial;
  const { size, sha256 } = await verify(path, options.expected);
  const name = remote.name ?? server.url.pathname.split('/').at(-1) ?? '';
  return { isNew: true, path, identity: { location, name, etag: remote.etag, lastModified: remote.lastModified, bytes: size, sha256 } };
}

function tooLarge(): never {
  throw syncError('ERR_MSS_ANNUAIRE_TOO_LARGE', 'the source is over the limit sourceBytes', { details: { limit: 'sourceBytes' } });
}

type Rest = DownloadOptions & {
  readonly partial: PartialFile;
  readonly announced: RemoteFile | null;
  readonly records: readonly SourceRecord[];
};

/** @returns what the server said of the file; `null` when GET tells that it is known */
async function fetchRest(server: DownloadServer, of: Rest): Promise<RemoteFile | null> {
  const { partial, announced, signal, maxBytes, records } = of;
  const resumes = announced !== null && canContinue(partial, announced);
  const isStrong = announced?.etag?.startsWith('"') === true;
  const version = (isStrong ? announced?.etag : announced?.lastModified) ?? null;
  const headers: Record<string, string> = resumes && version !== null ? { range: `bytes=${partial.bytes}-`, 'if-range': version } : {};
  const response = await ask(server, { headers, maxResponseBytes: maxBytes }, signal);
  if (response.status === 416) {
    await response.body?.cancel();
    await removePartial(partial.path);
    throw new Retry(syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the server has less than it gave before', { details: { status: 416 } }), 0);
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    refuseStatus(response);
  }
  const remote = remoteFile(response.headers, response.status);
  const continues = response.status === 206 && (response.headers.get('content-range') ?? '').startsWith(`bytes ${partial.bytes}-`);
  if (response.status === 206 && !continues) {
    await response.body?.cancel();
    await removePartial(partial.path);
    throw new Retry(syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the server gave another part than it was asked for'), 0);
  }
  if (announced === null && isKnownFile(remote, records)) {
    await response.body?.cancel();
    return null;
  }
  const file = await openPartial(partial, remote, continues);
  let size = continues ? partial.bytes : 0;
  try {
    for await (const chunk of piecesOf(response)) {
      size += chunk.length;
      if (size > maxBytes) tooLarge();
      await file.appendFile(chunk);
      of.onProgress?.(size, remote.bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (remote.bytes !== null && size !== remote.bytes) {
    throw new Retry(
      syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the file is shorter than the server announced', {
        details: { bytes: size, announced: remote.bytes },
      }),
    );
  }
  return remote;
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof MssError && error.code === 'ERR_MSS_TLS_HTTP_TOO_LARGE') tooLarge();
    throw new Retry(isMssError(error) ? error : syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the response broke off', { cause: error }));
  }
}

/** Reads the file once more: what is loaded is what was verified. */
async function verify(path: string, expected: ExpectedFile = {}): Promise<{ readonly size: number; readonly sha256: string }> {
  const sha256 = createHash('sha256');
  const sha1 = createHash('sha1');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    sha256.update(chunk);
    if (expected.sha1 !== undefined) sha1.update(chunk);
  }
  const digest = sha256.digest('hex');
  const differs =
    (expected.bytes !== undefined && expected.bytes !== size && 'bytes') ||
    (expected.sha256 !== undefined && expected.sha256.toLowerCase() !== digest && 'sha256') ||
    (expected.sha1 !== undefined && expected.sha1.toLowerCase() !== sha1.digest('hex') && 'sha1');
  if (differs === false) return { size, sha256: digest };
  await removePartial(path);
  throw syncError('ERR_MSS_ANNUAIRE_CHECKSUM', `the file is not the expected one: its ${differs} differs`, {
    details: { differs, bytes: size },
  });
}
