import type { SqliteSync } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import type { RejectedLine } from '../line/canonical-block.js';
import { fieldsOfLine, rowValues } from '../line/row-values.js';
import type { SourceIdentity } from '../load/job.js';
import { asBuffer } from '../load/old-lines.js';
import type { FileReport } from '../load/report.js';
import type { Difference } from '../load/scratch.js';

/** Changes of one snapshot that are kept; of more, only the numbers are. */
export const keptChanges = 200_000;

export interface SnapshotRecord {
  readonly takenAt: number;
  readonly published: string | null;
  readonly files: readonly FileReport[];
  readonly rejected: ReadonlyMap<FileKind, readonly RejectedLine[]>;
  /** `null`: a first load, of which every line is new. */
  readonly differences: Iterable<Difference> | null;
  readonly keepSnapshots: number;
}

const sum = (files: readonly FileReport[], of: (file: FileReport) => number): bigint =>
  BigInt(files.reduce((total, file) => total + of(file), 0));

/** The number of the newest snapshot, 0 for none. */
export function lastSnapshot(db: SqliteSync): number {
  return db.prepare('SELECT max(id) AS id FROM snapshot').get<{ id: number | null }>()?.id ?? 0;
}

/** The address a difference is about, as it is looked up. */
export function addressOf(difference: Difference): string | null {
  const line = difference.after ?? difference.before;
  return line === null || difference.file !== 'mailboxes' ? null : rowValues('mailboxes', fieldsOfLine(asBuffer(line))).address;
}

/** Records one synchronisation, inside its transaction. @returns the number of the snapshot */
export function recordSnapshot(db: SqliteSync, record: SnapshotRecord): number {
  const { files } = record;
  const id = lastSnapshot(db) + 1;
  const changes = sum(files, (file) => file.added + file.changed + file.removed);
  const differences = changes > BigInt(keptChanges) ? null : record.differences;
  db.prepare(
    `INSERT INTO snapshot (id, taken_at, published, row_count, rejected, added, changed, removed, unchanged, has_changes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    BigInt(id),
    BigInt(record.takenAt),
    record.published,
    sum(files, (file) => file.rows),
    sum(files, (file) => file.rejected),
    sum(files, (file) => file.added),
    sum(files, (file) => file.changed),
    sum(files, (file) => file.removed),
    sum(files, (file) => file.unchanged),
    differences === null ? 0n : 1n,
  );
  if (differences !== null) {
    const insert = db.prepare('INSERT INTO change (snapshot, ordinal, file, kind, address, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)');
    let ordinal = 0n;
    for (const difference of differences) {
      const { file, kind, before, after } = difference;
      insert.run(BigInt(id), ordinal++, file, kind, addressOf(difference), before, after);
    }
  }
  recordRejections(db, id, record.rejected);
  const oldest = BigInt(id - record.keepSnapshots);
  db.prepare('DELETE FROM change WHERE snapshot <= ?').run(oldest);
  db.prepare('DELETE FROM rejected WHERE snapshot <= ?').run(oldest);
  db.prepare('UPDATE snapshot SET has_changes = 0 WHERE id <= ?').run(oldest);
  return id;
}

function recordRejections(db: SqliteSync, snapshot: number, rejected: SnapshotRecord['rejected']): void {
  const insert = db.prepare('INSERT INTO rejected (snapshot, ordinal, file, line_number, reason, line) VALUES (?, ?, ?, ?, ?, ?)');
  let ordinal = 0n;
  for (const [file, lines] of rejected) {
    for (const { lineNumber, reason, line } of lines) insert.run(BigInt(snapshot), ordinal++, file, BigInt(lineNumber), reason, line);
  }
}

/** Remembers where each file came from. */
export function recordSources(db: SqliteSync, files: readonly FileReport[], identity: SourceIdentity, published: string | null): void {
  const insert = db.prepare(
    'INSERT OR REPLACE INTO source (file, row_count, location, name, published, etag, last_modified, byte_count, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const { location, name, etag, lastModified, sha256 } = identity;
  const bytes = identity.bytes === null ? null : BigInt(identity.bytes);
  for (const { file, rows } of files) insert.run(file, BigInt(rows), location, name, published, etag, lastModified, bytes, sha256);
}
