import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@mss/store';
import type { FileKind } from '../directory/file-format.js';
import { compareTexts, readText, rebuildPercent, refuseManyChanges, type Compared } from '../load/compare-texts.js';
import type { LoadContext, LoadJob } from '../load/job.js';
import { Rejections, type FileReport, type LoadReport } from '../load/report.js';
import { openScratch, type Scratch } from '../load/scratch.js';
import { openTexts, withTexts, publishedOf, type OpenedSource } from '../source/open-texts.js';
import { isPostgresIndexCurrent, searchMigrations, searchOwner } from '../search/postgres-index.js';
import { sourceColumns, sourceRecord } from '../source/source-record.js';
import { endIds, firstIds } from '../storage/layout.js';
import type { DirectoryStorage } from '../sync/storage.js';
import { lastPostgresSnapshot, recordPostgresSnapshot, recordPostgresSources } from './history.js';
import { Lease } from './lease.js';
import { PostgresLines } from './postgres-lines.js';
import { NewGeneration, removeOtherPostgresGenerations } from './rebuild.js';
import { postgresMigrations, postgresOwner } from './schema.js';
import { applyToPostgres } from './update.js';
import { directoryNumber, temporaryFolder } from './work-folder.js';

interface Load {
  readonly store: Store;
  readonly lease: Lease;
  readonly job: LoadJob;
  readonly context: LoadContext;
  readonly source: OpenedSource;
  readonly generation: number;
  readonly published: string | null;
}

type Loaded = Pick<LoadReport, 'files' | 'snapshot'>;

/** A directory in PostgreSQL: generations are numbers in the rows, the pointer is a row. Loads run in the calling thread. */
export function postgresStorage(store: Store): DirectoryStorage {
  if (store.dialect !== 'postgres') throw new TypeError('a directory in SQLite is given by the path of its file');
  const lease = new Lease(store);
  let folder = '';
  return {
    async lock() {
      await store.migrate(postgresOwner, postgresMigrations);
      await store.migrate(searchOwner, searchMigrations);
      await lease.take();
      return lease;
    },
    async workFolder(base) {
      folder = join(base ?? (await temporaryFolder()), `postgres-${await directoryNumber(lease)}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
    async sources() {
      const rows = await store.all(`SELECT ${sourceColumns} FROM annuaire_source`);
      const generation = await currentPostgresGeneration(store);
      const isOutdated = generation > 0 && !(await isPostgresIndexCurrent(store, generation));
      return { records: rows.map(sourceRecord), snapshot: await lastPostgresSnapshot(store), isOutdated };
    },
    async load(job, context) {
      const generation = await currentPostgresGeneration(store);
      await removeOtherPostgresGenerations(store, { keep: generation, lease });
      return withTexts(openTexts(job.path, { name: job.identity.name, limits: job.limits }), async (source) => {
        const published = publishedOf(source.texts, job.identity.name);
        const loaded = await load({ store, lease, job, context, source, generation, published }, folder);
        return { ...loaded, published, warnings: source.warnings };
      });
    },
    close: async () => {},
  };
}

async function currentPostgresGeneration(store: Store): Promise<number> {
  return (await store.get<{ generation: number }>('SELECT generation FROM annuaire_pointer'))?.generation ?? 0;
}

async function load(of: Load, folder: string): Promise<Loaded> {
  const scratch = openScratch(join(folder, 'differences.db'));
  try {
    return await loadWith(of, scratch);
  } finally {
    scratch[Symbol.dispose]();
  }
}

async function loadWith(of: Load, scratch: Scratch): Promise<Loaded> {
  const { store, source, generation, job, context } = of;
  const known: (typeof source.texts)[number][] = [];
  for (const text of source.texts) {
    const { kind } = text.layout.format;
    const row = await store.get('SELECT 1 AS found FROM annuaire_entry WHERE generation = ? AND id >= ? AND id < ? LIMIT 1', [
      generation,
      firstIds[kind],
      endIds[kind],
    ]);
    if (row !== null) known.push(text);
  }
  const compared = await compareTexts(known, {
    scratch,
    oldLines: (kind) => new PostgresLines(store, { generation, kind }),
    job,
    context,
  });
  refuseManyChanges(compared, job.maxChangePercent);
  const isSmall = compared.every(
    ({ report, oldCount }) => (report.added + report.changed + report.removed) * 100 <= Math.max(oldCount, 1) * rebuildPercent,
  );
  const isUpdate = known.length === source.texts.length && isSmall && (await isPostgresIndexCurrent(store, generation));
  return await (isUpdate ? update(of, compared, scratch) : rebuild(of, compared, scratch));
}

async function update(of: Load, compared: readonly Compared[], scratch: Scratch): Promise<Loaded> {
  const { lease, job, generation, published } = of;
  of.context.onProgress?.({ phase: 'store', doneBytes: 0, totalBytes: 0 });
  const files = compared.map(({ report }) => report);
  const isSame = files.every(({ added, changed, removed }) => added + changed + removed === 0);
  const snapshot = await lease.transaction(async (transaction) => {
    await recordPostgresSources(transaction, { files, identity: job.identity, published });
    if (isSame) return lastPostgresSnapshot(transaction);
    await applyToPostgres(transaction, { generation, differences: scratch.differences() });
    return recordPostgresSnapshot(transaction, {
      takenAt: job.now,
      published,
      files,
      rejected: new Map(compared.map(({ report, rejections }) => [report.file, rejections.kept])),
      differences: scratch.differences(),
      keepSnapshots: job.keepSnapshots,
    });
  });
  return { files, snapshot };
}

async function rebuild(of: Load, compared: readonly Compared[], scratch: Scratch): Promise<Loaded> {
  const { store, lease, job, context, source, generation, published } = of;
  const next = new NewGeneration(store, { generation: generation + 1, lease });
  const loaded = source.texts.map(({ layout }) => layout.format.kind);
  await next.copyFrom(generation, loaded, () => context.signal?.throwIfAborted());
  const rejected = new Map<FileKind, Rejections>();
  const files: FileReport[] = [];
  const totalBytes = source.texts.reduce((total, text) => total + text.size, 0);
  let doneBytes = 0;
  for (const text of source.texts) {
    const { kind } = text.layout.format;
    const rejections = new Rejections();
    const rows = next.writer(kind, (lineNumber, line) => rejections.put({ lineNumber, line: Uint8Array.from(line), reason: 'duplicate' }));
    const before = doneBytes;
    const onRead = (bytes: number): void => context.onProgress?.({ phase: 'load', doneBytes: before + bytes, totalBytes });
    for await (const block of readText(text, { rejections, context, onRead })) await rows.block(block);
    rejections.judge(kind, rows.count, job.maxRejectedPercent);
    rejected.set(kind, rejections);
    doneBytes += text.size;
    files.push(compared.find(({ report }) => report.file === kind)?.report ?? rejections.firstReport(kind, text.name, rows.count));
  }
  await next.index(() => {
    context.signal?.throwIfAborted();
    context.onProgress?.({ phase: 'index', doneBytes: 0, totalBytes: 0 });
  });
  context.signal?.throwIfAborted();
  context.onProgress?.({ phase: 'store', doneBytes: 0, totalBytes: 0 });
  const snapshot = await lease.transaction(async (transaction) => {
    await recordPostgresSources(transaction, { files, identity: job.identity, published });
    await transaction.run('UPDATE annuaire_pointer SET generation = ? WHERE id = 1', [next.generation]);
    return recordPostgresSnapshot(transaction, {
      takenAt: job.now,
      published,
      files,
      rejected: new Map([...rejected].map(([kind, { kept }]) => [kind, kept])),
      differences: compared.length === files.length ? scratch.differences() : null,
      keepSnapshots: job.keepSnapshots,
    });
  });
  // The new one is in use: what cannot be deleted now is deleted by the next synchronisation.
  await removeOtherPostgresGenerations(store, { keep: next.generation, lease }).catch(() => {});
  return { files, snapshot };
}
