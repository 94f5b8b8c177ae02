/** The outbox on PostgreSQL: several worker processes drain one, a worker is killed, the database restarts in the middle. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { createStoreVault, openLedger, type Ledger } from '@mss/ledger';
import type { Store } from '@mss/store';
import { openPostgresStore } from '@mss/store/postgres';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startPostgres, type PostgresServer } from '../servers/postgres.js';

const mailbox = 'cabinet.moreau@medecin.mssante.test';
const keys = { sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };

/** A worker in a process of its own; its server writes the Message-ID of what it takes to a file. Its minutes last a second. */
const worker = `
  import { appendFileSync } from 'node:fs';
  import { createStoreVault, openLedger } from '@mss/ledger';
  import { openPostgresStore } from '@mss/store/postgres';
  const [connectionString, log] = process.argv.slice(-2);
  const keys = { sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };
  const start = Date.now();
  const clock = { now: () => new Date(start + (Date.now() - start) * 60) };
  const store = await openPostgresStore({ connectionString, maxConnections: 4 });
  const ledger = await openLedger({ store, contents: await createStoreVault(store), keys, clock });
  const submit = async (message, call) => {
    for (const stage of ['mail', 'data-started', 'data-ended']) await call.onStage(stage);
    appendFileSync(log, /<([^>]+)>/.exec(Buffer.from(message.message).toString())[1] + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const accepted = { outcome: 'accepted', permanent: false, stage: 'accepted', code: 250, enhancedStatus: null, text: 'Ok', reason: null, dsn: 'not-asked' };
    const recipients = message.recipients.map(({ address }) => ({ address, ...accepted }));
    return { outcome: 'accepted', recipients, stage: 'accepted', queueId: null, serverName: 's', text: 'Ok', sizeBytes: 1, dsn: 'not-asked', error: null };
  };
  process.stdout.write('ready');
  const leaseMs = Number(process.env.LEASE_MS);
  let attempts = 0;
  for (;;) {
    attempts += (await ledger.outbox.run({ submit, until: 'idle', concurrency: 4, leaseMs, pollMs: 50, monotonicMs: () => performance.now() * 60 })).attempts;
    const { entries } = await ledger.outbox.stats();
    if (entries.waiting + entries.sending === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await ledger.close();
  await store.close();
`;

let server: PostgresServer;
let folder: TempDirectory;
let databases = 0;
let connectionString: string;
let store: Store;
let ledger: Ledger;

beforeAll(async () => {
  [server, folder] = await Promise.all([startPostgres(), createTempDirectory()]);
});
afterAll(async () => {
  await server.stop();
  await folder[Symbol.asyncDispose]();
});
beforeEach(async () => {
  connectionString = await server.createDatabase(`outbox_${(databases += 1)}`);
  store = await openPostgresStore({ connectionString });
  ledger = await openLedger({ store, contents: await createStoreVault(store), keys });
  return () => store.close();
});

async function queue(count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, index) => `m${index}@medecin.mssante.test`);
  const body = 'x'.repeat(20_000).replaceAll(/.{70}/g, '$&\r\n');
  await Promise.all(
    ids.map((id, index) =>
      ledger.outbox.queue({
        documentId: `d${index}`,
        message: Buffer.from(`Message-ID: <${id}>\r\nSubject: n\r\n\r\n${body}\r\n`),
        mailbox,
        recipients: [{ address: 'hugo.bernard@cabinet-de-la-halle.mssante.test' }],
        author: 'dr-moreau',
      }),
    ),
  );
  return ids.toSorted();
}

interface Running {
  readonly child: ChildProcess;
  readonly errors: Promise<string>;
  readonly ready: Promise<unknown>;
  readonly ended: Promise<unknown>;
}

function startWorker(name: string, leaseMs: number): Running {
  const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '--eval', worker, '--', connectionString, log(name)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LEASE_MS: String(leaseMs) },
  });
  return { child, errors: text(child.stderr), ready: once(child.stdout, 'data'), ended: once(child, 'close') };
}

const log = (name: string): string => join(folder.path, `${databases}-${name}.log`);

function taken(...names: readonly string[]): readonly string[] {
  return names
    .flatMap((name) => {
      try {
        return readFileSync(log(name), 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    })
    .toSorted();
}

async function untilTaken(count: number, ...names: readonly string[]): Promise<void> {
  await expect.poll(() => taken(...names).length, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(count);
}

async function endWell(workers: readonly Running[]): Promise<void> {
  for (const one of workers) {
    await one.ended;
    expect([one.child.exitCode, await one.errors]).toEqual([0, '']);
  }
}

const names = ['a', 'b', 'c'] as const;

describe('an outbox on PostgreSQL', () => {
  it('drained by three processes submits each document exactly once, and its trail is one chain', async () => {
    const ids = await queue(300);
    const workers = names.map((name) => startWorker(name, 3_600_000));
    await endWell(workers);
    expect(taken(...names)).toEqual(ids);
    for (const name of names) expect(taken(name).length).toBeGreaterThan(10);
    expect((await ledger.outbox.stats()).entries).toEqual({ waiting: 0, sending: 0, uncertain: 0, settled: 300 });
    expect(await ledger.audit.verify(mailbox)).toMatchObject({ ok: true, events: 600 });
    expect(await store.get('SELECT COUNT(*) AS n FROM ledger_contents')).toEqual({ n: 0 });
  });

  it('goes on when the database restarts in the middle: no document lost, none submitted twice', async () => {
    const ids = await queue(300);
    const workers = names.map((name) => startWorker(name, 3_600_000));
    await untilTaken(60, ...names);
    await server.restart();
    await endWell(workers);
    expect(taken(...names)).toEqual(ids);
    const { entries } = await ledger.outbox.stats();
    expect(entries).toEqual({ waiting: 0, sending: 0, uncertain: 0, settled: 300 });
    expect((await ledger.outbox.list({ limit: 1000 })).map((one) => one.outcome).filter((one) => one !== 'accepted')).toEqual([]);
    expect((await ledger.audit.verify(mailbox)).ok).toBe(true);
  });

  it('goes on when a worker is killed: what it had is sent by the others, or uncertain where its final dot was noted', async () => {
    const ids = await queue(300);
    // Leases of two seconds.
    const workers = names.map((name) => startWorker(name, 120_000));
    const [victim, ...others] = workers;
    await untilTaken(20, 'a');
    victim?.child.kill('SIGKILL');
    await victim?.ended;
    await endWell(others);
    const all = taken(...names);
    expect(new Set(all).size).toBe(all.length);
    const uncertain = await ledger.outbox.list({ state: 'uncertain', limit: 1000 });
    expect(uncertain.length).toBeLessThanOrEqual(4);
    const open = new Set(uncertain.map((one) => one.messageId.slice(1, -1)));
    expect(ids.filter((id) => !all.includes(id) && !open.has(id))).toEqual([]);
    expect((await ledger.outbox.stats()).entries.settled).toBe(300 - uncertain.length);
    expect((await ledger.audit.verify(mailbox)).ok).toBe(true);
  });

  it('is stopped by one process while another is submitting: the final dot does not leave', async () => {
    await queue(1);
    const other = await openLedger({ store, contents: await createStoreVault(store), keys });
    let left = false;
    await ledger.outbox.run({
      until: 'idle',
      submit: async (_, call) => {
        await call.onStage('data-started');
        await other.outbox.cancel('d0', { author: 'dr-moreau' });
        await call.onStage('data-ended');
        left = true;
        throw new Error('not reached');
      },
    });
    expect([left, (await ledger.outbox.show('d0')).outcome]).toEqual([false, 'not-sent']);
  });
});
