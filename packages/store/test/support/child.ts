/** A process of its own, which Node 22 runs as it stands (no `using`): `child.ts TASK FILE`. It says on stdout what it has done. */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '@mss/store';
import { openSqliteSync } from '@mss/store/sync';

const [task, file = ''] = process.argv.slice(2);
const say = (text: string): void => void writeSync(1, `${text}\n`);
const table = { version: 1, sqlite: ['CREATE TABLE entry (id INTEGER PRIMARY KEY, body BLOB)'], postgres: [] };

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  /** Commits for ever, several at once, and says each number once it is committed. */
  async commit() {
    const store = await openSqliteStore({ file });
    await store.migrate('entry', [table]);
    const start = Number((await store.get('SELECT coalesce(max(id), 0) AS n FROM entry'))?.['n']);
    const body = new Uint8Array(20_000);
    await Promise.all(
      [1, 2, 3, 4].map(async (lane) => {
        for (let id = start + lane; ; id += 4) {
          const insert = { sql: 'INSERT INTO entry (id, body) VALUES (?, ?)', parameters: [id, body] };
          if (lane % 2 === 0) await store.batch([insert]);
          else await store.transaction(async (transaction) => void (await transaction.run(insert.sql, insert.parameters)));
          say(String(id));
        }
      }),
    );
  },
  /** Leaves the store open, and ends. */
  async leave() {
    const store = await openSqliteStore({ file });
    await store.migrate('entry', [table]);
    await store.batch([{ sql: 'INSERT INTO entry (id) VALUES (1)' }]);
    say('done');
  },
  async migrate() {
    const many = Array.from({ length: 10 }, (_, index) => ({
      version: index + 1,
      sqlite: [`CREATE TABLE t${index} (id INTEGER)`, `INSERT INTO t${index} (id) VALUES (1)`],
      postgres: [],
    }));
    const store = await openSqliteStore({ file });
    await store.migrate('many', many);
    await store.close();
    say('done');
  },
  /** Holds the file until it is killed. */
  async hold() {
    const database = openSqliteSync(file);
    database.exec('BEGIN IMMEDIATE');
    say('held');
    await new Promise((resolve) => process.stdin.on('end', resolve).resume());
    database.exec('ROLLBACK');
    database.close();
  },
};

await tasks[task ?? '']?.();
