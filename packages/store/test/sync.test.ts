import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createTempDirectory } from '@mss/testkit';
import { isMssError } from '@mss/core';
import { openSqliteSync } from '@mss/store/sync';
import { describe, expect, it } from 'vitest';

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'returned';
  } catch (error) {
    return isMssError(error) ? error.code : String(error);
  }
}

describe('SQLite in the calling thread', () => {
  it('loads, iterates and reads back', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'bulk.db');
    {
      using database = openSqliteSync(file, { journal: 'off', synchronous: 'off', pageBytes: 8192, exclusive: true, temporary: 'memory' });
      database.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX line_name ON line (name)');
      const insert = database.prepare('INSERT INTO line (id, name) VALUES (?, ?)');
      database.transaction(() => {
        for (let id = 0; id < 1000; id += 1) expect(insert.run(id, `name ${id % 10}`)).toBe(1);
      });
    }
    using database = openSqliteSync(file, { readOnly: true, mmapBytes: 1 << 20 });
    const byName = database.prepare('SELECT id FROM line WHERE name = ? ORDER BY id');
    expect(byName.all('name 3')).toHaveLength(100);
    expect(byName.get('nobody')).toBeNull();
    const first: unknown[] = [];
    for (const row of byName.iterate('name 7')) {
      if (first.push(row['id']) === 2) break;
    }
    expect(first).toEqual([7, 17]);
    // The loop that was left lets the statement be used again.
    expect(byName.all('name 7')).toHaveLength(100);
    expect(codeOf(() => database.exec('DELETE FROM line'))).toBe('ERR_MSS_STORE_READ_ONLY');
  });

  it('rolls back what throws, and does not nest', () => {
    using database = openSqliteSync(':memory:');
    database.exec('CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT UNIQUE)');
    const insert = database.prepare('INSERT INTO entry (name) VALUES (?)');
    const nested = (): unknown => database.transaction(() => database.transaction(() => insert.run('a')));
    expect(codeOf(nested)).toBe('ERR_MSS_STORE_NESTED');
    const failing = (): unknown =>
      database.transaction(() => {
        insert.run('Zéphyrine');
        insert.run('Zéphyrine');
      });
    expect(codeOf(failing)).toBe('ERR_MSS_STORE_CONSTRAINT');
    expect(database.inTransaction).toBe(false);
    expect(database.prepare('SELECT count(*) AS n FROM entry').get()).toEqual({ n: 0 });
  });

  it('says what is wrong without saying values', async () => {
    await using folder = await createTempDirectory();
    await writeFile(join(folder.path, 'text.db'), 'x'.repeat(5000));
    expect(codeOf(() => openSqliteSync(join(folder.path, 'text.db')))).toBe('ERR_MSS_STORE_NOT_A_DATABASE');
    expect(codeOf(() => openSqliteSync(join(folder.path, 'none.db'), { readOnly: true }))).toBe('ERR_MSS_STORE_OPEN');
    const database = openSqliteSync(':memory:');
    expect(codeOf(() => database.prepare('SELECT * FROM nowhere'))).toBe('ERR_MSS_STORE_SQL');
    expect(codeOf(() => database.prepare('SELECT 9007199254740993 AS n').get())).toBe('ERR_MSS_STORE_VALUE');
    database.exec('CREATE VIRTUAL TABLE search USING fts5(name)');
    const match = database.prepare('SELECT name FROM search WHERE search MATCH ?');
    try {
      match.all('"Zéphyrine');
      expect.unreachable();
    } catch (error) {
      // FTS5 itself quotes the query.
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('Zéphyrine');
    }
    database.close();
    database.close();
    expect(codeOf(() => match.all('a'))).toBe('ERR_MSS_STORE_CLOSED');
    expect(codeOf(() => database.exec('SELECT 1'))).toBe('ERR_MSS_STORE_CLOSED');
    expect(database.inTransaction).toBe(false);
  });
});
