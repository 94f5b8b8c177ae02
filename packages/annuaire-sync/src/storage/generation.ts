import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { openSqliteSync, type SqliteSync } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import { openSearchIndex, searchIndexVersion, searchVersionOf, type SearchIndexWriter } from '../search/index-build.js';
import { endIds, firstIds } from './layout.js';
import { generationIndexes, generationTables, generationVersion } from './schema.js';
import { pragmaNumber } from './pointer.js';
import { idIn, readRows, type RowChunk } from './stored-lines.js';

/** Of a generation's file: fewer, larger pages suit lines of 200 bytes. */
const pageBytes = 8192;
/** What sorting for indexes takes: more gains little time, and is not given back. */
const bulkCacheBytes = 10 * 1024 * 1024;

/** A write beyond it fails as on a full disk. */
function bound(db: SqliteSync, maxBytes: number): void {
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
}

/** Makes the file of a new generation: fast, and worth nothing until {@link finishGeneration}. */
export function createGeneration(file: string, maxBytes: number): SqliteSync {
  const db = openSqliteSync(file, { journal: 'off', synchronous: 'off', cacheBytes: bulkCacheBytes, pageBytes });
  bound(db, maxBytes);
  db.exec(generationTables);
  db.prepare('INSERT INTO state (name, value) VALUES (?, ?)').run('search_version', BigInt(searchIndexVersion));
  db.exec('BEGIN');
  return db;
}

/**
 * Opens the current generation for an update.
 *
 * @returns `null`: its tables are of another release, nothing of it can be kept; `isSearchable` false: only its search index is
 */
export function openGenerationForUpdate(
  file: string,
  maxBytes: number,
): { readonly db: SqliteSync; readonly isSearchable: boolean } | null {
  const db = openSqliteSync(file, { cacheBytes: 32 * 1024 * 1024 });
  bound(db, maxBytes);
  if (pragmaNumber(db, 'user_version') !== generationVersion) {
    db.close();
    return null;
  }
  return { db, isSearchable: isSearchable(db) };
}

/** Whether this release made the search index of a generation. */
export const isSearchable = (db: SqliteSync): boolean => searchVersionOf(db) === searchIndexVersion;

export function hasRows(db: SqliteSync, kind: FileKind): boolean {
  return db.prepare('SELECT 1 AS found FROM entry WHERE id >= ? AND id < ? LIMIT 1').get(firstIds[kind], endIds[kind]) !== null;
}

/** Brings the files that are not loaded anew, and the history, from the generation before. */
export function copyFromGeneration(db: SqliteSync, file: string, options: { readonly loaded: readonly FileKind[] }): void {
  db.exec('COMMIT');
  db.exec(`ATTACH '${file.replaceAll("'", "''")}' AS previous`);
  db.exec('BEGIN');
  const isLoaded = options.loaded.map((kind) => `(id >= ${firstIds[kind]} AND id < ${endIds[kind]})`).join(' OR ');
  db.exec(`INSERT INTO entry SELECT id, address, person, structure, line, shown FROM previous.entry WHERE NOT (${isLoaded}) ORDER BY id`);
  for (const table of ['snapshot', 'change', 'rejected', 'source']) db.exec(`INSERT INTO ${table} SELECT * FROM previous.${table}`);
  db.exec('COMMIT; DETACH previous; BEGIN');
}

/** Indexes, what is shown, and the search index, once all rows are there. */
export function indexGeneration(db: SqliteSync, onProgress: () => void): void {
  for (const statement of generationIndexes) {
    db.exec(statement);
    onProgress();
  }
  const { activities } = firstIds;
  if (hasRows(db, 'activities')) {
    db.exec(`UPDATE entry SET shown = NOT EXISTS (
      SELECT 1 FROM entry AS mailbox WHERE mailbox.person = entry.person AND mailbox.id < ${activities}
    ) WHERE id >= ${activities} AND id < ${endIds.activities}`);
  }
  // The search index needs the memory that sorting took.
  db.exec('PRAGMA cache_size = -4096; PRAGMA shrink_memory');
  const search = openSearchIndex(db, { mode: 'build' });
  const ends = new Uint32Array(128);
  for (const chunk of readRows(db, { first: firstIds.mailboxes, end: endIds.activities, shownOnly: true })) {
    addChunk(search, chunk, ends);
    onProgress();
  }
  search.finish();
}

function addChunk(search: SearchIndexWriter, chunk: RowChunk, ends: Uint32Array): void {
  const { lines, count } = chunk;
  const { length } = lines;
  let start = 0;
  for (let index = 0; index < count; index++) {
    let columns = 0;
    let at = start;
    for (; at < length; at++) {
      const byte = lines[at] as number;
      if (byte === 10) break;
      if (byte === 124) ends[columns++] = at - start;
    }
    ends[columns++] = at - start;
    search.add({ id: idIn(chunk, index), line: lines.subarray(start, at), ends, columns });
    start = at + 1;
  }
}

/** Commits a new generation and makes it durable, readable by many while it is written. */
export function finishGeneration(db: SqliteSync, file: string): void {
  db.exec('COMMIT');
  db.close();
  // Sets the write-ahead log, which stays with the file.
  openSqliteSync(file).close();
  // Windows flushes only what is open for writing, and no folders.
  sync(file, 'r+');
  if (process.platform !== 'win32') sync(dirname(file), 'r');
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
