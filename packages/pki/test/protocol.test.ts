import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSecureChannelPolicy,
  loadClientIdentity,
  type ClientIdentity,
  type ConnectionDecision,
  type TrustStore,
} from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { listen } from './support/port.js';
import { evidence, nothingSeen, startTlsRig, type RigOptions } from './support/tls-rig.js';
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

async function attempt(rigOptions: Partial<RigOptions>, policyOptions: Partial<Parameters<typeof createSecureChannelPolicy>[0]> = {}) {
  const rig = await startTlsRig({ certificate: server, ca: [igc.caPem, igc.intermediate.certPem], ...rigOptions });
  const policy = createSecureChannelPolicy({ trust, ...policyOptions });
  let decision: ConnectionDecision | null = null;
  const { code, requirement } = await refusalOf(
    policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example', timeoutMs: 15_000 }).then(async (socket) => {
      ({ decision } = socket);
      await expect.poll(() => rig.clients.length).toBe(1);
      socket.destroy();
      return socket;
    }),
  );
  await policy.close();
  await rig.close();
  return { code, requirement, decision: decision as ConnectionDecision | null, evidence: evidence(rig) };
}

const old = { ciphers: 'ALL:@SECLEVEL=0' };

describe('protocol versions', () => {
  it.each([
    ['TLS 1.3 only', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }],
    ['TLS 1.1 only', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ...old }],
    ['TLS 1.0 only', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ...old }],
  ] as const)('a server of %s is refused [ECO.1.1.2]', async (_, options) => {
    expect(await attempt(options)).toMatchObject({ code: 'ERR_MSS_TLS_VERSION', requirement: 'ECO.1.1.2', evidence: nothingSeen });
  });

  it('TLS 1.2 is negotiated with a server that also has 1.0 to 1.3', async () => {
    const { decision } = await attempt({ minVersion: 'TLSv1', maxVersion: 'TLSv1.3', ...old });
    expect(decision?.protocol).toBe('TLSv1.2');
  });

  it('TLS 1.3 is negotiated by the profile that allows it, and TLS 1.1 is refused under its own requirement [ref2-1.0.1, ECO.1.1.1]', async () => {
    const modern = { profile: 'ref2-1.0.1' } as const;
    expect((await attempt({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }, modern)).decision?.protocol).toBe('TLSv1.3');
    expect((await attempt({}, modern)).decision?.protocol).toBe('TLSv1.2');
    expect(await attempt({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ...old }, modern)).toMatchObject({
      code: 'ERR_MSS_TLS_VERSION',
      requirement: 'ECO.1.1.1',
    });
  });

  it('a client certificate is withheld from an unsettled server of TLS 1.3, too', async () => {
    const refused = await attempt({ certificate: revoked, maxVersion: 'TLSv1.3' }, { profile: 'ref2-1.0.1', clientIdentity });
    expect(refused).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
    // The client's flight would be encrypted: the server can only say that no handshake was completed.
    expect(refused.evidence).toMatchObject({ clients: [], decryptedBytes: 0, applicationRecords: 0 });
    expect((await attempt({ maxVersion: 'TLSv1.3' }, { profile: 'ref2-1.0.1', clientIdentity })).evidence.clients).toEqual(['LPS']);
  });
});

describe('renegotiation', () => {
  it('that the server asks for is declined: no certificate is shown again', async () => {
    let asked = 0;
    const rig = await startTlsRig({
      certificate: server,
      onSecure: (socket) => {
        socket.renegotiate({}, () => {});
        asked++;
        socket.write('still here');
      },
    });
    const policy = createSecureChannelPolicy({ trust });
    const socket = await policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' });
    const [received] = await once(socket, 'data');
    expect([asked, String(received)]).toEqual([1, 'still here']);
    socket.write('and here');
    await expect.poll(() => rig.flights.at(-1)?.applicationRecords).toBe(1);
    expect(rig.flights.at(-1)?.encryptedHandshakes).toBe(1);
    socket.destroy();
    await policy.close();
    await rig.close();
  });
});

describe('cipher suites', () => {
  it.each([
    ['ECDHE-RSA-AES256-GCM-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
    ['ECDHE-RSA-AES128-GCM-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    ['ECDHE-RSA-AES256-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'],
    ['ECDHE-RSA-AES128-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'],
  ])('%s is negotiated [ECO.1.1.3]', async (ciphers, name) => {
    expect((await attempt({ ciphers })).decision?.cipher).toBe(name);
  });

  it.each(['ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-RSA-AES256-SHA', 'AES256-GCM-SHA384', 'AES128-SHA', 'ECDHE-RSA-CAMELLIA256-SHA384'])(
    'a server with %s alone is refused [ECO.1.1.3]',
    async (suite) => {
      expect(await attempt({ ciphers: `${suite}:@SECLEVEL=0` })).toMatchObject({
        code: 'ERR_MSS_TLS_SUITE',
        requirement: 'ECO.1.1.3',
        evidence: nothingSeen,
      });
    },
  );

  it('a server with TLS 1.3 and none of the four suites for 1.2 is refused for the suite', async () => {
    expect(await attempt({ maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-RSA-CHACHA20-POLY1305' })).toMatchObject({
      code: 'ERR_MSS_TLS_SUITE',
      requirement: 'ECO.1.1.3',
    });
  });
});

/** A server that is not one of TLS. */
async function againstPlain(
  behave: (socket: Socket) => void,
): Promise<{ code: string; requirement: string | undefined; received: Buffer }> {
  const received: Buffer[] = [];
  const plain = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    behave(socket);
  });
  const port = await listen(plain);
  const policy = createSecureChannelPolicy({ trust });
  const { code, requirement } = await refusalOf(policy.connect({ host: '127.0.0.1', port, servername: 'mail.example', timeoutMs: 15_000 }));
  await policy.close();
  await new Promise((resolve) => plain.close(resolve));
  return { code, requirement, received: Buffer.concat(received) };
}

describe('a peer that does not speak TLS', () => {
  it.each([
    ['an SMTP greeting', '220 mail.example ESMTP\r\n'],
    ['an HTTP answer', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an IMAP greeting', '* OK IMAP4rev1\r\n'],
  ])('and sends %s is refused [ECO.1.1.1]', async (_, text) => {
    expect(await againstPlain((socket) => socket.end(text))).toMatchObject({ code: 'ERR_MSS_TLS_NOT_TLS', requirement: 'ECO.1.1.1' });
  });

  it.each([
    ['closes at once', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['closes after the ClientHello', (socket: Socket) => socket.once('data', () => socket.end())],
  ])('and %s is a failure that may pass', async (_, behave) => {
    const { code, received } = await againstPlain(behave);
    expect(['ERR_MSS_TLS_CLOSED', 'ERR_MSS_TLS_NOT_TLS', 'ERR_MSS_TLS_UNREACHABLE']).toContain(code);
    // Whatever is sent to find out why begins like a ClientHello and ends with it.
    expect(received.length === 0 || received[0] === 22).toBe(true);
  });
});

describe('client certificates', () => {
  it('that the server asks for and does not get are a refusal of their own', async () => {
    expect(await attempt({ rejectUnauthorized: true })).toMatchObject({ code: 'ERR_MSS_TLS_CLIENT_CERTIFICATE', requirement: undefined });
  });

  it('that the server does not accept, too', async () => {
    const other = await createTestIgc({ label: 'OTHER' });
    const foreign = await other.issueClient({ commonName: 'STRANGER' });
    await other.close();
    const unknown = loadClientIdentity({ cert: foreign.certPem, key: foreign.keyPem });
    const refused = await attempt({ rejectUnauthorized: true }, { clientIdentity: unknown });
    expect(['ERR_MSS_TLS_CLIENT_CERTIFICATE', 'ERR_MSS_TLS_CLOSED', 'none']).toContain(refused.code);
  });
});
