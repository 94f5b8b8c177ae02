import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteSync } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import { openTexts, withTexts, publishedOf, type OpenedSource } from '../source/open-texts.js';
import { BulkRows } from '../storage/bulk-rows.js';
import { generationFile, removeDatabase, removeOtherGenerations, workFolder } from '../storage/files.js';
import {
  copyFromGeneration,
  createGeneration,
  finishGeneration,
  hasRows,
  indexGeneration,
  openGenerationForUpdate,
} from '../storage/generation.js';
import { lastSnapshot, recordSnapshot, recordSources } from '../storage/history.js';
import { currentGeneration, openPointerForWriting, switchTo } from '../storage/pointer.js';
import { StoredLines } from '../storage/stored-lines.js';
import { applyDifferences } from '../storage/update.js';
import { compareTexts, readText, rebuildPercent, refuseManyChanges, type Compared } from './compare-texts.js';
import { throwIfAborted, untilAborted, type LoadContext, type LoadJob } from './job.js';
import { Rejections, type FileReport, type LoadReport } from './report.js';
import { openScratch, type Scratch } from './scratch.js';

/** Lines of extractions are seldom shorter. */
const bytesOfLine = 180;

/** One load under way. */
interface Load {
  readonly file: string;
  readonly job: LoadJob;
  readonly context: LoadContext;
  readonly source: OpenedSource;
  readonly pointer: SqliteSync;
  readonly generation: number;
  readonly published: string | null;
}

/**
 * Brings an SQLite directory to what a file says. The caller holds the lock.
 *
 * | directory | what happens |
 * |---|---|
 * | has all files of the source, and little changed | the differences are applied to the current generation in one transaction |
 * | lacks one, or much changed (with a threshold that allows it) | a new generation is made beside the current one, then the pointer is switched |
 *
 * Whatever interrupts it, readers see the state before or the state after; the next synchronisation clears what was left.
 */
export async function loadIntoSqlite(file: string, job: LoadJob, context: LoadContext): Promise<LoadReport> {
  mkdirSync(workFolder(file), { recursive: true, mode: 0o700 });
  const pointer = openPointerForWriting(file);
  try {
    const generation = currentGeneration(pointer);
    removeOtherGenerations(file, generation);
    return await withTexts(openTexts(job.path, { name: job.identity.name, limits: job.limits }), async (source) => {
      const published = publishedOf(source.texts, job.identity.name);
      const report = await load({ file, job, context, source, pointer, generation, published });
      return { ...report, published, warnings: source.warnings };
    });
  } finally {
    pointer.close();
  }
}

async function load(of: Load): Promise<Pick<LoadReport, 'files' | 'snapshot'>> {
  if (of.generation === 0) return rebuild({ ...of, copies: false }, []);
  const scratch = openScratch(join(workFolder(of.file), 'differences.db'));
  try {
    return await loadWith(of, scratch);
  } finally {
    scratch[Symbol.dispose]();
  }
}

async function loadWith(of: Load, scratch: Scratch): Promise<Pick<LoadReport, 'files' | 'snapshot'>> {
  const current = openGenerationForUpdate(generationFile(of.file, of.generation), of.job.limits.directoryBytes);
  if (current === null) return rebuild({ ...of, copies: false }, []);
  const { db } = current;
  let compared: readonly Compared[];
  try {
    const known = of.source.texts.filter(({ layout }) => hasRows(db, layout.format.kind));
    compared = await compareTexts(known, { scratch, oldLines: (kind) => new StoredLines(db, kind), job: of.job, context: of.context });
    refuseManyChanges(compared, of.job.maxChangePercent);
    const isUpdate =
      current.isSearchable && known.length === of.source.texts.length && compared.every((file) => changePercent(file) <= rebuildPercent);
    if (isUpdate) return update(of, { db, scratch, compared });
  } finally {
    db.close();
  }
  return await rebuild({ ...of, copies: true }, compared, scratch);
}

const changePercent = ({ report, oldCount }: Compared): number =>
  ((report.added + report.changed + report.removed) * 100) / Math.max(oldCount, 1);

function update(
  of: Load,
  { db, scratch, compared }: { readonly db: SqliteSync; readonly scratch: Scratch; readonly compared: readonly Compared[] },
): Pick<LoadReport, 'files' | 'snapshot'> {
  const { job, published, context } = of;
  context.onProgress?.({ phase: 'store', doneBytes: 0, totalBytes: 0 });
  const files = compared.map(({ report }) => report);
  const isSame = files.every((report) => report.added + report.changed + report.removed === 0);
  const snapshot = db.transaction(() => {
    throwIfAborted(context);
    recordSources(db, files, job.identity, published);
    if (isSame) return lastSnapshot(db);
    applyDifferences(db, untilAborted(scratch.differences(), context));
    const recorded = recordSnapshot(db, {
      takenAt: job.now,
      published,
      files,
      rejected: new Map(compared.map(({ report, rejections }) => [report.file, rejections.kept])),
      differences: untilAborted(scratch.differences(), context),
      keepSnapshots: job.keepSnapshots,
    });
    throwIfAborted(context);
    return recorded;
  });
  // What readers still need of the log stays in it until the next time.
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  return { files, snapshot };
}

/** Makes a new generation: the source's files from the source, the others from the generation before. */
async function rebuild(
  of: Load & { readonly copies: boolean },
  compared: readonly Compared[],
  scratch?: Scratch,
): Promise<Pick<LoadReport, 'files' | 'snapshot'>> {
  const { file, job, context, source, pointer, generation, published } = of;
  const next = generation + 1;
  const path = generationFile(file, next);
  removeDatabase(path);
  const db = createGeneration(path, job.limits.directoryBytes);
  let isSwitched = false;
  try {
    const loaded = source.texts.map(({ layout }) => layout.format.kind);
    throwIfAborted(context);
    if (of.copies) copyFromGeneration(db, generationFile(file, generation), { loaded });
    const rejected = new Map<FileKind, Rejections>();
    const files: FileReport[] = [];
    const totalBytes = source.texts.reduce((total, text) => total + text.size, 0);
    let doneBytes = 0;
    for (const text of source.texts) {
      const { kind } = text.layout.format;
      const rejections = new Rejections();
      const repeat = (lineNumber: number, line: Uint8Array): void =>
        rejections.put({ lineNumber, line: Uint8Array.from(line), reason: 'duplicate' });
      const rows = new BulkRows(db, kind, { expected: Math.ceil(text.size / bytesOfLine), repeat });
      const before = doneBytes;
      const onRead = (bytes: number): void => context.onProgress?.({ phase: 'load', doneBytes: before + bytes, totalBytes });
      for await (const block of readText(text, { rejections, context, onRead })) rows.block(block);
      rejections.judge(kind, rows.count, job.maxRejectedPercent);
      rejected.set(kind, rejections);
      doneBytes += text.size;
      files.push(compared.find(({ report }) => report.file === kind)?.report ?? rejections.firstReport(kind, text.name, rows.count));
    }
    indexGeneration(db, () => {
      throwIfAborted(context);
      context.onProgress?.({ phase: 'index', doneBytes: 0, totalBytes: 0 });
    });
    context.onProgress?.({ phase: 'store', doneBytes: 0, totalBytes: 0 });
    recordSources(db, files, job.identity, published);
    const snapshot = recordSnapshot(db, {
      takenAt: job.now,
      published,
      files,
      rejected: new Map([...rejected].map(([kind, { kept }]) => [kind, kept])),
      differences: compared.length === files.length && scratch !== undefined ? scratch.differences() : null,
      keepSnapshots: job.keepSnapshots,
    });
    finishGeneration(db, path);
    throwIfAborted(context);
    switchTo(pointer, next);
    isSwitched = true;
    return { files, snapshot };
  } finally {
    db.close();
    if (!isSwitched) removeDatabase(path);
    else removeOtherGenerations(file, next);
  }
}
