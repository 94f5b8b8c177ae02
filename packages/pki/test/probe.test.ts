import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrustStore, probeTls, type TlsProbe, type TlsProbeOptions, type TrustStore } from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { listen } from './support/port.js';
import { evidence, startTlsRig, type RigOptions } from './support/tls-rig.js';
import { startServers } from './support/world.js';

let igc: TestIgc;
let trust: TrustStore;
let server: IssuedCertificate;

beforeAll(async () => {
  ({ igc, trust, server } = await startServers());
});
afterAll(() => igc.close());

async function probe(rigOptions: Partial<RigOptions> = {}, options: Partial<TlsProbeOptions> = {}): Promise<TlsProbe & { bytes: number }> {
  const rig = await startTlsRig({ certificate: server, ...rigOptions });
  try {
    const result = await probeTls({
      host: '127.0.0.1',
      port: rig.port,
      servername: 'mail.example',
      trust,
      ...options,
    });
    return { ...result, bytes: evidence(rig).decryptedBytes };
  } finally {
    await rig.close();
  }
}

const startTls: RigOptions['startTls'] = async (socket) => {
  for (const line of ['220 mail.example\r\n', '250-mail.example\r\n250 STARTTLS\r\n', '220 go\r\n']) {
    socket.write(line);
    if (!line.startsWith('220 go')) await new Promise((resolve) => socket.once('data', resolve));
  }
  socket.removeAllListeners('data');
  socket.pause();
};

const stripped: RigOptions['startTls'] = async (socket) => {
  socket.write('220 mail.example\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write('250 mail.example\r\n');
  await new Promise(() => {});
};

describe('probeTls', () => {
  it('tells what it found at a good server', async () => {
    const result = await probe();
    expect(result).toMatchObject({ ok: true, protocol: 'TLSv1.2', refusal: null, clientCertificateRequired: false, bytes: 0 });
    expect(result.cipher).toMatch(/^TLS_ECDHE_RSA_WITH_/);
    expect(result.chain.map(({ subject }) => subject.split(',')[0])).toEqual([
      'CN=mail.example',
      'CN=AC TEST ORGANISATIONS',
      'CN=AC RACINE TEST',
    ]);
    expect(result.revocation).toMatchObject({ method: 'crl', status: 'good', checkedAt: expect.any(Date), nextUpdate: expect.any(Date) });
    expect(JSON.parse(JSON.stringify(result))).toHaveProperty('revocation.status', 'good');
  });

  it('tells version, suite, chain and revocation of a refused server, too', async () => {
    const revoked = await igc.issueServer({ hostnames: ['mail.example'] });
    igc.revoke(revoked);
    const result = await probe({ certificate: revoked, ciphers: 'ECDHE-RSA-AES256-SHA384' });
    expect(result).toMatchObject({ ok: false, protocol: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', bytes: 0 });
    expect(result.chain).toHaveLength(3);
    expect(result.revocation).toMatchObject({ method: 'crl', status: 'revoked' });
    expect(result.refusal).toMatchObject({
      requirement: 'ECO.1.1.6',
      code: 'ERR_MSS_TLS_REVOKED',
      reason: expect.stringContaining('revoked'),
    });
  });

  it('shows as much of a chain as there is when nobody is trusted', async () => {
    const stranger = createTrustStore({ name: 'other', anchors: [(await createTestIgc({ label: 'OTHER' })).caPem] });
    const result = await probe({}, { trust: stranger });
    expect(result.chain).toHaveLength(2);
    expect(result.revocation).toMatchObject({ method: null, status: 'unknown' });
    expect(result.refusal).toMatchObject({ requirement: 'ECO.1.1.4', code: 'ERR_MSS_TLS_UNTRUSTED' });
  });

  it('tells that the revocation cannot be known', async () => {
    const issuer = await igc.issueIntermediate({ commonName: 'SILENT' });
    igc.crlServer.setFault('down', { path: new URL(issuer.crlUrl).pathname });
    const result = await probe({ certificate: await igc.issueServer({ hostnames: ['mail.example'], issuer }) });
    expect(result).toMatchObject({
      ok: false,
      protocol: 'TLSv1.2',
      revocation: { status: 'unknown' },
      refusal: { requirement: 'ECO.1.1.6', code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN', causes: ['ERR_MSS_PKI_CRL_FETCH'] },
    });
    igc.crlServer.setFault('none');
  });

  it.each([
    ['TLS 1.3 only', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }, 'ECO.1.1.2'],
    ['another suite', { ciphers: 'AES256-GCM-SHA384' }, 'ECO.1.1.3'],
  ] as const)('names the requirement for %s', async (_, options, requirement) => {
    expect(await probe(options)).toMatchObject({ ok: false, protocol: null, cipher: null, chain: [], refusal: { requirement } });
  });

  it('accepts a server that asks for a client certificate: the verdict is on the server', async () => {
    const result = await probe({ rejectUnauthorized: true, ca: [igc.caPem] });
    expect(result).toMatchObject({ ok: true, clientCertificateRequired: true, revocation: { status: 'good' }, refusal: null });
  });

  it('speaks STARTTLS', async () => {
    expect(await probe({ startTls }, { starttls: 'smtp' })).toMatchObject({ ok: true, protocol: 'TLSv1.2' });
    expect(await probe({ startTls: stripped }, { starttls: 'smtp' })).toMatchObject({ ok: false, refusal: { requirement: 'ECO.1.1.1' } });
  });

  it('speaks StartTLS of LDAP', async () => {
    const consent = Buffer.from('300c02010178070a010004000400', 'hex');
    const ldap = async (socket: Socket): Promise<void> => {
      await once(socket, 'data');
      socket.removeAllListeners('data');
      socket.pause();
      socket.write(consent);
    };
    expect(await probe({ startTls: ldap }, { starttls: 'ldap' })).toMatchObject({ ok: true, protocol: 'TLSv1.2' });
  });

  it('has no verdict, but an error, when nobody answers', async () => {
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await refusalOf(probeTls({ host: '127.0.0.1', port, trust }))).toMatchObject({
      code: 'ERR_MSS_TLS_UNREACHABLE',
      permanent: false,
    });
  });
});
