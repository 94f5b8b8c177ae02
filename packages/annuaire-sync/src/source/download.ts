import { setTimeout as delay } from 'node:timers/promises';
import { isMssError, MssError, systemClock } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import { syncError } from '../errors.js';
import type { SourceIdentity } from '../load/job.js';
import { canContinue, findPartial, openPartial, removePartial, type PartialFile } from './partial-file.js';
import { continuesAt, contradicts, isKnownFile, locationOf, remoteFile, type RemoteFile } from './remote-file.js';
import { maxWaitMs, retryAfterMs } from './retry-after.js';
import type { SourceRecord } from './source-record.js';
import { isAsExpected, verifyFile, type ExpectedFile } from './verify-file.js';

/** One server of a file. */
export interface DownloadServer {
  readonly url: URL;
  /** A mirror may stand under other authorities than the ministry's own service. */
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
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
  /** Throws when what came is not what is wanted: it is deleted, and the next server asked. */
  readonly accept: (file: { readonly path: string; readonly name: string; readonly isMirror: boolean }) => Promise<void>;
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

/** Answers to HEAD that say nothing about the file: some servers know GET only, or sign addresses for it alone. */
const headUnknown: readonly number[] = [400, 403, 405, 501];

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
 * file when it has changed). Size, and checksum where one is known, are verified. A server that gives something else, a page
 * that says "maintenance" for one, is passed over like one that gives nothing.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_DOWNLOAD`, `ERR_MSS_ANNUAIRE_CHECKSUM`, `ERR_MSS_ANNUAIRE_TOO_LARGE`, `ERR_MSS_TLS_*`; what
 *   `accept` throws
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
        await (options.wait ?? defaultWait)(waitMs, options.signal).catch((error: unknown) => {
          options.signal?.throwIfAborted();
          throw error;
        });
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
  throw new Retry(error, retryAfterMs(response.headers, systemClock.now()));
}

async function getOnce(server: DownloadServer, options: DownloadOptions): Promise<Download> {
  const { signal, folder, maxBytes, known } = options;
  const location = locationOf(server.url);
  const head = await ask(server, { method: 'HEAD' }, signal);
  await head.body?.cancel();
  // The answer to GET tells the same, later.
  const announced = head.ok ? remoteFile(head.headers, head.status) : null;
  if (!head.ok && !headUnknown.includes(head.status)) refuseStatus(head);
  const records = known.filter((record) => record.location === location);
  const isKnown = (remote: RemoteFile): boolean => isKnownFile(remote, records) && isAsExpected(records, options.expected);
  if (announced !== null && isKnown(announced)) return { isNew: false, records };
  if ((announced?.bytes ?? 0) > maxBytes) tooLarge();
  const partial = await findPartial(folder, location);
  const isWhole = announced !== null && canContinue(partial, announced) && partial.bytes === announced.bytes;
  const rest: Rest = { ...options, partial, announced, isKnown };
  const remote = isWhole ? announced : await fetchRest(server, rest).catch(async (error: unknown) => forgetTooLarge(partial.path, error));
  if (remote === null) return { isNew: false, records };
  const { path } = partial;
  const name = remote.name ?? server.url.pathname.split('/').at(-1) ?? '';
  const { size, sha256 } = await verifyFile(path, options.expected).catch(async (error: unknown) => forget(path, error));
  await options.accept({ path, name, isMirror: server !== options.servers[0] }).catch(async (error: unknown) => forget(path, error));
  return { isNew: true, path, identity: { location, name, etag: remote.etag, lastModified: remote.lastModified, bytes: size, sha256 } };
}

/** What was refused is not continued. */
async function forget(path: string, error: unknown): Promise<never> {
  await removePartial(path);
  throw error;
}

const forgetTooLarge = async (path: string, error: unknown): Promise<never> =>
  isMssError(error, 'ERR_MSS_ANNUAIRE_TOO_LARGE') ? forget(path, error) : Promise.reject(error);

function tooLarge(): never {
  throw syncError('ERR_MSS_ANNUAIRE_TOO_LARGE', 'the source is over the limit sourceBytes', { details: { limit: 'sourceBytes' } });
}

type Rest = DownloadOptions & {
  readonly partial: PartialFile;
  readonly announced: RemoteFile | null;
  readonly isKnown: (remote: RemoteFile) => boolean;
};

/** @returns what the server said of the file; `null` when GET tells that it is known */
async function fetchRest(server: DownloadServer, of: Rest): Promise<RemoteFile | null> {
  const { partial, announced, signal, maxBytes, isKnown } = of;
  const isStrong = announced?.etag?.startsWith('"') === true;
  const version = (isStrong ? announced?.etag : announced?.lastModified) ?? null;
  const resumes = announced !== null && version !== null && canContinue(partial, announced);
  const headers: Record<string, string> = resumes ? { range: `bytes=${partial.bytes}-`, 'if-range': version } : {};
  const response = await ask(server, { headers, maxResponseBytes: maxBytes }, signal);
  if (response.status === 416) await startAnew(response, partial, 'the server has less than it gave before');
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    refuseStatus(response);
  }
  const given = remoteFile(response.headers, response.status);
  const isOther = announced !== null && contradicts(announced, given);
  const continues = resumes && !isOther && continuesAt(response, partial.bytes);
  if (response.status === 206 && !continues) await startAnew(response, partial, 'the server gave another part than it was asked for');
  // Without a length of its own a response is as long as HEAD said: a connection that just ends is no end of the file.
  const remote = given.bytes === null && !isOther ? { ...given, bytes: announced?.bytes ?? null } : given;
  if (announced === null && isKnown(remote)) {
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
      syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the file has another length than the server announced', {
        details: { bytes: size, announced: remote.bytes },
      }),
    );
  }
  return remote;
}

/** What is on disk is of no use with this server. */
async function startAnew(response: Response, { path }: PartialFile, why: string): Promise<never> {
  await response.body?.cancel();
  await removePartial(path);
  throw new Retry(syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', why, { details: { status: response.status } }), 0);
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof MssError && error.code === 'ERR_MSS_TLS_HTTP_TOO_LARGE') tooLarge();
    throw new Retry(isMssError(error) ? error : syncError('ERR_MSS_ANNUAIRE_DOWNLOAD', 'the response broke off', { cause: error }));
  }
}
