import { MssError } from '@mss/core';
import { openSqliteStore, type Store } from '@mss/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { HandOver, Inbox, InboxDelivery, InboxMailbox, ReceiveRequest, ReceiveSummary } from '../../src/inbox/index.js';
import { ImapDouble } from '../support/imap-double.js';
import { createWorld, emptyStore, type World } from '../support/ledger-double.js';
import { asksForReceipt, mail, mdn } from '../support/mails.js';

const address = 'claire.moreau@cabinet.mssante.fr';
let store: Store;
let world: World;
let server: ImapDouble;
let inbox: Inbox;
const got: InboxDelivery[] = [];

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(async () => {
  got.length = 0;
  server = new ImapDouble();
  server.create('Archives');
  world = await createWorld({ store });
  inbox = await world.inbox();
  await emptyStore(store);
});

const keep: HandOver = async (delivery) => void got.push(delivery);

function receive(given: Partial<ReceiveRequest> = {}): Promise<ReceiveSummary> {
  return inbox.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: keep, ...given });
}

const bodies = (): readonly (string | undefined)[] => got.map((one) => one.message?.body.text?.trim());

/** A connection that fails at the n-th command that matches. */
function failingAt(pattern: RegExp, options: { readonly nth?: number; readonly code?: string } = {}): InboxMailbox {
  let left = options.nth ?? 1;
  return server.connect({
    before: (command) => {
      if (!pattern.test(command)) return;
      left -= 1;
      if (left === 0) throw new MssError(options.code ?? 'ERR_MSS_IMAP_LINK_LOST', 'the connection ended', { permanent: false });
    },
  });
}

describe('receiving once', () => {
  it('hands over each message once, in the order of UIDs, and resumes', async () => {
    for (const id of ['a', 'b', 'c', 'd']) server.deliver(mail(id, { body: id }));
    expect(await receive()).toMatchObject({ handedOver: 4, duplicates: 0, replayed: false, nextAt: null });
    expect(bodies()).toEqual(['a', 'b', 'c', 'd']);
    expect(await receive()).toMatchObject({ handedOver: 0 });
    server.deliver(mail('e', { body: 'e' }));
    await receive();
    expect(bodies()).toEqual(['a', 'b', 'c', 'd', 'e']);
    // What was read is not fetched again.
    expect(server.log.filter((one) => one.startsWith('fetch'))).toEqual(['fetch 1,2,3', 'fetch 4', 'fetch 5']);
    expect(server.flagsOf(1)).toEqual([]);
    expect(world.audit.filter((one) => one.action === 'inbox.hand-over')).toHaveLength(5);
  });

  it('leaves nothing of a message in the tables in clear', async () => {
    server.deliver(mail('secret-id', { body: 'SECRETBODY', subject: 'SECRETSUBJECT', headers: asksForReceipt }));
    await receive();
    const tables = [
      'inbox_messages',
      'inbox_folders',
      'conversation_messages',
      'conversation_references',
      'receipt_evidence',
      'inbox_documents',
    ];
    const all = JSON.stringify(
      await Promise.all(tables.map((table) => world.store.all(`SELECT * FROM ${table} LIMIT 100`))),
      (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value),
    );
    expect(all).not.toMatch(/secret|hugo|claire/i);
    expect(JSON.stringify(world.audit)).not.toMatch(/secret|hugo/i);
  });

  it('hands a second copy to nobody, and puts it where the first one went', async () => {
    server.deliver(mail('a'));
    await receive({ handOver: async () => ({ flags: ['\\Seen'], moveTo: 'Archives' }) });
    expect(server.uids('Archives')).toEqual([1]);
    const copy = server.deliver(mail('a').replace('Received: from relay', 'Received: from another relay'));
    expect(await receive()).toMatchObject({ handedOver: 0, duplicates: 1 });
    expect(got).toEqual([]);
    expect(server.uids()).not.toContain(copy);
    expect(server.flagsOf(2, 'Archives')).toContain('\\Seen');
  });

  it('takes the same Message-ID with other content for another message, and says so', async () => {
    server.deliver(mail('a', { body: 'un' }));
    server.deliver(mail('a', { body: 'deux' }));
    await receive();
    expect(bodies()).toEqual(['un', 'deux']);
    expect(got.map((one) => one.sharesMessageId)).toEqual([false, true]);
    expect(got[0]?.id).not.toBe(got[1]?.id);
  });

  it('tells messages without Message-ID apart by their content', async () => {
    server.deliver(mail(null, { body: 'un' }));
    server.deliver(mail(null, { body: 'deux' }));
    server.deliver(mail(null, { body: 'un' }));
    expect(await receive()).toMatchObject({ handedOver: 2, duplicates: 1 });
  });

  it('replays a folder that was made anew without handing anything over twice', async () => {
    for (const id of ['a', null, 'c']) server.deliver(mail(id, { body: `${id}` }));
    await receive();
    server.deliver(mail('d', { body: 'd' }));
    server.recreate('INBOX', {
      first: 1,
      // The new server writes its own trace fields.
      rewrite: (bytes) =>
        new Uint8Array(
          Buffer.from(
            `Received: by the new server\r\nX-Spam-Score: 0\r\n${Buffer.from(bytes)
              .toString()
              .replace(/^Return-Path:.*\r\n/, '')}`,
          ),
        ),
    });
    expect(await receive()).toMatchObject({ handedOver: 1, duplicates: 3, replayed: true });
    expect(bodies()).toEqual(['a', 'null', 'c', 'd']);
    // The same UIDs as before mean other messages now.
    server.recreate('INBOX', { first: 1 });
    server.deliver(mail('e', { body: 'e' }));
    expect(await receive()).toMatchObject({ handedOver: 1, duplicates: 4, replayed: true });
  });

  it('goes on when UIDVALIDITY changes in the middle of a pass', async () => {
    const ids = 'abcdefghijkl'.split('');
    for (const id of ids) server.deliver(mail(id, { body: id }));
    const changing: HandOver = async (delivery) => {
      if (delivery.message?.body.text?.trim() === 'c') server.recreate('INBOX');
      return keep(delivery);
    };
    await expect(receive({ handOver: changing })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_UID_VALIDITY' });
    expect(await receive()).toMatchObject({ replayed: true });
    expect(bodies()).toEqual(ids);
  });

  it('a message moved away and back again is not handed over again', async () => {
    server.deliver(mail('a'));
    await receive();
    const connection = server.connect();
    const { uidValidity } = await connection.openFolder('INBOX');
    await connection.move({ folder: 'INBOX', uidValidity, uids: [1], to: 'Archives' });
    const archives = await connection.openFolder('Archives');
    await connection.move({ folder: 'Archives', uidValidity: archives.uidValidity, uids: [1], to: 'INBOX' });
    expect(await receive()).toMatchObject({ handedOver: 0, duplicates: 1 });
  });
});

describe('a callback that fails', () => {
  it('is tried again with growing waits, then the message is quarantined with codes only; the others go on', async () => {
    server.deliver(mail('poison', { body: 'poison' }));
    server.deliver(mail('b', { body: 'b' }));
    const picky: HandOver = async (delivery) => {
      if (delivery.message?.body.text?.trim() === 'poison') throw new MssError('ERR_HOST_DISK', 'patient Jeanne could not be filed');
      return keep(delivery);
    };
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const summary = await receive({ handOver: picky });
      expect(summary.handedOver).toBe(attempt === 1 ? 1 : 0);
      expect([summary.postponed, summary.quarantined]).toEqual(attempt < 5 ? [1, 0] : [0, 1]);
      if (summary.nextAt === null) break;
      expect(await receive({ handOver: picky })).toMatchObject({ postponed: 0, quarantined: 0 });
      waits.push(summary.nextAt.getTime() - world.now.getTime());
      world.now = summary.nextAt;
    }
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000]);
    const [record] = await inbox.list({ state: 'quarantined' });
    expect(record).toMatchObject({
      mailbox: address,
      folder: 'INBOX',
      uid: 1,
      reason: 'callback-failed',
      code: 'ERR_HOST_DISK',
      attempts: 5,
    });
    expect(JSON.stringify([record, world.audit])).not.toMatch(/Jeanne/);
    expect(await receive({ handOver: keep })).toMatchObject({ handedOver: 0 });

    await inbox.release(record?.id ?? '');
    expect(await receive()).toMatchObject({ handedOver: 1 });
    expect(bodies()).toEqual(['b', 'poison']);
    await expect(inbox.release(record?.id ?? '')).rejects.toMatchObject({ code: 'ERR_MSS_LEDGER_INBOX_STATE' });
    await expect(inbox.release('unknown')).rejects.toMatchObject({ code: 'ERR_MSS_LEDGER_INBOX_NOT_FOUND' });
  });

  it('a message that kills the worker goes to quarantine too, and its neighbours do not', async () => {
    server.deliver(mail('a', { body: 'a' }));
    server.deliver(mail('killer', { body: 'killer' }));
    server.deliver(mail('c', { body: 'c' }));
    for (let life = 1; life <= 5; life += 1) {
      // The worker that gets it is never heard of again.
      const doomed = await world.inbox();
      let dead: () => void = () => {};
      const died = new Promise<void>((resolve) => (dead = resolve));
      const fatal: HandOver = (delivery) => {
        if (delivery.message?.body.text?.trim() !== 'killer') return keep(delivery);
        expect(delivery.attempt).toBe(life);
        expect(delivery.perhapsBefore).toBe(life > 1);
        dead();
        return new Promise(() => {});
      };
      void doomed.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: fatal });
      await died;
      // Meanwhile nobody else gets it.
      expect(await receive()).toMatchObject({ handedOver: life === 1 ? 1 : 0 });
      world.now = new Date(world.now.getTime() + 5 * 60_000);
    }
    expect(await receive()).toMatchObject({ quarantined: 1, handedOver: 0 });
    expect(await inbox.list({ state: 'quarantined' })).toMatchObject([{ reason: 'crashed', attempts: 5 }]);
    expect(bodies()).toEqual(['a', 'c']);
  });

  it('a result that cannot be done is quarantined as such, not handed over again', async () => {
    server.deliver(mail('a'));
    expect(await receive({ handOver: async () => ({ flags: ['not a flag'] }) })).toMatchObject({ quarantined: 1 });
    expect(await inbox.list({})).toMatchObject([
      { reason: 'result-refused', code: 'ERR_MSS_LEDGER_INBOX_RESULT', handedOverAt: expect.any(Date) },
    ]);
  });
});

describe('leases', () => {
  it('two workers at once on one database hand each message over once', async () => {
    for (let index = 0; index < 30; index += 1) server.deliver(mail(`m${index}`, { body: `m${index}`, headers: asksForReceipt }));
    const other = await world.inbox();
    const handOver: HandOver = async (delivery) => {
      await new Promise((resolve) => setImmediate(resolve));
      got.push(delivery);
      return { mdn: 'displayed', flags: ['\\Seen'] };
    };
    const request = { address, kind: 'organisational', handOver, mdn: { policy: 'always' } } as const;
    const summaries = await Promise.all([inbox, other].map((one) => one.receive({ ...request, mailbox: server.connect() })));
    expect(summaries.reduce((sum, one) => sum + one.handedOver, 0)).toBe(30);
    expect(new Set(got.map((one) => one.id)).size).toBe(30);
    expect(got).toHaveLength(30);
    expect(world.queued.size).toBe(30);
    expect(summaries.every((one) => one.leaseLost === 0)).toBe(true);
  });

  it('are made longer while the callback lives', async () => {
    const beats: (() => void)[] = [];
    const patient = await world.inbox({ every: (ms, work) => (expect(ms).toBe(100_000), beats.push(work), () => {}) });
    server.deliver(mail('a'));
    const summary = await patient.receive({
      mailbox: server.connect(),
      address,
      kind: 'personal',
      handOver: async (delivery) => {
        for (let index = 0; index < 10; index += 1) {
          world.now = new Date(world.now.getTime() + 100_000);
          beats[0]?.();
          await world.store.get('SELECT 1 AS one');
        }
        expect(await receive()).toMatchObject({ handedOver: 0 });
        expect(delivery.signal.aborted).toBe(false);
      },
    });
    expect(summary).toMatchObject({ handedOver: 1, leaseLost: 0 });
  });

  it('a worker that lost its lease is told, and its late word does not count', async () => {
    const beats: (() => void)[] = [];
    const slow = await world.inbox({ every: (_, work) => (beats.push(work), () => {}) });
    server.deliver(mail('a'));
    const summary = await slow.receive({
      mailbox: server.connect(),
      address,
      kind: 'personal',
      handOver: async (delivery) => {
        world.now = new Date(world.now.getTime() + 6 * 60_000);
        expect(await receive()).toMatchObject({ handedOver: 1 });
        beats[0]?.();
        await new Promise<void>((resolve) => delivery.signal.addEventListener('abort', () => resolve(), { once: true }));
        expect(delivery.signal.reason).toMatchObject({ code: 'ERR_MSS_LEDGER_INBOX_LEASE_LOST' });
      },
    });
    expect(summary).toMatchObject({ handedOver: 0, leaseLost: 1 });
    expect(await inbox.list({})).toMatchObject([{ state: 'done', attempts: 2 }]);
  });
});

describe('the link and the database fail', () => {
  it('whichever command the link is cut at, each message is handed over, with one receipt', async () => {
    for (const id of ['a', 'b', 'c', 'd']) server.deliver(mail(id, { body: id, headers: asksForReceipt }));
    const request = {
      handOver: async (delivery: InboxDelivery) => (
        got.push(delivery),
        { mdn: 'displayed', moveTo: 'Archives', flags: ['\\Seen'] } as const
      ),
      mdn: { policy: 'always' },
    } as const;
    let cuts = 0;
    for (let nth = 1; nth < 200; nth += 1) {
      try {
        await receive({ ...request, mailbox: failingAt(/./, { nth }) });
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST' });
        cuts += 1;
      }
    }
    expect(cuts).toBeGreaterThan(5);
    await receive(request);
    expect(bodies()).toEqual(['a', 'b', 'c', 'd']);
    expect(world.queued.size).toBe(4);
    expect(server.uids('INBOX')).toEqual([]);
    expect(server.uids('Archives')).toHaveLength(4);
    expect(await inbox.list({ state: 'done' })).toHaveLength(4);
  });

  it('a crash between the callback and the note hands it over again, under the same id', async () => {
    server.deliver(mail('a'));
    let broken = false;
    const breaking: Store = Object.assign(Object.create(store) as Store, {
      transaction: async (work: Parameters<Store['transaction']>[0]) => {
        if (broken) throw new MssError('ERR_MSS_STORE_UNAVAILABLE', 'the database is gone', { permanent: false });
        return store.transaction(work);
      },
      migrate: () => Promise.resolve(),
      all: store.all.bind(store),
      get: store.get.bind(store),
    });
    const crashing = await (await createWorld({ store: breaking })).inbox();
    await expect(
      crashing.receive({
        mailbox: server.connect(),
        address,
        kind: 'personal',
        handOver: async (delivery) => ((broken = true), keep(delivery)),
      }),
    ).rejects.toMatchObject({ code: 'ERR_MSS_STORE_UNAVAILABLE' });
    broken = false;
    expect(await receive()).toMatchObject({ handedOver: 0 });
    world.now = new Date(world.now.getTime() + 6 * 60_000);
    expect(await receive()).toMatchObject({ handedOver: 1 });
    expect(got.map((one) => [one.attempt, one.perhapsBefore])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(got[0]?.id).toBe(got[1]?.id);
  });

  it('stops when the caller aborts, and counts no try', async () => {
    server.deliver(mail('a'));
    const stop = new AbortController();
    const handOver: HandOver = async (delivery) => {
      stop.abort();
      expect(delivery.signal.aborted).toBe(true);
      throw new Error('stopped');
    };
    await expect(receive({ handOver, signal: stop.signal })).rejects.toThrow('stopped');
    expect(await inbox.list({})).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    expect(await receive()).toMatchObject({ handedOver: 1 });
  });

  it('a message deleted before its next try is told as gone', async () => {
    const uid = server.deliver(mail('a'));
    await receive({ handOver: () => Promise.reject(new Error('later')) });
    server.expunge(uid);
    world.now = new Date(world.now.getTime() + 60_000);
    expect(await receive()).toMatchObject({ gone: 1 });
    server.deliver(mail('b'));
    await receive({ handOver: () => Promise.reject(new Error('later')) });
    server.create('INBOX');
    expect(await receive()).toMatchObject({ gone: 1, replayed: true });
  });
});

describe('sizes', () => {
  it('streams long messages through the sealed spool, and quarantines what is over the limit', async () => {
    const limited = await world.inbox({ inMemoryBytes: 100_000, limits: { messageBytes: 2_000_000 } });
    server.deliver(mail('small'));
    const long = mail('long', { body: 'x'.repeat(76).concat('\r\n').repeat(15_000), headers: asksForReceipt });
    server.deliver(long);
    server.deliver(mail('huge', { body: 'y'.repeat(3_000_000) }));
    server.deliver(mail('last'));
    let held = 0;
    const handOver: HandOver = async (delivery) => {
      got.push(delivery);
      if (delivery.message !== null) return {};
      held = world.contents.held.size;
      let bytes = 0;
      for await (const chunk of delivery.stream()) bytes += chunk.length;
      expect(bytes).toBe(long.length);
      expect(delivery.mdnRequested).toBe(true);
      expect((await delivery.read()).value.messageId).toBe('<long@clinique.mssante.fr>');
      return {};
    };
    const summary = await limited.receive({ mailbox: server.connect(), address, kind: 'personal', handOver });
    expect(summary).toMatchObject({ handedOver: 3, quarantined: 1 });
    expect(got.map((one) => one.message?.messageId ?? null)).toEqual(['<small@clinique.mssante.fr>', null, '<last@clinique.mssante.fr>']);
    expect([held, world.contents.held.size]).toEqual([1, 0]);
    expect(world.contents.largestPiece).toBeLessThanOrEqual(512 * 1024);
    const [huge] = await limited.list({ state: 'quarantined' });
    expect(huge).toMatchObject({ reason: 'too-large', uid: 3 });
    // Known by header and size, also in a folder that was made anew.
    server.recreate();
    expect(await limited.receive({ mailbox: server.connect(), address, kind: 'personal', handOver })).toMatchObject({
      handedOver: 0,
      duplicates: 3,
      quarantined: 0,
    });
    await limited.release(huge?.id ?? '', { anySize: true });
    let bytes = 0;
    await limited.receive({
      mailbox: server.connect(),
      address,
      kind: 'personal',
      handOver: async (delivery) => {
        for await (const chunk of delivery.stream()) bytes += chunk.length;
      },
    });
    expect(bytes).toBeGreaterThan(3_000_000);
  });

  it('sweeps the spool of a worker that died, and not that of one that reads [inMemoryBytes]', async () => {
    const limited = await world.inbox({ inMemoryBytes: 100_000 });
    server.deliver(mail('long', { body: 'x'.repeat(200_000) }));
    await world.contents.write('of-the-dead', 'inbox', Buffer.from('sealed'));
    await world.contents.write('entry', 'outbox', Buffer.from('sealed'));
    const handOver: HandOver = async () => {
      expect([...world.contents.held.keys()].filter((name) => name.startsWith('inbox-'))).toHaveLength(1);
      // A second process begins while this one reads.
      const second = await world.inbox({ inMemoryBytes: 100_000 });
      await second.receive({ mailbox: new ImapDouble().connect(), address: 'autre@cabinet.mssante.fr', kind: 'personal', handOver: keep });
      expect([...world.contents.held.keys()].filter((name) => name.startsWith('inbox-'))).toHaveLength(1);
    };
    await limited.receive({ mailbox: server.connect(), address, kind: 'personal', handOver });
    expect([...world.contents.held.keys()]).toEqual(['outbox-entry']);
  });

  it('is not taken in by a server that tells too small a size', async () => {
    server = new ImapDouble({ lies: new Map([[1, 10]]) });
    server.deliver(mail('liar', { body: 'y'.repeat(3_000_000) }));
    const limited = await world.inbox({ inMemoryBytes: 100_000, limits: { messageBytes: 2_000_000 } });
    expect(await limited.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: keep })).toMatchObject({
      quarantined: 1,
    });
    expect(got).toEqual([]);
  });

  it('quarantines what cannot be read, and hands it over unread when the host wants it', async () => {
    const limited = await world.inbox({ limits: { mimeParts: 2 } });
    const parts = Array.from({ length: 5 }, () => '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n').join('');
    server.deliver(mail('bomb', { headers: ['Content-Type: multipart/mixed; boundary=b'], body: `${parts}--b--\r\n` }));
    expect(await limited.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: keep })).toMatchObject({
      quarantined: 1,
    });
    const [record] = await limited.list({});
    expect(record).toMatchObject({ reason: 'unreadable', code: expect.stringMatching(/^ERR_MSS_MIME_/) });
    await limited.release(record?.id ?? '', { unread: true });
    expect(await limited.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: keep })).toMatchObject({
      handedOver: 1,
    });
    expect(got[0]?.message).toBeNull();
  });
});

describe('our own messages', () => {
  it('copies to oneself and probes are told to the outbox and handed to nobody', async () => {
    world.outbox.sent({
      documentId: 'doc',
      messageId: '<doc@cabinet.mssante.fr>',
      to: ['hugo.bernard@clinique.mssante.fr'],
      mailbox: address,
    });
    world.outbox.sent({ documentId: 'probe', messageId: '<probe@cabinet.mssante.fr>', to: [address], mailbox: address, kind: 'probe' });
    world.outbox.sent({ documentId: 'self', messageId: '<self@cabinet.mssante.fr>', to: [address], mailbox: address });
    const own = (id: string, headers: readonly string[] = []): string =>
      mail(id, { headers, from: address }).replace('@clinique.mssante.fr>\r\nMIME', '@cabinet.mssante.fr>\r\nMIME');
    server.deliver(own('doc'));
    server.deliver(
      own('doc')
        .replace(/Received:.*\r\n/, '')
        .replace('Bonjour', 'Bonsoir'),
    );
    server.deliver(own('probe', ['X-MSS-Toolkit-Probe: <probe@cabinet.mssante.fr>']));
    server.deliver(own('self'));
    expect(await receive()).toMatchObject({ own: 3, handedOver: 1 });
    expect(world.outbox.evidence.map((one) => [one.entryId, one.kind])).toEqual([
      ['entry-doc', 'self-copy'],
      ['entry-doc', 'own-append'],
      ['entry-self', 'self-copy'],
    ]);
    expect(world.outbox.probes).toEqual(['<probe@cabinet.mssante.fr>']);
    await receive();
    expect(world.outbox.evidence).toHaveLength(3);
    // Submitted once more after an uncertain end: the same bytes, another transaction. A folder made anew is none.
    server.deliver(own('doc').replace('08:00:00 +0000\r\nFrom', '08:30:00 +0000\r\nFrom'));
    await receive();
    expect(world.outbox.evidence.filter((one) => one.kind === 'self-copy' && one.entryId === 'entry-doc')).toHaveLength(2);
    server.recreate();
    await receive();
    expect(world.outbox.evidence.filter((one) => one.kind === 'self-copy')).toHaveLength(3);
  });

  it('a letter that borrows the Message-ID of one of ours is a letter', async () => {
    world.outbox.sent({
      documentId: 'doc',
      messageId: '<doc@clinique.mssante.fr>',
      to: ['hugo.bernard@clinique.mssante.fr'],
      mailbox: address,
    });
    server.deliver(mail('doc', { body: 'cachée' }));
    expect(await receive()).toMatchObject({ own: 0, handedOver: 1 });
    expect(world.outbox.evidence).toEqual([]);
  });

  it('a probe waits until every message before it was looked at', async () => {
    world.outbox.sent({ documentId: 'probe', messageId: '<probe@clinique.mssante.fr>', to: [address], mailbox: address, kind: 'probe' });
    server.deliver(mail('first'));
    server.deliver(mail('probe', { from: address }));
    const other = await world.inbox();
    // Another worker is still at the first one: it could be the copy whose absence the probe would prove.
    const stuck = server.connect({ before: (command) => (command.startsWith('flags') ? new Promise<void>(() => {}) : undefined) });
    void other.receive({ mailbox: stuck, address, kind: 'personal', handOver: keep, claim: 'keyword' });
    await expect.poll(() => server.log.some((one) => one === 'flags 1')).toBe(true);
    expect(await receive()).toMatchObject({ own: 0 });
    expect(world.outbox.probes).toEqual([]);
    world.now = new Date(world.now.getTime() + 10 * 60_000);
    await receive();
    world.now = new Date(world.now.getTime() + 10 * 60_000);
    await receive();
    expect(world.outbox.probes).toEqual(['<probe@clinique.mssante.fr>']);
  });
});

describe('receipts that come in', () => {
  it('go to the receipt ledger; the host sees those that belong to nothing, or all', async () => {
    world.outbox.sent({ documentId: 'doc', messageId: '<doc@cabinet.mssante.fr>', to: ['hugo.bernard@clinique.mssante.fr'] });
    server.deliver(mdn({ disposition: 'manual-action/MDN-sent-manually; displayed', messageId: '<doc@cabinet.mssante.fr>' }));
    server.deliver(mdn({ disposition: 'manual-action/MDN-sent-manually; deleted', messageId: '<other@cabinet.mssante.fr>' }));
    expect(await receive()).toMatchObject({ receipts: 1, handedOver: 1 });
    expect(got[0]?.receipt).toMatchObject({ kind: 'mdn', matched: false });
    expect((await world.receipts.whatIsKnown('doc'))?.recipients[0]?.verdict).toBe('displayed');
    expect(world.queued.size).toBe(0);
  });

  it('without reading letters, receipts and answers are still known', async () => {
    world.outbox.sent({ documentId: 'doc', messageId: '<doc@cabinet.mssante.fr>', to: ['hugo.bernard@clinique.mssante.fr'] });
    server.deliver(mail('letter', { headers: asksForReceipt }));
    server.deliver(mdn({ disposition: 'manual-action/MDN-sent-manually; displayed', messageId: '<doc@cabinet.mssante.fr>' }));
    server.deliver(mail('answer', { headers: ['In-Reply-To: <doc@cabinet.mssante.fr>'] }));
    server.deliver(mail('ko', { subject: '[KO Intégration système !][902] XDM/1.0/DDM+CR' }));
    const handOver: HandOver = async (delivery) => (got.push(delivery), { mdn: 'displayed' });
    expect(await receive({ reading: 'receipts', handOver, mdn: { policy: 'always' } })).toMatchObject({ receipts: 1, handedOver: 3 });
    expect(got.map((one) => one.message?.messageId ?? null)).toEqual([null, '<answer@clinique.mssante.fr>', '<ko@clinique.mssante.fr>']);
    expect(world.queued.size).toBe(1);
    expect((await got[0]?.read())?.value.messageId).toBe('<letter@clinique.mssante.fr>');
  });

  it.each([
    ['In-Reply-To', 'always'],
    ['References', 'always'],
    ['References', 'receipts'],
  ] as const)('an answer to a document (by %s) is handed over, and tells that it was read [reading: %s]', async (field, reading) => {
    world.outbox.sent({ documentId: 'doc', messageId: '<doc@cabinet.mssante.fr>', to: ['hugo.bernard@clinique.mssante.fr'] });
    server.deliver(mail('answer', { headers: [`${field}: <doc@cabinet.mssante.fr>`] }));
    await receive({ reading });
    expect(got[0]?.receipt).toMatchObject({ kind: 'reply', matched: true });
    expect((await world.receipts.whatIsKnown('doc'))?.recipients[0]?.verdict).toBe('replied');
  });
});
