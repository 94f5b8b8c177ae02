/** The link is cut at every command while a ledger sends and receives; servers that answer garbage, or too slowly, or nothing. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { isMssError } from '@mss/core';
import { createTempDirectory, startTcpProxy, type TcpProxy, type TempDirectory } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Desk } from './chaos/desk.js';
import { letterBytes, messageIdOf } from './chaos/letter.js';
import type { Letter } from './chaos/protocol.js';
import { keepResult } from './chaos/results.js';
import { startRogueImap, startRogueSmtp, type RogueWord } from './chaos/rogue-server.js';
import { startDebianServers, type DebianServers } from './chaos/servers.js';

type Direction = 'up' | 'down';

const mailboxes = Array.from({ length: 80 }, (_, index) => `boite${index + 1}@exemple.mssante.fr`);
const impatient = { connectMs: 3_000, greetingMs: 1_000, commandMs: 1_000, dataBlockMs: 1_000, dataEndMs: 1_000 };

let servers: DebianServers;
let folder: TempDirectory;
let used = 0;
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  servers = await startDebianServers(mailboxes);
  folder = await createTempDirectory();
});
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});
afterAll(async () => {
  await servers?.stop();
  await folder?.[Symbol.asyncDispose]();
});

async function desk(address: string, given: Partial<Parameters<typeof Desk.open>[0]> = {}): Promise<Desk> {
  const opened = await Desk.open({ folder: join(folder.path, address), address, server: servers.access, ...given });
  closing.push(opened);
  return opened;
}

const fresh = (): string => {
  used += 1;
  return mailboxes[used - 1] ?? '';
};
const letterTo = (to: string, documentId: string, lines = 200): Letter => ({
  documentId,
  to,
  text: `${documentId} ${'examen normal '.repeat(lines)}`.trim(),
});

async function proxyTo(port: number): Promise<TcpProxy> {
  const proxy = await startTcpProxy({ target: { port } });
  closing.push(proxy);
  return proxy;
}
const now = (proxy: TcpProxy): Record<Direction, number> => ({
  up: proxy.connections.at(-1)?.bytesUp ?? 0,
  down: proxy.connections.at(-1)?.bytesDown ?? 0,
});

/** In the recipient's mailbox, by document. */
async function deliveredTo(address: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const mail of await servers.mails(address)) {
    const id = /^Message-ID: (<[^>]*>)/im.exec(Buffer.from(mail).toString('latin1'))?.[1] ?? '';
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

/** After the fault: everything settles, arrived once, and the log of the server agrees. */
async function expectAllOnce(sender: Desk, letters: readonly Letter[]): Promise<void> {
  expect(await sender.settle({ timeoutMs: 60_000 })).toBe(true);
  await expect.poll(async () => (await servers.log()).isQuiet, { timeout: 20_000 }).toBe(true);
  const { queueIds } = await servers.log();
  for (const letter of letters) {
    const id = messageIdOf(letter.documentId);
    const story = await sender.ledger.outbox.show(letter.documentId);
    const taken = story.history.filter((one) => one.outcome === 'taken' || one.outcome === 'proved').length;
    const account = { outcome: story.outcome, taken, queued: queueIds?.get(id)?.length, delivered: (await deliveredTo(letter.to)).get(id) };
    expect(account, letter.documentId).toEqual({ outcome: 'accepted', taken: 1, queued: 1, delivered: 1 });
  }
}

describe('the link is cut while the outbox sends', () => {
  it('at each stage, each way, at the first byte, in the middle, at the last: sent once in the end', async () => {
    const [sender, recipient] = [await desk(fresh()), fresh()];
    const proxy = await proxyTo(servers.access.smtpPort);
    // A whole submission tells where the stages are.
    const marks: Record<string, Record<Direction, number>> = { connect: { up: 0, down: 0 } };
    const letters = [letterTo(recipient, 'whole')];
    await sender.queue(letters[0] as Letter);
    await sender.send({ port: proxy.port, onStage: (stage) => void (marks[stage] = now(proxy)) });
    const end = now(proxy);
    const stages = ['connect', 'mail', 'data-started', 'data-ended'] as const;
    const outcomes = new Map<string, number>();
    for (const [index, stage] of stages.entries()) {
      for (const direction of ['up', 'down'] as const) {
        const from = marks[stage]?.[direction] ?? 0;
        const length = (marks[stages[index + 1] ?? ''] ?? end)[direction] - from;
        for (const further of new Set([0, 1, Math.floor(length / 2), Math.max(0, length - 1)])) {
          const letter = letterTo(recipient, `cut-${stage}-${direction}-${further}`);
          letters.push(letter);
          await sender.queue(letter);
          if (stage === 'connect') proxy.setFaults({ cutAfterBytes: { [direction]: further } });
          await sender.send({
            port: proxy.port,
            timeouts: impatient,
            onStage: (reached) => {
              if (reached === stage) proxy.setFaults({ cutAfterBytes: { [direction]: now(proxy)[direction] + further } });
            },
          });
          proxy.setFaults({});
          const story = await sender.ledger.outbox.show(letter.documentId);
          const state = story.recipients[0]?.state;
          // Uncertain only once the final dot was noted; a link that is found broken before the dot leaves makes it wait all the same.
          const isNoted = story.history.at(-1)?.dataEndedAt != null;
          expect(isNoted ? ['uncertain', 'accepted', 'waiting'] : ['waiting']).toContain(state);
          const key = `${stage}: ${state}`;
          outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
        }
      }
    }
    expect([...outcomes.keys()]).toEqual(
      expect.arrayContaining(['connect: waiting', 'mail: waiting', 'data-started: waiting', 'data-ended: uncertain']),
    );
    await expectAllOnce(sender, letters);
    await keepResult('fault', {
      fault: 'link cut at each SMTP stage',
      tried: letters.length - 1,
      outcomes: Object.fromEntries(outcomes),
      evidence: 'each document settled as accepted; one queue id in the log of Postfix and one mail in the mailbox for each',
    });
  }, 180_000);
});

describe('the link is cut while the inbox receives', () => {
  it('anywhere, each way: each message handed over once, one receipt for each', async () => {
    const address = fresh();
    const letters = Array.from({ length: 12 }, (_, index) => letterTo(address, `received-${index}`, 100));
    await servers.deliver(
      address,
      letters.map((one) => Buffer.concat([Buffer.from(`Return-Path: <${servers.sender}>\r\n`), letterBytes(one, servers.sender)])),
    );
    const receiver = await desk(address);
    const proxy = await proxyTo(servers.access.imapPort);
    const codes = new Map<string, number>();
    let cuts = 0;
    for (let round = 0; round < 24; round += 1) {
      const direction = round % 2 === 0 ? 'up' : 'down';
      // Later and later: what an earlier pass did is not done again, so that each cut meets another command.
      proxy.setFaults({ cutAfterBytes: { [direction]: 900 + round * (direction === 'up' ? 90 : 900) } });
      try {
        await receiver.receive({ port: proxy.port, timeouts: { connectMs: 5_000, commandMs: 3_000 } });
      } catch (error) {
        if (!isMssError(error)) throw error;
        cuts += 1;
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
      }
    }
    proxy.setFaults({});
    expect(cuts).toBeGreaterThan(8);
    for (const code of codes.keys()) expect(code).toMatch(/^ERR_MSS_(?:IMAP_(?:LINK_LOST|CONNECT)|TLS_[A-Z_]+)$/);
    await expect
      .poll(async () => ((await receiver.receive()).nextAt === null ? receiver.recorded().length : 0), { timeout: 30_000, interval: 300 })
      .toBe(12);
    const recorded = receiver.recorded().map((one) => one.messageId);
    expect(recorded).toHaveLength(letters.length);
    expect(new Set(recorded)).toEqual(new Set(letters.map((one) => messageIdOf(one.documentId))));
    const deliveries = await receiver.ledger.inbox.list({ limit: 100 });
    expect(deliveries.map((one) => [one.state, one.mdn])).toEqual(letters.map(() => ['done', 'queued']));
    await keepResult('fault', {
      fault: 'link cut anywhere in IMAP',
      tried: cuts,
      outcomes: Object.fromEntries(codes),
      evidence: '12 messages, each once in the record of the host, one read receipt queued for each',
    });
  }, 120_000);
});

describe('a server that makes no sense', () => {
  const garbage: Readonly<Record<string, RogueWord>> = {
    words: 'quelque chose\r\n',
    binary: randomBytes(2_000),
    'an endless line': Buffer.alloc(400_000, 0x61),
    'a code out of place': '334 VXNlcm5hbWU6\r\n',
    silence: null,
    'one byte a time': { dripMs: 300, text: '250 2.0.0 Ok: queued as 4F2A, and much more to be said about it\r\n' },
  };

  it('SMTP: before the final dot it waits with a code, after it it is uncertain; sent once in the end', async () => {
    const recipient = fresh();
    const cases: { readonly sender: Desk; readonly letter: Letter }[] = [];
    const outcomes = new Map<string, number>();
    for (const [kind, word] of Object.entries(garbage)) {
      for (const command of ['GREETING', 'EHLO', 'MAIL', 'DATA', 'DOT']) {
        const rogue = await startRogueSmtp(servers.identity, { [command]: word });
        const sender = await desk(fresh());
        const letter = letterTo(recipient, `rogue-${kind.replaceAll(' ', '-')}-${command}`, 20);
        cases.push({ sender, letter });
        await sender.queue(letter);
        await sender.send({ port: rogue.port, timeouts: impatient });
        await rogue.close();
        const [one] = (await sender.ledger.outbox.show(letter.documentId)).recipients;
        expect([kind, command, one?.state, one?.reason]).toEqual([
          kind,
          command,
          command === 'DOT' ? 'uncertain' : 'waiting',
          expect.stringMatching(/^ERR_MSS_SMTP_/),
        ]);
        const key = `${command}: ${one?.state}, ${one?.reason}`;
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      }
    }
    for (const { sender, letter } of cases) await expectAllOnce(sender, [letter]);
    await keepResult('fault', {
      fault: 'garbage, silence or one byte at a time from an SMTP server',
      tried: cases.length,
      outcomes: Object.fromEntries(outcomes),
      evidence: 'each document accepted once by Postfix afterwards',
    });
  }, 180_000);

  it('IMAP: a clear code, in time; then everything is received', async () => {
    const address = fresh();
    const letters = [letterTo(address, 'after-garbage-1'), letterTo(address, 'after-garbage-2')];
    await servers.deliver(
      address,
      letters.map((one) => letterBytes(one, servers.sender)),
    );
    const receiver = await desk(address);
    const codes = new Map<string, number>();
    const greeting = '* OK ready\r\n';
    let tried = 0;
    for (const [kind, word] of Object.entries(garbage)) {
      for (const says of [
        { greeting: word, ever: null },
        { greeting, ever: word },
      ]) {
        const rogue = await startRogueImap(servers.identity, says);
        const failure = await receiver.receive({ port: rogue.port, timeouts: { connectMs: 1_500, commandMs: 1_000 } }).then(
          () => null,
          (error: unknown) => error,
        );
        await rogue.close();
        tried += 1;
        if (!isMssError(failure)) throw new Error(`${kind}: no error of ours`, { cause: failure });
        codes.set(failure.code, (codes.get(failure.code) ?? 0) + 1);
      }
    }
    for (const code of codes.keys()) expect(code).toMatch(/^ERR_MSS_IMAP_(?:PROTOCOL|CONNECT|DEADLINE|LINK_LOST|AUTH_[A-Z_]+)$/);
    expect(await receiver.receive()).toMatchObject({ handedOver: 2 });
    expect(receiver.recorded()).toHaveLength(2);
    await keepResult('fault', {
      fault: 'garbage, silence or one byte at a time from an IMAP server',
      tried,
      outcomes: Object.fromEntries(codes),
      evidence: 'both messages handed over once afterwards',
    });
  }, 60_000);
});
