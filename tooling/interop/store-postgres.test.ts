import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { isMssError } from '@mss/core';
import type { Store } from '@mss/store';
import { openPostgresStore } from '@mss/store/postgres';
import { storeContract } from '@mss/store/testing';
import { startTcpProxy } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';

const table = { version: 1, sqlite: [], postgres: ['CREATE TABLE entry (id BIGINT PRIMARY KEY, worker BIGINT NOT NULL DEFAULT 0)'] };
const insert = (id: number): { readonly sql: string; readonly parameters: readonly number[] } => ({
  sql: 'INSERT INTO entry (id) VALUES (?)',
  parameters: [id],
});

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => server.stop());

async function newDatabase(): Promise<string> {
  return server.createDatabase(`case_${(databases += 1)}`);
}

/** A promise that is resolved by hand. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );
}

async function idsOf(store: Store): Promise<number[]> {
  return (await store.all<{ id: number }>('SELECT id FROM entry ORDER BY id LIMIT 100000')).map((row) => row.id);
}

describe('the contract of a store on PostgreSQL', () => {
  it.each(storeContract)('$name', async (promise) => {
    const connectionString = await newDatabase();
    await promise.run(async (options) => openPostgresStore({ ...options, connectionString, maxConnections: 4 }));
  });
});

describe('several processes', () => {
  const claimAll = `
    import { openPostgresStore } from '@mss/store/postgres';
    const [connectionString, worker] = process.argv.slice(-2);
    const store = await openPostgresStore({ connectionString, maxConnections: 2 });
    const claim = () => store.transaction(async (transaction) => {
      const row = await transaction.get('SELECT id FROM entry WHERE worker = 0 ORDER BY id LIMIT 1 ' + store.claimClause);
      if (row === null) return null;
      await transaction.run('UPDATE entry SET worker = ? WHERE id = ?', [Number(worker), row.id]);
      return row.id;
    });
    const taken = [];
    for (let id = await claim(); id !== null; id = await claim()) taken.push(id);
    console.log(JSON.stringify(taken));
    await store.close();`;

  it('three of them claim work with FOR UPDATE SKIP LOCKED: each piece once', async () => {
    const connectionString = await newDatabase();
    await using store = await openPostgresStore({ connectionString });
    await store.migrate('entry', [table]);
    await store.batch([{ sql: 'INSERT INTO entry (id) SELECT generate_series(1, 600)' }]);
    const taken = await Promise.all(
      [1, 2, 3].map(async (worker) => {
        const flags = [...process.execArgv, '--input-type=module', '--eval', claimAll, '--', connectionString, String(worker)];
        const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
        return JSON.parse(await text(child.stdout)) as number[];
      }),
    );
    expect(taken.map((ids) => ids.length > 0)).toEqual([true, true, true]);
    expect(taken.flat().toSorted((a, b) => a - b)).toEqual(await idsOf(store));
    expect(taken.flat()).toHaveLength(600);
  });
});

describe('a server that goes away', () => {
  /** Inserts each number once from several lanes, and says what became of each. */
  async function writeThrough(store: Store, count: number): Promise<ReadonlyMap<number, string>> {
    const outcomes = new Map<number, string>();
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (let id = lane; id < count; id += 4) {
          const { sql, parameters } = insert(id);
          const writing =
            lane % 2 === 0
              ? store.batch([insert(id)])
              : store.transaction(async (transaction) => {
                  expect(await transaction.get('SELECT id FROM entry WHERE id = ?', [id])).toBeNull();
                  await transaction.run(sql, parameters);
                });
          outcomes.set(id, await codeOf(writing));
        }
      }),
    );
    return outcomes;
  }

  it.each(['restart', 'kill9'] as const)('%s in the middle: what was answered is there, once, and the rest goes on', async (how) => {
    const connectionString = await newDatabase();
    await using store = await openPostgresStore({ connectionString });
    await store.migrate('entry', [table]);
    const writing = writeThrough(store, 1200);
    while ((await idsOf(store)).length < 200) await new Promise(setImmediate);
    if (how === 'restart') await server.restart();
    else await server.kill9().then(async () => server.startAgain());
    const outcomes = await writing;
    const kept = new Set(await idsOf(store));
    const codes = new Set(outcomes.values());
    codes.delete('resolved');
    // Only a COMMIT under way may end in doubt; nothing fails, nothing is written twice (the key would refuse it).
    expect([...codes].filter((code) => code !== 'ERR_MSS_STORE_COMMIT_UNKNOWN')).toEqual([]);
    const lost = [...outcomes].filter(([id, code]) => code === 'resolved' && !kept.has(id));
    expect(lost).toEqual([]);
    expect([...outcomes.values()].filter((code) => code === 'resolved').length).toBeGreaterThan(1100);
  });

  it('the link is cut after each number of bytes of the answers: never a wrong answer', async () => {
    const connectionString = await newDatabase();
    await using direct = await openPostgresStore({ connectionString });
    await direct.migrate('entry', [table]);
    await using proxy = await startTcpProxy({ target: { port: server.port } });
    const address = new URL(connectionString);
    address.port = String(proxy.port);
    await using store = await openPostgresStore({ connectionString: address.href, maxConnections: 1, unavailableTimeoutMs: 5000 });
    for (let id = 1; id <= 130; id += 1) {
      await store.get('SELECT 1 AS one');
      const open = proxy.connections.at(-1);
      // What this connection has carried so far, and a little more each time: BEGIN, the statement, the number, COMMIT.
      proxy.setFaults({ cutAfterBytes: { down: (open?.bytesDown ?? 0) + id * 2 } });
      const { sql, parameters } = insert(id);
      const pending = id % 2 === 0 ? store.batch([insert(id)]) : store.transaction(async (transaction) => transaction.run(sql, parameters));
      // Later connections are whole again.
      const restored = new Promise((resolve) => setTimeout(resolve, 15)).then(() => proxy.setFaults({}));
      const outcome = await codeOf(pending);
      await restored;
      const there = (await direct.get('SELECT id FROM entry WHERE id = ?', [id])) !== null;
      expect({ id, outcome, there }).toEqual({ id, outcome: 'resolved', there: true });
    }
    // Each cut cost a connection; a transaction was run again, or the server was asked how it had ended.
    expect(proxy.connections.length).toBeGreaterThan(60);
  });

  it('a connection that the administrator ends is replaced, and the transaction runs again', async () => {
    const connectionString = await newDatabase();
    await using store = await openPostgresStore({ connectionString });
    await store.migrate('entry', [table]);
    let runs = 0;
    await store.transaction(async (transaction) => {
      runs += 1;
      await transaction.run(insert(runs).sql, insert(runs).parameters);
      const pid = (await transaction.get('SELECT pg_backend_pid() AS pid'))?.['pid'];
      if (runs === 1) await server.sql(`SELECT pg_terminate_backend(${Number(pid)})`);
      await transaction.run('UPDATE entry SET worker = 7');
    });
    expect(runs).toBe(2);
    expect(await store.all('SELECT id, worker FROM entry')).toEqual([{ id: 2, worker: 7 }]);
  });

  it('is waited for so long and no longer', async () => {
    const own = await startPostgres();
    try {
      await using store = await openPostgresStore({ connectionString: own.connectionString, unavailableTimeoutMs: 300 });
      await own.kill9();
      expect(await codeOf(store.get('SELECT 1 AS one'))).toBe('ERR_MSS_STORE_UNAVAILABLE');
      expect(await codeOf(store.transaction(async () => undefined))).toBe('ERR_MSS_STORE_UNAVAILABLE');
      await own.startAgain();
      expect(await store.get('SELECT 1 AS one')).toEqual({ one: 1 });
    } finally {
      await own.stop();
    }
  });
});

describe('transactions that collide', () => {
  it('deadlocked ones are run again until each is committed', async () => {
    const connectionString = await newDatabase();
    await using store = await openPostgresStore({ connectionString });
    await store.migrate('entry', [table]);
    await store.batch([insert(1), insert(2)]);
    let runs = 0;
    const first = { 1: gate(), 2: gate() };
    const add = async (one: 1 | 2, other: 1 | 2): Promise<void> =>
      store.transaction(async (transaction) => {
        runs += 1;
        await transaction.run('UPDATE entry SET worker = worker + 1 WHERE id = ?', [one]);
        first[one].open();
        await first[other].opened;
        await transaction.run('UPDATE entry SET worker = worker + 1 WHERE id = ?', [other]);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    // The one that was sacrificed may meet the other once more.
    expect(runs).toBeGreaterThan(2);
    expect((await store.all('SELECT worker FROM entry')).map((row) => row['worker'])).toEqual([2, 2]);
  });

  it('a statement that takes too long is cancelled', async () => {
    await using store = await openPostgresStore({ connectionString: await newDatabase(), statementTimeoutMs: 50 });
    expect(await codeOf(store.get('SELECT pg_sleep(20)'))).toBe('ERR_MSS_STORE_DEADLINE');
    expect(await store.get('SELECT 1 AS one')).toEqual({ one: 1 });
  });
});

describe('a database that cannot be opened', () => {
  it('is refused with a code of its own, without the password or the address', async () => {
    const { port } = server;
    const refusals: readonly (readonly [string, string])[] = [
      [`postgres://postgres:s3cret-word@127.0.0.1:${port}/postgres`, 'ERR_MSS_STORE_REFUSED'],
      [`${server.connectionString}-s3cret-word`, 'ERR_MSS_STORE_REFUSED'],
      ['postgres://postgres:s3cret-word@127.0.0.1:1/postgres', 'ERR_MSS_STORE_UNAVAILABLE'],
      [`postgres://postgres:s3cret-word@127.0.0.1:${port}/postgres?sslmode=verify-full`, 'ERR_MSS_STORE_OPEN'],
      ['postgres://postgres:s3cret-word@[oops:bad:/postgres', 'ERR_MSS_STORE_OPEN'],
    ];
    for (const [connectionString, code] of refusals) {
      const error = await openPostgresStore({ connectionString }).catch((reason: unknown) => reason);
      expect(isMssError(error) ? error.code : inspect(error)).toBe(code);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret-word');
    }
  });

  it('an encoding other than UTF8 is refused', async () => {
    await server.sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    const connectionString = server.connectionString.replace(/postgres$/, 'latin');
    expect(await codeOf(openPostgresStore({ connectionString }))).toBe('ERR_MSS_STORE_OPEN');
  });
});
