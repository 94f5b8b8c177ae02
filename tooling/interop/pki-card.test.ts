import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import {
  createSecureChannelPolicy,
  createTrustStore,
  openCardIdentity,
  type CardIdentity,
  type CardIdentityOptions,
  type PinRequest,
} from '@mss/pki';
import { openMailbox, openSmtpSession } from '@mss/transport';
import type { IssuedCertificate } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startPostfix, type Postfix } from '../servers/postfix.js';
import { createSoftHsm, pkcs11Libraries, spyOn, startRemoteHsm, type Pkcs11Spy, type RemoteHsm, type SoftHsm } from '../servers/softhsm.js';
import { clientAuthorities, createWorld, serverName, type World } from './transport-world.js';

// The chain of libraries is the process's: pkcs11-spy counts, p11-kit carries the calls to another process, SoftHSM answers there.
const holder = 'medecin@exemple.mssante.fr';
const pin = '4831';

let world: World;
let hsm: SoftHsm;
let old: SoftHsm;
let reader: RemoteHsm;
let spy: Pkcs11Spy;
let dovecot: Dovecot;
let revoked: Dovecot;
let postfix: Postfix;
let https: Server;
const identities: CardIdentity[] = [];

beforeAll(async () => {
  world = await createWorld();
  const { igc } = world;
  const client = async (commonName: string, more: Partial<Parameters<typeof igc.issueClient>[0]> = {}): Promise<IssuedCertificate> =>
    igc.issueClient({ commonName, ...more });
  const [auth, sign, ec, late, bare, pair] = [
    await client(holder),
    await client(holder, { eku: ['emailProtection'] }),
    await client(holder, { keyType: 'ec' }),
    await client(holder, { notBefore: new Date(Date.now() - 2e9), notAfter: new Date(Date.now() - 1e9) }),
    await client(holder),
    await client('autre@exemple.mssante.fr'),
  ];
  const on = (
    certificate: IssuedCertificate,
    id: string,
    label: string,
  ): { id: string; label: string; der: Uint8Array; keyPem: string } => ({
    id,
    label,
    der: certificate.der,
    keyPem: certificate.keyPem,
  });
  hsm = await createSoftHsm([
    { label: 'CPS DE TEST', pin, certificates: [on(sign, '02', 'CPS signature'), on(auth, '01', 'CPS authentification')] },
    { label: 'CPS COURBE', pin, certificates: [on(ec, '01', 'CPS authentification')] },
    { label: 'CPS PERIMEE', pin, certificates: [on(late, '01', 'CPS authentification')] },
    { label: 'CPS VIDE', pin, certificates: [] },
    { label: 'CPS SANS CLE', pin, certificates: [{ id: '01', label: 'CPS authentification', der: bare.der }] },
    { label: 'DEUX CERTIFICATS', pin, certificates: [on(auth, '01', 'un'), on(pair, '02', 'deux')] },
  ]);
  old = await createSoftHsm([{ label: 'CARTE ANCIENNE', pin, certificates: [on(auth, '01', 'CPS authentification')] }], {
    withoutPss: true,
  });
  reader = await startRemoteHsm(hsm);
  process.env['P11_KIT_SERVER_ADDRESS'] = reader.address;
  spy = spyOn(pkcs11Libraries.remote, hsm.file('spy.log'));
  const accounts = { [holder]: 'motdepasse' };
  const clients = clientAuthorities(world);
  const judge = await startDovecot({ identity: world.server, accounts });
  postfix = await startPostfix({ identity: world.server, authSocket: judge.authSocket, mailFolder: judge.mailFolder, mailboxes: [holder] });
  dovecot = await startDovecot({ identity: world.server, accounts, clients, relayPort: postfix.relayPort });
  revoked = await startDovecot({ identity: world.revokedServer, accounts, clients });
  https = createServer(
    { cert: world.server.chainPem, key: world.server.keyPem, ca: clients.caPem, requestCert: true, rejectUnauthorized: true },
    (request, response) =>
      response.end(
        String((request.socket as { getPeerCertificate?: () => { subject: { CN: string } } }).getPeerCertificate?.().subject.CN),
      ),
  );
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  await judge.stop();
});
afterEach(async () => {
  for (const identity of identities.splice(0)) await identity.close();
  await spy.calls();
});
afterAll(async () => {
  https?.close();
  await postfix?.stop();
  await dovecot?.stop();
  await revoked?.stop();
  await reader?.unplug();
  await hsm?.remove();
  await old?.remove();
  await world?.close();
});

async function card(given: Partial<CardIdentityOptions> = {}): Promise<CardIdentity> {
  const identity = await openCardIdentity({
    module: pkcs11Libraries.spy,
    token: { label: 'CPS DE TEST' },
    pin: () => pin,
    ...given,
  });
  identities.push(identity);
  return identity;
}

/** Logs in by EXTERNAL, proves that the mailbox answers, and leaves. */
async function read(
  identity: CardIdentity,
  given: { readonly security?: 'implicit' | 'starttls'; readonly server?: Dovecot; readonly policy?: ReturnType<World['policy']> } = {},
): Promise<void> {
  const { security = 'implicit', server = dovecot, policy = world.policy(identity) } = given;
  const port = security === 'implicit' ? server.imapsPort : server.imapPort;
  const mailbox = await openMailbox({ policy, host: '127.0.0.1', servername: serverName, port, security, auth: { type: 'certificate' } });
  expect((await mailbox.list()).map((folder) => folder.path)).toContain('INBOX');
  expect(mailbox.decision.clientCertificate).toBe(identity.certificate.sha256);
  await mailbox.close();
}

describe('a card logs in [ECO.1.2.1]', () => {
  it.each(['implicit', 'starttls'] as const)('IMAP by SASL EXTERNAL, %s: one C_Login for one PIN', async (security) => {
    const asked: PinRequest[] = [];
    const identity = await card({ pin: (request) => (asked.push(request), pin) });
    expect(identity).toMatchObject({ kind: 'card', state: 'locked', token: { label: 'CPS DE TEST' } });
    expect(await spy.calls()).not.toHaveProperty('C_Login');
    await read(identity, { security });
    expect(identity.state).toBe('ready');
    expect(asked).toEqual([
      {
        tokenLabel: 'CPS DE TEST',
        tokenSerial: identity.token.serial,
        reader: identity.token.reader,
        triesLeft: 'unknown',
        reason: 'first',
      },
    ]);
    expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 1 });
    // Again, and with another policy, hence another TLS context: the login stands.
    await read(identity, { security });
    expect(asked).toHaveLength(1);
    const later = await spy.calls();
    expect(later).toMatchObject({ C_Sign: 1 });
    expect(later).not.toHaveProperty('C_Login');
    expect(await dovecot.log()).toMatch(/Login: user=<medecin@exemple\.mssante\.fr>, method=EXTERNAL/);
  });

  it('ten connections at once: one question, one C_Login', async () => {
    let asked = 0;
    const identity = await card({ pin: async () => ((asked += 1), pin) });
    const policy = world.policy(identity);
    await Promise.all(Array.from({ length: 10 }, async () => read(identity, { policy })));
    expect(asked).toBe(1);
    expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 10 });
  });

  it('SMTP submission by SASL EXTERNAL', async () => {
    const identity = await card();
    await using session = await openSmtpSession({
      policy: world.policy(identity),
      host: '127.0.0.1',
      servername: serverName,
      port: dovecot.submissionPort ?? 0,
      security: 'starttls',
      auth: { type: 'certificate' },
    });
    expect(session.isOpen).toBe(true);
    expect(await dovecot.log()).toMatch(/submission-login: Info: Login: user=<medecin@exemple\.mssante\.fr>, method=EXTERNAL/);
    expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 1 });
  });

  it.each(['ref2-0.1', 'ref2-1.0.1'] as const)('an HTTPS server that wants a client certificate, %s', async (profile) => {
    const identity = await card();
    const trust = createTrustStore({ name: 'test', anchors: [world.igc.caPem], igcSante: true });
    const resolver = async (): Promise<readonly string[]> => ['127.0.0.1'];
    await using policy = createSecureChannelPolicy({ trust, profile, clientIdentity: identity, resolver });
    const answer = await policy.fetch(`https://${serverName}:${(https.address() as AddressInfo).port}/`);
    expect(await answer.text()).toBe(holder);
    expect(await spy.calls()).toMatchObject({ C_Login: 1 });
  });

  it('a library that opens its own socket finds the key after `warm`', async () => {
    const identity = await card();
    const policy = world.policy(identity);
    const target = { host: '127.0.0.1', port: dovecot.imapsPort, servername: serverName };
    expect(() => policy.tlsOptions(target)).toThrow(expect.objectContaining({ code: 'ERR_MSS_TLS_VERDICT_PENDING' }));
    await policy.warm(target);
    expect(policy.tlsOptions(target).secureContext).toBeDefined();
    expect(await spy.calls()).toMatchObject({ C_Login: 1 });
  });

  it('an elliptic-curve key on the card', async () => {
    const identity = await card({ token: { label: 'CPS COURBE' } });
    await read(identity);
    expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 1 });
  });
});

describe('a server that is refused [ECO.1.1.6]', () => {
  it('sees no certificate, the card makes no signature, and nobody is asked for a PIN', async () => {
    let asked = 0;
    const identity = await card({ pin: () => ((asked += 1), pin) });
    await expect(read(identity, { server: revoked })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(asked).toBe(0);
    // The same with a card that is ready to sign.
    await identity.unlock();
    await spy.calls();
    for (const security of ['implicit', 'starttls'] as const) {
      await expect(read(identity, { server: revoked, security })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    }
    const calls = await spy.calls();
    expect(calls).not.toHaveProperty('C_SignInit');
    expect(calls).not.toHaveProperty('C_Sign');
    expect(await revoked.log()).not.toMatch(/Valid certificate|Login:/);
  });
});

describe('the PIN', () => {
  it('a wrong one is tried once, whatever connects again, until another is supplied', async () => {
    const given = ['0000', '0000', pin];
    const asked: PinRequest[] = [];
    const identity = await card({ pin: (request) => (asked.push(request), given.shift() ?? null) });
    const policy = world.policy(identity);
    const wrong = { code: 'ERR_MSS_PKI_CARD_PIN_WRONG', permanent: true };
    await expect(read(identity, { policy })).rejects.toMatchObject(wrong);
    for (const again of [policy, policy, world.policy(identity)])
      await expect(read(identity, { policy: again })).rejects.toMatchObject(wrong);
    expect(asked).toHaveLength(1);
    expect(identity.state).toBe('refused');
    expect(await spy.calls()).toMatchObject({ C_Login: 1 });
    // The same wrong PIN, typed once more: the card never sees it.
    await expect(identity.unlock()).rejects.toMatchObject({ ...wrong, details: { tried: false } });
    expect(await spy.calls()).not.toHaveProperty('C_Login');
    await identity.unlock();
    await read(identity, { policy });
    expect(asked.map(({ reason, triesLeft }) => [reason, triesLeft])).toEqual([
      ['first', 'unknown'],
      ['again', 'low'],
      ['again', 'low'],
    ]);
    expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 1 });
  });

  it('another identity of the same card does not repeat it either', async () => {
    const first = await card({ pin: () => '1111' });
    await expect(first.unlock()).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_PIN_WRONG', details: { tried: true } });
    await spy.calls();
    const second = await card({ pin: () => '1111' });
    await expect(second.unlock()).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_PIN_WRONG', details: { tried: false } });
    expect(await spy.calls()).not.toHaveProperty('C_Login');
  });

  it('not given, too short: the card is not asked', async () => {
    const given = [null, '1'];
    const identity = await card({ pin: () => given.shift() ?? null });
    await expect(read(identity)).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_PIN_CANCELLED' });
    await expect(read(identity)).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_PIN_CANCELLED' });
    await expect(identity.unlock()).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_PIN_FORMAT' });
    expect(await spy.calls()).not.toHaveProperty('C_Login');
  });

  it('is in no environment variable and on no command line', async () => {
    const secret = pin;
    const identity = await card({ pin: () => secret });
    await read(identity);
    expect(Object.values(process.env)).not.toContain(secret);
    expect(Object.entries(process.env).filter(([, value]) => value?.includes(secret) === true && value.length < 200)).toEqual([]);
    expect(process.env['PKCS11_MODULE_PATH']).toBeUndefined();
    expect(identity.keyUri).not.toContain('pin');
  });

  it('closed: logged out, and nothing connects any more', async () => {
    const identity = await card();
    await read(identity);
    await spy.calls();
    await identity.close();
    expect(await spy.calls()).toMatchObject({ C_Logout: 1, C_CloseSession: 1 });
    await expect(read(identity)).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_CLOSED' });
  });
});

describe('which card', () => {
  it.each([
    ['no such label', { token: { label: 'CPS ABSENTE' } }, 'ERR_MSS_PKI_CARD_ABSENT'],
    ['a card without certificate', { token: { label: 'CPS VIDE' } }, 'ERR_MSS_PKI_CARD_NO_CERTIFICATE'],
    ['an expired certificate', { token: { label: 'CPS PERIMEE' } }, 'ERR_MSS_PKI_CARD_EXPIRED'],
    ['two that answer on one card', { token: { label: 'DEUX CERTIFICATS' } }, 'ERR_MSS_PKI_CARD_AMBIGUOUS'],
    ['several cards that answer', { token: {} }, 'ERR_MSS_PKI_CARD_AMBIGUOUS'],
    ['no such library', { module: '/nonexistent/cps.so' }, 'ERR_MSS_PKI_CARD_MODULE'],
    ['no such engine', { engine: '/nonexistent/pkcs11.so' }, 'ERR_MSS_PKI_CARD_ENGINE'],
  ])('%s', async (_, given, code) => {
    await expect(card(given)).rejects.toMatchObject({ code });
    expect(await spy.calls()).not.toHaveProperty('C_Login');
  });

  it('the one that holds a certificate whose subject …, or by label', async () => {
    const bySubject = await card({ token: {}, certificate: { matches: ({ subject }) => subject.includes('autre@') } });
    expect(bySubject.token.label).toBe('DEUX CERTIFICATS');
    expect((await card({ token: {}, certificate: { label: 'un' } })).token.label).toBe('DEUX CERTIFICATS');
  });

  it('a certificate without key', async () => {
    await expect((await card({ token: { label: 'CPS SANS CLE' } })).unlock()).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_KEY' });
  });
});

describe('the card is taken out', () => {
  it('connections fail at once with a clear code; put back, it works after its PIN, asked once', async () => {
    const asked: string[] = [];
    const identity = await card({ pin: ({ reason }) => (asked.push(reason), pin) });
    const policy = world.policy(identity);
    await read(identity, { policy });
    for (let round = 1; round <= 2; round += 1) {
      await reader.unplug();
      expect(identity.state).toBe('locked');
      const gone = { code: expect.stringMatching(/^ERR_MSS_PKI_CARD_(REMOVED|MODULE)$/) };
      await expect(read(identity, { policy })).rejects.toMatchObject(gone);
      await expect(read(identity, { policy })).rejects.toMatchObject(gone);
      expect(asked).toHaveLength(round);
      await reader.plug();
      await spy.calls();
      await read(identity, { policy });
      await read(identity, { policy });
      expect(asked).toHaveLength(round + 1);
      expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 2 });
    }
    expect(asked).toEqual(['first', 'reinserted', 'reinserted']);
  });

  it.each(['CPS DE TEST', 'CPS COURBE'])(
    "a stream of the caller's, whose verdict is not settled: the card is not used (%s)",
    async (label) => {
      const identity = await card({ token: { label } });
      const policy = world.policy(identity);
      const target = { host: '127.0.0.1', port: dovecot.imapsPort, servername: serverName };
      const connection = async (): Promise<Socket> => {
        const socket = connect(dovecot.imapsPort, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      };
      await expect(policy.upgrade(await connection(), target)).rejects.toMatchObject({ code: 'ERR_MSS_TLS_VERDICT_PENDING' });
      expect(await spy.calls()).not.toHaveProperty('C_Login');
      await policy.warm(target);
      (await policy.upgrade(await connection(), target)).destroy();
      expect(await spy.calls()).toMatchObject({ C_Login: 1, C_Sign: 1 });
    },
  );

  it('in the middle of a handshake: nothing is signed, and the code says why', async () => {
    const identity = await card();
    const policy = world.policy(identity);
    await read(identity, { policy });
    await spy.calls();
    const connect = async (before: () => Promise<void>): Promise<void> => {
      const socket = await policy.connectStartTls({
        host: '127.0.0.1',
        port: dovecot.imapPort,
        servername: serverName,
        startTls: async (io) => {
          await io.readLine();
          await io.writeLine('a STARTTLS');
          await io.readLine();
          await before();
        },
      });
      socket.destroy();
    };
    await connect(async () => {});
    expect(await spy.calls()).toMatchObject({ C_Sign: 1 });
    const broken = connect(async () => reader.unplug());
    await expect(broken).rejects.toMatchObject({ code: 'ERR_MSS_PKI_CARD_REMOVED', permanent: false });
    // OpenSSL still asks; the card that is away signs nothing.
    expect(await spy.calls()).not.toHaveProperty('C_Sign');
    await reader.plug();
    await read(identity, { policy });
  });
});

describe('a card that signs by PKCS #1 v1.5 alone, on a second library of the same process', () => {
  it.each(['ref2-0.1', 'ref2-1.0.1'] as const)('%s: the server is not offered PSS, nor TLS 1.3', async (profile) => {
    process.env['SOFTHSM2_CONF'] = old.configFile;
    const first = await card();
    const identity = await card({ module: pkcs11Libraries.softHsm, token: { label: 'CARTE ANCIENNE' } });
    await read(first);
    const trust = createTrustStore({ name: 'test', anchors: [world.igc.caPem], igcSante: true });
    const seen: { protocol: string | null; algorithms: string[] }[] = [];
    https.once('secureConnection', (socket) => seen.push({ protocol: socket.getProtocol(), algorithms: socket.getSharedSigalgs() }));
    await using policy = createSecureChannelPolicy({ trust, profile, clientIdentity: identity });
    const target = { host: '127.0.0.1', port: (https.address() as AddressInfo).port, servername: serverName };
    const socket = await policy.connect(target);
    expect(socket.decision).toMatchObject({ protocol: 'TLSv1.2', clientCertificate: identity.certificate.sha256 });
    socket.destroy();
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]?.algorithms.join()).not.toContain('PSS');
    await read(first);
  });
});
