import { Buffer } from 'node:buffer';
import type { Store, StoreRow } from '@mss/store';
import { syncError } from '../errors.js';
import type { RejectionReason } from '../line/canonical-block.js';
import { postgresReader } from '../postgres/postgres-reader.js';
import { endIds, firstIds } from '../storage/layout.js';
import { checkAddresses, isWithin, type AddressCheck, type SnapshotRange } from './check-addresses.js';
import { decodeChange, type DirectoryChange, type StoredChange } from './changes.js';
import { columnsOf } from './columns-of.js';
import { decodeEntry, type DirectoryEntry } from './entry.js';
import type { FileKind } from './file-format.js';
import { sqliteReader, type DirectoryReader } from './reader.js';

/** One synchronisation that changed something. */
export interface Snapshot {
  readonly id: number;
  readonly takenAt: Date;
  /** `202608260300`, by the name of the file. */
  readonly published: string | null;
  readonly rows: number;
  readonly rejected: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Its changes are kept. False for first loads, for those that changed very much, and for old ones. */
  readonly hasChanges: boolean;
}

/** A bad line that was put aside. */
export interface DirectoryRejection {
  readonly snapshot: number;
  readonly file: FileKind;
  readonly lineNumber: number;
  readonly reason: RejectionReason;
  /** Its beginning; bytes that are not UTF-8 as U+FFFD. */
  readonly line: string;
}

/** What is known of one professional beyond mailboxes and activities. */
export interface ProfessionalRecord {
  readonly entries: readonly DirectoryEntry[];
  /** Lines of the files of skills and diplomas, by field. */
  readonly skills: readonly Readonly<Record<string, string>>[];
  readonly diplomas: readonly Readonly<Record<string, string>>[];
}

/** A directory that was opened for reading. Sees each new snapshot at once. */
export interface Directory extends AsyncDisposable {
  /** Every line of an address, whatever its case: one for each structure. */
  entriesOf(address: string): Promise<readonly DirectoryEntry[]>;
  /** By national identifier: `8` + RPPS, `0` + ADELI; or by RPPS (11 digits) or ADELI (9) alone. */
  professional(identifier: string): Promise<ProfessionalRecord>;
  /** Newest first. */
  snapshots(): Promise<readonly Snapshot[]>;
  /**
   * Everything that changed after a snapshot, oldest first.
   *
   * @throws MssError `ERR_MSS_ANNUAIRE_NO_HISTORY` from the iteration, before anything is given: changes since then are not kept, or
   *   this directory never had that snapshot (it was deleted and made again)
   */
  changes(options: { readonly since: number }): AsyncGenerator<DirectoryChange, void, undefined>;
  /** Lines put aside by a synchronisation, at most a thousand. Default: the newest snapshot. */
  rejectedLines(options?: { readonly snapshot?: number }): Promise<readonly DirectoryRejection[]>;
  /**
   * Whether addresses that a host saved still stand, and what changed: the daily check.
   *
   * @param options.since - the snapshot when they were last looked at; without it only their present state is told.
   */
  checkAddresses(addresses: readonly string[], options?: { readonly since?: number }): Promise<readonly AddressCheck[]>;
  close(): Promise<void>;
}

const changesOfPage = 500;

interface EntryRow extends StoreRow {
  readonly id: number;
  readonly line: string | Uint8Array;
}

/**
 * Opens a directory for reading.
 *
 * @param db - the SQLite file that was given to `syncExtraction`, or the PostgreSQL store (which stays open).
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`, `ERR_MSS_ANNUAIRE_DAMAGED`
 */
export async function openDirectory(db: string | Store): Promise<Directory> {
  const reader = typeof db === 'string' ? sqliteReader(db) : await postgresReader(db);
  const close = (): Promise<void> => reader.close();
  return {
    entriesOf: (address) => entriesOf(reader, address),
    professional: (identifier) => professional(reader, identifier),
    snapshots: () => snapshots(reader),
    changes: ({ since }) => changes(reader, since),
    rejectedLines: (options = {}) => rejectedLines(reader, options.snapshot ?? null),
    checkAddresses: async (addresses, options = {}) =>
      checkAddresses(addresses, {
        since: options.since ?? null,
        entriesOf: (address) => entriesOf(reader, address),
        history: () => historyOf(reader),
        changesOf: async (address, since) => (await changesOf(reader, address, since)).map(decodeChange),
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const bytesOf = (line: string | Uint8Array): Uint8Array => (typeof line === 'string' ? Buffer.from(line) : line);

async function entriesOf(reader: DirectoryReader, address: string): Promise<readonly DirectoryEntry[]> {
  const rows = await reader.all<EntryRow>('SELECT id, line FROM entry WHERE address = ? AND id < ? ORDER BY id LIMIT 1000', [
    address.trim().toLowerCase(),
    endIds.mailboxes,
  ]);
  return rows.map(({ id, line }) => decodeEntry(id, bytesOf(line)));
}

async function professional(reader: DirectoryReader, identifier: string): Promise<ProfessionalRecord> {
  const bare = identifier.trim();
  const national = bare.length === 11 ? `8${bare}` : bare.length === 9 ? `0${bare}` : bare;
  const rows = await reader.all<EntryRow>('SELECT id, line FROM entry WHERE person = ? ORDER BY id LIMIT 1000', [national]);
  const of = (file: FileKind): readonly EntryRow[] => rows.filter(({ id }) => id >= firstIds[file] && id < endIds[file]);
  const records = (file: FileKind): readonly Readonly<Record<string, string>>[] =>
    of(file).map(({ line }) => {
      const values = Buffer.from(bytesOf(line)).toString('utf8').split('|');
      return Object.fromEntries(columnsOf(file).map(({ field }, index) => [field, values[index] ?? '']));
    });
  const entries = [...of('mailboxes'), ...of('activities')].map(({ id, line }) => decodeEntry(id, bytesOf(line)));
  return { entries, skills: records('skills'), diplomas: records('diplomas') };
}

async function snapshots(reader: DirectoryReader): Promise<readonly Snapshot[]> {
  const rows = await reader.all('SELECT * FROM snapshot ORDER BY id DESC LIMIT 10000');
  return rows.map((row) => ({
    id: Number(row['id']),
    takenAt: new Date(Number(row['taken_at'])),
    published: row['published'] as string | null,
    rows: Number(row['row_count']),
    rejected: Number(row['rejected']),
    added: Number(row['added']),
    changed: Number(row['changed']),
    removed: Number(row['removed']),
    unchanged: Number(row['unchanged']),
    hasChanges: Number(row['has_changes']) === 1,
  }));
}

/** The snapshots since which every change is kept. */
async function historyOf(reader: DirectoryReader): Promise<SnapshotRange> {
  const [row] = await reader.all<{ oldest: number | null; newest: number | null }>(
    'SELECT max(CASE WHEN has_changes = 0 THEN id END) AS oldest, max(id) AS newest FROM snapshot',
  );
  return { oldest: row?.oldest ?? 0, newest: row?.newest ?? 0 };
}

async function* changes(reader: DirectoryReader, since: number): AsyncGenerator<DirectoryChange, void, undefined> {
  const { oldest, newest } = await historyOf(reader);
  if (!isWithin({ oldest, newest }, since)) {
    // The directory was deleted and made again: its numbers began anew.
    const why = since > newest ? `there is no snapshot ${since} yet` : `changes are kept since snapshot ${oldest} only`;
    throw syncError('ERR_MSS_ANNUAIRE_NO_HISTORY', why, { details: { since, oldest, newest } });
  }
  let snapshot = since + 1;
  let ordinal = -1;
  for (;;) {
    const rows = await reader.all<StoredChange & StoreRow & { readonly ordinal: number }>(
      `SELECT snapshot, ordinal, file, kind, address, before, after FROM change WHERE snapshot > ? OR (snapshot = ? AND ordinal > ?)
        ORDER BY snapshot, ordinal LIMIT ${changesOfPage}`,
      [snapshot, snapshot, ordinal],
    );
    for (const row of rows) yield decodeChange(row);
    const last = rows.at(-1);
    if (last === undefined) return;
    snapshot = last.snapshot;
    ordinal = last.ordinal;
  }
}

async function changesOf(reader: DirectoryReader, address: string, since: number): Promise<readonly StoredChange[]> {
  const rows = await reader.all<StoredChange & StoreRow>(
    'SELECT snapshot, file, kind, address, before, after FROM change WHERE address = ? AND snapshot > ? ORDER BY snapshot, ordinal LIMIT 1000',
    [address, since],
  );
  return rows;
}

async function rejectedLines(reader: DirectoryReader, snapshot: number | null): Promise<readonly DirectoryRejection[]> {
  const rows = await reader.all(
    `SELECT snapshot, file, line_number, reason, line FROM rejected
      WHERE snapshot = coalesce(?, (SELECT max(id) FROM snapshot)) ORDER BY ordinal LIMIT 1000`,
    [snapshot],
  );
  return rows.map((row) => ({
    snapshot: Number(row['snapshot']),
    file: row['file'] as FileKind,
    lineNumber: Number(row['line_number']),
    reason: row['reason'] as RejectionReason,
    line: Buffer.from(row['line'] as Uint8Array).toString('utf8'),
  }));
}
