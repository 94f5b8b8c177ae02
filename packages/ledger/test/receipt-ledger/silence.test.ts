import { openSqliteStore, type Store } from '@mss/store';
import { readMessage } from '@mss/message';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Ledger, LedgerOptions, QueueRecipient, Silence, SilenceRequest } from '../../src/index.js';
import { dsn, mdn } from '../support/mails.js';
import { colleague, createTestServer, createWorld, drain, hospital, mailbox, message, type World } from '../world.js';

const hour = 3_600_000;
let store: Store;
let world: World;

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(() => begin());

async function begin(options: Partial<LedgerOptions> = {}): Promise<void> {
  world = await createWorld({ store, ...options });
  await world.reset();
  await store.batch(['receipt_evidence', 'receipt_silences'].map((table) => ({ sql: `DELETE FROM ${table}` })));
}

const asking = (address: string): QueueRecipient => ({ address, notify: ['success', 'failure', 'delay'] });

async function send(documentId: string, recipients: readonly QueueRecipient[] = [asking(colleague)]): Promise<void> {
  await world.ledger.outbox.queue({ documentId, message: message(documentId, documentId), mailbox, recipients, author: 'test' });
  await drain(world, createTestServer());
}

async function told(request: Partial<SilenceRequest> = {}, ledger: Ledger = world.ledger): Promise<readonly Silence[]> {
  const silences: Silence[] = [];
  await ledger.receipts.tellSilences({ onSilence: (one) => void silences.push(one), ...request });
  return silences;
}

async function receive(text: string, source: string): Promise<void> {
  const read = readMessage(new Uint8Array(Buffer.from(text))).value;
  await world.ledger.receipts.record({ mailbox, message: read, source, at: world.clock.now() });
}

const envidOf = async (documentId: string): Promise<string> => (await world.ledger.outbox.show(documentId)).envid;
const messageIdOf = async (documentId: string): Promise<string> => (await world.ledger.outbox.show(documentId)).messageId;

describe('silence past the deadline', () => {
  it('is told for each document and recipient, from the deadline on, once', async () => {
    await send('doc', [asking(colleague), asking(hospital)]);
    const acceptedAt = world.clock.now();
    world.clock.advance(24 * hour - 1);
    expect(await told()).toEqual([]);
    world.clock.advance(1);
    const common = { documentId: 'doc', mailbox, awaited: 'delivery', acceptedAt, since: world.clock.now(), verdict: 'silent' };
    expect(await told()).toMatchObject([
      { ...common, recipient: 0, address: colleague, attempt: 1, perhapsBefore: false },
      { ...common, recipient: 1, address: hospital },
    ]);
    const known = await world.ledger.receipts.whatIsKnown('doc');
    expect(known?.recipients.map((one) => [one.verdict, one.overdue, one.silenceToldAt])).toEqual([
      ['silent', 'delivery', world.clock.now()],
      ['silent', 'delivery', world.clock.now()],
    ]);
    world.clock.advance(300 * hour);
    expect(await told()).toEqual([]);
  });

  it('is not told again after a restart, nor by another process', async () => {
    await send('doc');
    world.clock.advance(24 * hour);
    expect(await told()).toHaveLength(1);
    expect(await told({}, await world.another())).toEqual([]);
  });

  it('is told by one of two processes that look at once', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await send(id);
    world.clock.advance(24 * hour);
    const others = [await world.another(), await world.another()];
    const all = (await Promise.all([told(), ...others.map((one) => told({}, one))])).flat();
    expect(all.map((one) => one.documentId).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is broken by what is believed, and by nothing else', async () => {
    for (const id of ['delivered', 'read', 'delayed', 'forged']) await send(id);
    await receive(dsn({ action: 'delivered', recipient: colleague, envid: await envidOf('delivered'), id: '1' }), '1');
    await receive(
      mdn({
        disposition: 'manual-action/MDN-sent-manually; displayed',
        messageId: await messageIdOf('read'),
        recipient: colleague,
        from: colleague,
        id: '2',
      }),
      '2',
    );
    await receive(dsn({ action: 'delayed', recipient: colleague, envid: await envidOf('delayed'), id: '3' }), '3');
    const forged = { recipient: colleague, messageId: await messageIdOf('forged'), from: 'inconnu@ailleurs.example', id: '4' };
    await receive(dsn({ action: 'delivered', ...forged, returnPath: 'inconnu@ailleurs.example' }), '4');
    world.clock.advance(24 * hour);
    expect((await told()).map((one) => `${one.documentId}: ${one.verdict}`).toSorted()).toEqual(['delayed: delayed', 'forged: silent']);
  });

  it('is not told of recipients for whom no notification of success was asked', async () => {
    await send('never', [{ address: colleague, notify: 'never' }]);
    await send('failures', [{ address: colleague, notify: ['failure', 'delay'] }]);
    await send('nothing', [{ address: colleague }]);
    world.clock.advance(24 * hour);
    expect(await told()).toEqual([]);
    const known = await Promise.all(['never', 'failures', 'nothing'].map((id) => world.ledger.receipts.whatIsKnown(id)));
    expect(known.flatMap((one) => one?.recipients.map(({ verdict, overdue }) => [verdict, overdue]) ?? [])).toEqual([
      ['accepted', null],
      ['accepted', null],
      ['accepted', null],
    ]);
  });

  it('is not told of what did not leave, was taken back or is uncertain', async () => {
    const server = createTestServer();
    server.answer = (address) => (address === colleague ? 'uncertain' : { code: 550, status: '5.1.1' });
    const request = { message: message('x'), mailbox, author: 'test' };
    await world.ledger.outbox.queue({ ...request, documentId: 'uncertain', recipients: [asking(colleague)] });
    await world.ledger.outbox.queue({ ...request, documentId: 'refused', recipients: [asking(hospital)] });
    await drain(world, server);
    await world.ledger.outbox.queue({ ...request, documentId: 'cancelled', recipients: [asking('a@b.mssante.test')] });
    await world.ledger.outbox.cancel('cancelled', { author: 'test' });
    world.clock.advance(48 * hour);
    expect(await told()).toEqual([]);
  });

  it('a callback that rejects is called again later, and others are told meanwhile', async () => {
    await send('a');
    await send('b');
    world.clock.advance(24 * hour);
    const calls: string[] = [];
    const onSilence = ({ documentId, attempt, perhapsBefore }: Silence): void => {
      calls.push(`${documentId} ${attempt} ${perhapsBefore}`);
      if (documentId === 'a' && attempt < 3) throw new Error('the screen is locked');
    };
    expect(await world.ledger.receipts.tellSilences({ onSilence })).toEqual({ told: 1, postponed: 1 });
    expect(await world.ledger.receipts.tellSilences({ onSilence })).toEqual({ told: 0, postponed: 0 });
    world.clock.advance(60_000);
    expect(await world.ledger.receipts.tellSilences({ onSilence })).toEqual({ told: 0, postponed: 1 });
    world.clock.advance(119_000);
    expect(await world.ledger.receipts.tellSilences({ onSilence })).toEqual({ told: 0, postponed: 0 });
    world.clock.advance(1_000);
    expect(await world.ledger.receipts.tellSilences({ onSilence })).toEqual({ told: 1, postponed: 0 });
    expect([...calls.slice(0, 2).toSorted(), ...calls.slice(2)]).toEqual(['a 1 false', 'b 1 false', 'a 2 false', 'a 3 false']);
    expect(world.logged.join()).not.toMatch(/hugo|locked/);
  });

  it('a process that dies in the callback: told again once its lease is over, and marked', async () => {
    await send('doc');
    world.clock.advance(24 * hour);
    const died = new Promise<never>(() => {});
    let called: () => void = () => {};
    const calling = new Promise<void>((resolve) => (called = resolve));
    void world.ledger.receipts.tellSilences({ onSilence: () => (called(), died) });
    await calling;
    const after = await world.another();
    world.clock.advance(5 * 60_000 - 1);
    expect(await told({}, after)).toEqual([]);
    world.clock.advance(1);
    expect(await told({}, after)).toMatchObject([{ attempt: 2, perhapsBefore: true }]);
  });

  it('reading that does not come is told after delivery', async () => {
    await begin({ receipts: { deadlines: { deliveryMs: 4 * hour, readingMs: 72 * hour } } });
    await send('read');
    await send('unread');
    for (const id of ['read', 'unread'])
      await receive(dsn({ action: 'delivered', recipient: colleague, envid: await envidOf(id), id }), id);
    const messageId = await messageIdOf('read');
    await receive(
      mdn({ disposition: 'automatic-action/MDN-sent-automatically; processed', messageId, recipient: colleague, from: colleague }),
      'mdn',
    );
    world.clock.advance(71 * hour);
    expect(await told()).toEqual([]);
    world.clock.advance(hour);
    expect(await told()).toMatchObject([{ documentId: 'unread', awaited: 'reading', verdict: 'delivered', since: world.clock.now() }]);
    expect(await told()).toEqual([]);
  });

  it('hundreds are told page by page, and what passed long ago is not', async () => {
    for (let one = 0; one < 205; one += 1) {
      await world.ledger.outbox.queue({
        documentId: `d${one}`,
        message: message(`${one}`),
        mailbox,
        recipients: [asking(colleague)],
        author: 't',
      });
    }
    await drain(world, createTestServer());
    world.clock.advance(24 * hour);
    expect(new Set((await told()).map((one) => one.documentId)).size).toBe(205);
    await begin({ receipts: { silenceHorizonMs: 10 * hour } });
    await send('old');
    world.clock.advance(34 * hour);
    expect(await told()).toEqual([]);
  });

  it('is watched for until the signal aborts, by the clock that is given', async () => {
    await send('doc');
    const abort = new AbortController();
    const seen: string[] = [];
    const toldAfter: number[] = [];
    let waits = 0;
    const wait = async (ms: number): Promise<void> => {
      expect(ms).toBe(hour);
      world.clock.advance(ms);
      waits += 1;
      if (waits === 30) abort.abort();
    };
    const onSilence = ({ documentId }: Silence): void => {
      seen.push(documentId);
      toldAfter.push(waits);
    };
    await world.ledger.receipts.watchSilences({ everyMs: hour, signal: abort.signal, wait, onSilence });
    expect([seen, toldAfter]).toEqual([['doc'], [24]]);
  });
});
