import type { SqliteSync } from '@mss/store/sync';
import { syncError } from '../errors.js';
import { splitLine, type IndexedLine } from './indexable.js';
import { entryIdsOf, maxEntriesOfSegment, nextMerge, PendingLines, tierOf } from './index-plan.js';
import { SegmentBuilder } from './segment-builder.js';

/** Another number in a database than this one: its index is of another release and must be built anew. */
export const searchIndexVersion = 4;

/** The release that made the index of a generation, as {@link searchIndexVersion}. */
export function searchVersionOf(db: SqliteSync): number {
  return db.prepare("SELECT value FROM state WHERE name = 'search_version'").get<{ value: number }>()?.value ?? 0;
}

/** @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY` */
export function refuseOtherVersion(version: number): void {
  if (version > searchIndexVersion)
    throw syncError('ERR_MSS_ANNUAIRE_NEWER_DIRECTORY', 'a newer release wrote the search index of this directory');
  if (version < searchIndexVersion)
    throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'an older release wrote the search index of this directory: synchronise once');
}

/** Follows the changes of the directory's rows, inside the transaction that makes them. */
export interface SearchIndexWriter {
  /** A shown row: every one in a build; in an update each new one, and the new state of each changed one. */
  add(entry: IndexedLine): void;
  /** Update only: a row that is gone, changed or hidden. */
  remove(entry: { readonly id: number }): void;
  /** Writes the index. The rows of the directory must be in their new state. */
  finish(): void;
}

const schema = `
CREATE TABLE IF NOT EXISTS search_segment (id INTEGER PRIMARY KEY, tier INTEGER NOT NULL, entries INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS search_part (
  segment INTEGER NOT NULL, name TEXT NOT NULL, sequence INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (segment, name, sequence)
);
CREATE TABLE IF NOT EXISTS search_dead (entry INTEGER NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY (entry, segment)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS search_state (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, last_segment INTEGER NOT NULL);
INSERT OR IGNORE INTO search_state (id, revision, last_segment) VALUES (1, 0, 0);
`;

/**
 * Opens the index for writing.
 *
 * A build makes one segment of all rows. An update makes a small segment of the new rows, and notes which entries are dead
 * in that and older segments; when eight segments of one size have gathered, they become one.
 */
export function openSearchIndex(db: SqliteSync, { mode }: { readonly mode: 'build' | 'update' }): SearchIndexWriter {
  db.exec(schema);
  return mode === 'build' ? openBuild(db) : openUpdate(db);
}

function openBuild(db: SqliteSync): SearchIndexWriter {
  db.exec('DELETE FROM search_segment; DELETE FROM search_part; DELETE FROM search_dead');
  let builder = new SegmentBuilder();
  return {
    add(entry) {
      builder.add(entry);
      if (builder.size === maxEntriesOfSegment) builder = writeSegment(db, builder, 'by-size');
    },
    remove() {
      throw new TypeError('a build has nothing to remove');
    },
    finish() {
      writeSegment(db, builder, 'by-size');
      raiseRevision(db);
    },
  };
}

function openUpdate(db: SqliteSync): SearchIndexWriter {
  const pending = new PendingLines();
  const newest = newestSegment(db);
  const kill = db.prepare('INSERT OR IGNORE INTO search_dead (entry, segment) VALUES (?, ?)');
  return {
    add: (entry) => pending.add(entry),
    remove({ id }) {
      pending.remove(id);
      kill.run(BigInt(id), BigInt(newest));
    },
    finish() {
      writeSegment(db, pending.toBuilder(), 0);
      for (let merge = planOf(db); merge !== null; merge = planOf(db)) mergeSegments(db, merge.segments, merge.tier);
      raiseRevision(db);
    },
  };
}

function newestSegment(db: SqliteSync): number {
  return db.prepare('SELECT last_segment AS id FROM search_state').get<{ id: number }>()?.id ?? 0;
}

function planOf(db: SqliteSync): ReturnType<typeof nextMerge> {
  const segments = db.prepare('SELECT id, tier, entries FROM search_segment').all<{ id: number; tier: number; entries: number }>();
  return nextMerge(segments, db.prepare('SELECT count(*) AS n FROM search_dead').get<{ n: number }>()?.n ?? 0);
}

function raiseRevision(db: SqliteSync): void {
  db.exec('UPDATE search_state SET revision = revision + 1');
}

/** @returns a builder for more */
function writeSegment(db: SqliteSync, builder: SegmentBuilder, tier: number | 'by-size'): SegmentBuilder {
  const entries = builder.size;
  if (entries === 0) return builder;
  // Numbers are never given twice: readers know segments by them.
  db.exec('UPDATE search_state SET last_segment = last_segment + 1');
  const id = BigInt(newestSegment(db));
  const insert = db.prepare('INSERT INTO search_part (segment, name, sequence, bytes) VALUES (?, ?, ?, ?)');
  for (const part of builder.finish()) insert.run(id, part.name, BigInt(part.sequence), part.bytes);
  const size = tier === 'by-size' ? tierOf(entries) : tier;
  db.prepare('INSERT INTO search_segment (id, tier, entries) VALUES (?, ?, ?)').run(id, BigInt(size), BigInt(entries));
  return new SegmentBuilder();
}

/** Indexes the living entries of some segments anew, from the rows. */
function mergeSegments(db: SqliteSync, segments: readonly number[], tier: number | 'by-size'): void {
  let builder = new SegmentBuilder();
  const row = db.prepare('SELECT line FROM entry WHERE id = ? AND shown = 1');
  const dead = db.prepare('SELECT 1 AS dead FROM search_dead WHERE entry = ? AND segment >= ? LIMIT 1');
  const parts = db.prepare("SELECT bytes FROM search_part WHERE segment = ? AND name = 'entryIds' ORDER BY sequence");
  for (const segment of segments) {
    for (const id of entryIdsOf(parts.all<{ bytes: Uint8Array }>(BigInt(segment)).map(({ bytes }) => bytes))) {
      if (dead.get(BigInt(id), BigInt(segment)) !== null) continue;
      const line = row.get<{ line: Uint8Array }>(BigInt(id))?.line;
      if (line !== undefined) builder.add(splitLine(id, line));
      if (builder.size === maxEntriesOfSegment) builder = writeSegment(db, builder, 'by-size');
    }
  }
  writeSegment(db, builder, tier);
  for (const segment of segments) {
    db.prepare('DELETE FROM search_part WHERE segment = ?').run(BigInt(segment));
    db.prepare('DELETE FROM search_segment WHERE id = ?').run(BigInt(segment));
  }
  db.exec('DELETE FROM search_dead WHERE segment < (SELECT coalesce(min(id), 9e18) FROM search_segment)');
}
