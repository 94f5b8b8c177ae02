/** The disk is full, the database is locked, the clock jumps, the mailbox is full, the server greylists: nothing is lost, nothing is doubled. */
import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { isMssError } from '@mss/core';
import { startSandbox } from '@mss/sandbox';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Desk } from './chaos/desk.js';
import { letterBytes, messageIdOf } from './chaos/letter.js';
import type { Letter } from './chaos/protocol.js';
import { keepResult } from './chaos/results.js';
import { startDebianServers, type DebianServers } from './chaos/servers.js';

const day = 24 * 3_600_000;
const mailboxes = Array.from({ length: 20 }, (_, index) => `boite${index + 1}@exemple.mssante.fr`);

let servers: DebianServers;
let folder: TempDirectory;
let used = 0;
const closing: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  servers = await startDebianServers(mailboxes);
  folder = await createTempDirectory();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await servers?.stop();
  await folder?.[Symbol.asyncDispose]();
});

const fresh = (): string => {
  used += 1;
  return mailboxes[used - 1] ?? '';
};
const letterTo = (to: string, documentId: string, repeated = 200): Letter => ({
  documentId,
  to,
  text: `${documentId} ${'examen normal '.repeat(repeated)}`.trim(),
});

async function desk(address: string, given: Partial<Parameters<typeof Desk.open>[0]> = {}): Promise<Desk> {
  const opened = await Desk.open({ folder: join(folder.path, address), address, server: servers.access, ...given });
  closing.push(() => opened.close());
  return opened;
}

const codeOf = async (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );

/** Each accepted, by one attempt, in the queue of Postfix once. */
async function expectSentOnce(sender: Desk, documentIds: readonly string[]): Promise<void> {
  await expect.poll(async () => (await servers.log()).isQuiet, { timeout: 20_000 }).toBe(true);
  const { queueIds } = await servers.log();
  for (const documentId of documentIds) {
    const story = await sender.ledger.outbox.show(documentId);
    expect([documentId, story.outcome, queueIds?.get(messageIdOf(documentId))?.length]).toEqual([documentId, 'accepted', 1]);
  }
}

/** A disk of a few megabytes, and a file that fills it. */
async function smallDisk(name: string): Promise<{ readonly path: string; readonly fill: () => void; readonly free: () => void }> {
  const path = join(folder.path, name);
  await mkdir(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'mss-chaos', path]);
  closing.push(() => void execFileSync('umount', [path]));
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: () => {
      const file = openSync(ballast, 'w');
      for (const size of [65_536, 4_096]) {
        try {
          for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
  };
}

describe('the disk is full', () => {
  it('queueing says so and queues nothing; afterwards it does', async () => {
    const disk = await smallDisk('full-queue');
    const [sender, recipient] = [await desk(fresh(), { folder: disk.path }), fresh()];
    const documents = Array.from({ length: 6 }, (_, index) => letterTo(recipient, `full-queue-${index}`, 3_000));
    disk.fill();
    const codes = new Set<string | null>();
    for (const letter of documents) codes.add(await codeOf(sender.queue(letter)));
    for (const code of codes) expect(code).toMatch(/^ERR_MSS_(?:LEDGER_VAULT_FULL|STORE_FULL)$/);
    expect((await sender.ledger.outbox.stats()).entries).toEqual({ waiting: 0, sending: 0, uncertain: 0, settled: 0 });
    disk.free();
    for (const letter of documents) await sender.queue(letter);
    expect(await sender.settle()).toBe(true);
    await expectSentOnce(
      sender,
      documents.map((one) => one.documentId),
    );
    await keepResult('fault', {
      fault: 'disk full while queueing',
      tried: documents.length,
      outcomes: Object.fromEntries([...codes].map((code) => [String(code), 1])),
      evidence: 'nothing queued while full; each sent once afterwards',
    });
  }, 60_000);

  it.each(['mail', 'data-ended'] as const)(
    'while sending, from "%s" on: nothing is sent without its note, no verdict is lost',
    async (at) => {
      const disk = await smallDisk(`full-${at}`);
      const [sender, recipient] = [await desk(fresh(), { folder: disk.path }), fresh()];
      const letter = letterTo(recipient, `full-${at}`);
      await sender.queue(letter);
      let filled = 0;
      await sender.send({
        onStage: (stage) => {
          if (stage !== at || filled > 0) return;
          filled += 1;
          disk.fill();
          // Somebody makes room after a while.
          setTimeout(disk.free, 1_000);
        },
      });
      disk.free();
      expect(filled).toBe(1);
      const before = (await sender.ledger.outbox.show(letter.documentId)).recipients[0]?.state ?? '';
      expect(['waiting', 'accepted']).toContain(before);
      expect(await sender.settle()).toBe(true);
      await expectSentOnce(sender, [letter.documentId]);
      await keepResult('fault', {
        fault: `disk full from ${at} on`,
        tried: 1,
        outcomes: { [before]: 1 },
        evidence: 'sent once in the end',
      });
    },
    60_000,
  );

  it('while receiving: handed over once, by the record of the host', async () => {
    const disk = await smallDisk('full-inbox');
    const address = fresh();
    const letters = Array.from({ length: 5 }, (_, index) => letterTo(address, `full-inbox-${index}`, 20));
    await servers.deliver(
      address,
      letters.map((one) => letterBytes(one, servers.sender)),
    );
    // The record of the host is on another disk.
    const receiver = await desk(address, { folder: disk.path, record: join(folder.path, 'full-inbox.jsonl') });
    const code = await codeOf(receiver.receive({ after: (delivery) => (delivery.attempt === 1 ? disk.fill() : undefined) }));
    disk.free();
    await expect
      .poll(async () => ((await receiver.receive()).nextAt === null ? receiver.recorded().length : 0), { timeout: 20_000, interval: 300 })
      .toBe(5);
    expect(new Set(receiver.recorded().map((one) => one.messageId)).size).toBe(5);
    expect((await receiver.ledger.inbox.list({ limit: 10 })).map((one) => one.state)).toEqual(Array(5).fill('done'));
    await keepResult('fault', {
      fault: 'disk full while receiving',
      tried: 1,
      outcomes: { [code ?? 'no error']: 1 },
      evidence: '5 messages, each once in the record of the host',
    });
  }, 60_000);
});

/** Another process that keeps the database locked. */
async function lock(file: string): Promise<() => Promise<void>> {
  const script = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync(process.argv[1]); db.exec('BEGIN EXCLUSIVE'); process.stdout.write('locked'); process.stdin.resume(); process.stdin.on('end', () => db.exec('ROLLBACK'));`;
  const child = spawn(process.execPath, ['--no-warnings', '-e', script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
}

describe('another process keeps the database locked', () => {
  it('longer than anybody waits: queueing and sending say so or wait, and nothing is sent twice', async () => {
    const [sender, recipient] = [await desk(fresh(), { busyTimeoutMs: 300 }), fresh()];
    const file = join(sender.folder, 'ledger.db');
    const [first, second] = [letterTo(recipient, 'locked-1'), letterTo(recipient, 'locked-2')];
    await sender.queue(first);
    let unlock = await lock(file);
    expect(await codeOf(sender.queue(second))).toBe('ERR_MSS_STORE_BUSY');
    // A worker that finds nothing to claim.
    await sender.send({ signal: AbortSignal.timeout(1_000) });
    expect((await sender.ledger.outbox.show('locked-1')).recipients[0]?.state).toBe('waiting');
    await unlock();
    // Locked between the note of the final dot and the verdict.
    let locked = false;
    await sender.send({
      onStage: async (stage) => {
        if (stage !== 'data-ended' || locked) return;
        locked = true;
        unlock = await lock(file);
        setTimeout(() => void unlock(), 1_500);
      },
    });
    expect(locked).toBe(true);
    expect((await sender.ledger.outbox.show('locked-1')).outcome).toBe('accepted');
    await sender.queue(second);
    expect(await sender.settle()).toBe(true);
    await expectSentOnce(sender, ['locked-1', 'locked-2']);
    await keepResult('fault', {
      fault: 'database locked by another process',
      tried: 3,
      outcomes: { ERR_MSS_STORE_BUSY: 1, 'waited, then accepted': 2 },
      evidence: 'each sent once',
    });
  }, 60_000);

  it('while the inbox works: the pass ends with a code, the next one goes on', async () => {
    const address = fresh();
    const letters = Array.from({ length: 4 }, (_, index) => letterTo(address, `locked-inbox-${index}`, 20));
    await servers.deliver(
      address,
      letters.map((one) => letterBytes(one, servers.sender)),
    );
    const receiver = await desk(address, { busyTimeoutMs: 300 });
    let unlock: (() => Promise<void>) | null = null;
    const code = await codeOf(
      receiver.receive({
        after: async () => {
          unlock ??= await lock(join(receiver.folder, 'ledger.db'));
        },
      }),
    );
    expect(code).toBe('ERR_MSS_STORE_BUSY');
    await (unlock as (() => Promise<void>) | null)?.();
    await expect
      .poll(async () => ((await receiver.receive()).nextAt === null ? receiver.recorded().length : 0), { timeout: 20_000, interval: 300 })
      .toBe(4);
    expect(new Set(receiver.recorded().map((one) => one.messageId)).size).toBe(4);
    await keepResult('fault', {
      fault: 'database locked while receiving',
      tried: 1,
      outcomes: { [code ?? 'none']: 1 },
      evidence: '4 messages, each once in the record of the host',
    });
  }, 60_000);
});

describe('the clock jumps', () => {
  it.each([
    ['a day ahead', day, 0],
    ['a day back', -day, 0],
    ['a day ahead and back again', day, 1],
  ] as const)(
    '%s in the middle of a submission: sent once, nothing expires by mistake',
    async (name, jump, back) => {
      let offset = 0;
      const clock = { now: (): Date => new Date(Date.now() + offset) };
      const [sender, recipient] = [await desk(fresh(), { clock, outbox: { deadlineMs: 3_600_000 } }), fresh()];
      const ids = [1, 2, 3].map((index) => `clock-${name.replaceAll(' ', '-')}-${index}`);
      for (const id of ids) await sender.queue(letterTo(recipient, id));
      let jumps = 0;
      await sender.send({
        onStage: (stage) => {
          if (stage !== 'data-started' || jumps > 0) return;
          jumps += 1;
          offset = jump;
        },
      });
      if (back === 1) offset = 0;
      // With its clock a day ahead for good, a deadline of an hour is over: what was not sent by then may only expire.
      const states = async (): Promise<readonly (string | undefined)[]> =>
        Promise.all(ids.map(async (id) => (await sender.ledger.outbox.show(id)).recipients[0]?.state));
      if (jump < 0 || back === 1) {
        expect(await sender.settle()).toBe(true);
        await expectSentOnce(sender, ids);
      } else {
        for (const state of await states()) expect(['accepted', 'waiting', 'expired']).toContain(state);
        expect((await states())[0]).toBe('accepted');
      }
      const { queueIds } = await servers.log();
      for (const [index, state] of (await states()).entries()) {
        const times = queueIds?.get(messageIdOf(ids[index] ?? ''))?.length ?? 0;
        expect([state, times]).toEqual([state, state === 'accepted' ? 1 : 0]);
      }
      await keepResult('fault', {
        fault: `clock jumps ${name}`,
        tried: ids.length,
        outcomes: { [(await states()).join(', ')]: 1 },
        evidence: 'what is accepted was queued once by Postfix, nothing else was',
      });
    },
    60_000,
  );

  it('while messages are in a worker’s hands: leases of another time do not hold anybody up', async () => {
    let offset = 0;
    const clock = { now: (): Date => new Date(Date.now() + offset) };
    const address = fresh();
    const letters = Array.from({ length: 4 }, (_, index) => letterTo(address, `clock-inbox-${index}`, 20));
    await servers.deliver(
      address,
      letters.map((one) => letterBytes(one, servers.sender)),
    );
    const receiver = await desk(address, { clock });
    for (const jump of [day, -day]) {
      await receiver
        .receive({
          before: () => {
            offset = jump;
          },
        })
        .catch((error: unknown) => {
          if (!isMssError(error)) throw error;
        });
    }
    offset = 0;
    await expect
      .poll(async () => ((await receiver.receive()).nextAt === null ? receiver.recorded().length : 0), { timeout: 20_000, interval: 300 })
      .toBe(4);
    expect(new Set(receiver.recorded().map((one) => one.messageId)).size).toBe(4);
    await keepResult('fault', {
      fault: 'clock jumps while receiving',
      tried: 2,
      outcomes: { 'handed over': 4 },
      evidence: 'each once in the record of the host',
    });
  }, 60_000);
});

describe('the server does not want it now, or the recipient cannot have it', () => {
  it.each([
    ['greylisting', 'RCPT', '450 4.7.1 Greylisted, try again in 5 minutes', 'greylisted', 4 * 60_000],
    ['a full mailbox', 'RCPT', '452 4.2.2 Mailbox full', 'mailbox-full', 20 * 60_000],
    ['a full disk of the server', 'CONTENT', '452 4.3.1 Insufficient system storage', 'try-later', 20 * 60_000],
    ['a busy server', 'MAIL', '421 4.3.2 Too many connections', 'try-later', 40_000],
  ] as const)(
    '%s: waits as long as it should, then it is sent once',
    async (name, command, reply, reason, atLeastMs) => {
      await using sandbox = await startSandbox();
      const address = 'claire.moreau@cabinet-des-tilleuls.mssante.test';
      const recipient = 'hugo.bernard@cabinet-de-la-halle.mssante.test';
      const { host, servername, caPem, ports } = sandbox;
      const server = {
        host,
        servername,
        caPem,
        smtpPort: ports.smtps,
        imapPort: ports.imaps,
        password: sandbox.account(address).password ?? '',
      };
      let offset = 0;
      const clock = { now: (): Date => new Date(Date.now() + offset) };
      const opened = await Desk.open({ folder: join(folder.path, `busy-${reason}-${command}`), address, server, clock });
      closing.push(() => opened.close());
      const documentId = `busy-${reason}-${command}`;
      sandbox.addFault({ server: 'smtp', command, action: 'reply', reply });
      await opened.queue(letterTo(recipient, documentId));
      await opened.send();
      const [one] = (await opened.ledger.outbox.show(documentId)).recipients;
      expect([one?.state, one?.reason, one?.code]).toEqual(['waiting', reason, Number(reply.slice(0, 3))]);
      expect((one?.nextAttemptAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(atLeastMs);
      // Not before.
      await opened.send();
      expect((await opened.ledger.outbox.show(documentId)).recipients[0]?.state).toBe('waiting');
      offset = (one?.nextAttemptAt?.getTime() ?? 0) - Date.now() + 1_000;
      await opened.send();
      expect((await opened.ledger.outbox.show(documentId)).outcome).toBe('accepted');
      const arrived = sandbox.messages(recipient).filter(({ content }) => Buffer.from(content).includes(messageIdOf(documentId)));
      expect(arrived).toHaveLength(1);
      await keepResult('fault', {
        fault: name,
        tried: 1,
        outcomes: { [`waiting: ${reason}`]: 1 },
        evidence: 'sent once when its time had come',
      });
    },
    30_000,
  );

  it('a mailbox over quota: accepted, then returned, and the ledger knows', async () => {
    await using sandbox = await startSandbox();
    const address = 'claire.moreau@cabinet-des-tilleuls.mssante.test';
    const recipient = 'hugo.bernard@cabinet-de-la-halle.mssante.test';
    sandbox.setAccountState(recipient, 'full');
    const { host, servername, caPem, ports } = sandbox;
    const server = {
      host,
      servername,
      caPem,
      smtpPort: ports.smtps,
      imapPort: ports.imaps,
      password: sandbox.account(address).password ?? '',
    };
    const opened = await Desk.open({ folder: join(folder.path, 'quota'), address, server });
    closing.push(() => opened.close());
    await opened.queue(letterTo(recipient, 'quota'));
    expect(await opened.settle()).toBe(true);
    const known = await opened.ledger.receipts.whatIsKnown('quota');
    expect(known?.recipients[0]).toMatchObject({ verdict: 'failed', why: [{ status: '5.2.2', cause: 'mailbox-full' }] });
    await keepResult('fault', {
      fault: 'recipient over quota',
      tried: 1,
      outcomes: { 'accepted, then failed 5.2.2': 1 },
      evidence: 'the delivery report stands in what is known of the document',
    });
  }, 30_000);
});
