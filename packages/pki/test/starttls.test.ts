import { once } from 'node:events';
import { connect as tcpConnect, createServer, type Socket } from 'node:net';
import type { IssuedCertificate, TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecureChannelPolicy, startTlsDialogues, type ClientIdentity, type StartTlsDialogue, type TrustStore } from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { listen } from './support/port.js';
import { evidence, nothingSeen, startTlsRig, type TlsRig } from './support/tls-rig.js';
import { startServers } from './support/world.js';

let igc: TestIgc;
let trust: TrustStore;
let server: IssuedCertificate;
let revoked: IssuedCertificate;
let clientIdentity: ClientIdentity;

beforeAll(async () => {
  ({ igc, trust, server, revoked, clientIdentity } = await startServers());
});
afterAll(() => igc.close());

/** Answers each line with the next text; remembers what came. */
function script(lines: readonly string[], heard: string[] = []): (socket: Socket) => Promise<void> {
  return async (socket) => {
    const [greeting = '', ...answers] = lines;
    socket.write(greeting);
    for (const answer of answers) {
      const [chunk] = await once(socket, 'data');
      heard.push(String(chunk));
      socket.write(answer);
    }
    socket.removeAllListeners('data');
    socket.pause();
  };
}

const smtpScript = ['220 mail.example ESMTP\r\n', '250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n', '220 go ahead\r\n'];
const imapScript = ['* OK ready\r\n', '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n', 'a2 OK begin\r\n'];
/** LDAPResult inside an ExtendedResponse, with lengths of four octets as Active Directory writes them. */
const ldapAnswer = (result: number, id = 1): string =>
  Buffer.from([0x30, 0x84, 0, 0, 0, 0x10, 2, 1, id, 0x78, 0x84, 0, 0, 0, 7, 0x0a, 1, result, 4, 0, 4, 0]).toString('latin1');

const protocols: readonly [string, readonly string[], () => StartTlsDialogue][] = [
  ['SMTP', smtpScript, () => startTlsDialogues.smtp()],
  ['IMAP', imapScript, () => startTlsDialogues.imap()],
];

async function attempt(
  lines: readonly string[],
  startTls: StartTlsDialogue,
  certificate = server,
): Promise<{ code: string; requirement: string | undefined; permanent: boolean | undefined; heard: string[]; rig: TlsRig }> {
  const heard: string[] = [];
  const rig = await startTlsRig({ certificate, startTls: script(lines, heard) });
  const policy = createSecureChannelPolicy({ trust });
  const { code, requirement, permanent } = await refusalOf(
    policy
      .connectStartTls({ host: '127.0.0.1', port: rig.port, servername: 'mail.example', startTls, timeoutMs: 15_000 })
      .then((socket) => socket.destroy()),
  );
  await policy.close();
  await rig.close();
  return { code, requirement, permanent, heard, rig };
}

describe.each(protocols)('STARTTLS over %s', (name, lines, dialogue) => {
  const [greeting = '', offer = '', consent = ''] = lines;

  it('is secured after a dialogue that says nothing but hello', async () => {
    const { code, heard } = await attempt(lines, dialogue());
    expect(code).toBe('none');
    // Twice: once to see the chain, once to use it.
    expect(heard).toEqual(
      name === 'SMTP'
        ? ['EHLO localhost\r\n', 'STARTTLS\r\n', 'EHLO localhost\r\n', 'STARTTLS\r\n']
        : ['a1 CAPABILITY\r\n', 'a2 STARTTLS\r\n', 'a1 CAPABILITY\r\n', 'a2 STARTTLS\r\n'],
    );
  });

  it('refuses a revoked server before anything was sent over TLS [ECO.1.1.6]', async () => {
    const { code, requirement, rig } = await attempt(lines, dialogue(), revoked);
    expect({ code, requirement, evidence: evidence(rig) }).toEqual({
      code: 'ERR_MSS_TLS_REVOKED',
      requirement: 'ECO.1.1.6',
      evidence: nothingSeen,
    });
  });

  it('never goes on in clear when the offer was stripped [ECO.1.1.1]', async () => {
    const stripped = await attempt([greeting, offer.replace(/STARTTLS/, 'X')], dialogue());
    expect(stripped).toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1' });
    expect(stripped.heard).toHaveLength(1);
  });

  it('never goes on in clear when the server declines [ECO.1.1.1]', async () => {
    const declined = await attempt([greeting, offer, name === 'SMTP' ? '454 not now\r\n' : 'a2 NO not now\r\n'], dialogue());
    expect(declined).toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1' });
  });

  it('refuses bytes that follow the consent in clear (response injection)', async () => {
    const injected = await attempt(
      [greeting, offer, `${consent}${name === 'SMTP' ? '250 AUTH PLAIN\r\n' : '* OK injected\r\n'}`],
      dialogue(),
    );
    expect(injected).toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_INJECTION', requirement: 'ECO.1.1.1' });
    expect(evidence(injected.rig)).toMatchObject({ handshakes: [], decryptedBytes: 0 });
  });

  it('refuses bytes that follow a moment later', async () => {
    const late = await attempt(lines, async (io) => {
      await dialogue()(io);
    });
    expect(late.code).toBe('none');
    const rig = await startTlsRig({
      certificate: server,
      startTls: async (socket) => {
        await script(lines)(socket);
        socket.write('250 injected\r\n');
      },
    });
    const policy = createSecureChannelPolicy({ trust });
    const { code } = await refusalOf(
      policy.connectStartTls({ host: '127.0.0.1', port: rig.port, servername: 'mail.example', startTls: dialogue(), timeoutMs: 15_000 }),
    );
    expect(['ERR_MSS_TLS_STARTTLS_INJECTION', 'ERR_MSS_TLS_NOT_TLS']).toContain(code);
    await policy.close();
    await rig.close();
  });

  it.each([
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an endless line', 'x'.repeat(10_000)],
    ['endless lines', (name === 'SMTP' ? '220-x\r\n' : '* OK x\r\n').repeat(500)],
  ])('gives up on %s', async (_, text) => {
    const { code, permanent } = await attempt([text, text, text], dialogue());
    expect(['ERR_MSS_TLS_STARTTLS_PROTOCOL', 'ERR_MSS_TLS_STARTTLS_REFUSED']).toContain(code);
    expect(permanent).toBe(code === 'ERR_MSS_TLS_STARTTLS_REFUSED');
  });

  it('says when the server closes, or is silent', async () => {
    const policy = createSecureChannelPolicy({ trust });
    const behaviours: readonly [string, (socket: Socket) => void][] = [
      ['ERR_MSS_TLS_CLOSED', (socket) => socket.end(greeting)],
      ['ERR_MSS_TLS_TIMEOUT', (socket) => socket.write(greeting.slice(0, 5))],
    ];
    for (const [code, behave] of behaviours) {
      const plain = createServer((socket) => {
        socket.on('error', () => {});
        behave(socket);
      });
      const port = await listen(plain);
      const work = policy.connectStartTls({
        host: '127.0.0.1',
        port,
        servername: 'mail.example',
        startTls: dialogue(),
        timeoutMs: code === 'ERR_MSS_TLS_TIMEOUT' ? 60 : 15_000,
      });
      expect((await refusalOf(work)).code).toBe(code);
      plain.close();
    }
    await policy.close();
  });
});

describe('StartTLS over LDAP [RFC 4511 §4.14]', () => {
  /** Answers the first request, in however many pieces. */
  const ldap =
    (pieces: readonly string[], heard: Buffer[] = []) =>
    async (socket: Socket): Promise<void> => {
      const [request] = await once(socket, 'data');
      heard.push(request);
      for (const piece of pieces) {
        socket.write(Buffer.from(piece, 'latin1'));
        await new Promise((resolve) => setImmediate(resolve));
      }
      socket.removeAllListeners('data');
      socket.pause();
    };

  async function ask(pieces: readonly string[], heard: Buffer[] = [], certificate = server) {
    const rig = await startTlsRig({ certificate, startTls: ldap(pieces, heard) });
    const policy = createSecureChannelPolicy({ trust });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example', timeoutMs: 15_000 };
    const refusal = await refusalOf(
      policy.connectStartTls({ ...target, startTls: startTlsDialogues.ldap() }).then((socket) => socket.destroy()),
    );
    await policy.close();
    await rig.close();
    return { ...refusal, evidence: evidence(rig) };
  }

  it('is one extended request, and the handshake once it succeeded', async () => {
    const heard: Buffer[] = [];
    expect((await ask([ldapAnswer(0)], heard)).code).toBe('none');
    const request = '301d02010177188016312e332e362e312e342e312e313436362e3230303337';
    expect(heard.map((one) => one.toString('hex'))).toEqual([request, request]);
    const short = Buffer.from('300c02010178070a010004000400', 'hex').toString('latin1');
    expect((await ask(short.split(''))).code).toBe('none');
  });

  it('refuses a revoked server before anything was sent over TLS [ECO.1.1.6]', async () => {
    expect(await ask([ldapAnswer(0)], [], revoked)).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', evidence: nothingSeen });
  });

  it.each([
    ['protocolError', ldapAnswer(2), true],
    ['busy', ldapAnswer(51), false],
    ['unavailable', ldapAnswer(52), false],
  ])('never goes on in clear after %s [ECO.1.1.1]', async (_, answer, permanent) => {
    expect(await ask([answer])).toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1', permanent });
  });

  it('takes a notice of disconnection for a server that serves nobody now', async () => {
    expect(await ask([ldapAnswer(52, 0)])).toMatchObject({ code: 'ERR_MSS_TLS_CLOSED', permanent: false });
  });

  it('refuses bytes that follow the consent in clear', async () => {
    expect(await ask([ldapAnswer(0) + ldapAnswer(0)])).toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_INJECTION', requirement: 'ECO.1.1.1' });
  });

  it.each([
    ['text', '* OK IMAP4rev1 ready, this is not LDAP\r\n'],
    ['an endless length', '\u0030\u0084\u007f\u00ff\u00ff\u00ff'],
    ['an indefinite length', '\u0030\u0080\u0002\u0001\u0001'],
    ['another answer', Buffer.from('300c02010161070a010004000400', 'hex').toString('latin1')],
    ['the answer to another request', ldapAnswer(0, 7)],
    ['an empty message', '\u0030\u0000'],
    ['lengths that lie', Buffer.from('300502017f7870', 'hex').toString('latin1')],
  ])('calls %s a broken protocol', async (_, answer) => {
    expect((await ask([answer])).code).toBe('ERR_MSS_TLS_STARTTLS_PROTOCOL');
  });
});

describe('a server that is busy, or about to stop, before TLS', () => {
  const [greeting = '', offer = ''] = smtpScript;
  const [welcome = '', capability = ''] = imapScript;

  it.each<[string, readonly string[], StartTlsDialogue]>([
    ['421 as greeting [RFC 5321 §3.8]', ['421 4.3.2 too busy\r\n'], startTlsDialogues.smtp()],
    ['421 to EHLO', [greeting, '421 4.3.2 shutting down\r\n'], startTlsDialogues.smtp()],
    ['BYE as greeting [RFC 9051 §7.1.5]', ['* BYE too many connections\r\n'], startTlsDialogues.imap()],
    ['BYE to CAPABILITY', [welcome, '* BYE shutting down\r\n'], startTlsDialogues.imap()],
    ['BYE to STARTTLS', [welcome, capability, '* BYE shutting down\r\n'], startTlsDialogues.imap()],
  ])('(%s) may be asked again later', async (_, lines, dialogue) => {
    expect(await attempt(lines, dialogue)).toMatchObject({ code: 'ERR_MSS_TLS_CLOSED', requirement: undefined, permanent: false });
  });

  it.each<[string, readonly string[], boolean]>([
    ['454, no TLS for now [RFC 3207 §4]', [greeting, offer, '454 4.7.0 not now\r\n'], false],
    ['502, no such command', [greeting, offer, '502 5.5.1 unknown\r\n'], true],
    ['554 as greeting', ['554 5.7.1 no service for you\r\n'], true],
  ])('(%s) refuses STARTTLS, for good or not as it says', async (_, lines, permanent) => {
    expect(await attempt(lines, startTlsDialogues.smtp())).toMatchObject({
      code: 'ERR_MSS_TLS_STARTTLS_REFUSED',
      requirement: 'ECO.1.1.1',
      permanent,
    });
  });
});

describe('an IMAP server that says PREAUTH', () => {
  it('is refused: it would skip TLS [RFC 8314 §3.2]', async () => {
    expect((await attempt(['* PREAUTH welcome\r\n'], startTlsDialogues.imap())).code).toBe('ERR_MSS_TLS_STARTTLS_REFUSED');
  });
});

async function streamTo(rig: TlsRig): Promise<Socket> {
  const socket = tcpConnect(rig.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

describe('upgrade of a stream that the caller opened', () => {
  it('asks to connect once more while the verdict is not settled, then secures', async () => {
    const rig = await startTlsRig({ certificate: server });
    const policy = createSecureChannelPolicy({ trust });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    const first = await streamTo(rig);
    expect(await refusalOf(policy.upgrade(first, target))).toMatchObject({ code: 'ERR_MSS_TLS_VERDICT_PENDING', permanent: false });
    expect(first.destroyed).toBe(true);
    const socket = await policy.upgrade(await streamTo(rig), target);
    expect(socket.decision.revocation?.status).toBe('good');
    socket.destroy();
    await policy.close();
    await rig.close();
  });

  it('goes through at once after warm', async () => {
    const rig = await startTlsRig({ certificate: server, ca: [igc.caPem, igc.intermediate.certPem] });
    const policy = createSecureChannelPolicy({ trust, clientIdentity });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    const decision = await policy.warm(target);
    expect(decision).toMatchObject({ protocol: 'TLSv1.2', clientCertificate: null });
    (await policy.upgrade(await streamTo(rig), target)).destroy();
    await expect.poll(() => rig.clients).toEqual([null, 'LPS']);
    await policy.close();
    await rig.close();
  });

  it('refuses a revoked server without offering the client certificate', async () => {
    const rig = await startTlsRig({ certificate: revoked });
    const policy = createSecureChannelPolicy({ trust, clientIdentity });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    for (let count = 0; count < 2; count++) {
      expect((await refusalOf(policy.upgrade(await streamTo(rig), target))).code).toBe('ERR_MSS_TLS_REVOKED');
    }
    expect(evidence(rig)).toEqual(nothingSeen);
    await policy.close();
    await rig.close();
  });

  it('says at once of a stream that is closed already that it is', async () => {
    const rig = await startTlsRig({ certificate: server });
    const policy = createSecureChannelPolicy({ trust });
    const stream = await streamTo(rig);
    stream.destroy();
    await once(stream, 'close');
    expect(await refusalOf(policy.upgrade(stream, { host: '127.0.0.1', port: rig.port, servername: 'mail.example' }))).toMatchObject({
      code: 'ERR_MSS_TLS_CLOSED',
      permanent: false,
    });
    await policy.close();
    await rig.close();
  });

  it('refuses a stream on which bytes are waiting', async () => {
    const rig = await startTlsRig({ certificate: server, startTls: async (socket) => void socket.write('injected') });
    const policy = createSecureChannelPolicy({ trust });
    const stream = await streamTo(rig);
    await once(stream, 'readable');
    expect((await refusalOf(policy.upgrade(stream, { host: '127.0.0.1', port: rig.port, servername: 'mail.example' }))).code).toBe(
      'ERR_MSS_TLS_STARTTLS_INJECTION',
    );
    await policy.close();
    await rig.close();
  });
});
