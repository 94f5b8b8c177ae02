import { isMssError, systemClock } from '@mss/core';
import { toFault } from '../load/faults.js';
import type { FileReport, LoadReport } from '../load/report.js';
import { resolveSyncLimits, type SyncLimits } from '../source/limits.js';
import type { SourceRecord } from '../source/source-record.js';
import { bringSource } from './bring-source.js';
import { checkSyncOptions, type SyncOptions, type SyncResult } from './options.js';
import { warningsOfFiles } from './published.js';
import { removeSpools } from './spool.js';
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
  const { db } = options;
  return syncInto(typeof db === 'string' ? sqliteStorage(db) : postgresStorage(db), options);
}

/** @internal As {@link syncExtraction}, into any storage. */
export async function syncInto(storage: DirectoryStorage, options: Omit<SyncOptions, 'db'>): Promise<SyncResult> {
  const startedAt = performance.now();
  const limits = resolveSyncLimits(options.limits);
  checkSyncOptions(options);
  try {
    options.signal?.throwIfAborted();
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

async function syncLocked(
  storage: DirectoryStorage,
  options: Omit<SyncOptions, 'db'>,
  { limits, startedAt }: { readonly limits: SyncLimits; readonly startedAt: number },
): Promise<SyncResult> {
  const folder = await storage.workFolder(options.workFolder);
  await removeSpools(folder);
  const { records, snapshot, isOutdated } = await storage.sources();
  const force = options.force === true || isOutdated === true;
  const input = await bringSource({ ...options, force }, { folder, records, limits });
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
    const { location } = identity;
    return resultOf({ ...report, warnings: [...report.warnings, ...warningsOfFiles(report, { records, location })] }, startedAt);
  } catch (error) {
    // A file that was read and refused is not better the next time; one that was not read to its end is still good.
    if (!input.isKept || (options.signal?.aborted !== true && isVerdict(error))) await discard();
    throw error;
  }
}

/** Errors of the directory, and what a higher threshold allows: they say nothing against the file. */
const notOfTheFile: readonly string[] = [
  'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES',
  'ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY',
  'ERR_MSS_ANNUAIRE_NEWER_DIRECTORY',
  'ERR_MSS_ANNUAIRE_DAMAGED',
];

const isVerdict = (error: unknown): boolean =>
  isMssError(error) && error.permanent && /^ERR_MSS_(?:ANNUAIRE|ZIP)_/.test(error.code) && !notOfTheFile.includes(error.code);

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
