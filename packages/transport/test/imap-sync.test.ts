import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SyncEvent, SyncState } from '../src/index.js';
import { UidRanges } from '../src/imap/uid-ranges.js';
import { all, createImapKit, heard, type ImapKit } from './imap-kit.js';
import type { FakeImapServer } from './imap-server.js';

let kit: ImapKit;
beforeAll(async () => {
  kit = await createImapKit();
});
afterEach(async () => kit.closeAll());
afterAll(async () => kit.close());

describe('a set of UIDs', () => {
  it('is what a Set would be, written in the shortest way, and read back', () => {
    const uid = fc.integer({ min: 1, max: 40 });
    const changes = fc.array(fc.tuple(fc.boolean(), uid), { maxLength: 80 });
    fc.assert(
      fc.property(changes, uid, uid, (steps, from, to) => {
        const [ranges, model] = [new UidRanges(), new Set<number>()];
        for (const [add, one] of steps) {
          if (add) {
            ranges.add(one);
            model.add(one);
          } else expect(ranges.delete(one)).toBe(model.delete(one));
          const sorted = [...model].sort((a, b) => a - b);
          expect([...ranges]).toEqual(sorted);
          expect([ranges.size, ranges.last, ranges.has(one)]).toEqual([model.size, sorted.at(-1) ?? 0, add]);
          expect([...UidRanges.parse(ranges.toString())]).toEqual(sorted);
          expect([...ranges.within(from, to)]).toEqual(sorted.filter((other) => other >= from && other <= to));
        }
        expect(ranges.toString().split(',').length).toBeLessThanOrEqual(Math.max(1, model.size));
      }),
      { seed: 20260101, numRuns: 200 },
    );
    expect(new UidRanges([5, 4, 3, 9, 1, 11, 12]).toString()).toBe('1,3:5,9,11:12');
  });

  it.each(['0', '3:1', '2,1', '1:3,3', '1:4294967296', 'x', '1,', ' 1', '1:2:3'])('refuses %j', (text) => {
    expect(() => UidRanges.parse(text)).toThrow(TypeError);
  });

  it('takes no room for many', () => {
    const ranges = UidRanges.parse('1:4294967295');
    expect(ranges.delete(77)).toBe(true);
    expect(ranges.toString()).toBe('1:76,78:4294967295');
    expect([...ranges.within(75, 79)]).toEqual([75, 76, 78, 79]);
  });
});

describe('synchronising without mod-sequences', () => {
  const messages = [
    { uid: 3, bytes: 'trois', flags: '\\Seen' },
    { uid: 5, bytes: 'cinq', flags: '' },
    { uid: 6, bytes: 'six', flags: '$MDNSent \\Recent' },
  ];
  const kinds = (events: readonly SyncEvent[]): string[] => events.map(({ kind }) => kind);
  const last = (events: readonly SyncEvent[]): SyncState => events.at(-1)?.state as SyncState;

  async function known(): Promise<{ server: FakeImapServer; state: SyncState; events: readonly SyncEvent[] }> {
    const server = await kit.start();
    server.messages = [...messages];
    const events = await all((await kit.open(server)).synchronise());
    return { server, events, state: last(events) };
  }

  it('each event carries the state from which to resume after it', async () => {
    const { server, events, state } = await known();
    expect(kinds(events)).toEqual(['message', 'message', 'message', 'synchronised']);
    expect(events.map((event) => [event.state.lastUid, event.state.uids])).toEqual([
      [3, '3'],
      [5, '3,5'],
      [6, '3,5:6'],
      [6, '3,5:6'],
    ]);
    expect(state).toEqual({
      folder: 'INBOX',
      uidValidity: 7,
      lastUid: 6,
      uids: '3,5:6',
      highestModseq: null,
      flags: { '\\Seen': '3', $MDNSent: '6' },
    });
    const [second] = events.slice(1, 2);
    expect(kinds(await all((await kit.open(server)).synchronise({ state: second?.state ?? null })))).toEqual(['message', 'synchronised']);
  });

  it('tells of deletions and flags by comparing, and asks for no body it has', async () => {
    const { server, state } = await known();
    server.messages = [
      { uid: 5, bytes: 'cinq', flags: '\\Seen' },
      { uid: 6, bytes: 'six', flags: '$MDNSent' },
    ];
    const mailbox = await kit.open(server);
    const events = await all(mailbox.synchronise({ state }));
    expect(events).toMatchObject([
      { kind: 'vanished', uids: [3] },
      { kind: 'flags', uid: 5, flags: ['\\Seen'], modseq: null },
      { kind: 'synchronised' },
    ]);
    expect(last(events)).toMatchObject({ uids: '5:6', flags: { '\\Seen': '5', $MDNSent: '6' } });
    expect(heard(server).filter((line) => line.includes('BODY')).length).toBe(1);
  });

  it('a listing that fails is never taken for deletions', async () => {
    const { server, state } = await known();
    for (const tagged of ['NO [SERVERBUG] sorry', 'NO Some of the requested messages no longer exist', 'BAD what']) {
      server.behave((command) => (command.startsWith('UID FETCH') ? { tagged } : undefined));
      await expect(all((await kit.open(server)).synchronise({ state }))).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_REFUSED' });
    }
    server.behave((command) => (command.startsWith('UID SEARCH') ? { tagged: 'NO later' } : undefined));
    await expect(all((await kit.open(server)).synchronise())).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_REFUSED' });
  });

  it('another UIDVALIDITY voids everything', async () => {
    const { server, state } = await known();
    server.uidValidity = 8;
    const events = await all((await kit.open(server)).synchronise({ state }));
    expect(events[0]).toMatchObject({ kind: 'uidvalidity', known: 7, current: 8, state: { uids: '', lastUid: 0 } });
    expect(kinds(events.slice(1))).toEqual(['message', 'message', 'message', 'synchronised']);
  });

  it.each([
    { folder: 'Autre' },
    { uidValidity: '7' },
    { lastUid: 2 },
    { lastUid: -1 },
    { uids: '5,3' },
    { uids: 3 },
    { highestModseq: 'x' },
    { flags: { '\\Seen': 'x' } },
  ])('a state that is none of ours is misuse: %j', async (wrong) => {
    const server = await kit.start();
    const mailbox = await kit.open(server);
    const state = { folder: 'INBOX', uidValidity: 7, lastUid: 6, uids: '3,5:6', highestModseq: null, flags: null, ...wrong } as SyncState;
    await expect(all(mailbox.synchronise({ state }))).rejects.toThrow(TypeError);
  });
});

describe('mod-sequences that are void', () => {
  it('a server that began again is listed and compared', async () => {
    const server = await kit.start({ capabilities: 'IMAP4rev1 SASL-IR AUTH=PLAIN CONDSTORE' });
    server.messages = [{ uid: 3, bytes: 'a', flags: '\\Seen' }];
    let modseq = 50;
    server.behave((command) =>
      command.startsWith('SELECT')
        ? { lines: ['* 1 EXISTS', '* OK [UIDVALIDITY 7]', '* OK [UIDNEXT 4]', `* OK [HIGHESTMODSEQ ${modseq}]`], tagged: 'OK [READ-WRITE]' }
        : undefined,
    );
    const mailbox = await kit.open(server);
    const { state } = (await all(mailbox.synchronise())).at(-1) as SyncEvent;
    expect(state).toMatchObject({ highestModseq: '50', flags: null });
    modseq = 4;
    const events = await all(mailbox.synchronise({ state }));
    expect(events.map(({ kind }) => kind)).toEqual(['flags', 'synchronised']);
    expect(
      heard(server)
        .filter((line) => line.startsWith('UID FETCH 1:3'))
        .at(-1),
    ).toBe('UID FETCH 1:3 (UID FLAGS MODSEQ)');
    expect(events.at(-1)?.state.highestModseq).toBe('4');
  });
});
