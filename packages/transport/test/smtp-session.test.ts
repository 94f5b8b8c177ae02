import { createTestIgc, startTcpProxy } from '@mss/testkit';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity } from '@mss/pki';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createSmtpPool,
  openSmtpSession,
  submitMessage,
  type SmtpMessage,
  type SmtpPool,
  type SmtpPoolOptions,
  type SmtpSessionOptions,
} from '../src/index.js';
import { startSmtpServer, type FakeSmtpOptions, type FakeSmtpServer } from './smtp-server.js';
import { createWorld, serverName, type World } from './world.js';

let world: World;
const servers: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(async () => world.close());

async function start(given: Partial<FakeSmtpOptions> = {}): Promise<FakeSmtpServer> {
  const server = await startSmtpServer({ certificate: world.good, security: 'implicit', ...given });
  servers.push(server);
  return server;
}

const options = (server: { readonly port: number }, given: Partial<SmtpSessionOptions> = {}): SmtpSessionOptions => ({
  policy: world.policy,
  host: '127.0.0.1',
  port: server.port,
  servername: serverName,
  security: 'implicit',
  auth: { type: 'password', user: 'cabinet@exemple.mssante.fr', password: 'motdepasse' },
  timeouts: { connectMs: 5000, commandMs: 2000, dataEndMs: 2000 },
  ...given,
});

const message = (given: Partial<SmtpMessage> = {}): SmtpMessage => ({
  from: 'cabinet@exemple.mssante.fr',
  recipients: [{ address: 'marie.durand@exemple.mssante.fr' }],
  message: new Uint8Array(Buffer.from('Subject: essai\r\n\r\nBonjour\r\n')),
  ...given,
});

describe('a session on a verified channel [ECO.1.0.1, RFC 8314]', () => {
  it.each(['implicit', 'starttls'] as const)('submits over %s TLS and tells what was checked', async (security) => {
    const server = await start({ security });
    await using session = await openSmtpSession(options(server, { security }));
    expect(session.decision).toMatchObject({ protocol: 'TLSv1.2', revocation: { status: 'good' } });
    expect(session.capabilities).toMatchObject({ serverName: 'mail.test', pipelining: true, dsn: true, maxSizeBytes: 10_000_000 });
    const result = await session.submit(message());
    expect(result).toMatchObject({ outcome: 'accepted', queueId: 'Q1' });
    expect(server.taken).toEqual(['Subject: essai\r\n\r\nBonjour']);
    const clear = server.connections.flatMap((one) => one.heardInClear);
    expect(clear.filter((line) => !/^(EHLO|STARTTLS)/.test(line))).toEqual([]);
  });

  it('sends several messages one after the other, whoever asks first', async () => {
    const server = await start();
    await using session = await openSmtpSession(options(server));
    const results = await Promise.all([1, 2, 3].map(() => session.submit(message())));
    expect(results.map((one) => one.outcome)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(server.taken).toHaveLength(3);
  });

  it('begins with RSET after an unfinished transaction', async () => {
    const server = await start();
    await using session = await openSmtpSession(options(server));
    server.behave((line) => (line.startsWith('RCPT') ? '550 5.1.1 no' : line === 'DATA' ? '554 no recipients' : undefined));
    expect((await session.submit(message())).outcome).toBe('refused');
    server.behave(() => undefined);
    expect((await session.submit(message())).outcome).toBe('accepted');
    expect(server.connections[0]?.heard.slice(-4)).toEqual([
      'RSET',
      expect.stringContaining('MAIL'),
      expect.stringContaining('RCPT'),
      'DATA',
    ]);
  });

  it('throws, with the stage, when the server does not serve; nothing was sent', async () => {
    const server = await start();
    server.behave(() => '554 no service');
    await expect(submitMessage(options(server), message())).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_NOT_SERVING',
      permanent: true,
      details: { stage: 'greeting', code: 554 },
    });
    server.behave((line) => (line.startsWith('EHLO') ? '421 4.3.2 busy' : undefined));
    await expect(submitMessage(options(server), message())).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_NOT_SERVING',
      permanent: false,
      details: { stage: 'ehlo' },
    });
    server.behave((line) => (line === '' ? 'hang' : undefined));
    await expect(submitMessage(options(server, { timeouts: { greetingMs: 30 } }), message())).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_DEADLINE',
      details: { stage: 'greeting' },
    });
    expect(server.taken).toEqual([]);
  });

  it('refuses to be used after it was closed', async () => {
    const server = await start();
    const session = await openSmtpSession(options(server));
    await session.close();
    expect(session.isOpen).toBe(false);
    await expect(session.submit(message())).rejects.toMatchObject({ code: 'ERR_MSS_SMTP_CLOSED' });
    expect(server.connections[0]?.heard.at(-1)).toBe('QUIT');
  });

  it.each([{ clientName: 'a b' }, { clientName: 'a\r\nMAIL' }, { timeouts: { commandMs: 0 } }, { timeouts: { other: 1 } as object }])(
    'is a TypeError with %j',
    async (wrong) => {
      const server = await start();
      await expect(openSmtpSession(options(server, wrong))).rejects.toThrow(TypeError);
    },
  );
});

describe('nothing leaves on a channel that is refused [ECO.1.1.1, ECO.1.1.6]', () => {
  it.each(['implicit', 'starttls'] as const)(
    'revoked server certificate, %s: no credential, no client certificate, no message',
    async (security) => {
      const server = await start({ certificate: world.revoked, security });
      const error: unknown = await submitMessage(options(server, { security }), message()).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
      expect(server.connections.flatMap((one) => one.heard)).toEqual([]);
      expect(server.taken).toEqual([]);
    },
  );

  it('unknown authority', async () => {
    const other = await createTestIgc({ label: 'AUTRE' });
    servers.push(other);
    const server = await start({ certificate: await other.issueServer({ hostnames: [serverName] }) });
    await expect(submitMessage(options(server), message())).rejects.toMatchObject({ code: 'ERR_MSS_TLS_UNTRUSTED' });
    expect(server.connections.flatMap((one) => one.heard)).toEqual([]);
  });

  it('STARTTLS stripped, refused, or followed by injected bytes', async () => {
    const server = await start({ security: 'starttls' });
    const given = options(server, { security: 'starttls' });
    server.behave((line) => (line.startsWith('EHLO') ? '250 mail.test' : undefined));
    await expect(submitMessage(given, message())).rejects.toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED' });
    server.behave((line) => (line === 'STARTTLS' ? '454 later' : undefined));
    await expect(submitMessage(given, message())).rejects.toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED' });
    server.behave((line) => (line === 'STARTTLS' ? '220 go\r\n250 injected' : undefined));
    await expect(submitMessage(given, message())).rejects.toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_INJECTION' });
    const heard = server.connections.flatMap((one) => [...one.heard, ...one.heardInClear]);
    expect(heard.filter((line) => !/^(EHLO|STARTTLS)/.test(line))).toEqual([]);
  });

  it('nor when the caller had aborted', async () => {
    const server = await start();
    const signal = AbortSignal.abort();
    await expect(submitMessage({ ...options(server), signal }, message())).rejects.toMatchObject({ code: 'ERR_MSS_TLS_ABORTED' });
    expect(server.taken).toEqual([]);
  });
});

describe('an access token [specs 1.4]', () => {
  const refusal = Buffer.from('{"status":"401","schemes":"bearer","scope":"mail"}').toString('base64');

  it('that is refused is renewed once, on a new connection', async () => {
    const server = await start();
    const old = Buffer.from('user=a@x.fr\x01auth=Bearer vieux\x01\x01').toString('base64');
    server.behave((line) =>
      line === `AUTH XOAUTH2 ${old}`
        ? `334 ${refusal}`
        : line === '' && server.connections.at(-1)?.heard.at(-2)?.includes(old) === true
          ? 'cut'
          : undefined,
    );
    const asked: boolean[] = [];
    const auth = {
      type: 'token',
      user: 'a@x.fr',
      token: ({ renew }: { renew: boolean }) => (asked.push(renew), renew ? 'neuf' : 'vieux'),
    } as const;
    const result = await submitMessage(options(server, { auth }), message());
    expect(result.outcome).toBe('accepted');
    expect(asked).toEqual([false, true]);
    expect(server.connections.filter((one) => one.heard.length > 0)).toHaveLength(2);
  });

  it('that is refused again is an error; the token is in none of it', async () => {
    const server = await start();
    server.behave((line) => (line.startsWith('AUTH') ? '535 5.7.8 token=jeton-secret expired' : undefined));
    const auth = { type: 'token', user: 'a@x.fr', token: () => 'jeton-secret' } as const;
    const error: unknown = await submitMessage(options(server, { auth }), message()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_MSS_SMTP_AUTH_TOKEN_REFUSED', permanent: true });
    expect(server.taken).toEqual([]);
  });

  it("closes the connection when the host's provider fails, and hands its error over", async () => {
    const server = await start();
    const failure = new Error('PSC is away');
    const auth = { type: 'token', user: 'a@x.fr', token: () => Promise.reject(failure) } as const;
    await expect(openSmtpSession(options(server, { auth }))).rejects.toBe(failure);
    await expect.poll(() => server.connections.at(-1)?.socket.destroyed).toBe(true);
  });
});

describe('no answer of the server brings a patient into a result or an error', () => {
  const matricule = '279035121518989';
  it('neither address nor matricule', async () => {
    const server = await start();
    server.behave((line) =>
      line.startsWith('RCPT')
        ? `550 5.1.1 <${matricule}@patient.mssante.fr>: ${matricule} unknown; see ${matricule.slice(0, 13)}\tor 2 79 03`
        : line === 'DATA'
          ? '554 5.5.1 no'
          : undefined,
    );
    const result = await submitMessage(options(server), message({ recipients: [{ address: `${matricule}@patient.mssante.fr` }] }));
    const shown = JSON.stringify(result.recipients.map((one) => ({ ...one, address: '' }))) + result.text;
    expect(shown).not.toContain(matricule.slice(0, 13));
    expect(result.recipients[0]?.text).toBe('<…@patient.mssante.fr>: … unknown; see … or 2 79 03');
  });
});

describe('a link cut after any number of bytes', () => {
  it.each(['up', 'down'] as const)('(%s): refused only if the server has nothing, accepted only if it has it', async (direction) => {
    const server = await start();
    const whole = await startTcpProxy({ target: { port: server.port } });
    servers.push(whole);
    await submitMessage(options(whole), message({ message: body }));
    await expect.poll(() => whole.connections[0]?.open).toBe(false);
    const last = whole.connections.at(-1);
    const total = (direction === 'up' ? last?.bytesUp : last?.bytesDown) ?? 0;
    expect(total).toBeGreaterThan(500);
    const seen = new Set<string>();
    const step = Math.ceil(total / 60);
    for (let at = 400; at < total; at += step) {
      const before = server.taken.length;
      const proxy = await startTcpProxy({ target: { port: server.port }, faults: { cutAfterBytes: { [direction]: at } } });
      const outcome = await submitMessage(options(proxy), message({ message: body })).then(
        (result) => result.outcome,
        () => 'refused' as const,
      );
      await proxy.close();
      const has = server.taken.length > before;
      if (outcome === 'refused') expect(has, `cut at ${at}`).toBe(false);
      if (outcome === 'accepted') expect(has, `cut at ${at}`).toBe(true);
      seen.add(outcome);
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(direction === 'up' ? ['accepted', 'refused'] : ['accepted', 'refused', 'uncertain']),
    );
  });

  const body = new Uint8Array(Buffer.from(`Subject: essai\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(40).replaceAll('\r\n\r\n', '\r\n')));
});

describe('a pool', () => {
  const pools: SmtpPool[] = [];
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.close();
  });
  const poolFor = (server: FakeSmtpServer, given: Partial<SmtpPoolOptions> = {}): SmtpPool => {
    const pool = createSmtpPool({ ...options(server), ...given });
    pools.push(pool);
    return pool;
  };
  const sessionsOf = (server: FakeSmtpServer): number => server.connections.filter((one) => one.heard.length > 0).length;

  it('opens no more connections than it may and reuses them', async () => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 2 });
    const results = await Promise.all(Array.from({ length: 9 }, () => pool.submit(message())));
    expect(results.every((one) => one.outcome === 'accepted')).toBe(true);
    expect(server.taken).toHaveLength(9);
    expect(sessionsOf(server)).toBe(2);
  });

  it('replaces a connection after its number of messages', async () => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 1, maxMessagesPerConnection: 2 });
    for (let count = 0; count < 5; count += 1) await pool.submit(message());
    expect(sessionsOf(server)).toBe(3);
  });

  it('survives connections that were cut while idle', async () => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 1 });
    await pool.submit(message());
    server.cutAll();
    expect((await pool.submit(message())).outcome).toBe('accepted');
    expect(server.taken).toHaveLength(2);
  });

  it.each([
    ['a cut', 'cut'],
    ['421', '421 4.4.2 idle too long'],
  ])('submits once more, on a new connection, when MAIL is answered by %s', async (_, answer) => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 1 });
    await pool.submit(message());
    server.behave((line, connection) =>
      connection.number === server.connections.length - 1 && sessionsOf(server) === 1 && line.startsWith('MAIL') ? answer : undefined,
    );
    expect((await pool.submit(message())).outcome).toBe('accepted');
    expect(server.taken).toHaveLength(2);
  });

  it('does not submit again what may have been taken', async () => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 1 });
    await pool.submit(message());
    server.behave((line) => (line === '.' ? 'cut' : undefined));
    expect((await pool.submit(message())).outcome).toBe('uncertain');
    expect(server.taken).toHaveLength(2);
  });

  it('asks a connection that was idle whether it still lives', async () => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 1, probeAfterIdleMs: 0 });
    await pool.submit(message());
    server.behave((line) => (line === 'RSET' ? '421 too late' : undefined));
    expect((await pool.submit(message())).outcome).toBe('accepted');
    expect(sessionsOf(server)).toBe(2);
  });

  it('lets a caller give up while it waits for its turn', async () => {
    const server = await start();
    const pool = poolFor(server, { maxConnections: 1 });
    server.behave((line) => (line === '.' ? 'hang' : undefined));
    const first = pool.submit(message());
    const waiting = new AbortController();
    const second = pool.submit(message(), { signal: waiting.signal });
    waiting.abort();
    await expect(second).rejects.toMatchObject({ code: 'ERR_MSS_SMTP_ABORTED' });
    await expect.poll(() => server.taken.length).toBe(1);
    server.cutAll();
    expect((await first).outcome).toBe('uncertain');
  });

  it('finishes what is under way when it is closed, and takes nothing more', async () => {
    const server = await start();
    const pool = poolFor(server);
    const last = pool.submit(message());
    const closed = pool.close();
    expect((await last).outcome).toBe('accepted');
    await closed;
    await expect(pool.submit(message())).rejects.toMatchObject({ code: 'ERR_MSS_SMTP_CLOSED' });
  });
});

describe('the certificate of a client', () => {
  it('is offered to a warm server and logs in by EXTERNAL', async () => {
    const client = await world.igc.issueClient({ commonName: 'app@exemple.mssante.fr' });
    const identity = loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
    const policy = createSecureChannelPolicy({
      trust: createTrustStore({ name: 'test', anchors: [world.igc.caPem] }),
      clientIdentity: identity,
    });
    servers.push(policy);
    const server = await start();
    await using session = await openSmtpSession(options(server, { policy, auth: { type: 'certificate' } }));
    expect(session.decision.clientCertificate).not.toBeNull();
    expect(server.connections.at(-1)?.heard).toContain('AUTH EXTERNAL =');
  });
});
