import type { Buffer } from 'node:buffer';
import { openSqliteSync, type SqliteSync, type SqliteSyncStatement } from '@mss/store/sync';
import type { FileKind } from '../directory/file-format.js';
import { removeDatabase } from '../storage/files.js';

/** One difference between two states of a file. */
export interface Difference {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly file: FileKind;
  /** Of the line before; null for an added one. */
  readonly id: number | null;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

export interface DifferenceCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Lines that were taken for different and are the same: two lines of one hash. */
  readonly same: number;
}

/** Lines that are a second time in the new file. */
export interface RepeatedLines {
  readonly count: number;
  /** The first of them. */
  readonly first: readonly { readonly lineNumber: number; readonly line: Uint8Array }[];
}

/**
 * Where lines wait that have no equal on the other side, until both sides are known: on disk, so that even two files
 * without one common line need no memory.
 */
export interface Scratch extends Disposable {
  /** A line of the new file. */
  fresh(file: FileKind, lineNumber: number, key: string, line: Buffer): void;
  /** A line of the old state. */
  gone(file: FileKind, id: number, key: string, line: Buffer): void;
  /** Takes out lines of the new file that are there before, however many; the first of each stays. */
  takeRepeated(file: FileKind, maxKept: number): RepeatedLines;
  /** Puts the two sides together, by key and, within a key, in order. */
  pair(): void;
  counts(file: FileKind): DifferenceCounts;
  /** Removed and changed lines in the order of the old state, then added lines in the order of the file. */
  differences(): Generator<Difference, void, undefined>;
}

const schema = `
CREATE TABLE fresh (file TEXT NOT NULL, line_number INTEGER NOT NULL, key TEXT NOT NULL, line BLOB NOT NULL);
CREATE TABLE repeat (row INTEGER PRIMARY KEY);
CREATE TABLE gone (file TEXT NOT NULL, id INTEGER NOT NULL, key TEXT NOT NULL, line BLOB NOT NULL);
`;

const pairing = `
CREATE TABLE fresh_numbered AS
  SELECT *, row_number() OVER (PARTITION BY file, key ORDER BY line_number) AS turn FROM fresh;
CREATE INDEX fresh_key ON fresh_numbered (file, key, turn);
CREATE TABLE difference AS
  WITH gone_numbered AS (SELECT *, row_number() OVER (PARTITION BY file, key ORDER BY id) AS turn FROM gone)
  SELECT g.file AS file, g.id AS id, f.line_number AS line_number, g.line AS before, f.line AS after
  FROM gone_numbered g LEFT JOIN fresh_numbered f ON f.file = g.file AND f.key = g.key AND f.turn = g.turn
  ORDER BY g.id;
CREATE INDEX difference_line ON difference (file, line_number);
INSERT INTO difference (file, id, line_number, before, after)
  SELECT f.file, NULL, f.line_number, NULL, f.line FROM fresh_numbered f
  WHERE NOT EXISTS (SELECT 1 FROM difference d WHERE d.file = f.file AND d.line_number = f.line_number)
  ORDER BY f.file, f.line_number;
`;

/** Opens an empty scratch; what stood at this path is deleted, and so is the scratch when it is disposed of. */
export function openScratch(path: string): Scratch {
  removeDatabase(path);
  const db: SqliteSync = openSqliteSync(path, { journal: 'off', synchronous: 'off', exclusive: true, cacheBytes: 2 * 1024 * 1024 });
  db.exec(schema);
  db.exec('BEGIN');
  const insertFresh = db.prepare('INSERT INTO fresh (file, line_number, key, line) VALUES (?, ?, ?, ?)');
  const insertGone = db.prepare('INSERT INTO gone (file, id, key, line) VALUES (?, ?, ?, ?)');
  let countKind: SqliteSyncStatement | null = null;
  return {
    fresh: (file, lineNumber, key, line) => void insertFresh.run(file, lineNumber, key, line),
    gone: (file, id, key, line) => void insertGone.run(file, id, key, line),
    takeRepeated(file, maxKept) {
      const turns =
        'SELECT rowid AS row, row_number() OVER (PARTITION BY key, line ORDER BY line_number) AS turn FROM fresh WHERE file = ?';
      db.exec('DELETE FROM repeat');
      const count = db.prepare(`INSERT INTO repeat SELECT row FROM (${turns}) WHERE turn > 1 ORDER BY row`).run(file);
      const first = db
        .prepare('SELECT line_number, line FROM repeat JOIN fresh ON fresh.rowid = repeat.row ORDER BY repeat.row LIMIT ?')
        .all<{ line_number: number; line: Uint8Array }>(BigInt(maxKept));
      db.exec('DELETE FROM fresh WHERE rowid IN (SELECT row FROM repeat)');
      return { count, first: first.map(({ line_number: lineNumber, line }) => ({ lineNumber, line })) };
    },
    pair() {
      db.exec(pairing);
    },
    counts(file) {
      countKind ??= db.prepare(
        `SELECT count(*) FILTER (WHERE before IS NULL) AS added, count(*) FILTER (WHERE after IS NULL) AS removed,
          count(*) FILTER (WHERE before <> after) AS changed, count(*) FILTER (WHERE before = after) AS same FROM difference WHERE file = ?`,
      );
      const row = countKind.get<{ added: number; removed: number; changed: number; same: number }>(file);
      return { added: row?.added ?? 0, changed: row?.changed ?? 0, removed: row?.removed ?? 0, same: row?.same ?? 0 };
    },
    *differences() {
      const rows = db
        .prepare('SELECT file, id, before, after FROM difference WHERE before IS NULL OR after IS NULL OR before <> after ORDER BY rowid')
        .iterate<{ file: FileKind; id: number | null; before: Uint8Array | null; after: Uint8Array | null }>();
      for (const { file, id, before, after } of rows) {
        yield { kind: before === null ? 'added' : after === null ? 'removed' : 'changed', file, id, before, after };
      }
    },
    [Symbol.dispose]() {
      db.close();
      removeDatabase(path);
    },
  };
}
