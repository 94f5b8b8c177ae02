/** Three worker processes drain one outbox while the database is restarted, dies, and one of the workers dies too. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { openPostgresStore } from '@mss/store/postgres';
import { createTempDirectory } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startPostgres, type PostgresServer } from '../servers/postgres.js';
import { Desk } from './chaos/desk.js';
import { messageIdOf } from './chaos/letter.js';
import type { PostgresWork } from './chaos/postgres-worker.js';
import type { Letter } from './chaos/protocol.js';
import { keepResult } from './chaos/results.js';
import { startDebianServers, type DebianServers } from './chaos/servers.js';
import { forkOnSources } from './chaos/station.js';

const documents = 150;

let servers: DebianServers;
let postgres: PostgresServer;
const children: ChildProcess[] = [];

beforeAll(async () => {
  servers = await startDebianServers();
  postgres = await startPostgres();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await postgres?.stop();
  await servers?.stop();
});

async function startWorker(work: PostgresWork): Promise<ChildProcess> {
  const child = forkOnSources('postgres-worker.ts');
  child.stderr?.pipe(process.stderr);
  children.push(child);
  child.send(work);
  await once(child, 'message');
  return child;
}

describe('three worker processes on one PostgreSQL', () => {
  it('restarted, killed and started again in the middle, one worker killed: each document is sent once', async () => {
    await using folder = await createTempDirectory();
    const connectionString = await postgres.createDatabase('chaos');
    const store = await openPostgresStore({ connectionString });
    const address = servers.sender;
    const desk = await Desk.open({
      folder: join(folder.path, 'sender'),
      address,
      server: servers.access,
      store,
      outbox: { selfCopyDelayMs: 3_000, probeEveryMs: 3_000 },
    });
    const letters = Array.from({ length: documents }, (_, index): Letter => ({
      documentId: `pg-${index}`,
      to: servers.receiver,
      text: `pg-${index} ${'examen normal '.repeat(500)}`.trim(),
    }));
    await Promise.all(letters.map((letter) => desk.queue(letter)));
    const work = { connectionString, address, server: servers.access };
    const workers = await Promise.all(['one', 'two', 'three'].map((worker) => startWorker({ ...work, worker })));
    const delivered = (): Promise<number> => servers.countMails(servers.receiver);
    const untilDelivered = async (count: number): Promise<void> => {
      await expect.poll(delivered, { timeout: 60_000, interval: 30 }).toBeGreaterThanOrEqual(count);
    };
    await untilDelivered(documents * 0.2);
    await postgres.restart();
    const atRestart = await delivered();
    await untilDelivered(Math.max(atRestart + 5, documents * 0.45));
    await postgres.kill9();
    await postgres.startAgain();
    const atKill = await delivered();
    await untilDelivered(Math.min(documents - 10, Math.max(atKill + 5, documents * 0.6)));
    workers[0]?.kill('SIGKILL');
    // Both faults met a running outbox.
    expect(atRestart).toBeLessThan(documents);
    expect(atKill).toBeLessThan(documents);

    await expect
      .poll(
        async () => {
          await desk.receive();
          return (await store.get<{ n: number }>("SELECT count(*) AS n FROM outbox_entries WHERE state <> 'settled'"))?.n;
        },
        { timeout: 90_000, interval: 300 },
      )
      .toBe(0);
    for (const worker of workers.slice(1)) {
      worker.disconnect();
      if (worker.exitCode === null) await once(worker, 'exit');
      expect(worker.exitCode).toBe(0);
    }
    await expect.poll(async () => (await servers.log()).isQuiet, { timeout: 20_000 }).toBe(true);

    const { queueIds } = await servers.log();
    const byWorker = new Map<string, number>();
    const sum = { accepted: 0, uncertain: 0, resent: 0, duplicates: 0 };
    for (const { documentId } of letters) {
      const story = await desk.ledger.outbox.show(documentId);
      const taken = story.history.filter((one) => one.outcome === 'taken' || one.outcome === 'proved');
      for (const one of taken) byWorker.set(one.worker, (byWorker.get(one.worker) ?? 0) + 1);
      const queued = queueIds?.get(messageIdOf(documentId))?.length ?? 0;
      expect([documentId, story.outcome, taken.length, queued], JSON.stringify([story.history, story.lines])).toEqual([
        documentId,
        'accepted',
        1,
        1,
      ]);
      sum.accepted += 1;
      sum.uncertain += story.lines.some((line) => line.what === 'uncertain') ? 1 : 0;
      sum.resent += story.history.some((one) => one.outcome === 'absent') ? 1 : 0;
      sum.duplicates += queued - 1;
    }
    expect(await delivered()).toBe(documents);
    expect([...byWorker.keys()].toSorted()).toEqual(['one', 'three', 'two']);
    expect(await desk.ledger.audit.verify(address)).toMatchObject({ ok: true });
    // Nothing sealed is kept of what is settled: what the killed worker had no time to erase is for the sweep.
    await desk.ledger.outbox.sweep();
    expect(await store.get("SELECT count(*) AS n FROM ledger_contents WHERE name LIKE 'outbox-%'")).toMatchObject({ n: 0 });
    console.log(
      `PostgreSQL: ${documents} documents by three workers ${JSON.stringify(Object.fromEntries(byWorker))}, ${JSON.stringify(sum)}`,
    );
    await keepResult('postgres', { documents, ...sum, byWorker: Object.fromEntries(byWorker) });
    await desk.close();
    await store.close();
  }, 240_000);
});
