/** Two workstations on one organisational mailbox, under load, one of them killed again and again: one hand-over and one receipt for each message. */
import { join } from 'node:path';

import { createTempDirectory } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { readRecord } from './chaos/host-record.js';
import { letterBytes, messageIdOf } from './chaos/letter.js';
import type { Letter } from './chaos/protocol.js';
import { keepResult } from './chaos/results.js';
import { startDebianServers, type DebianServers } from './chaos/servers.js';
import { Station } from './chaos/station.js';
import { planKills, receiveSteps, seededRandom } from './chaos/steps.js';

const messages = 200;
const kills = 10;
const seed = Number(process.env['MSS_CHAOS_SEED'] ?? 20260101);
const offices = ['secretariat1@exemple.mssante.fr', 'secretariat2@exemple.mssante.fr'] as const;

let servers: DebianServers;
const stations: Station[] = [];

beforeAll(async () => {
  servers = await startDebianServers(offices);
});
afterEach(() => {
  for (const station of stations.splice(0)) station.close();
});
afterAll(async () => servers?.stop());

describe.each([
  ['with one database', 'database', offices[0]],
  ['with databases of their own, claims on the server', 'keyword', offices[1]],
] as const)('two workstations %s, one killed at every step', (_, claim, address) => {
  it('hand each message over once and answer it once', async () => {
    await using folder = await createTempDirectory();
    const letters = Array.from({ length: messages }, (_unused, index): Letter => ({
      documentId: `${claim}-${index}`,
      to: address,
      text: `${claim}-${index} ${'examen normal '.repeat(50)}`.trim(),
    }));
    const before = letters.slice(0, messages / 2);
    const from = Buffer.from(`Return-Path: <${servers.sender}>\r\n`);
    const mails = (some: readonly Letter[]): Uint8Array[] => some.map((one) => Buffer.concat([from, letterBytes(one, servers.sender)]));
    await servers.deliver(address, mails(before));
    const folders = claim === 'database' ? ['shared', 'shared'] : ['steady', 'mortal'];
    const [steady, mortal] = await Promise.all(
      ['steady', 'mortal'].map((worker, index) =>
        Station.create({ address, worker, claim, server: servers.access, folder: join(folder.path, folders[index] ?? '') }),
      ),
    );
    if (steady === undefined || mortal === undefined) throw new TypeError('two stations');
    stations.push(steady, mortal);
    // More comes while they work.
    const delivering = servers.deliver(address, mails(letters.slice(messages / 2)));
    const random = seededRandom(seed);
    let [atSteps, first] = [0, true];
    for (const kill of planKills(receiveSteps, { count: kills, random })) {
      const life = mortal.live({ letters: [], kill, killAfterMs: 2_500 });
      // The other one begins a little later, so that there is something left to share.
      if (first) await steady.liveOn();
      first = false;
      if ((await life) === 'at-its-step') atSteps += 1;
    }
    await delivering;
    await mortal.liveOn();
    const records = [...new Set(folders)].map((name) => join(folder.path, name, 'host-record.jsonl'));
    const recorded = (): readonly (string | null)[] => records.flatMap((file) => readRecord(file)).map((one) => one.messageId);
    await expect
      .poll(
        async () => {
          const idle = [steady, mortal].every(
            (one) => one.status?.unfinished === 0 && one.status.unsettled === 0 && one.status.finished === messages,
          );
          return idle && (await servers.log()).isQuiet ? recorded().length : null;
        },
        { timeout: 60_000, interval: 300 },
      )
      .toBe(messages);
    const reports = [await steady.finish(), await mortal.finish()];

    expect(recorded()).toHaveLength(messages);
    expect(new Set(recorded())).toEqual(new Set(letters.map((one) => messageIdOf(one.documentId))));
    const receipts = new Map<string, number>();
    for (const mail of await servers.mails(servers.sender)) {
      const original = /^Original-Message-ID:\s*(<[^>]*>)/im.exec(Buffer.from(mail).toString('latin1'))?.[1];
      if (original?.startsWith(`<${claim}-`) === true) receipts.set(original, (receipts.get(original) ?? 0) + 1);
    }
    expect([...receipts.values()].every((count) => count === 1)).toBe(true);
    const databases = claim === 'database' ? reports.slice(0, 1) : reports;
    const entries = databases.flatMap((one) => one.entries);
    const givenUp = entries.filter((one) => one.recipientStates.includes('given-up')).length;
    expect(entries).toHaveLength(messages);
    expect(receipts.size).toBeGreaterThanOrEqual(messages - givenUp);
    for (const report of reports) expect([report.audit.ok, report.contentsLeft]).toEqual([true, 0]);
    const states = databases.flatMap((one) => one.deliveries.map((delivery) => delivery.state));
    expect(states.filter((state) => state === 'done')).toHaveLength(messages);
    expect(states.filter((state) => state !== 'done' && state !== 'elsewhere')).toEqual([]);
    expect(atSteps).toBeGreaterThan(kills / 3);
    console.log(
      `two workstations, ${claim}: ${messages} messages, ${kills} kills (${atSteps} at their step), ${receipts.size} receipts, ${givenUp} given up`,
    );
    await keepResult('workstations', {
      claim,
      messages,
      kills,
      atSteps,
      handedOver: recorded().length,
      receipts: receipts.size,
      receiptsGivenUp: givenUp,
      seed,
    });
  }, 150_000);
});
