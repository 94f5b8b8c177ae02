import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { startTcpProxy } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openMailbox, type FetchedMessage, type Mailbox, type MailboxOptions } from '../src/index.js';
import { formatUidSet } from '../src/imap/uid-set.js';
import { startImapServer, type FakeImapOptions, type FakeImapServer } from './imap-server.js';
import { createWorld, serverName, type World } from './world.js';

let world: World;
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});
afterAll(async () => world.close());

async function start(given: Partial<FakeImapOptions> = {}): Promise<FakeImapServer> {
  const server = await startImapServer({ certificate: world.good, security: 'implicit', ...given });
  closing.push(server);
  return server;
}

const options = (server: { readonly port: number }, given: Partial<MailboxOptions> = {}): MailboxOptions => ({
  policy: world.policy,
  host: '127.0.0.1',
  port: server.port,
  servername: serverName,
  security: 'implicit',
  auth: { type: 'password', user: 'cabinet@exemple.mssante.fr', password: 'motdepasse' },
  timeouts: { connectMs: 5000, commandMs: 2000 },
  ...given,
});

async function open(server: { readonly port: number }, given: Partial<MailboxOptions> = {}): Promise<Mailbox> {
  const mailbox = await openMailbox(options(server, given));
  closing.push(mailbox);
  return mailbox;
}

async function all(messages: AsyncIterable<FetchedMessage>): Promise<FetchedMessage[]> {
  const list: FetchedMessage[] = [];
  for await (const message of messages) list.push(message);
  return list;
}

const heard = (server: FakeImapServer): string[] => server.connections.flatMap((one) => one.heard);
const b64 = (text: string): string => Buffer.from(text).toString('base64');

describe('logging in [ECO.1.0.2, ECO.1.2.1]', () => {
  it.each(['implicit', 'starttls'] as const)('PLAIN over %s; nothing but CAPABILITY and STARTTLS goes in clear', async (security) => {
    const server = await start({ security });
    const mailbox = await open(server, { security });
    expect(mailbox.decision).toMatchObject({ protocol: 'TLSv1.2', revocation: { status: 'good' } });
    expect(heard(server)).toContain(`AUTHENTICATE PLAIN ${b64('\0cabinet@exemple.mssante.fr\0motdepasse')}`);
    expect(new Set(server.connections.flatMap((one) => one.heardInClear))).toEqual(
      security === 'implicit' ? new Set() : new Set(['CAPABILITY', 'STARTTLS']),
    );
    expect(heard(server).some((line) => line.startsWith('ID'))).toBe(false);
  });

  it('LOGIN, the command, where no SASL mechanism for passwords is offered; never with LOGINDISABLED', async () => {
    const server = await start({ capabilities: 'IMAP4rev1' });
    await open(server);
    expect(heard(server)).toContain('LOGIN "cabinet@exemple.mssante.fr" "motdepasse"');
    const disabled = await start({ capabilities: 'IMAP4rev1 LOGINDISABLED' });
    await expect(open(disabled)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_MECHANISM' });
    expect(heard(disabled).join()).not.toContain('motdepasse');
  });

  it('without SASL-IR the message answers the continuation', async () => {
    const server = await start({ capabilities: 'IMAP4rev1 AUTH=XOAUTH2' });
    server.behave((command) => (command === 'AUTHENTICATE XOAUTH2' ? { lines: ['+ '], tagged: null } : undefined));
    await open(server, { auth: { type: 'token', user: 'a@x.fr', token: () => 'jeton' } });
    expect(heard(server)).toContain(b64('user=a@x.fr\x01auth=Bearer jeton\x01\x01'));
  });

  it('EXTERNAL with and without an identity to act as', async () => {
    const server = await start();
    await open(server, { auth: { type: 'certificate' } });
    await open(server, { auth: { type: 'certificate', user: 'app@x.fr' } });
    expect(heard(server).filter((line) => line.startsWith('AUTH'))).toEqual([
      'AUTHENTICATE EXTERNAL =',
      `AUTHENTICATE EXTERNAL ${b64('app@x.fr')}`,
    ]);
  });

  it('a token refused with a report is renewed once, then an error', async () => {
    const server = await start();
    const report = b64('{"status":"401","schemes":"bearer","scope":"mail"}');
    server.behave((command) =>
      command.startsWith('AUTHENTICATE')
        ? { lines: [`+ ${report}`], tagged: null }
        : command === ''
          ? { tagged: 'NO [AUTHENTICATIONFAILED] token' }
          : undefined,
    );
    const asked: boolean[] = [];
    const auth = { type: 'token', user: 'a@x.fr', token: ({ renew }: { renew: boolean }) => (asked.push(renew), 'jeton') } as const;
    await expect(open(server, { auth })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_TOKEN_REFUSED', details: { status: '401' } });
    expect(asked).toEqual([false, true]);
  });

  it.each([
    ['NO [AUTHENTICATIONFAILED] no', 'ERR_MSS_IMAP_AUTH_FAILED', true],
    ['NO [UNAVAILABLE] later', 'ERR_MSS_IMAP_AUTH_UNAVAILABLE', false],
    ['BAD what', 'ERR_MSS_IMAP_AUTH_FAILED', true],
  ])('%s is %s, and the connection is closed', async (tagged, code, permanent) => {
    const server = await start();
    server.behave((command) => (command.startsWith('AUTHENTICATE') ? { tagged } : undefined));
    const error: unknown = await open(server).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, permanent });
    expect(JSON.stringify(error)).not.toMatch(/motdepasse|cabinet@/);
    await expect.poll(() => server.connections.every((one) => one.socket.destroyed)).toBe(true);
  });

  it('a server that says PREAUTH is refused: it would choose as whom we read', async () => {
    const server = await start({ greeting: '* PREAUTH welcome' });
    await expect(open(server)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_PROTOCOL' });
  });

  it('a server that says BYE, or nothing, or closes', async () => {
    const bye = await start({ greeting: '* BYE full' });
    await expect(open(bye)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_CONNECT', permanent: false });
    const silent = await start({ greeting: '' });
    await expect(open(silent, { timeouts: { connectMs: 300 } })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE' });
    const cut = await start();
    cut.behave((command) => (command.startsWith('AUTH') ? { raw: '', cut: true } : undefined));
    await expect(open(cut)).rejects.toMatchObject({ permanent: false, code: expect.stringMatching(/^ERR_MSS_IMAP_(CONNECT|LINK_LOST)$/) });
  });

  it('the caller may abort', async () => {
    const server = await start();
    server.behave((command) => (command.startsWith('AUTH') ? { tagged: null } : undefined));
    const abort = new AbortController();
    const opening = openMailbox(options(server), { signal: abort.signal });
    await expect.poll(() => heard(server).some((line) => line.startsWith('AUTH'))).toBe(true);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_ABORTED' });
  });
});

describe('nothing leaves on a channel that is refused [ECO.1.1.1, ECO.1.1.6]', () => {
  it.each(['implicit', 'starttls'] as const)('revoked server certificate, %s', async (security) => {
    const server = await start({ certificate: world.revoked, security });
    await expect(open(server, { security })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
    expect(heard(server)).toEqual([]);
  });

  it.each([
    ['stripped', { lines: ['* CAPABILITY IMAP4rev1'], tagged: 'OK' }, 'CAPABILITY', 'ERR_MSS_TLS_STARTTLS_REFUSED'],
    ['refused', { tagged: 'NO later' }, 'STARTTLS', 'ERR_MSS_TLS_STARTTLS_REFUSED'],
    ['followed by injected bytes', { raw: '%TAG% OK go\r\n* OK injected\r\n' }, 'STARTTLS', 'ERR_MSS_TLS_STARTTLS_INJECTION'],
  ])('STARTTLS %s, at once or only on the connection that would log in', async (_, answer, command, code) => {
    for (const from of [0, 1]) {
      const server = await start({ security: 'starttls' });
      server.behave((line, connection) =>
        connection.number >= from && line === command && connection.heard.length === 0 ? answer : undefined,
      );
      // Nothing settled yet: a first handshake without client certificate, then the connection that logs in.
      const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [world.igc.caPem] }) });
      closing.push(policy);
      await expect(open(server, { security: 'starttls', policy })).rejects.toMatchObject({ code, requirement: 'ECO.1.1.1' });
      expect(server.connections.length).toBeGreaterThan(from);
      expect(heard(server)).toEqual([]);
      expect(server.connections.flatMap((one) => one.heardInClear).join()).not.toMatch(/AUTH|LOGIN/);
    }
  });
});

describe('reading', () => {
  const messages = (count: number): { uid: number; bytes: string }[] =>
    Array.from({ length: count }, (_, index) => ({ uid: index + 10, bytes: `Subject: m${index}\r\n\r\nx\r\n` }));

  it('asks for many at once, not for each', async () => {
    const server = await start();
    server.messages = messages(450);
    const mailbox = await open(server);
    const found = await all(mailbox.fetchNew({ afterUid: 12, uidValidity: 7 }));
    expect(found).toHaveLength(447);
    expect(found[0]).toMatchObject({ folder: 'INBOX', uid: 13, uidValidity: 7, flags: [], internalDate: new Date('2026-03-01T10:00:00Z') });
    expect(heard(server).filter((line) => line.startsWith('UID FETCH')).length).toBeLessThan(8);
    expect(
      heard(server)
        .filter((line) => line.includes('BODY'))
        .every((line) => line.includes('BODY.PEEK')),
    ).toBe(true);
  });

  it('is not fooled by "n:*", which means the last message too', async () => {
    const server = await start();
    server.messages = messages(3);
    const mailbox = await open(server);
    expect(await all(mailbox.fetchNew({ afterUid: 12 }))).toEqual([]);
    expect(await all(mailbox.fetchNew({ afterUid: 500 }))).toEqual([]);
  });

  it('does not take more than the limit, even if the server understates the size', async () => {
    const server = await start();
    server.messages = [
      { uid: 1, bytes: 'x'.repeat(50_000), size: 10 },
      { uid: 2, bytes: 'y'.repeat(50_000) },
      { uid: 3, bytes: 'z'.repeat(100), size: 40_000 },
    ];
    const mailbox = await open(server);
    const found = await all(mailbox.fetchNew({ maxMessageBytes: 1000 }));
    expect(found.map((one) => one.bytes)).toEqual([null, null, null]);
    expect(found.map((one) => one.sizeBytes)).toEqual([10, 50_000, 40_000]);
  });

  it('passes over a message that was deleted meanwhile', async () => {
    const server = await start();
    server.messages = messages(3);
    const mailbox = await open(server);
    server.behave((command) =>
      command.includes('BODY.PEEK') ? { lines: [Buffer.from('* 1 FETCH (UID 10 BODY[]<0> {1}\r\nx)\r\n')] } : undefined,
    );
    expect((await all(mailbox.fetchNew())).map((one) => one.uid)).toEqual([10]);
  });

  it('stops when UIDVALIDITY changes, also between two batches', async () => {
    const server = await start();
    server.messages = messages(3);
    const mailbox = await open(server);
    await expect(all(mailbox.fetchNew({ uidValidity: 6 }))).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_UID_VALIDITY',
      details: { known: 6, current: 7 },
    });
    await expect(mailbox.setFlags({ folder: 'INBOX', uidValidity: 6, uids: [10], add: ['\\Seen'] })).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_UID_VALIDITY',
    });
    expect(heard(server).some((line) => line.startsWith('UID STORE'))).toBe(false);
  });

  it.each([
    ['a literal over every limit', { raw: '* 1 FETCH (UID 10 BODY[]<0> {999999999}\r\n' }, 'ERR_MSS_IMAP_PROTOCOL'],
    [
      'a link that is cut in the middle of a literal',
      { raw: '* 1 FETCH (UID 10 BODY[]<0> {100}\r\nabc', cut: true },
      'ERR_MSS_IMAP_LINK_LOST',
    ],
    ['silence', { raw: '' }, 'ERR_MSS_IMAP_DEADLINE'],
    ['garbage', { raw: '\0\0(((\r\n))) ]]\r\n%TAG% WHAT\r\n' }, 'ERR_MSS_IMAP_PROTOCOL'],
    ['NO', { tagged: 'NO [SERVERBUG] sorry' }, 'ERR_MSS_IMAP_REFUSED'],
  ] as const)('%s instead of bodies', async (what, answer, code) => {
    const server = await start();
    server.messages = messages(1);
    const mailbox = await open(server, { timeouts: { commandMs: 1000 }, limits: { messageBytes: 100_000 } });
    server.behave((command) => (command.includes('BODY.PEEK') ? answer : undefined));
    await expect(all(mailbox.fetchNew())).rejects.toMatchObject({ code, permanent: false });
    expect(mailbox.isOpen).toBe(what === 'NO');
  });

  it('after the end of the connection every call says so', async () => {
    const server = await start();
    const mailbox = await open(server);
    server.cutAll();
    await expect.poll(() => mailbox.isOpen).toBe(false);
    await expect(mailbox.list()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST', permanent: false });
    await mailbox.close();
    await expect(mailbox.status('INBOX')).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_CLOSED' });
  });
});

describe('changing', () => {
  const known = { folder: 'INBOX', uidValidity: 7, uids: [3, 1, 2, 9] };

  it('flags by ranges of UIDs; a keyword the folder does not keep is an error, not silence', async () => {
    const server = await start();
    const mailbox = await open(server);
    await mailbox.setFlags({ ...known, add: ['\\Seen'], remove: ['\\Deleted'] });
    expect(heard(server).filter((line) => line.startsWith('UID STORE'))).toEqual([
      'UID STORE 1:3,9 +FLAGS.SILENT (\\Seen)',
      'UID STORE 1:3,9 -FLAGS.SILENT (\\Deleted)',
    ]);
    await expect(mailbox.setFlags({ ...known, add: ['$MDNSent'] })).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_UNSUPPORTED',
      details: { flags: ['$MDNSent'] },
    });
  });

  it('moves by UID MOVE, or by UID EXPUNGE of these messages alone, or not at all', async () => {
    const server = await start();
    await (await open(server)).move({ ...known, to: 'INBOX' });
    expect(heard(server)).toContain('UID MOVE 1:3,9 INBOX');
    const plus = await start({ capabilities: 'IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS' });
    await (await open(plus)).move({ ...known, to: 'INBOX' });
    expect(heard(plus)).toContain('UID EXPUNGE 1:3,9');
    const bare = await start({ capabilities: 'IMAP4rev1 AUTH=PLAIN SASL-IR' });
    await expect((await open(bare)).move({ ...known, to: 'INBOX' })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_UNSUPPORTED' });
    expect(heard(bare).join()).not.toMatch(/COPY|EXPUNGE/);
  });

  it.each([
    ['NO [TRYCREATE] none', 'ERR_MSS_IMAP_NO_FOLDER', true],
    ['NO [OVERQUOTA] full', 'ERR_MSS_IMAP_OVER_QUOTA', false],
    ['NO refused for patient 279035121518989', 'ERR_MSS_IMAP_REFUSED', true],
    ['BAD what', 'ERR_MSS_IMAP_REFUSED', true],
  ])('%s', async (tagged, code, permanent) => {
    const server = await start();
    const mailbox = await open(server);
    server.behave((command) => (/^(UID COPY|UID MOVE|UID STORE)/.test(command) ? { tagged } : undefined));
    for (const refused of [
      mailbox.copy({ ...known, to: 'X' }),
      mailbox.move({ ...known, to: 'X' }),
      mailbox.setFlags({ ...known, add: ['\\Seen'] }),
    ]) {
      const error: unknown = await refused.catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code, permanent });
      expect(`${String(error)}${JSON.stringify(error)}${String((error as Error).cause)}`).not.toContain('279035');
    }
    expect(mailbox.isOpen).toBe(true);
  });

  it.each([{ uids: [] }, { uids: [0] }, { uids: [1.5] }, { uids: [2 ** 32] }, { add: ['a b'] }, { add: ['\\Seen)\r\nX'] }])(
    'misuse is a TypeError: %j',
    async (wrong) => {
      const server = await start();
      const mailbox = await open(server);
      await expect(mailbox.setFlags({ ...known, ...wrong })).rejects.toThrow(TypeError);
    },
  );

  it('writes UIDs in the shortest way', () => {
    expect(formatUidSet([5, 4, 3, 3, 9, 1, 11, 12])).toBe('1,3:5,9,11:12');
  });
});

describe('waiting', () => {
  it('wakes when the server announces a message', async () => {
    const server = await start();
    const mailbox = await open(server);
    server.behave((command) => (command === 'DONE' ? { tagged: 'OK' } : undefined));
    const waiting = mailbox.waitForNew({ afterUid: 0, timeoutMs: 5000 });
    await expect.poll(() => heard(server).at(-1)).toBe('IDLE');
    server.messages = [{ uid: 10, bytes: 'x' }];
    server.announce('* 1 EXISTS');
    expect(await waiting).toBe(true);
  });

  it('fails when the link is cut', async () => {
    const server = await start();
    const mailbox = await open(server);
    const waiting = mailbox.waitForNew({ afterUid: 0 });
    await expect.poll(() => heard(server).at(-1)).toBe('IDLE');
    server.cutAll();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST' });
  });
});

describe('a link cut after any number of bytes', () => {
  it('never yields a message that is not whole', async () => {
    const server = await start();
    server.messages = Array.from({ length: 5 }, (_, index) => ({ uid: index + 1, bytes: `${index}`.repeat(2000) }));
    const whole = await startTcpProxy({ target: { port: server.port } });
    closing.push(whole);
    const read = async (port: number): Promise<string[]> => {
      const got: string[] = [];
      const mailbox = await openMailbox(options({ port }));
      try {
        for await (const message of mailbox.fetchNew()) got.push(Buffer.from(message.bytes ?? []).toString());
      } catch (error) {
        expect(error).toMatchObject({ permanent: false });
      }
      await mailbox.close();
      return got;
    };
    expect(await read(whole.port)).toHaveLength(5);
    const total = whole.connections.at(-1)?.bytesDown ?? 0;
    const counts = new Set<number>();
    const cuts = [...Array.from({ length: 20 }, (_, index) => 4000 + Math.floor(((total - 4000) * index) / 20)), total - 10];
    for (const at of cuts) {
      const proxy = await startTcpProxy({ target: { port: server.port } });
      // The preflight goes through whole.
      proxy.setFaults({ cutAfterBytes: { down: at } });
      const got = await read(proxy.port).catch((error: unknown) => {
        expect(error).toMatchObject({ permanent: false });
        return [];
      });
      await proxy.close();
      expect(got.every((bytes, index) => bytes === `${index}`.repeat(2000))).toBe(true);
      counts.add(got.length);
    }
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 5]);
  });
});
