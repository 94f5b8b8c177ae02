import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity } from '@mss/pki';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { all, createImapKit, heard, type ImapKit } from './imap-kit.js';

let kit: ImapKit;
beforeAll(async () => {
  kit = await createImapKit();
});
afterEach(async () => kit.closeAll());
afterAll(async () => kit.close());

describe('a server that ends the session', () => {
  it.each([
    ['* BYE [LIMIT] later', 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'],
    ['* BYE Maximum number of connections from user+IP exceeded', 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'],
    ['* BYE Too many connections', 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'],
    ['* BYE [UNAVAILABLE] shutting down', 'ERR_MSS_IMAP_CONNECT'],
  ])('greeted by %s: %s', async (greeting, code) => {
    await expect(kit.open(await kit.start({ greeting }))).rejects.toMatchObject({ code, permanent: false });
  });

  it.each([
    ['NO [LIMIT] one too many', 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'],
    ['NO [UNAVAILABLE] Maximum number of connections exceeded', 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'],
    ['NO [ALERT] Too many simultaneous connections. (Failure)', 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'],
    ['NO [INUSE] locked', 'ERR_MSS_IMAP_AUTH_UNAVAILABLE'],
    ['NO [AUTHENTICATIONFAILED] no', 'ERR_MSS_IMAP_AUTH_FAILED'],
  ])('login answered by %s: %s', async (tagged, code) => {
    const server = await kit.start();
    server.behave((command) => (command.startsWith('AUTH') ? { tagged } : undefined));
    await expect(kit.open(server)).rejects.toMatchObject({ code });
  });

  it('BYE in the middle ends the command at once, even when the server then stays', async () => {
    const server = await kit.start();
    const mailbox = await kit.open(server, { timeouts: { commandMs: 30_000 } });
    server.behave((command) => (command.startsWith('STATUS') ? { lines: ['* BYE [UNAVAILABLE] restarting'], tagged: null } : undefined));
    await expect(mailbox.status('INBOX')).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_LINK_LOST',
      permanent: false,
      details: { bye: true, responseCode: 'UNAVAILABLE' },
    });
    expect(mailbox.isOpen).toBe(false);
    await expect(mailbox.list()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST' });
  });

  it('BYE while waiting ends the wait', async () => {
    const server = await kit.start();
    const mailbox = await kit.open(server);
    const waiting = mailbox.waitForNew({ afterUid: 0 });
    await expect.poll(() => heard(server).at(-1)).toBe('IDLE');
    server.announce('* BYE idle for too long');
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST' });
  });
});

describe('a server that says too much or too little', () => {
  it.each([
    ['lines', `* OK ${'x'.repeat(900)}\r\n`, 'ERR_MSS_IMAP_PROTOCOL'],
    ['unreadable lines', `* ${'('.repeat(900)}\r\n`, 'ERR_MSS_IMAP_PROTOCOL'],
    ['short lines, which take longest', '* 5 EXISTS\r\n', 'ERR_MSS_IMAP_DEADLINE'],
  ])('a flood of %s during a command is cut off', async (_, line, code) => {
    const server = await kit.start();
    const mailbox = await kit.open(server, { timeouts: { commandMs: code.endsWith('DEADLINE') ? 300 : 60_000 } });
    server.behave((command) => (command.startsWith('STATUS') ? { raw: line.repeat(Math.ceil(20_000_000 / line.length)) } : undefined));
    await expect(mailbox.status('INBOX')).rejects.toMatchObject({ code, permanent: false });
    expect(mailbox.isOpen).toBe(false);
  });

  it('a flood while nothing is asked is cut off', async () => {
    const server = await kit.start();
    const mailbox = await kit.open(server);
    await mailbox.status('INBOX').catch(() => {});
    server.announce(Array.from({ length: 6000 }, () => `* OK ${'x'.repeat(900)}`).join('\r\n'));
    await expect.poll(() => mailbox.isOpen).toBe(false);
    await expect(mailbox.list()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_PROTOCOL' });
  });

  it('a set of every UID there can be takes neither time nor memory', async () => {
    const server = await kit.start({ capabilities: 'IMAP4rev1 SASL-IR AUTH=PLAIN ENABLE CONDSTORE QRESYNC' });
    const every = '1:4294967295';
    let modseq = 5;
    server.messages = [
      { uid: 1, bytes: 'a' },
      { uid: 3, bytes: 'b' },
    ];
    server.behave((command) => {
      if (command.startsWith('ENABLE')) return { lines: ['* ENABLED CONDSTORE QRESYNC'] };
      if (command.startsWith('SELECT')) {
        return {
          lines: [`* 2 EXISTS`, '* OK [UIDVALIDITY 7]', '* OK [UIDNEXT 4]', `* OK [HIGHESTMODSEQ ${modseq}]`],
          tagged: 'OK [READ-WRITE]',
        };
      }
      return command.includes('VANISHED') ? { lines: [`* VANISHED (EARLIER) ${every}`, `* VANISHED ${every}`] } : undefined;
    });
    const mailbox = await kit.open(server);
    const [first] = (await all(mailbox.synchronise())).slice(-1);
    server.messages = [];
    modseq = 9;
    const events = await all(mailbox.synchronise({ state: first?.state ?? null }));
    expect(events.map((event) => (event.kind === 'vanished' ? event.uids : event.kind))).toEqual([[1, 3], 'synchronised']);
    server.announce(`* VANISHED ${every}`);
    expect((await mailbox.openFolder('INBOX')).messages).toBe(2);
  });

  it('slow loris: one byte now and then does not prolong the deadline of the command, nor of the login', async () => {
    const server = await kit.start();
    const mailbox = await kit.open(server, { timeouts: { commandMs: 400 } });
    let drip: NodeJS.Timeout | undefined;
    server.behave((command) => {
      if (!command.startsWith('STATUS') && !command.startsWith('AUTH')) return undefined;
      drip ??= setInterval(() => server.announce('* OK still here'), 50);
      return { tagged: null };
    });
    await expect(mailbox.status('INBOX')).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE' });
    await expect(kit.open(server, { timeouts: { connectMs: 400 } })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE' });
    clearInterval(drip);
  });
});

describe('through an HTTP proxy [RFC 9110 §9.3.6]', () => {
  /** A forward proxy: CONNECT, and `GET http://…` for the CRLs. What it was asked. */
  async function startProxy(status = 200): Promise<{ port: number; asked: string[]; close(): Promise<void> }> {
    const asked: string[] = [];
    const sockets = new Set<Duplex>();
    const server = createServer((incoming, answer) => {
      asked.push(`GET ${incoming.headers['proxy-authorization'] ?? ''}`);
      const { 'proxy-authorization': _, ...headers } = incoming.headers;
      request(incoming.url ?? '', { headers }, (from) => from.pipe(answer.writeHead(from.statusCode ?? 502, from.headers))).end();
    });
    server.on('connection', (socket) => sockets.add(socket));
    server.on('connect', (incoming, client: Duplex) => {
      asked.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`);
      client.on('error', () => {});
      if (status === 200) {
        const up = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () =>
          client.write('HTTP/1.1 200 Connection established\r\n\r\n'),
        );
        sockets.add(up);
        up.on('error', () => client.destroy());
        client.pipe(up).pipe(client);
      } else client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return kit.keep({
      port: (server.address() as { port: number }).port,
      asked,
      close: async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    });
  }

  const policyBy = (port: number, given: object = {}): ReturnType<typeof createSecureChannelPolicy> =>
    kit.keep(
      createSecureChannelPolicy({
        trust: createTrustStore({ name: 'test', anchors: [kit.world.igc.caPem] }),
        proxy: { host: '127.0.0.1', port, username: 'hopital', password: 'secret' },
        ...given,
      }),
    );

  it.each(['implicit', 'starttls'] as const)('the mailbox is reached through it and by no other way (%s)', async (security) => {
    const server = await kit.start({ security });
    const proxy = await startProxy();
    const mailbox = await kit.open(server, { policy: policyBy(proxy.port), security, host: 'imap.operateur.invalid' });
    expect(mailbox.decision).toMatchObject({ host: 'imap.operateur.invalid', revocation: { status: 'good' } });
    await mailbox.list();
    const basic = `Basic ${Buffer.from('hopital:secret').toString('base64')}`;
    const tunnels = proxy.asked.filter((line) => line.startsWith('CONNECT'));
    expect(new Set(tunnels)).toEqual(new Set([`CONNECT imap.operateur.invalid:${server.port} ${basic}`]));
    expect(proxy.asked).toContain(`GET ${basic}`);
    expect(server.connections).toHaveLength(tunnels.length);
  });

  it.each(['implicit', 'starttls'] as const)(
    'a revoked server behind it gets no credential and no client certificate (%s)',
    async (security) => {
      const server = await kit.start({ security, certificate: kit.world.revoked });
      const proxy = await startProxy();
      const client = await kit.world.igc.issueClient({ commonName: 'cabinet@exemple.mssante.fr' });
      const clientIdentity = loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
      const refused = kit.open(server, { policy: policyBy(proxy.port, { clientIdentity }), security, auth: { type: 'certificate' } });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
      expect(heard(server)).toEqual([]);
      expect(server.connections.every((one) => one.clientCertificate() === null)).toBe(true);
    },
  );

  it('a proxy that refuses', async () => {
    const server = await kit.start();
    const proxy = await startProxy(407);
    await expect(kit.open(server, { policy: policyBy(proxy.port) })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_PROXY' });
    expect(server.connections).toHaveLength(0);
  });
});

describe('the client certificate [decisions: TLS]', () => {
  it('is shown once, in the handshake that the gate has judged', async () => {
    const server = await kit.start();
    const client = await kit.world.igc.issueClient({ commonName: 'cabinet@exemple.mssante.fr' });
    const policy = kit.keep(
      createSecureChannelPolicy({
        trust: createTrustStore({ name: 'test', anchors: [kit.world.igc.caPem] }),
        clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }),
      }),
    );
    const mailbox = await kit.open(server, { policy, auth: { type: 'certificate' } });
    expect(mailbox.decision.clientCertificate).not.toBeNull();
    expect(server.connections.filter((one) => one.clientCertificate() !== null)).toHaveLength(1);
    expect(server.connections.at(-1)?.clientCertificate()).not.toBeNull();
  });
});
