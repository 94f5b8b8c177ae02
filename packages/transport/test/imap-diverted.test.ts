import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mailbox } from '../src/index.js';
import { all, createImapKit, heard, type ImapKit } from './imap-kit.js';
import type { FakeImapServer } from './imap-server.js';

let kit: ImapKit;
beforeAll(async () => {
  kit = await createImapKit();
});
afterEach(async () => kit.closeAll());
afterAll(async () => kit.close());

const attributes = (uid: number, size: number): string =>
  `* ${uid} FETCH (UID ${uid} FLAGS (\\Seen) INTERNALDATE " 1-Mar-2026 10:00:00 +0100" RFC822.SIZE ${size})\r\n`;

/** A server with messages 1 and 2 of five bytes; `bodies` and `listing` are sent as they stand, with the tag for `%TAG%`. */
async function opened(
  answers: { readonly listing?: string; readonly bodies?: string },
  commandMs = 1000,
): Promise<{ server: FakeImapServer; mailbox: Mailbox }> {
  const server = await kit.start();
  server.messages = [
    { uid: 1, bytes: 'one 1' },
    { uid: 2, bytes: 'two 2' },
  ];
  const mailbox = await kit.open(server, { timeouts: { connectMs: 5000, commandMs }, limits: { messageBytes: 100_000 } });
  server.behave((command) => {
    if (!command.startsWith('UID FETCH')) return undefined;
    const raw = command.includes('BODY.PEEK') ? answers.bodies : answers.listing;
    return raw === undefined ? undefined : { raw };
  });
  return { server, mailbox };
}

const read = async (mailbox: Mailbox): Promise<(string | null)[]> =>
  (await all(mailbox.fetchNew())).map(({ bytes }) => (bytes === null ? null : Buffer.from(bytes).toString('latin1')));

describe('answers as servers may write them [RFC 9051 §4, §7.5.2]', () => {
  it.each([
    [
      'literals',
      '* 1 FETCH (UID 1 BODY[]<0> {5}\r\none 1)\r\n* 2 FETCH (UID 2 BODY[]<0> {5}\r\ntwo 2)\r\n%TAG% OK\r\n',
      ['one 1', 'two 2'],
    ],
    ['strings', '* 1 FETCH (UID 1 BODY[]<0> "a \\"b\\" \\\\")\r\n* 2 FETCH (BODY[] "" UID 2)\r\n%TAG% OK\r\n', ['a "b" \\', '']],
    ['NIL for what is gone', '* 1 FETCH (UID 1 BODY[] NIL)\r\n* 2 FETCH (UID 2 BODY[] {5}\r\ntwo 2)\r\n%TAG% OK\r\n', ['two 2']],
    [
      'an order of their own',
      '* 2 fetch (body[]<0> {5}\r\ntwo 2 uid 2)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\none 1)\r\n%TAG% OK\r\n',
      ['one 1', 'two 2'],
    ],
    [
      'items nobody asked for',
      '* 1 FETCH (UID 1 X (a ("b c" {3}\r\n)\r\n) NIL) BODY[HEADER.FIELDS (DATE "TO")] {2}\r\n\r\n MODSEQ (7) BODY[] {5}\r\none 1)\r\n%TAG% OK\r\n',
      ['one 1'],
    ],
    ['no answer for what was deleted meanwhile', '%TAG% NO Some of the requested messages no longer exist\r\n', []],
    [
      'an answer nobody asked for, and one that came before',
      '* 9 FETCH (UID 9 BODY[] {1}\r\nx)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\none 1)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nagain)\r\n%TAG% OK\r\n',
      ['one 1'],
    ],
    ['line feeds alone', '* 1 FETCH (UID 1 BODY[] {5}\none 1)\n%TAG% OK\n', ['one 1']],
  ])('%s', async (_, bodies, expected) => {
    const { mailbox } = await opened({ bodies });
    expect(await read(mailbox)).toEqual(expected);
    expect(mailbox.isOpen).toBe(true);
    expect((await mailbox.openFolder('INBOX')).messages).toBe(2);
  });

  it('in pieces of any size', async () => {
    const { server, mailbox } = await opened({});
    const answer = '* 1 FETCH (UID 1 BODY[]<0> {5}\r\none 1)\r\n* 2 FETCH (BODY[]<0> {5}\r\n\r\n {9 UID 2)\r\n';
    for (const size of [1, 2, 3, 7, 30]) {
      let sent = false;
      server.behave((command) => {
        if (!command.includes('BODY.PEEK') || sent) return undefined;
        sent = true;
        return { lines: (answer.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).map((piece) => Buffer.from(piece)) };
      });
      expect(await read(mailbox)).toEqual(['one 1', '\r\n {9']);
    }
  });

  it('what a message says is no answer', async () => {
    const bytes = '* 2 EXPUNGE\r\n* BYE\r\nM2 OK\r\nM1 NO {5}\r\n';
    const { mailbox } = await opened({ bodies: `* 1 FETCH (UID 1 BODY[] {${bytes.length}}\r\n${bytes})\r\n%TAG% OK\r\n` });
    expect(await read(mailbox)).toEqual([bytes]);
    expect((await mailbox.openFolder('INBOX')).messages).toBe(2);
  });

  it('attributes: NIL, literals, dates that are none, \\Recent', async () => {
    const { mailbox } = await opened({
      listing:
        '* 1 FETCH (UID 1 FLAGS (\\Recent $MDNSent {3}\r\n\\Ab) INTERNALDATE NIL RFC822.SIZE 5)\r\n' +
        '* 2 FETCH (UID 2 FLAGS () INTERNALDATE "30-Foo-2026 10:00:00 +0100" RFC822.SIZE 5)\r\n%TAG% OK\r\n',
    });
    const found = await all(mailbox.fetchNew());
    expect(found.map(({ flags, internalDate }) => [flags, internalDate])).toEqual([
      [['$MDNSent'], null],
      [[], null],
    ]);
    const { mailbox: other } = await opened({ listing: `${attributes(1, 5)}%TAG% OK\r\n` });
    expect((await all(other.fetchNew()))[0]?.internalDate).toEqual(new Date('2026-03-01T09:00:00Z'));
  });
});

describe('what is told in between goes to imapflow, in order', () => {
  it('more messages, deletions, flags, while bodies come', async () => {
    const { mailbox } = await opened({
      bodies:
        '* 3 EXISTS\r\n* 1 FETCH (UID 1 BODY[] {5}\r\none 1)\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 1 EXPUNGE\r\n* 4 EXISTS\r\n' +
        '* 2 FETCH (UID 2 BODY[] {5}\r\ntwo 2)\r\n* OK [ALERT] {soon}\r\n%TAG% OK\r\n',
    });
    await all(mailbox.synchronise());
    // Told of flags while it looked: it has to look again at once.
    expect(await mailbox.waitForChange({ timeoutMs: 0 })).toBe(true);
  });

  it('the end of a line whose beginning came before, and the beginning of one that ends later', async () => {
    const { server, mailbox } = await opened({});
    server.behave((command) => {
      if (command.startsWith('UID SEARCH')) return { raw: '* SEARCH 1 2\r\n%TAG% OK\r\n* 5 EXI' };
      if (command.includes('RFC822.SIZE')) return { raw: `STS\r\n${attributes(1, 5)}%TAG% OK\r\n* 6 EX` };
      if (command.includes('BODY.PEEK')) return { raw: 'ISTS\r\n* 1 FETCH (UID 1 BODY[] {5}\r\none 1)\r\n%TAG% OK\r\n' };
      return undefined;
    });
    const reading = mailbox.fetchNew()[Symbol.asyncIterator]();
    expect((await reading.next()).value?.uid).toBe(1);
    expect((await reading.next()).done).toBe(true);
    expect(mailbox.isOpen).toBe(true);
  });

  it('BYE in the middle of the bodies', async () => {
    const { mailbox } = await opened({ bodies: '* 1 FETCH (UID 1 BODY[] {5}\r\none 1)\r\n* BYE [UNAVAILABLE] going down\r\n' });
    const got: number[] = [];
    const reading = (async () => {
      for await (const { uid } of mailbox.fetchNew()) got.push(uid);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST', details: { bye: true } });
    expect(got).toEqual([1]);
  });
});

describe('a hostile server', () => {
  it.each([
    ['a literal longer than was asked for', '* 1 FETCH (UID 1 BODY[] {100002}\r\n', 'LiteralTooLarge'],
    ['a literal of more digits than there are bytes', '* 1 FETCH (UID 1 BODY[] {99999999999}\r\n', 'LineTooLarge|Fetch'],
    ['the end of another command', 'M99 OK\r\n', 'UnexpectedTag'],
    ['a tag of imapflow', '1 OK\r\n', 'UnexpectedTag'],
    ['a continuation', '+ go on\r\n', 'UnexpectedTag'],
    ['an end that is none', '%TAG% PERHAPS\r\n', 'UnexpectedTag'],
    ['a list that does not end', '* 1 FETCH (UID 1 BODY[] (\r\n', 'Fetch'],
    ['lists in lists', `* 1 FETCH (X ${'('.repeat(10_000)}\r\n`, 'Fetch'],
    ['an item without value', '* 1 FETCH (UID 1 BODY[])\r\n', 'Fetch'],
    ['a string that does not end', '* 1 FETCH (UID 1 BODY[] "abc\r\n', 'Fetch'],
    ['a name that is a list', '* 1 FETCH ((a) b)\r\n', 'Fetch'],
  ])('%s', async (_, bodies, what) => {
    const { mailbox } = await opened({ bodies });
    const error: unknown = await read(mailbox).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_MSS_IMAP_PROTOCOL', permanent: false });
    expect((error as { details: { what: string } }).details.what).toMatch(new RegExp(`^(?:${what})$`));
    expect(mailbox.isOpen).toBe(false);
    await expect(mailbox.list()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_PROTOCOL' });
  });

  it.each([
    ['lines without end', 'x'.repeat(20_000_000), 'ERR_MSS_IMAP_PROTOCOL'],
    ['short lines, which take longest', 'OK nothing to say\r\n* '.repeat(1_000_000), 'ERR_MSS_IMAP_DEADLINE'],
    ['bodies', `7 FETCH (UID 7 BODY[] {100000}\r\n${'x'.repeat(100_000)})\r\n* `.repeat(200), 'ERR_MSS_IMAP_PROTOCOL'],
  ])('a flood of %s', async (_, bodies, code) => {
    const { mailbox } = await opened({ bodies: `* ${bodies}` }, code.endsWith('DEADLINE') ? 300 : 30_000);
    await expect(read(mailbox)).rejects.toMatchObject({ code });
    expect(mailbox.isOpen).toBe(false);
  });

  it('a size that is a lie: the message comes without its bytes, or not at all', async () => {
    const long = 'x'.repeat(100_001);
    const { mailbox } = await opened({ bodies: `* 1 FETCH (UID 1 BODY[] {100001}\r\n${long})\r\n%TAG% OK\r\n` });
    expect(await read(mailbox)).toEqual([null]);
  });

  it('silence in the middle of a body; the caller who no longer waits', async () => {
    const { mailbox } = await opened({ bodies: '* 1 FETCH (UID 1 BODY[] {5}\r\non' });
    await expect(read(mailbox)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE' });
    const { mailbox: other, server } = await opened({ bodies: '* 1 FETCH (UID 1 BODY[] {5}\r\non' });
    const stop = new AbortController();
    const reading = all(other.fetchNew({ signal: stop.signal }));
    await expect.poll(() => heard(server).some((line) => line.includes('BODY.PEEK'))).toBe(true);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_ABORTED' });
  });

  it('NO and BAD leave the connection as it is', async () => {
    for (const [bodies, responseCode] of [
      ['%TAG% NO [SERVERBUG] sorry\r\n', 'SERVERBUG'],
      ['%TAG% BAD what\r\n', null],
    ] as const) {
      const { mailbox } = await opened({ bodies });
      await expect(read(mailbox)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_REFUSED', details: { responseCode } });
      expect((await mailbox.openFolder('INBOX')).messages).toBe(2);
    }
  });
});

describe('memory [README, Limits]', () => {
  it('no more than two batches are asked for ahead of the consumer', async () => {
    const server = await kit.start();
    const bytes = 'x'.repeat(1_500_000);
    server.messages = Array.from({ length: 12 }, (_, index) => ({ uid: index + 1, bytes }));
    const mailbox = await kit.open(server, { timeouts: { connectMs: 5000, commandMs: 20_000 } });
    const asked = (): number =>
      heard(server)
        .filter((line) => line.includes('BODY.PEEK'))
        .flatMap((line) => (/UID FETCH (\d+)(?::(\d+))?/.exec(line)?.slice(1) ?? []).map(Number))
        .reduce((most, uid) => Math.max(most, uid || 0), 0);
    const most: number[] = [];
    for await (const { uid } of mailbox.fetchNew()) {
      // Whatever is under way comes to its end.
      await mailbox.status('INBOX').catch(() => {});
      most.push(asked() - uid + 1);
    }
    expect(most).toHaveLength(12);
    expect(Math.max(...most)).toBeLessThanOrEqual(5);
  });
});
