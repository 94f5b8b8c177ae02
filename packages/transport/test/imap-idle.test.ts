import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { followChanges, followMailbox, type Mailbox, type MailboxOptions, type SyncState } from '../src/index.js';
import { createImapKit, heard, type ImapKit } from './imap-kit.js';
import type { FakeImapServer } from './imap-server.js';

const minute = 60_000;
let kit: ImapKit;
let server: FakeImapServer;

beforeAll(async () => {
  kit = await createImapKit();
});
// The clock of our code; sockets keep theirs.
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  vi.useRealTimers();
  await kit.closeAll();
});
afterAll(async () => kit.close());

/** Lets the wire bring what is on its way, without any time passing. */
async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns += 1) {
    if (turns > 200_000) throw new Error(`never came: ${heard(server).slice(-12).join(' | ')}`);
    await turn();
  }
}

/** Whatever is on its way has come, as far as can be told. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 500; turns += 1) await turn();
}

const count = (command: string): number => heard(server).filter((one) => one === command).length;

async function open(given: { readonly capabilities?: string; readonly timeouts?: MailboxOptions['timeouts'] } = {}): Promise<Mailbox> {
  server = await kit.start(given.capabilities === undefined ? {} : { capabilities: given.capabilities });
  server.messages = [{ uid: 1, bytes: 'un' }];
  return kit.open(server, { timeouts: { connectMs: 5000, commandMs: minute, ...given.timeouts } });
}

const arrives = (): void => void (server.messages = [...server.messages, { uid: server.messages.length + 1, bytes: 'neuf' }]);
const withoutIdle = 'IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS';

describe('IDLE [RFC 2177]', () => {
  it('is renewed: after nine minutes, and before 29 whatever is configured', async () => {
    for (const [idleMs, renewal] of [
      [undefined, 9 * minute],
      [60 * minute, 28 * minute],
    ] as const) {
      const mailbox = await open(idleMs === undefined ? {} : { timeouts: { idleMs } });
      const waiting = mailbox.waitForNew({ afterUid: 1 });
      await until(() => count('IDLE') === 1);
      // Until the server has said "+", DONE waits.
      await vi.advanceTimersByTimeAsync(renewal - 1);
      expect(count('DONE')).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      await until(() => count('IDLE') === 2);
      expect(count('DONE')).toBe(1);
      for (let renewals = 2; renewals < 5; renewals += 1) {
        await vi.advanceTimersByTimeAsync(renewal);
        await until(() => count('IDLE') === renewals + 1);
      }
      arrives();
      server.announce('* 2 EXISTS');
      expect(await waiting).toBe(true);
    }
  });

  it('is interrupted by other calls, and taken up again', async () => {
    const mailbox = await open();
    const waiting = mailbox.waitForNew({ afterUid: 1 });
    for (let calls = 1; calls < 4; calls += 1) {
      await until(() => count('IDLE') === calls);
      expect((await mailbox.status('INBOX')).messages).toBe(0);
    }
    await until(() => count('IDLE') === 4);
    await settle();
    arrives();
    server.announce('* 2 EXISTS');
    expect(await waiting).toBe(true);
  });

  it.each([
    ['* 2 EXISTS', true],
    ['* 1 EXPUNGE', true],
    ['* 1 FETCH (FLAGS (\\Seen))', true],
    ['* OK Still here', false],
  ] as const)('%s ends a wait for changes: %s', async (line, ends) => {
    const mailbox = await open();
    // Twice: the first time had something to tell.
    let state: SyncState | null = null;
    for (let passes = 0; passes < 2; passes += 1) for await (const event of mailbox.synchronise({ state })) ({ state } = event);
    let ended = false;
    const abort = new AbortController();
    const waiting = mailbox.waitForChange({ signal: abort.signal }).then(
      (changed) => (ended = changed),
      () => false,
    );
    await until(() => count('IDLE') === 1);
    server.announce(line);
    if (ends) await until(() => ended);
    else await settle();
    expect([ended, count('DONE')]).toEqual([ends, ends ? 1 : 0]);
    abort.abort();
    await waiting;
  });

  it('other changes do not end a wait for new messages, nor the IDLE', async () => {
    const mailbox = await open();
    const waiting = mailbox.waitForNew({ afterUid: 1 });
    await until(() => count('IDLE') === 1);
    server.announce('* 1 FETCH (FLAGS (\\Seen))');
    server.announce('* 1 EXPUNGE');
    arrives();
    server.announce('* 1 EXISTS');
    expect(await waiting).toBe(true);
    expect([count('IDLE'), count('DONE')]).toEqual([1, 1]);
  });
});

describe('a server that does not idle', () => {
  it.each([
    ['offers none', withoutIdle, null],
    ['refuses it: BAD', undefined, { tagged: 'BAD not now' }],
    ['refuses it: NO', undefined, { tagged: 'NO not now' }],
    ['ends it at once', undefined, { lines: ['+ idling'], tagged: 'OK enough' }],
  ] as const)('%s: the folder is asked every two minutes, and not more often', async (_, capabilities, answer) => {
    const mailbox = await open(capabilities === undefined ? {} : { capabilities });
    if (answer !== null) server.behave((command) => (command === 'IDLE' ? answer : undefined));
    const waiting = mailbox.waitForNew({ afterUid: 1 });
    await until(() => count('UID SEARCH UID 2:*') > 0);
    await settle();
    const asked = heard(server).length;
    expect(count('IDLE')).toBeLessThanOrEqual(capabilities === undefined ? 5 : 0);
    await vi.advanceTimersByTimeAsync(2 * minute - 1);
    await settle();
    expect(heard(server)).toHaveLength(asked);
    await vi.advanceTimersByTimeAsync(1);
    await until(() => heard(server).length > asked);
    arrives();
    await settle();
    await vi.advanceTimersByTimeAsync(2 * minute);
    expect(await waiting).toBe(true);
  });

  it('an answer to another call brings the news before', async () => {
    const mailbox = await open({ capabilities: withoutIdle });
    const waiting = mailbox.waitForNew({ afterUid: 1 });
    await until(() => count('UID SEARCH UID 2:*') > 0);
    arrives();
    server.behave((command) => (command === 'NOOP' ? { lines: ['* 2 EXISTS'] } : undefined));
    await mailbox.status('INBOX');
    expect(await waiting).toBe(true);
  });
});

describe('a server that is no more', () => {
  it.each([
    ['says nothing after "+"', (command: string) => (command === 'DONE' || command === 'NOOP' ? { tagged: null } : undefined)],
    ['does not even say "+"', (command: string) => (command === 'IDLE' ? { tagged: null } : undefined)],
  ] as const)('%s: noticed one command after the renewal', async (_, behaviour) => {
    const mailbox = await open();
    server.behave((command) => (command === 'IDLE' || count('IDLE') > 0 ? behaviour(command) : undefined));
    const failing = mailbox.waitForNew({ afterUid: 1 }).catch((error: unknown) => error);
    await until(() => count('IDLE') === 1);
    await settle();
    await vi.advanceTimersByTimeAsync(9 * minute + minute - 1);
    await settle();
    expect(mailbox.isOpen).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failing).toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE', permanent: false });
    expect(mailbox.isOpen).toBe(false);
  });

  it('does not idle and no longer answers: noticed one command after it was asked', async () => {
    const mailbox = await open({ capabilities: withoutIdle });
    const failing = mailbox.waitForNew({ afterUid: 1 }).catch((error: unknown) => error);
    await until(() => count('UID SEARCH UID 2:*') > 0);
    await settle();
    server.behave(() => ({ tagged: null }));
    const before = count('NOOP');
    await vi.advanceTimersByTimeAsync(2 * minute);
    await until(() => count('NOOP') > before);
    await vi.advanceTimersByTimeAsync(minute);
    expect(await failing).toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE' });
  });

  it.each(['IDLE', 'no IDLE'] as const)('closes during a wait (%s): told at once', async (how) => {
    const mailbox = await open(how === 'IDLE' ? {} : { capabilities: withoutIdle });
    const failing = mailbox.waitForNew({ afterUid: 1 }).catch((error: unknown) => error);
    await until(() => count(how === 'IDLE' ? 'IDLE' : 'UID SEARCH UID 2:*') === 1);
    await settle();
    server.cutAll();
    expect(await failing).toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST' });
  });
});

describe('following over cuts', () => {
  it('waits longer after each failure, and begins anew after a connection that held', async () => {
    server = await kit.start();
    server.messages = [{ uid: 1, bytes: 'un' }];
    const abort = new AbortController();
    let now = 0;
    const waits: number[] = [];
    const wait = async (ms: number): Promise<void> => {
      // Nothing of ours stays open on the server while we wait.
      await until(() => server.connections.every(({ socket }) => socket.destroyed));
      waits.push(ms);
      if (waits.length === 8) abort.abort();
    };
    const following = followMailbox({
      ...kit.options(server),
      afterUid: 1,
      uidValidity: 7,
      signal: abort.signal,
      wait,
      random: () => 1,
      clock: { now: () => new Date(now) },
      backOff: { firstMs: 1_000, maxMs: 8_000 },
    });
    server.behave((command) => {
      if (command !== 'IDLE') return undefined;
      // The fifth connection idles for an hour; every one is cut in the end.
      if (server.connections.length === 5) now += 60 * minute;
      return { raw: '', cut: true };
    });
    for await (const _ of following) void _;
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 1_000, 2_000, 4_000, 8_000]);
  });

  it('tells changes on both sides of a cut, each once', async () => {
    server = await kit.start();
    server.messages = [
      { uid: 1, bytes: 'un', flags: '' },
      { uid: 2, bytes: 'deux', flags: '' },
    ];
    const abort = new AbortController();
    const told: string[] = [];
    const following = followChanges({ ...kit.options(server), signal: abort.signal, wait: () => Promise.resolve() });
    let idles = 0;
    server.behave((command) => {
      if (command !== 'IDLE') return undefined;
      idles += 1;
      if (idles === 1) {
        server.messages = [{ uid: 2, bytes: 'deux', flags: '\\Seen' }];
        return { raw: '', cut: true };
      }
      if (idles === 2) {
        server.messages = [...server.messages, { uid: 3, bytes: 'trois' }];
        return { lines: ['+ idling', '* 2 EXISTS'], tagged: null };
      }
      return undefined;
    });
    for await (const { event } of following) {
      told.push(
        event.kind === 'message'
          ? `message ${event.message.uid}`
          : event.kind === 'flags'
            ? `flags ${event.uid}`
            : event.kind === 'vanished'
              ? `vanished ${event.uids.join()}`
              : event.kind,
      );
      if (told.filter((one) => one === 'message 3').length > 0 && event.kind === 'synchronised') abort.abort();
    }
    expect(told.filter((one) => one !== 'synchronised')).toEqual(['message 1', 'message 2', 'vanished 1', 'flags 2', 'message 3']);
  });
});
