import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSecureChannelPolicy,
  createTrustStore,
  openCardIdentity,
  stunnelConfiguration,
  type CardIdentity,
  type SecureSocket,
} from '@mss/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { pem } from '../servers/identity.js';
import { freePort } from '../servers/process.js';
import { createSoftHsm, pkcs11Libraries, readSpy, type SoftHsm } from '../servers/softhsm.js';
import { startStunnel, type Stunnel } from '../servers/stunnel.js';
import { clientAuthorities, createWorld, serverName, type World } from './transport-world.js';

const holder = 'medecin@exemple.mssante.fr';
const pin = '4831';

let world: World;
let hsm: SoftHsm;
let folder: string;
let good: Dovecot;
let revoked: Dovecot;
let identity: CardIdentity;
let logs = 0;

beforeAll(async () => {
  world = await createWorld();
  const auth = await world.igc.issueClient({ commonName: holder });
  hsm = await createSoftHsm([
    { label: 'CPS DE TEST', pin, certificates: [{ id: '01', label: 'CPS auth', der: auth.der, keyPem: auth.keyPem }] },
  ]);
  folder = await mkdtemp(join(tmpdir(), 'mss-stunnel-'));
  const { caPem, crls } = clientAuthorities(world);
  await writeFile(join(folder, 'ca.pem'), caPem);
  await writeFile(join(folder, 'crl.pem'), crls.map((der) => pem('X509 CRL', der)).join(''));
  await writeFile(join(folder, 'root-only.pem'), pem('X509 CRL', crls[0] ?? new Uint8Array()));
  process.env['SOFTHSM2_CONF'] = hsm.configFile;
  identity = await openCardIdentity({ module: pkcs11Libraries.softHsm, pin: () => null });
  await writeFile(join(folder, 'card.pem'), identity.chainPem);
  const accounts = { [holder]: 'motdepasse' };
  const clients = clientAuthorities(world);
  good = await startDovecot({ identity: world.server, accounts, clients });
  revoked = await startDovecot({ identity: world.revokedServer, accounts, clients });
});
afterAll(async () => {
  await identity?.close();
  await good?.stop();
  await revoked?.stop();
  await rm(folder, { recursive: true, force: true });
  await hsm?.remove();
  await world?.close();
});

interface Given {
  readonly port: number;
  readonly starttls?: 'imap';
  readonly servername?: string;
  readonly pin?: string;
  readonly crlFile?: string;
}

/** stunnel with the card of SoftHSM, seen by pkcs11-spy. */
async function tunnel(
  given: Given,
): Promise<{ readonly localPort: number; readonly stunnel: Stunnel; readonly spy: ReturnType<typeof readSpy> }> {
  const localPort = await freePort();
  const log = hsm.file(`spy${(logs += 1)}.log`);
  const service = { name: 'imap', localPort, host: '127.0.0.1', port: given.port, servername: given.servername ?? serverName };
  const configuration = stunnelConfiguration({
    services: [given.starttls === undefined ? service : { ...service, starttls: given.starttls }],
    caFile: join(folder, 'ca.pem'),
    crlFile: join(folder, given.crlFile ?? 'crl.pem'),
    card: { module: pkcs11Libraries.spy, keyUri: identity.keyUri, certificateFile: join(folder, 'card.pem') },
    pin: given.pin ?? pin,
  });
  const environment = { SOFTHSM2_CONF: hsm.configFile, PKCS11SPY: pkcs11Libraries.softHsm, PKCS11SPY_OUTPUT: log };
  const spy = readSpy(log);
  return { localPort, spy, stunnel: await startStunnel({ configuration, port: localPort, environment }) };
}

/** What the host does: clear text to 127.0.0.1, because the configuration lists that very port, and to no other. */
async function connectLocally(localPort: number): Promise<SecureSocket> {
  const trust = createTrustStore({ name: 'test', anchors: [world.igc.caPem] });
  const policy = createSecureChannelPolicy({ trust, dangerouslyAllowClearText: [`127.0.0.1:${localPort}`] });
  await expect(policy.dangerouslyConnectInClear({ host: '127.0.0.1', port: good.imapPort })).rejects.toMatchObject({
    code: 'ERR_MSS_TLS_CLEAR_TEXT',
  });
  return policy.dangerouslyConnectInClear({ host: '127.0.0.1', port: localPort });
}

/** Everything that the server says until the tagged answer to a login by EXTERNAL, or until it closes. */
async function logIn(socket: SecureSocket): Promise<string> {
  let said = '';
  socket.write('a AUTHENTICATE EXTERNAL =\r\n');
  try {
    for await (const chunk of socket) {
      said += String(chunk);
      if (/^a (OK|NO|BAD)/m.test(said)) break;
    }
  } catch {
    // Closed with a reset.
  }
  socket.destroy();
  return said;
}

describe('stunnel with a card, as a fallback', () => {
  it.each([undefined, 'imap'] as const)('logs in by EXTERNAL behind 127.0.0.1, %s', async (starttls) => {
    const port = starttls === undefined ? good.imapsPort : good.imapPort;
    const { localPort, stunnel, spy } = await tunnel({ port, ...(starttls === undefined ? {} : { starttls }) });
    try {
      const socket = await connectLocally(localPort);
      expect(socket.decision).toMatchObject({ protocol: null, revocation: null, clientCertificate: null });
      expect(await logIn(socket)).toMatch(/^a OK/m);
      expect(await logIn(await connectLocally(localPort))).toMatch(/^a OK/m);
      expect(stunnel.log()).toMatch(/TLSv1\.2 ciphersuite: ECDHE-RSA-AES/);
      expect(stunnel.log()).not.toContain(pin);
      const { C_Login: logins, C_Sign: signatures = 0 } = await spy.calls();
      expect(logins).toBe(1);
      // Each connection signs; looking whether stunnel listens was one, too.
      expect(signatures).toBeGreaterThanOrEqual(2);
    } finally {
      await stunnel.stop();
    }
    expect(await good.log()).toMatch(/Login: user=<medecin@exemple\.mssante\.fr>, method=EXTERNAL/);
  });

  it.each([
    ['a revoked server', (): Given => ({ port: revoked.imapsPort }), /certificate revoked/],
    ['a revoked server, after STARTTLS', (): Given => ({ port: revoked.imapPort, starttls: 'imap' }), /certificate revoked/],
    ['another host', (): Given => ({ port: good.imapsPort, servername: 'autre.mssante.fr' }), /Subject checks failed/],
    ['a server whose CRL is missing', (): Given => ({ port: good.imapsPort, crlFile: 'root-only.pem' }), /unable to get certificate CRL/],
  ])('refuses %s before the card signs', async (_, given, why) => {
    const { localPort, stunnel, spy } = await tunnel(given());
    try {
      expect(await logIn(await connectLocally(localPort))).not.toMatch(/^a /m);
      expect(stunnel.log()).toMatch(why);
      expect(await spy.calls()).not.toHaveProperty('C_SignInit');
    } finally {
      await stunnel.stop();
    }
    expect(await revoked.log()).not.toMatch(/Login:|Valid certificate/);
  });

  it('the gate of the toolkit refuses first, without the card, when it is asked before the tunnel', async () => {
    const trust = createTrustStore({ name: 'test', anchors: [world.igc.caPem] });
    await using policy = createSecureChannelPolicy({ trust });
    const at = ({ imapsPort: port }: Dovecot): { host: string; port: number; servername: string } => ({
      host: '127.0.0.1',
      port,
      servername: serverName,
    });
    await expect(policy.warm(at(revoked))).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(await policy.warm(at(good))).toMatchObject({ revocation: { status: 'good' } });
  });

  it('a wrong PIN: it ends after one try, when it has no terminal to ask on', async () => {
    const log = hsm.file(`spy${logs + 1}.log`);
    await expect(tunnel({ port: good.imapsPort, pin: '9999' })).rejects.toThrow(/ended before it listened/);
    expect(await readSpy(log).calls()).toMatchObject({ C_Login: 1 });
  });
});
