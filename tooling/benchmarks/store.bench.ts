/**
 * Durable small transactions (a row of 300 bytes, `synchronous = FULL`) through the store against bare node:sqlite in the
 * calling thread, which waits for each COMMIT; the price of the thread for a read; reading 10,000 rows. Exits 0.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openSqliteStore, type Store } from '@mss/store';

const folder = mkdtempSync(join(tmpdir(), 'mss-bench-store-'));
const table = 'CREATE TABLE entry (id INTEGER PRIMARY KEY, body TEXT)';
const body = 'x'.repeat(300);
const insert = { sql: 'INSERT INTO entry (body) VALUES (?)', parameters: [body] };

const store = await openSqliteStore({ file: join(folder, 'store.db') });
await store.migrate('bench', [{ version: 1, sqlite: [table], postgres: [] }]);
const bare = new DatabaseSync(join(folder, 'bare.db'));
bare.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${table}`);
const bareInsert = bare.prepare(insert.sql);
const bareRead = bare.prepare('SELECT body FROM entry WHERE id = ?');

/** Runs of `count` each, taken in turns so that a busy machine hurts all alike; the median of operations per second. */
async function measure(
  contenders: Readonly<Record<string, { count: number; run: (count: number) => unknown }>>,
): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = {};
  for (let round = 0; round < 6; round += 1) {
    for (const [name, { count, run }] of Object.entries(contenders)) {
      const start = performance.now();
      await run(count);
      // The first round only warms up.
      if (round > 0) (rates[name] ??= []).push((count / (performance.now() - start)) * 1000);
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, values.sort((a, b) => a - b)[2] ?? Number.NaN]));
}

async function concurrently(count: number, run: (on: Store) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => run(store)));
}

const work = (on: Store): Promise<unknown> => on.transaction((transaction) => transaction.run(insert.sql, insert.parameters));

function print(title: string, rates: Record<string, number>, unit: string): void {
  const peer = rates['bare node:sqlite'] ?? Number.NaN;
  process.stdout.write(`${title}\n`);
  for (const [name, rate] of Object.entries(rates)) {
    process.stdout.write(`  ${name.padEnd(36)} ${Math.round(rate).toString().padStart(9)} ${unit}  x ${(rate / peer).toFixed(2)}\n`);
  }
}

print(
  'durable transactions, one row each',
  await measure({
    'bare node:sqlite': {
      count: 400,
      run: (count) => {
        for (let left = count; left > 0; left -= 1) bareInsert.run(body);
      },
    },
    'batch, one after the other': {
      count: 400,
      run: async (count) => {
        for (let left = count; left > 0; left -= 1) await store.batch([insert]);
      },
    },
    'transaction, one after the other': {
      count: 400,
      run: async (count) => {
        for (let left = count; left > 0; left -= 1) await work(store);
      },
    },
    'batch, 200 at once': { count: 2000, run: async (count) => eachOf(count, 200, (on) => on.batch([insert])) },
    'transaction, 200 at once': { count: 1000, run: async (count) => eachOf(count, 200, work) },
  }),
  '/s',
);

async function eachOf(count: number, together: number, run: (on: Store) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += together) await concurrently(together, run);
}

print(
  'reads of one row by its key',
  await measure({
    'bare node:sqlite': {
      count: 20_000,
      run: (count) => {
        for (let id = count; id > 0; id -= 1) bareRead.get(id);
      },
    },
    'get, one after the other': {
      count: 2000,
      run: async (count) => {
        for (let id = count; id > 0; id -= 1) await store.get('SELECT body FROM entry WHERE id = ?', [id]);
      },
    },
    'get, 100 at once': {
      count: 5000,
      run: async (count) => eachOf(count, 100, (on) => on.get('SELECT body FROM entry WHERE id = ?', [1])),
    },
  }),
  '/s',
);

const many = 'SELECT id, body FROM entry LIMIT 2000';
const bareMany = bare.prepare(many);
print(
  'rows in answers of 2,000',
  await measure({
    'bare node:sqlite': { count: 10_000, run: (count) => Array.from({ length: count / 2000 }, () => bareMany.all()) },
    'all, one after the other': {
      count: 10_000,
      run: async (count) => {
        for (let left = count; left > 0; left -= 2000) await store.all(many);
      },
    },
  }),
  '/s',
);

await store.close();
bare.close();
rmSync(folder, { recursive: true });
