import {
  createSmtpPool,
  openMailbox,
  openSmtpSession,
  submitMessage,
  type FetchedMessage,
  type SmtpMessage,
  type SmtpSessionOptions,
} from '@mss/transport';
import { startTcpProxy } from '@mss/testkit';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startPostfix, type Postfix } from '../servers/postfix.js';
import { startTokenServer, type TokenServer } from '../servers/token-server.js';
import { clientAuthorities, createWorld, serverName, type World } from './transport-world.js';

const sender = 'cabinet@exemple.mssante.fr';
const recipient = 'marie.durand@exemple.mssante.fr';
const other = 'hopital@autre.mssante.fr';
const mailboxes = [sender, recipient, other];

let world: World;
let tokens: TokenServer;
let dovecot: Dovecot;
let postfix: Postfix;
let nextHop: Server;

beforeAll(async () => {
  world = await createWorld();
  tokens = await startTokenServer();
  nextHop = await refusingServer();
  dovecot = await startDovecot({
    identity: world.server,
    accounts: Object.fromEntries(mailboxes.map((one) => [one, 'motdepasse'])),
    introspectionUrl: tokens.url,
  });
  const { port } = nextHop.address() as { port: number };
  postfix = await startPostfix({
    identity: world.server,
    authSocket: dovecot.authSocket,
    mailFolder: dovecot.mailFolder,
    mailboxes,
    maxMessageBytes: 1_000_000,
    // Port 1 refuses connections: a delay, and in the end a failure.
    routes: { 'refus.mssante.fr': port, 'retard.mssante.fr': 1 },
  });
});
afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
  await tokens?.stop();
  nextHop?.close();
  await world?.close();
});

/** The next operator, which takes no one. */
async function refusingServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 refus.mssante.fr ESMTP\r\n');
    socket.on('data', (chunk) => {
      const line = chunk.toString();
      if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else if (/^RCPT/im.test(line)) socket.write('550 5.2.2 boite pleine\r\n');
      else socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function options(given: Partial<SmtpSessionOptions> = {}): SmtpSessionOptions {
  const security = given.security ?? 'starttls';
  return {
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: security === 'implicit' ? postfix.implicitPort : postfix.port,
    security,
    auth: { type: 'password', user: sender, password: 'motdepasse' },
    ...given,
  };
}

let count = 0;
function message(given: Partial<SmtpMessage> = {}, lines = ''): SmtpMessage & { readonly id: string } {
  count += 1;
  const id = `m${count}.${process.pid}@exemple.mssante.fr`;
  const text = `From: ${sender}\r\nTo: ${recipient}\r\nDate: Sun, 1 Mar 2026 10:00:00 +0000\r\nMessage-ID: <${id}>\r\nSubject: essai ${count}\r\n\r\nBonjour\r\n${lines}`;
  return { from: sender, recipients: [{ address: recipient }], message: new Uint8Array(Buffer.from(text)), ...given, id };
}

/** Waits in the mailbox for a message that holds this text. */
async function received(user: string, text: string | RegExp): Promise<{ readonly message: FetchedMessage; readonly text: string }> {
  await using mailbox = await openMailbox({
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: dovecot.imapsPort,
    security: 'implicit',
    auth: { type: 'password', user, password: 'motdepasse' },
  });
  const signal = AbortSignal.timeout(40_000);
  for (let afterUid = 0; ;) {
    for await (const one of mailbox.fetchNew({ afterUid })) {
      afterUid = one.uid;
      const content = Buffer.from(one.bytes ?? []).toString();
      if (typeof text === 'string' ? content.includes(text) : text.test(content)) return { message: one, text: content };
    }
    await mailbox.waitForNew({ afterUid, signal });
  }
}

describe('Postfix: submitting [ECO.1.0.1]', () => {
  it.each(['starttls', 'implicit'] as const)('%s, received through Dovecot byte for byte', async (security) => {
    const sent = message({}, '.point\r\n..deux\r\n.\r\nfin\r\n');
    const result = await submitMessage(options({ security }), sent);
    expect(result).toMatchObject({ outcome: 'accepted', stage: 'accepted', queueId: expect.stringMatching(/^[0-9A-F]{6,}$/) });
    const { text } = await received(recipient, sent.id);
    expect(text.endsWith(Buffer.from(sent.message as Uint8Array).toString())).toBe(true);
    expect(await postfix.log()).toContain(`${result.queueId}: client=`);
  });

  it.each(['XOAUTH2', 'OAUTHBEARER'] as const)('%s; a refused token is renewed once', async (mechanism) => {
    tokens.grant('neuf', sender);
    const asked: boolean[] = [];
    const auth = {
      type: 'token',
      user: sender,
      mechanism,
      token: ({ renew }: { renew: boolean }) => (asked.push(renew), renew ? 'neuf' : 'perime'),
    } as const;
    const result = await submitMessage(options({ auth }), message());
    expect(result.outcome).toBe('accepted');
    expect(asked).toEqual([false, true]);
    const without = { ...auth, token: () => 'neuf', initialResponse: false } as const;
    expect((await submitMessage(options({ auth: without }), message())).outcome).toBe('accepted');
  });

  it('SASL LOGIN, and a wrong password', async () => {
    const auth = { type: 'password', user: sender, password: 'motdepasse', mechanism: 'LOGIN' } as const;
    expect((await submitMessage(options({ auth }), message())).outcome).toBe('accepted');
    const wrong = submitMessage(options({ auth: { ...auth, password: 'faux' } }), message());
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_MSS_SMTP_AUTH_FAILED', permanent: true, details: { stage: 'auth', code: 535 } });
  });

  it('EXTERNAL is not offered: nothing is sent instead', async () => {
    const certificate = world.policy(await world.client(sender));
    await expect(submitMessage(options({ policy: certificate, auth: { type: 'certificate' } }), message())).rejects.toMatchObject({
      code: 'ERR_MSS_SMTP_AUTH_MECHANISM',
    });
  });

  it('one recipient is refused, the other accepted', async () => {
    const sent = message({ recipients: [{ address: 'inconnu@exemple.mssante.fr' }, { address: recipient }] });
    const result = await submitMessage(options(), sent);
    expect(result.recipients).toMatchObject([
      { outcome: 'refused', stage: 'rcpt', code: 550, enhancedStatus: '5.1.1', permanent: true },
      { outcome: 'accepted', stage: 'accepted' },
    ]);
    expect(result.recipients[0]?.text).not.toContain('inconnu');
    await received(recipient, sent.id);
  });

  it('all or nothing: the other one gets nothing either', async () => {
    const sent = message({ recipients: [{ address: 'inconnu@exemple.mssante.fr' }, { address: recipient }], whenSomeRefused: 'nobody' });
    await using session = await openSmtpSession(options());
    const result = await session.submit(sent);
    expect(result.recipients.map((one) => [one.outcome, one.reason])).toEqual([
      ['refused', null],
      ['refused', 'ERR_MSS_SMTP_NOT_ALL'],
    ]);
    // The session goes on.
    expect((await session.submit(message())).outcome).toBe('accepted');
  });

  it('a message over SIZE is not even begun', async () => {
    const result = await submitMessage(options(), message({}, 'x'.repeat(70).concat('\r\n').repeat(20_000)));
    expect(result.recipients[0]).toMatchObject({ outcome: 'refused', permanent: true, reason: 'ERR_MSS_SMTP_TOO_LARGE', stage: 'mail' });
  });

  it('a stream that grows over the limit is cut; Postfix keeps nothing of it', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('Subject: sans fin\r\n\r\n');
      for (;;) yield Buffer.from('x'.repeat(70).concat('\r\n').repeat(1000));
    }
    const result = await submitMessage(options(), message({ message: endless() }));
    expect(result.recipients[0]).toMatchObject({ outcome: 'refused', reason: 'ERR_MSS_SMTP_TOO_LARGE', stage: 'data-started' });
    expect((await submitMessage(options(), message())).outcome).toBe('accepted');
  });

  it('a pool sends many over few connections', async () => {
    await using pool = createSmtpPool({ ...options(), maxConnections: 3 });
    const results = await Promise.all(Array.from({ length: 40 }, () => pool.submit(message())));
    expect(results.filter((one) => one.outcome === 'accepted')).toHaveLength(40);
    expect(new Set(results.map((one) => one.queueId)).size).toBe(40);
  });
});

describe('Dovecot submission: the certificate is the credential [SASL EXTERNAL]', () => {
  it('submits on a verified channel, and nothing with a revoked certificate', async () => {
    const good = await world.client(sender);
    const revoked = await world.client(sender, { revoked: true });
    const submission = await startDovecot({
      identity: world.server,
      accounts: { [sender]: 'motdepasse' },
      clients: clientAuthorities(world),
      relayPort: postfix.relayPort,
    });
    try {
      const given = { port: submission.submissionPort ?? 0, auth: { type: 'certificate' } } as const;
      const sent = message({ envid: 'externe' });
      const result = await submitMessage(options({ ...given, policy: world.policy(good) }), sent);
      // This server offers no DSN: the message goes, and the caller is told that the ENVID did not.
      expect(result).toMatchObject({ outcome: 'accepted', dsn: 'unsupported' });
      await received(recipient, sent.id);
      expect(await submission.log()).toMatch(/submission-login: Info: Login: user=<cabinet@exemple\.mssante\.fr>, method=EXTERNAL/);
      await expect(submitMessage(options({ ...given, policy: world.policy(revoked) }), message())).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_MSS_(SMTP_AUTH|TLS_CLIENT_CERTIFICATE)/),
      });
    } finally {
      await submission.stop();
    }
  });
});

describe('Postfix: a link cut after any number of bytes', () => {
  it('every message said accepted arrives, none said refused does, and none twice', async () => {
    const policy = world.policy();
    const whole = await startTcpProxy({ target: { port: postfix.implicitPort } });
    await submitMessage(options({ policy, security: 'implicit', port: whole.port }), message());
    const totals = { up: whole.connections.at(-1)?.bytesUp ?? 0, down: whole.connections.at(-1)?.bytesDown ?? 0 };
    await whole.close();
    const outcomes = new Map<string, string>();
    for (const direction of ['up', 'down'] as const) {
      for (let step = 1; step <= 24; step += 1) {
        const at = Math.floor((totals[direction] * step) / 24);
        const proxy = await startTcpProxy({ target: { port: postfix.implicitPort }, faults: { cutAfterBytes: { [direction]: at } } });
        const sent = message();
        const given = options({ policy, security: 'implicit', port: proxy.port, timeouts: { commandMs: 5000, dataEndMs: 5000 } });
        outcomes.set(
          sent.id,
          await submitMessage(given, sent).then(
            (result) => result.outcome,
            () => 'refused',
          ),
        );
        await proxy.close();
      }
    }
    const last = message();
    expect((await submitMessage(options({ policy }), last)).outcome).toBe('accepted');
    await received(recipient, last.id);
    await using mailbox = await openMailbox({
      policy,
      host: '127.0.0.1',
      servername: serverName,
      port: dovecot.imapsPort,
      security: 'implicit',
      auth: { type: 'password', user: recipient, password: 'motdepasse' },
    });
    const arrived = new Map<string, number>();
    for await (const one of mailbox.fetchNew()) {
      const id = /^Message-ID: <(.*)>/im.exec(Buffer.from(one.bytes ?? []).toString())?.[1] ?? '';
      arrived.set(id, (arrived.get(id) ?? 0) + 1);
    }
    const seen = new Set<string>();
    for (const [id, outcome] of outcomes) {
      seen.add(outcome);
      if (outcome === 'accepted') expect(arrived.get(id), `${id} was accepted`).toBe(1);
      if (outcome === 'refused') expect(arrived.has(id), `${id} was refused`).toBe(false);
      expect(arrived.get(id) ?? 0).toBeLessThan(2);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'refused', 'uncertain']));
  });
});

describe('Postfix: a revoked server [ECO.1.1.6]', () => {
  it.each(['starttls', 'implicit'] as const)('is refused before anything has left (%s)', async (security) => {
    const revoked = await startPostfix({
      identity: world.revokedServer,
      authSocket: dovecot.authSocket,
      mailFolder: dovecot.mailFolder,
      mailboxes,
    });
    try {
      const port = security === 'implicit' ? revoked.implicitPort : revoked.port;
      await expect(submitMessage(options({ security, port }), message())).rejects.toMatchObject({
        code: 'ERR_MSS_TLS_REVOKED',
        requirement: 'ECO.1.1.6',
      });
      expect(await revoked.log()).not.toMatch(/sasl_username|queue active/);
    } finally {
      await revoked.stop();
    }
  });
});

describe('Postfix: delivery notifications [ECO.2.3.1, RFC 3461]', () => {
  it('delivered, failed and delayed come back with our ENVID and ORCPT, each for its recipient', async () => {
    const envid = `mss+${process.pid}=1`;
    const notify = ['success', 'failure', 'delay'] as const;
    const sent = message({
      envid,
      ret: 'headers',
      recipients: [
        { address: recipient, dsn: { notify } },
        { address: other, dsn: { notify: 'never' } },
        { address: 'quelqu.un@refus.mssante.fr', dsn: { notify, orcpt: 'ancienne+adresse@refus.mssante.fr' } },
        { address: 'quelqu.un@retard.mssante.fr', dsn: { notify: ['delay', 'failure'] } },
      ],
    });
    const result = await submitMessage(options(), sent);
    expect(result).toMatchObject({ outcome: 'accepted', dsn: 'requested' });
    expect(result.recipients.map((one) => one.dsn)).toEqual(['requested', 'requested', 'requested', 'requested']);

    const delivered = await received(sender, /Action: delivered/);
    expect(delivered.text).toContain(`Original-Envelope-Id: ${envid}`);
    expect(delivered.text).toContain(`Final-Recipient: rfc822; ${recipient}`);
    const failed = await received(sender, /Action: failed[^]*Status: 5\.2\.2/);
    expect(failed.text).toContain(`Original-Envelope-Id: ${envid}`);
    expect(failed.text).toContain('Original-Recipient: rfc822;ancienne+adresse@refus.mssante.fr');
    const delayed = await received(sender, /Action: delayed/);
    expect(delayed.text).toMatch(/Final-Recipient: rfc822; quelqu\.un@retard\.mssante\.fr/);
    // RET=HDRS: the notification repeats the header, not the text.
    expect(failed.text).toContain(`Message-ID: <${sent.id}>`);
    expect(failed.text).not.toContain('Bonjour');
    await received(other, sent.id);
  });

  it('a receipt goes out with the null reverse-path', async () => {
    const sent = message({ from: null });
    expect((await submitMessage(options(), sent)).outcome).toBe('accepted');
    expect((await received(recipient, sent.id)).text).toContain('Return-Path: <>');
  });
});
