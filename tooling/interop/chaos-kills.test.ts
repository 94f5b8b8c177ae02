/** Sender and receiver die by SIGKILL again and again; then the ledgers, the servers and the host must tell the same story. */
import { afterEach, describe, expect, it } from 'vitest';

import { runKills, type KillRunOptions } from './chaos/kill-run.js';
import { keepResult } from './chaos/results.js';
import { startDebianServers, startSandboxServers, type ChaosServers } from './chaos/servers.js';

const seed = Number(process.env['MSS_CHAOS_SEED'] ?? 20260101);
/** The nightly form: so many kills in all, at random moments. */
const nightly = Number(process.env['MSS_CHAOS_KILLS'] ?? 0);
const kills = 34;
const timeout = 100_000 + nightly * 4_000;

let servers: ChaosServers | null = null;
afterEach(async () => {
  await servers?.stop();
  servers = null;
});

async function survive(options: KillRunOptions): Promise<void> {
  if (servers === null) throw new TypeError('no servers');
  const result = await runKills(servers, options);
  await keepResult('kills', result);
  const { sum } = result;
  console.log(
    `${result.servers}, ${options.mode} kills, seed ${options.seed}: ${options.kills} kills in ${result.seconds} s; ${sum.documents} documents, ` +
      `${sum.accepted} accepted, ${sum.uncertain} were uncertain, ${sum.resent} sent again, ${sum.duplicatesOnTheWire} duplicates on the wire, ` +
      `${sum.handedOverAgainAnnounced} handed over again as announced, ${sum.duplicatesHandedOver} duplicates handed over, ` +
      `${sum.receiptsSent} read receipts, ${sum.receiptsGivenUp} given up\n${JSON.stringify(result.killed)}`,
  );
  expect(result.problems).toEqual([]);
  expect(sum.accepted).toBe(sum.documents);
  expect(sum.duplicatesOnTheWire + sum.duplicatesHandedOver).toBe(0);
  // A run in which nobody died where it was told to proves nothing.
  const moments = Object.entries(result.killed).filter(([name]) => name.endsWith('moment'));
  if (options.mode === 'named') expect(moments.reduce((all, [, count]) => all + count, 0)).toBeLessThan(options.kills / 4);
}

describe.each([
  ['the sandbox', startSandboxServers],
  ['Dovecot and Postfix', () => startDebianServers()],
] as const)('kill -9 against %s', (_, start) => {
  it(
    'at each step of sending and receiving: everything arrives, once, and every account of it is the same',
    async () => {
      servers = await start();
      await survive({ seed, kills, mode: 'named' });
    },
    timeout,
  );

  it.runIf(nightly > 0)(
    'at random moments',
    async () => {
      servers = await start();
      await survive({ seed: seed + 1, kills: Math.ceil(nightly / 2), mode: 'random' });
    },
    timeout,
  );
});
