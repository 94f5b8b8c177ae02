import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDirectory } from '@mss/testkit';
import { isMssError } from '@mss/core';
import { openSqliteStore, type Store, type StoreStatement } from '@mss/store';
import { describe, expect, it } from 'vitest';
import { startChild } from './support/run-child.js';

const table = { version: 1, sqlite: ['CREATE TABLE entry (id INTEGER PRIMARY KEY, body BLOB)'], postgres: [] };
const insert = (id: number, bytes = 0): StoreStatement => ({
  sql: 'INSERT INTO entry (id, body) VALUES (?, ?)',
  parameters: [id, new Uint8Array(bytes)],
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );
}

async function idsOf(store: Store): Promise<unknown[]> {
  return (await store.all('SELECT id FROM entry ORDER BY id LIMIT 100000')).map((row) => row['id']);
}

describe('what was answered is durable', () => {
  it('after kill -9 between commits, twice over', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    const acknowledged: number[] = [];
    for (const count of [12, 25]) {
      const child = startChild('commit', file);
      for (let seen = 0; seen < count; seen += 1) acknowledged.push(Number((await child.lines.next()).value));
      child.process.kill('SIGKILL');
      // What it had said before it died counts too.
      for (let line = await child.lines.next(); line.done !== true; line = await child.lines.next()) acknowledged.push(Number(line.value));
      await child.ended;
    }
    await using store = await openSqliteStore({ file });
    const kept = new Set(await idsOf(store));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    expect(await store.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
  });

  it('when the process ends with the store open; it does end, and prints nothing', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    const { code, stderr } = await startChild('leave', file).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await using store = await openSqliteStore({ file });
    expect(await idsOf(store)).toEqual([1]);
  });

  it('two processes migrate the same new file at once', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    const ended = await Promise.all([startChild('migrate', file).ended, startChild('migrate', file).ended]);
    expect(ended).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    await using store = await openSqliteStore({ file });
    expect(await store.get('SELECT count(*) AS n FROM mss_migrations')).toEqual({ n: 10 });
  });
});

describe('a full disk', () => {
  async function withRoomFor(store: Store, pages: number): Promise<void> {
    await store.transaction(async (transaction) => {
      const used = Number((await transaction.get('PRAGMA page_count'))?.['page_count']);
      await transaction.get(`PRAGMA max_page_count = ${used + pages}`);
    });
  }

  it('fails the transaction, not the store', async () => {
    await using folder = await createTempDirectory();
    await using store = await openSqliteStore({ file: join(folder.path, 'store.db') });
    await store.migrate('entry', [table]);
    await withRoomFor(store, 5);
    expect(await codeOf(store.batch([insert(1), insert(2, 100_000)]))).toBe('ERR_MSS_STORE_FULL');
    const work = store.transaction(async (transaction) => {
      await transaction.run('INSERT INTO entry (id) VALUES (3)');
      await transaction.run('INSERT INTO entry (id, body) VALUES (4, zeroblob(100000))').catch(() => undefined);
      // SQLite has rolled back: this must not be committed on its own.
      await transaction.run('INSERT INTO entry (id) VALUES (5)').catch(() => undefined);
    });
    expect(await codeOf(work)).toBe('ERR_MSS_STORE_FULL');
    await store.batch([insert(6)]);
    expect(await idsOf(store)).toEqual([6]);
  });

  it('fails only the one that does not fit among those that share a COMMIT', async () => {
    await using folder = await createTempDirectory();
    await using store = await openSqliteStore({ file: join(folder.path, 'store.db') });
    await store.migrate('entry', [table]);
    await withRoomFor(store, 8);
    const sizes = [10, 10, 100_000, 10, 10, 200_000, 10];
    const outcomes = await Promise.all(
      sizes.map(async (bytes, id) =>
        codeOf(
          id % 2 === 0
            ? store.batch([insert(id, bytes)])
            : store.transaction(async (transaction) => {
                await transaction.run('INSERT INTO entry (id, body) VALUES (?, zeroblob(?))', [id, bytes]);
              }),
        ),
      ),
    );
    expect(outcomes).toEqual(sizes.map((bytes) => (bytes > 10 ? 'ERR_MSS_STORE_FULL' : 'resolved')));
    expect(await idsOf(store)).toEqual([0, 1, 3, 4, 6]);
  });
});

describe('transactions that share a COMMIT', () => {
  it('a slow one does not hold up those before it', async () => {
    await using folder = await createTempDirectory();
    await using store = await openSqliteStore({ file: join(folder.path, 'store.db') });
    await store.migrate('entry', [table]);
    const before = [1, 2, 3, 4].map(async (id) => store.batch([insert(id)]));
    const slow = store.transaction(async (transaction) => {
      await transaction.run('INSERT INTO entry (id) VALUES (5)');
      // Would never end if they waited for it.
      await Promise.all(before);
      await transaction.run('INSERT INTO entry (id) VALUES (6)');
    });
    await Promise.all([slow, store.batch([insert(7)])]);
    expect(await idsOf(store)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a file held by another process', () => {
  it('is waited for, then refused; reads go on; later it works', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    await using store = await openSqliteStore({ file, busyTimeoutMs: 50 });
    await store.migrate('entry', [table]);
    const holder = startChild('hold', file);
    await holder.lines.next();
    const waiting = [store.batch([insert(1)]), store.transaction(async () => undefined), store.migrate('other', [table])];
    expect(await idsOf(store)).toEqual([]);
    expect(await Promise.all(waiting.map(codeOf))).toEqual(['ERR_MSS_STORE_BUSY', 'ERR_MSS_STORE_BUSY', 'ERR_MSS_STORE_BUSY']);
    holder.process.stdin?.end();
    await holder.ended;
    await store.batch([insert(2)]);
    expect(await idsOf(store)).toEqual([2]);
  });
});

describe('a file that cannot be used', () => {
  it('is refused with a code of its own and no path in the message', async () => {
    await using folder = await createTempDirectory();
    const at = (name: string): string => join(folder.path, name);
    await mkdir(at('folder'));
    await symlink(at('nowhere'), at('dangling'));
    await writeFile(at('letter.db'), 'Cher confrère, '.repeat(500));
    const refusals: Readonly<Record<string, string>> = {
      'missing/store.db': 'ERR_MSS_STORE_OPEN',
      folder: 'ERR_MSS_STORE_OPEN',
      dangling: 'ERR_MSS_STORE_OPEN',
      'letter.db': 'ERR_MSS_STORE_NOT_A_DATABASE',
    };
    for (const [name, code] of Object.entries(refusals)) {
      const error = await openSqliteStore({ file: at(name) }).catch((reason: unknown) => reason);
      expect(isMssError(error) ? error.code : error).toBe(code);
      expect(String(error)).not.toContain(folder.path);
    }
    expect(await readFile(at('letter.db'), 'utf8')).toContain('Cher confrère');
  });

  it('damaged pages are reported when they are read', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    {
      await using store = await openSqliteStore({ file });
      await store.migrate('entry', [table]);
      await store.batch(Array.from({ length: 40 }, (_, id) => insert(id, 3000)));
    }
    const bytes = await readFile(file);
    bytes.fill(0xff, 4096 * 2);
    await writeFile(file, bytes);
    await using store = await openSqliteStore({ file });
    expect(await codeOf(store.all('SELECT id, body FROM entry LIMIT 200'))).toBe('ERR_MSS_STORE_CORRUPT');
  });

  it.skipIf(process.platform === 'win32')('a folder without rights is refused', async () => {
    await using folder = await createTempDirectory();
    const closed = join(folder.path, 'closed');
    await mkdir(closed, { mode: 0o500 });
    // The superuser may write wherever a file can be made: then it tries where no file can be.
    const file = process.getuid?.() === 0 ? '/proc/closed/store.db' : join(closed, 'store.db');
    expect(await codeOf(openSqliteStore({ file }))).toBe('ERR_MSS_STORE_OPEN');
  });
});

describe('files', () => {
  it.skipIf(process.platform === 'win32')('are for their owner alone, those beside the database too', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    await using store = await openSqliteStore({ file });
    await store.migrate('entry', [table]);
    for (const suffix of ['', '-wal', '-shm']) expect((await stat(file + suffix)).mode & 0o777).toBe(0o600);
  });

  it.skipIf(process.platform === 'win32')('one file under two names is one database', async () => {
    await using folder = await createTempDirectory();
    const file = join(folder.path, 'store.db');
    await using store = await openSqliteStore({ file });
    await store.migrate('entry', [table]);
    await symlink(file, join(folder.path, 'other-name.db'));
    await using other = await openSqliteStore({ file: join(folder.path, 'other-name.db') });
    await Promise.all(Array.from({ length: 20 }, async (_, id) => (id % 2 === 0 ? store : other).batch([insert(id)])));
    expect(await idsOf(store)).toHaveLength(20);
    expect(await idsOf(other)).toHaveLength(20);
  });
});

describe('a database in memory', () => {
  it('keeps the same promises within one store', async () => {
    await using store = await openSqliteStore({ file: ':memory:' });
    await store.migrate('entry', [table]);
    await Promise.all(Array.from({ length: 20 }, async (_, id) => store.batch([insert(id)])));
    expect(await codeOf(store.batch([insert(30), insert(1)]))).toBe('ERR_MSS_STORE_CONSTRAINT');
    expect(await codeOf(store.all('DELETE FROM entry RETURNING id'))).toBe('ERR_MSS_STORE_READ_ONLY');
    expect(await idsOf(store)).toHaveLength(20);
    await using other = await openSqliteStore({ file: ':memory:' });
    expect(await codeOf(other.all('SELECT id FROM entry'))).toBe('ERR_MSS_STORE_SQL');
  });
});
