import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '@mss/core';
import { syncError } from '../errors.js';
import { toFault } from '../load/faults.js';
import type { SourceIdentity } from '../load/job.js';
import type { FileReport, LoadReport } from '../load/report.js';
import { download, type DownloadServer } from '../source/download.js';
import { resolveSyncLimits, type SyncLimits } from '../source/limits.js';
import { removePartial } from '../source/partial-file.js';
import type { SourceRecord } from '../source/source-record.js';
import type { SyncOptions, SyncResult } from './options.js';
import { removeSpools, spoolStream } from './spool.js';
import { sqliteStorage } from './sqlite-storage.js';
import type { DirectoryStorage } from './storage.js';
import { postgresStorage } from '../postgres/postgres-storage.js';

/**
 * Brings a directory to what the public extraction says: `Extraction_Correspondance_MSSante`, or the files of `PS_LibreAcces`,
 * as text or ZIP, from an address, a file or a stream.
 *
 * The first synchronisation loads everything; later ones apply the differences. Readers never wait and see the state before
 * or the state after; whatever goes wrong, at whatever point, the directory is as it was, and the next call goes on from what
 * is on disk. Bad lines are counted and put aside. Files of the other extraction stay as they are.
 *
 * Not checked: that the facts are true; that a mailbox exists. Addresses on the red list are not in the extraction.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_*` of {@link SyncErrorCode}; `ERR_MSS_TLS_*`, `ERR_MSS_ZIP_*` and `ERR_MSS_STORE_*` unchanged; the
 *   reason of the signal when it aborts
 * @see specs of the extraction: README, section Specifications
 */
export async function syncExtraction(options: SyncOptions): Promise<SyncResult> {
  const { db, workFolder } = options;
  const storage = typeof db === 'string' ? sqliteStorage(db) : postgresStorage(db);
  return syncInto(workFolder === undefined ? storage : { ...storage, workFolder }, options);
}

/** @internal As {@link syncExtraction}, into any storage. */
export async function syncInto(storage: DirectoryStorage, options: Omit<SyncOptions, 'db' | 'workFolder'>): Promise<SyncResult> {
  const startedAt = performance.now();
  const limits = resolveSyncLimits(options.limits);
  checkPercent(options.maxChangePercent, 'maxChangePercent');
  checkPercent(options.maxRejectedPercent, 'maxRejectedPercent');
  try {
    const lock = await storage.lock();
    try {
      return await syncLocked(storage, options, { limits, startedAt });
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  } catch (error) {
    throw toFault(error);
  } finally {
    await storage.close();
  }
}

interface Locked {
  readonly limits: SyncLimits;
  readonly startedAt: number;
}

async function syncLocked(
  storage: DirectoryStorage,
  options: Omit<SyncOptions, 'db' | 'workFolder'>,
  { limits, startedAt }: Locked,
): Promise<SyncResult> {
  await removeSpools(storage.workFolder);
  const { records, snapshot } = await storage.sources();
  const input = await bring(options, { storage, records, limits });
  if ('known' in input) return unchangedResult(input.known, snapshot, startedAt);
  const { path, identity, discard } = input;
  try {
    const report = await storage.load(
      {
        path,
        identity,
        limits,
        maxChangePercent: options.maxChangePercent ?? 5,
        maxRejectedPercent: options.maxRejectedPercent ?? 5,
        keepSnapshots: options.keepSnapshots ?? 60,
        now: (options.clock ?? systemClock).now().getTime(),
      },
      {
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      },
    );
    await discard();
    return resultOf(report, startedAt);
  } catch (error) {
    // A file that was read and refused is not better the next time; one that was not read to its end is still good.
    if (options.signal?.aborted !== true && isVerdict(error)) await discard();
    throw error;
  }
}

function checkPercent(value: number | undefined, name: string): void {
  if (value !== undefined && !(value >= 0)) throw new TypeError(`${name} must be a number of percent`);
}

function isVerdict(error: unknown): boolean {
  const passing = ['ERR_MSS_ANNUAIRE_DISK_FULL', 'ERR_MSS_ANNUAIRE_WORKER', 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES'];
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^ERR_MSS_(?:ANNUAIRE|ZIP)_/.test(code) && !passing.includes(code);
}

interface Brought {
  /** A file on this machine. */
  readonly path: string;
  readonly identity: SourceIdentity;
  /** Deletes the file, unless it is the caller's. */
  readonly discard: () => Promise<void>;
}

async function bring(
  options: Omit<SyncOptions, 'db'>,
  {
    storage,
    records,
    limits,
  }: { readonly storage: DirectoryStorage; readonly records: readonly SourceRecord[]; readonly limits: SyncLimits },
): Promise<Brought | { readonly known: readonly SourceRecord[] }> {
  const { source, signal, onProgress } = options;
  const folder = storage.workFolder;
  const unknown = { location: null, etag: null, lastModified: null, bytes: null, sha256: null };
  if (typeof source === 'object' && Symbol.asyncIterator in source) {
    const path = await spoolStream(source, { folder, maxBytes: limits.textBytes, ...(signal === undefined ? {} : { signal }) });
    return { path, identity: { ...unknown, name: '' }, discard: async () => rm(path, { force: true }) };
  }
  const url = addressOf(source);
  if (url === null) {
    const path = String(source);
    const { size } = await stat(path).catch((cause: unknown) => {
      throw syncError('ERR_MSS_ANNUAIRE_SOURCE', 'the source cannot be opened', { cause });
    });
    return { path, identity: { ...unknown, name: basename(path), bytes: size }, discard: async () => {} };
  }
  const got = await download({
    servers: serversOf(url, options),
    folder,
    maxBytes: limits.sourceBytes,
    known: options.force === true ? [] : records,
    attempts: options.attempts ?? 5,
    ...(options.expected === undefined ? {} : { expected: options.expected }),
    ...(options.wait === undefined ? {} : { wait: options.wait }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (doneBytes: number, totalBytes: number | null) => onProgress({ phase: 'download', doneBytes, totalBytes }) }),
  });
  if (!got.isNew) return { known: got.records };
  return { path: got.path, identity: got.identity, discard: async () => removePartial(got.path) };
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

const total = (files: readonly FileReport[], of: (file: FileReport) => number): number => files.reduce((sum, file) => sum + of(file), 0);
const elapsedSince = (startedAt: number): number => Math.round(performance.now() - startedAt);

function resultOf({ files, snapshot, published, warnings }: LoadReport, startedAt: number): SyncResult {
  const added = total(files, (file) => file.added);
  const changed = total(files, (file) => file.changed);
  const removed = total(files, (file) => file.removed);
  return {
    outcome: added + changed + removed === 0 ? 'unchanged' : 'updated',
    rows: total(files, (file) => file.rows),
    rejected: total(files, (file) => file.rejected),
    added,
    changed,
    removed,
    unchanged: total(files, (file) => file.unchanged),
    snapshot,
    published,
    elapsedMs: elapsedSince(startedAt),
    files,
    warnings,
  };
}

function unchangedResult(records: readonly SourceRecord[], snapshot: number, startedAt: number): SyncResult {
  const files = records.map(({ file, name, rows }): FileReport => {
    return { file, name, rows, rejected: 0, rejectedBy: {}, added: 0, changed: 0, removed: 0, unchanged: rows };
  });
  return resultOf({ files, snapshot, published: records[0]?.published ?? null, warnings: [] }, startedAt);
}
