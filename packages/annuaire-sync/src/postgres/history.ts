import type { StoreTransaction } from '@mss/store';
import { addressOf, keptChanges, type SnapshotRecord } from '../storage/history.js';
import type { SourceIdentity } from '../load/job.js';
import type { FileReport } from '../load/report.js';

const rowsOfBatch = 500;

async function insertBatches(rows: Iterable<Readonly<Record<string, unknown>>>, insert: (json: string) => Promise<unknown>): Promise<void> {
  let batch: Readonly<Record<string, unknown>>[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < rowsOfBatch) continue;
    await insert(JSON.stringify(batch));
    batch = [];
  }
  if (batch.length > 0) await insert(JSON.stringify(batch));
}

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8'));

function* changeRows(record: SnapshotRecord): Generator<Readonly<Record<string, unknown>>, void, undefined> {
  let ordinal = 0;
  for (const difference of record.differences ?? []) {
    const { file, kind, before, after } = difference;
    yield { ordinal: ordinal++, file, kind, address: addressOf(difference), before: text(before), after: text(after) };
  }
}

function* rejectionRows(record: SnapshotRecord): Generator<Readonly<Record<string, unknown>>, void, undefined> {
  let ordinal = 0;
  for (const [file, lines] of record.rejected) {
    for (const { lineNumber, reason, line } of lines) {
      yield { ordinal: ordinal++, file, line_number: lineNumber, reason, line: Buffer.from(line).toString('hex') };
    }
  }
}

export async function lastPostgresSnapshot(transaction: Pick<StoreTransaction, 'get'>): Promise<number> {
  return (await transaction.get<{ id: number | null }>('SELECT max(id) AS id FROM annuaire_snapshot'))?.id ?? 0;
}

/** Records one synchronisation, inside its transaction. @returns the number of the snapshot */
export async function recordPostgresSnapshot(transaction: StoreTransaction, record: SnapshotRecord): Promise<number> {
  const id = (await lastPostgresSnapshot(transaction)) + 1;
  const sum = (of: (file: FileReport) => number): number => record.files.reduce((total, file) => total + of(file), 0);
  const isKept = record.differences !== null && sum((file) => file.added + file.changed + file.removed) <= keptChanges;
  await transaction.run(
    `INSERT INTO annuaire_snapshot (id, taken_at, published, row_count, rejected, added, changed, removed, unchanged, has_changes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      id,
      record.takenAt,
      record.published,
      sum((file) => file.rows),
      sum((file) => file.rejected),
      sum((file) => file.added),
      sum((file) => file.changed),
      sum((file) => file.removed),
      sum((file) => file.unchanged),
      isKept ? 1 : 0,
    ],
  );
  if (isKept) {
    await insertBatches(changeRows(record), (json) =>
      transaction.run(
        `INSERT INTO annuaire_change (snapshot, ordinal, file, kind, address, before, after)
          SELECT ?::integer, ordinal, file, kind, address, before, after
          FROM json_to_recordset(?::json) AS rows(ordinal integer, file text, kind text, address text, before text, after text)`,
        [id, json],
      ),
    );
  }
  await insertBatches(rejectionRows(record), (json) =>
    transaction.run(
      `INSERT INTO annuaire_rejected (snapshot, ordinal, file, line_number, reason, line)
        SELECT ?::integer, ordinal, file, line_number, reason, decode(line, 'hex')
        FROM json_to_recordset(?::json) AS rows(ordinal integer, file text, line_number integer, reason text, line text)`,
      [id, json],
    ),
  );
  const oldest = id - record.keepSnapshots;
  await transaction.run('DELETE FROM annuaire_change WHERE snapshot <= ?', [oldest]);
  await transaction.run('DELETE FROM annuaire_rejected WHERE snapshot <= ?', [oldest]);
  await transaction.run('UPDATE annuaire_snapshot SET has_changes = 0 WHERE id <= ?', [oldest]);
  return id;
}

/** Remembers where each file came from. */
export async function recordPostgresSources(
  transaction: StoreTransaction,
  of: { readonly files: readonly FileReport[]; readonly identity: SourceIdentity; readonly published: string | null },
): Promise<void> {
  const { location, name, etag, lastModified, bytes, sha256 } = of.identity;
  for (const { file, rows } of of.files) {
    await transaction.run('DELETE FROM annuaire_source WHERE file = ?', [file]);
    await transaction.run(
      `INSERT INTO annuaire_source (file, row_count, location, name, published, etag, last_modified, byte_count, sha256)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [file, rows, location, name, of.published, etag, lastModified, bytes, sha256],
    );
  }
}
