/** What is uncertain, and what settles it. */
import { isMssError } from '@mss/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { prove, type AttemptFacts, type EvidenceFacts } from '../src/outbox/evidence.js';
import type { Evidence, OutboxSeam } from '../src/outbox/seam.js';
import type { OutboxOptions } from '../src/index.js';
import {
  colleague,
  createTestServer,
  createWorld,
  drain,
  hospital,
  mailbox,
  message,
  openTestOutbox,
  type TestServer,
  type World,
} from './world.js';

const author = 'dr-moreau';
const minute = 60_000;

describe('what evidence proves', () => {
  const attempt = (number: number, outcome: AttemptFacts['outcome'], more: Partial<AttemptFacts> = {}): AttemptFacts => ({
    attempt: number,
    outcome,
    dotNoted: true,
    selfCopy: true,
    ...more,
  });
  const seen = (kind: EvidenceFacts['kind'], number: number | null = null, recipient: number | null = null): EvidenceFacts => ({
    kind,
    attempt: number,
    recipient,
  });
  it.each([
    ['a report with ENVID', [attempt(1, 'uncertain')], [seen('dsn', 1)], [1]],
    ['a report without ENVID', [attempt(1, 'uncertain')], [seen('dsn')], []],
    ['a report on another attempt', [attempt(1, 'uncertain'), attempt(2, 'uncertain')], [seen('dsn', 2)], [2]],
    ['a report on an attempt that the server refused', [attempt(1, 'refused')], [seen('dsn', 1)], []],
    ['a report on an attempt whose dot never left', [attempt(1, 'not-submitted', { dotNoted: false })], [seen('dsn', 1)], []],
    ['a report on an attempt that was written off', [attempt(1, 'absent'), attempt(2, 'taken')], [seen('dsn', 1)], [1]],
    ['a report before the answer', [attempt(1, 'open')], [seen('dsn', 1)], [1]],
    ['a self-copy', [attempt(1, 'uncertain')], [seen('self-copy')], [1]],
    ['a self-copy of a taken attempt', [attempt(1, 'taken'), attempt(2, 'uncertain')], [seen('self-copy')], []],
    ['two self-copies', [attempt(1, 'taken'), attempt(2, 'uncertain')], [seen('self-copy'), seen('self-copy')], [2]],
    [
      'a self-copy and a report on another attempt',
      [attempt(1, 'uncertain'), attempt(2, 'uncertain')],
      [seen('self-copy'), seen('dsn', 2)],
      [2],
    ],
    ['one self-copy for two attempts: the older', [attempt(1, 'uncertain'), attempt(2, 'uncertain')], [seen('self-copy')], [1]],
    [
      'one self-copy after an attempt was written off: the one under way',
      [attempt(1, 'absent'), attempt(2, 'open')],
      [seen('self-copy')],
      [2],
    ],
    [
      'two self-copies after an attempt was written off: both',
      [attempt(1, 'absent'), attempt(2, 'taken')],
      [seen('self-copy'), seen('self-copy')],
      [1],
    ],
    ['a self-copy where none was asked for', [attempt(1, 'uncertain', { selfCopy: false })], [seen('self-copy')], []],
    ['a copy filed by the server', [attempt(1, 'uncertain', { selfCopy: false })], [seen('sent-filed-by-server')], [1]],
    ['our own APPEND', [attempt(1, 'uncertain')], [seen('own-append'), seen('own-append')], []],
    ['an answer', [attempt(1, 'uncertain')], [seen('reply', null, 0)], []],
  ] as const)('%s', (_, attempts, evidence, proved) => {
    expect([...prove(attempts, evidence).attempts.keys()].toSorted((a, b) => a - b)).toEqual(proved);
  });
});

describe('an uncertain message', () => {
  let world: World;
  let server: TestServer;
  let seam: OutboxSeam;
  const options: OutboxOptions = { selfCopy: true };
  beforeAll(async () => {
    world = await createWorld({ outbox: options });
    seam = await openTestOutbox(world, options);
  });
  beforeEach(async () => {
    await world.reset();
    server = createTestServer();
    server.answer = () => 'uncertain';
  });
  afterAll(() => world.close());

  const states = async (id = 'd1'): Promise<readonly string[]> => (await world.ledger.outbox.show(id)).recipients.map((one) => one.state);
  const uncertain = async (recipients: readonly string[] = [colleague]): Promise<string> => {
    const { entryId } = await world.ledger.outbox.queue({
      documentId: 'd1',
      message: message(),
      mailbox,
      recipients: recipients.map((address) => ({ address })),
      envid: 'envoi-1',
      author,
    });
    await drain(world, server);
    return entryId;
  };
  const tell = (entryId: string, kind: Evidence['kind'], more: Partial<Evidence> = {}): ReturnType<OutboxSeam['applyEvidence']> =>
    seam.applyEvidence({ entryId, kind, recipient: null, at: world.clock.now(), source: `imap:${kind}`, ...more });
  /** The copy was due, a probe went out; its Message-ID. */
  const probe = async (afterMs: number = 31 * minute): Promise<string> => {
    world.clock.advance(afterMs);
    const before = server.seen.length;
    const { answer } = server;
    server.answer = () => 'accept';
    await drain(world, server);
    server.answer = answer;
    const sent = server.seen.slice(before).find((one) => one.recipients.every((to) => to.address === mailbox));
    return /Message-ID: (<[^>]+>)/.exec(Buffer.from((sent?.message as Uint8Array | undefined) ?? []).toString())?.[1] ?? 'none';
  };

  it('carries a copy to oneself in the same transaction, all or nothing', async () => {
    await uncertain();
    expect(server.seen[0]?.recipients.map((one) => one.address)).toEqual([colleague, mailbox]);
    expect(server.seen[0]?.whenSomeRefused).toBe('nobody');
    expect([await states(), world.contents().length]).toEqual([['uncertain'], 1]);
  });

  it('is never sent again without evidence, and stays past its deadline for the host to decide', async () => {
    await uncertain();
    for (let step = 0; step < 20; step += 1) {
      world.clock.advance(6 * 60 * minute);
      await drain(world, server);
    }
    const documents = server.taken.filter((one) => one.recipients.includes(colleague));
    expect([documents.length, await states(), world.contents().length]).toEqual([1, ['uncertain'], 1]);
    expect((await world.ledger.outbox.stats()).uncertainRecipients).toBe(1);
  });

  it('is accepted by its self-copy, once, and its contents are erased', async () => {
    const entryId = await uncertain();
    expect(await tell(entryId, 'self-copy')).toEqual({ recorded: true, settled: [0] });
    expect(await tell(entryId, 'self-copy')).toEqual({ recorded: false, settled: [] });
    expect([await states(), world.contents()]).toEqual([['accepted'], []]);
    expect((await world.ledger.outbox.show('d1')).lines.map((one) => [one.what, one.evidence]).slice(-2)).toEqual([
      ['evidence', 'self-copy'],
      ['proved-taken', 'self-copy'],
    ]);
  });

  it('is accepted by its self-copy before its answer: the attempt is proved should the worker die, and taken by the answer', async () => {
    server.answer = () => 'accept';
    await world.ledger.outbox.queue({ documentId: 'd1', message: message(), mailbox, recipients: [{ address: colleague }], author });
    const attempts = async (): Promise<unknown> =>
      (await world.ledger.outbox.show('d1')).history.map((one) => [one.outcome, one.endedAt !== null]);
    let before: unknown = null;
    await world.ledger.outbox.run({
      until: 'idle',
      submit: async (mail, call) => {
        const result = await server.submit(mail, call);
        await tell(call.entryId, 'self-copy');
        before = await attempts();
        return result;
      },
    });
    expect(before).toEqual([['proved', true]]);
    expect(await attempts()).toEqual([['taken', true]]);
    expect([await states(), world.contents()]).toEqual([['accepted'], []]);
  });

  it('is accepted by a report with our ENVID, and not by one without', async () => {
    const entryId = await uncertain([colleague, hospital]);
    expect(await tell(entryId, 'dsn', { recipient: 0 })).toEqual({ recorded: true, settled: [] });
    expect(await tell(entryId, 'dsn', { recipient: 0, envid: 'autre', source: 'b' })).toEqual({ recorded: true, settled: [] });
    expect(await tell(entryId, 'dsn', { recipient: 0, envid: 'envoi-1', source: 'c' })).toEqual({ recorded: true, settled: [0, 1] });
  });

  it('is not accepted by our own APPEND', async () => {
    const entryId = await uncertain();
    expect(await tell(entryId, 'own-append')).toEqual({ recorded: true, settled: [] });
    expect(await states()).toEqual(['uncertain']);
  });

  it('is sent again, same bytes and Message-ID, once its copy is absent although a later probe arrived', async () => {
    await uncertain();
    const messageId = await probe();
    expect(messageId).not.toBe('none');
    server.answer = () => 'accept';
    await drain(world, server);
    expect(server.taken.filter((one) => one.recipients.includes(colleague)).length).toBe(1);
    await seam.probeArrived({ messageId, at: world.clock.now() });
    await seam.probeArrived({ messageId, at: world.clock.now() });
    await drain(world, server);
    const documents = server.taken.filter((one) => one.recipients.includes(colleague));
    expect(documents.length).toBe(2);
    expect(documents[0]?.bytes.equals(documents[1]?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(documents.map((one) => one.message.envid)).toEqual(['envoi-1', 'envoi-1.2']);
    expect([await states(), world.contents()]).toEqual([['accepted'], []]);
  });

  it('is not sent again when the copy came before the probe', async () => {
    const entryId = await uncertain();
    const messageId = await probe();
    await tell(entryId, 'self-copy');
    await seam.probeArrived({ messageId, at: world.clock.now() });
    await drain(world, server);
    expect([await states(), server.taken.filter((one) => one.recipients.includes(colleague)).length]).toEqual([['accepted'], 1]);
  });

  it('is not judged by a probe that was sent too early for it', async () => {
    await uncertain();
    world.clock.advance(25 * minute);
    await world.ledger.outbox.queue({ documentId: 'd2', message: message('b'), mailbox, recipients: [{ address: hospital }], author });
    await drain(world, server);
    const messageId = await probe(6 * minute);
    expect(messageId).not.toBe('none');
    await seam.probeArrived({ messageId, at: world.clock.now() });
    expect([await states('d1'), await states('d2')]).toEqual([['waiting'], ['uncertain']]);
  });

  it('that was cancelled too late is not sent again, but cancelled', async () => {
    await uncertain();
    expect(await world.ledger.outbox.cancel('d1', { author })).toEqual({ documentId: 'd1', cancelled: [], tooLate: [0] });
    const messageId = await probe();
    await seam.probeArrived({ messageId, at: world.clock.now() });
    expect([await states(), world.contents()]).toEqual([['cancelled'], []]);
  });

  it('whose deadline has passed is not sent again, but expired', async () => {
    await uncertain();
    world.clock.advance(47.9 * 60 * minute);
    const messageId = await probe();
    await seam.probeArrived({ messageId, at: world.clock.now() });
    expect([await states(), world.contents()]).toEqual([['expired'], []]);
  });

  it('that was sent again is accepted when the first attempt is proved after all', async () => {
    const entryId = await uncertain();
    await seam.probeArrived({ messageId: await probe(), at: world.clock.now() });
    expect(await states()).toEqual(['waiting']);
    expect(await tell(entryId, 'dsn', { envid: 'envoi-1' })).toEqual({ recorded: true, settled: [0] });
    await drain(world, server);
    expect([await states(), server.taken.filter((one) => one.recipients.includes(colleague)).length]).toEqual([['accepted'], 1]);
  });

  it('settled by evidence before its answer was missed', async () => {
    server.at = async (stage, call) => {
      if (stage === 'answered') await tell(call.entryId, 'self-copy');
    };
    await uncertain();
    expect([await states(), world.contents()]).toEqual([['accepted'], []]);
  });

  it.each([
    ['sent', 'accepted'],
    ['give-up', 'given-up'],
    ['send-again', 'waiting'],
  ] as const)('resolved by the host as %s is %s', async (decision, state) => {
    await uncertain();
    expect(await world.ledger.outbox.resolve('d1', { decision, author })).toEqual([0]);
    expect([await states(), world.contents().length]).toEqual([[state], state === 'waiting' ? 1 : 0]);
    const again = await world.ledger.outbox.resolve('d1', { decision, author }).catch((error: unknown) => error);
    expect(isMssError(again, 'ERR_MSS_LEDGER_STATE')).toBe(true);
  });

  it('is found by ENVID of any attempt, Message-ID, entry and document', async () => {
    const entryId = await uncertain();
    const keys = [
      { envid: 'envoi-1' },
      { envid: 'envoi-1.7' },
      { messageId: `<7.1834064398@medecin.mssante.test>` },
      { entryId },
      { documentId: 'd1' },
    ];
    const first = (await world.ledger.outbox.show('d1')).messageId;
    keys[2] = { messageId: first.slice(1, -1) };
    for (const key of keys) expect((await seam.findSubmission(key as { entryId: string }))?.entryId).toBe(entryId);
    expect(await seam.findSubmission({ envid: 'envoi-12' })).toBeNull();
  });

  it('a copy to oneself that the server refuses holds up nobody', async () => {
    server.answer = (address) => (address === mailbox ? { code: 452, status: '4.2.2' } : 'accept');
    await uncertain();
    expect([await states(), server.taken.map((one) => one.recipients)]).toEqual([['accepted'], [[colleague]]]);
  });
});
