/** Full disks, locked stores, wrong clocks, dying workers, servers that do not come back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isMssError, MssError } from '@mss/core';
import type { Store } from '@mss/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createFileVault, type ContentVault, type QueueRequest } from '../src/index.js';
import { colleague, createTestServer, createWorld, drain, mailbox, message, type TestServer, type World } from './world.js';

const minute = 60_000;
const author = 'dr-moreau';
const request = (more: Partial<QueueRequest> = {}): QueueRequest => ({
  documentId: 'd1',
  message: message(),
  mailbox,
  recipients: [{ address: colleague }],
  author,
  ...more,
});

let world: World;
let server: TestServer;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.reset();
  server = createTestServer();
});
afterAll(() => world.close());

const states = async (id = 'd1'): Promise<readonly string[]> => (await world.ledger.outbox.show(id)).recipients.map((one) => one.state);
const changedStore = (store: Store, changed: Partial<Store>): Store => ({
  dialect: store.dialect,
  claimClause: store.claimClause,
  all: (...given) => store.all(...given),
  get: (...given) => store.get(...given),
  batch: (...given) => store.batch(...given),
  migrate: (...given) => store.migrate(...given),
  transaction: (...given) => store.transaction(...given),
  close: () => store.close(),
  [Symbol.asyncDispose]: () => store.close(),
  ...changed,
});
/** The world's store, that fails when it is told to. */
const failing = (fails: (sql: string) => boolean): Store => {
  const busy = (): Promise<never> => Promise.reject(new MssError('ERR_MSS_STORE_BUSY', 'busy', { permanent: false }));
  const transaction: Store['transaction'] = (work, options) =>
    world.store.transaction(
      (inner) =>
        work({
          all: (...given) => inner.all(...given),
          get: (...given) => inner.get(...given),
          run: (sql, parameters) => (fails(sql) ? busy() : inner.run(sql, parameters)),
        }),
      options,
    );
  return changedStore(world.store, { transaction });
};

describe('a vault', () => {
  it('without room refuses the document; nothing is queued, and it can be queued later', async () => {
    const vault = await createFileVault(world.vaultFolder);
    let full = true;
    const contents: ContentVault = {
      put: (name, parts) =>
        full ? Promise.reject(new MssError('ERR_MSS_LEDGER_VAULT_FULL', 'full', { permanent: false })) : vault.put(name, parts),
      get: (name) => vault.get(name),
      delete: (name) => vault.delete(name),
      names: () => vault.names(),
    };
    const ledger = await world.another({ contents });
    const refused = await ledger.outbox.queue(request()).catch((error: unknown) => error);
    expect(isMssError(refused, 'ERR_MSS_LEDGER_VAULT_FULL')).toBe(true);
    expect(await ledger.outbox.list()).toEqual([]);
    full = false;
    expect((await ledger.outbox.queue(request())).isNew).toBe(true);
  });

  it('whose content was changed sends nothing of it, and tries again until the deadline', async () => {
    const { entryId } = await world.ledger.outbox.queue(request());
    writeFileSync(join(world.vaultFolder, `outbox-${entryId}`), 'other');
    await drain(world, server, { ledger: await world.another() });
    const [recipient] = (await world.ledger.outbox.show('d1')).recipients;
    expect([recipient?.state, recipient?.reason, server.seen.length]).toEqual(['waiting', 'ERR_MSS_LEDGER_CONTENT_TAMPERED', 0]);
    world.clock.advance(49 * 60 * minute);
    await drain(world, server, { monotonicMs: world.clock.monotonicMs });
    expect([await states(), server.taken.length]).toEqual([['expired'], 0]);
  });
});

describe('a store', () => {
  it('that refuses the queueing leaves no content behind', async () => {
    const ledger = await world.another({ store: failing((sql) => sql.includes('INSERT INTO outbox_recipients')) });
    const refused = await ledger.outbox.queue(request()).catch((error: unknown) => error);
    expect(isMssError(refused, 'ERR_MSS_STORE_BUSY')).toBe(true);
    expect([await ledger.outbox.list(), world.contents()]).toEqual([[], []]);
  });

  it('that cannot take the note of the final dot keeps the message from leaving', async () => {
    await world.ledger.outbox.queue(request());
    const store = changedStore(world.store, {
      batch: () => Promise.reject(new MssError('ERR_MSS_STORE_BUSY', 'busy', { permanent: false })),
    });
    await drain(world, server, { ledger: await world.another({ store }) });
    expect([await states(), server.taken.length]).toEqual([['waiting'], 0]);
    world.clock.advance(minute);
    await drain(world, server);
    expect([await states(), server.taken.length]).toEqual([['accepted'], 1]);
  });

  it('that is busy when the verdict comes is asked again, and the message is not sent again', async () => {
    await world.ledger.outbox.queue(request());
    let times = 0;
    const busy = (sql: string): boolean => sql.startsWith('UPDATE outbox_attempts SET outcome') && (times += 1) < 3;
    await drain(world, server, { ledger: await world.another({ store: failing(busy) }) });
    expect([await states(), server.taken.length, times]).toEqual([['accepted'], 1, 3]);
  });
});

describe('a worker', () => {
  /** A process that freezes at a stage of its first submissions, and thaws when it is told to stop. */
  const freeze = async (stage: 'data-started' | 'answered'): Promise<{ stop(): Promise<void> }> => {
    let thaw = (): void => {};
    const thawed = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    let frozen = false;
    const reached = new Promise<void>((resolve) => {
      server.at = (at) => {
        if (at !== stage) return undefined;
        frozen = true;
        resolve();
        return thawed;
      };
    });
    const { store } = world;
    const transaction: Store['transaction'] = async (work, options) => {
      if (frozen) await thawed;
      return store.transaction(work, options);
    };
    const batch: Store['batch'] = async (statements) => {
      if (frozen) await thawed;
      return store.batch(statements);
    };
    const ledger = await world.another({ store: changedStore(store, { transaction, batch }) });
    const stop = new AbortController();
    const running = ledger.outbox.run({ submit: server.submit, signal: stop.signal, graceMs: 1, leaseMs: 3_600_000, worker: 'a' });
    await reached;
    return {
      stop: async () => {
        stop.abort();
        thaw();
        await running;
      },
    };
  };

  it('that says nothing any more loses its entry, which is sent by another: once', async () => {
    await world.ledger.outbox.queue(request());
    const first = await freeze('data-started');
    world.clock.advance(61 * minute);
    const second = createTestServer();
    await drain(world, second, { worker: 'b' });
    expect([await states(), second.taken.length]).toEqual([['accepted'], 1]);
    await first.stop();
    expect([await states(), server.taken.length]).toEqual([['accepted'], 0]);
    expect((await world.ledger.outbox.show('d1')).lines.map((one) => one.evidence)).toContain('lease-expired');
  });

  it('that comes back late with the answer settles what was called uncertain meanwhile', async () => {
    await world.ledger.outbox.queue(request());
    const first = await freeze('answered');
    world.clock.advance(61 * minute);
    await drain(world, createTestServer(), { worker: 'b' });
    expect(await states()).toEqual(['uncertain']);
    await first.stop();
    expect([await states(), server.taken.length, world.contents()]).toEqual([['accepted'], 1, []]);
  });

  it('that is started anew takes over its own at once, however long the lease', async () => {
    await world.ledger.outbox.queue(request());
    const first = await freeze('data-started');
    const second = createTestServer();
    await drain(world, second, { worker: 'a' });
    expect([await states(), second.taken.length]).toEqual([['accepted'], 1]);
    await first.stop();
  });

  it('that is stopped gives back what has not reached its final dot', async () => {
    for (let index = 0; index < 12; index += 1)
      await world.ledger.outbox.queue(request({ documentId: `d${index}`, message: message(`n ${index}`) }));
    const first = await freeze('data-started');
    await first.stop();
    expect((await world.ledger.outbox.stats()).entries).toMatchObject({ sending: 0, uncertain: 0 });
    server.at = () => {};
    await drain(world, server);
    expect([server.taken.length, new Set(server.taken.map((one) => one.bytes.toString())).size]).toEqual([12, 12]);
  });

  it('whose submit function does not come back is not held up for ever', async () => {
    await world.ledger.outbox.queue(request());
    const never: TestServer = {
      ...server,
      submit: (_, { signal }) => new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    await drain(world, never, { attemptTimeoutMs: 20 });
    expect(await states()).toEqual(['waiting']);
  });

  it('of a hundred shares with others, and each document is sent once', async () => {
    for (let index = 0; index < 100; index += 1)
      await world.ledger.outbox.queue(request({ documentId: `d${index}`, message: message(`n ${index}`) }));
    const ledgers = await Promise.all([world.another(), world.another(), world.another()]);
    const attempts = await Promise.all(ledgers.map((ledger) => drain(world, server, { ledger, concurrency: 3 })));
    expect([server.taken.length, new Set(server.taken.map((one) => one.bytes.toString())).size]).toEqual([100, 100]);
    expect(attempts.reduce((sum, one) => sum + one, 0)).toBe(100);
  });
});

describe('a clock', () => {
  it('that jumps a year ahead while a worker runs expires nothing, until it was believable for a while', async () => {
    server.answer = () => ({ code: 451 });
    await world.ledger.outbox.queue(request());
    const stop = new AbortController();
    const running = world.ledger.outbox.run({
      submit: server.submit,
      signal: stop.signal,
      pollMs: 1,
      monotonicMs: world.clock.monotonicMs,
    });
    await expect.poll(() => server.seen.length).toBeGreaterThan(0);
    world.clock.set(365 * 24 * 60 * minute);
    // Long enough for several looks at the time.
    await expect.poll(() => world.logged.length >= 0 && new Promise((resolve) => setTimeout(() => resolve(true), 50))).toBe(true);
    expect(await states()).toEqual(['waiting']);
    world.clock.advance(16 * minute);
    await expect.poll(() => states()).toEqual(['expired']);
    stop.abort();
    await running;
  });

  it('that is set back does not put the next try off', async () => {
    server.answer = () => ({ code: 451 });
    await world.ledger.outbox.queue(request());
    await drain(world, server);
    world.clock.set(-30 * 24 * 60 * minute);
    server.answer = () => 'accept';
    await drain(world, server);
    expect([await states(), server.taken.length]).toEqual([['accepted'], 1]);
  });
});

describe('ten thousand entries', () => {
  it('are listed a page at a time', async () => {
    const insert = (from: number): { sql: string; parameters: (string | number)[] }[] =>
      Array.from({ length: 1000 }, (_, offset) => {
        const id = String(from + offset).padStart(6, '0');
        return {
          sql: `INSERT INTO outbox_entries (entry_id, document_id, kind, mailbox, message_id, envid, fingerprint, size_bytes, plain_header, author, queued_at, deadline_at, state, next_at, attempt, stopped, no_self)
                VALUES (?, ?, 'document', ?, '<a@b.fr>', ?, 'f', 1, 1, 'a', ?, 9e15, 'waiting', 8e15, 0, 0, 0)`,
          parameters: [id, id, mailbox, id, from + offset],
        };
      });
    for (let from = 0; from < 10_000; from += 1000) await world.store.batch(insert(from));
    const plan = await world.store.all<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT * FROM outbox_entries WHERE kind = 'document' AND state = 'waiting' AND (queued_at, entry_id) < (5000, 'x') ORDER BY queued_at DESC, entry_id DESC LIMIT 100`,
    );
    expect(plan.map((row) => row.detail).join()).toMatch(/USING INDEX outbox_entries_waiting/);
    expect(plan.map((row) => row.detail).join()).not.toMatch(/TEMP B-TREE/);
    let after;
    let count = 0;
    do {
      const page: Awaited<ReturnType<typeof world.ledger.outbox.list>> = await world.ledger.outbox.list({
        limit: 1000,
        ...(after === undefined ? {} : { after }),
      });
      count += page.length;
      after = page.at(-1);
    } while (after !== undefined);
    expect(count).toBe(10_000);
    const due = await world.store.all<{ detail: string }>(
      "EXPLAIN QUERY PLAN SELECT * FROM outbox_entries WHERE state = 'waiting' AND next_at <= 5 AND deadline_at > 5 ORDER BY next_at LIMIT 10",
    );
    expect(due.map((row) => row.detail).join()).toMatch(/INDEX outbox_entries_due/);
  });
});
