import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSecureChannelPolicy,
  createTrustStore,
  loadClientIdentity,
  type SecureChannelPolicy,
  type TrustStore,
} from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { evidence, nothingSeen, startTlsRig, type RigOptions, type TlsRig } from './support/tls-rig.js';

let igc: TestIgc;
let trust: TrustStore;
let server: IssuedCertificate;
let client: IssuedCertificate;
const open: (() => Promise<void>)[] = [];

async function rigOf(options: Partial<RigOptions> = {}): Promise<TlsRig> {
  const rig = await startTlsRig({ certificate: server, ca: [igc.caPem, igc.intermediate.certPem], ...options });
  open.push(() => rig.close());
  return rig;
}

function policyOf(options: Partial<Parameters<typeof createSecureChannelPolicy>[0]> = {}): SecureChannelPolicy {
  const policy = createSecureChannelPolicy({ trust, ...options });
  open.push(() => policy.close());
  return policy;
}

const at = (rig: TlsRig) => ({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' });

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
  server = await igc.issueServer({ hostnames: ['mail.example', '127.0.0.1'] });
  client = await igc.issueClient({ commonName: 'LPS' });
});
afterAll(async () => {
  await Promise.all(open.map((close) => close()));
  await igc.close();
});

describe('a connection to a good server', () => {
  it('is secured, and carries the account of what was checked [ECO.1.1.1 to 1.1.7]', async () => {
    const rig = await rigOf({ onSecure: (socket) => socket.end('220 bonjour\r\n') });
    const socket = await policyOf().connect(at(rig));
    const received: Buffer[] = [];
    for await (const chunk of socket) received.push(Buffer.from(chunk));
    expect(Buffer.concat(received).toString()).toBe('220 bonjour\r\n');
    const { decision } = socket;
    expect(decision).toMatchObject({ protocol: 'TLSv1.2', servername: 'mail.example', trustStore: 'test', clientCertificate: null });
    expect(decision.cipher).toMatch(/^TLS_ECDHE_RSA_WITH_AES_/);
    expect(decision.chain.map((one) => one.sha256)).toEqual(
      [server, igc.intermediate, igc.root].map((one) => one.fingerprint256.replaceAll(':', '').toLowerCase()),
    );
    expect(decision.revocation).toMatchObject({ method: 'crl', status: 'good' });
    expect(decision.revocation?.certificates.map(({ status, source }) => [status, source])).toEqual([
      ['good', igc.intermediate.crlUrl],
      ['good', igc.root.crlUrl],
    ]);
    expect(rig.serverNames).toEqual(['mail.example']);
  });

  it('has its verdict settled on a first connection that sends nothing but a ClientHello', async () => {
    const rig = await rigOf();
    const policy = policyOf();
    const socket = await policy.connect(at(rig));
    socket.write('x');
    await expect.poll(() => rig.decryptedBytes).toBe(1);
    expect(rig.flights.map((flight) => flight.handshakes[0])).toEqual([1, 1]);
    expect(rig.flights[0]?.handshakes).toEqual([1]);
    socket.destroy();
  });

  it('needs one connection only once the verdict is warm', async () => {
    const rig = await rigOf();
    const policy = policyOf();
    (await policy.connect(at(rig))).destroy();
    (await policy.connect(at(rig))).destroy();
    (await policy.connect(at(rig))).destroy();
    expect(rig.flights).toHaveLength(4);
  });

  it('offers the client certificate, and only on the connection after the verdict', async () => {
    const rig = await rigOf({ rejectUnauthorized: true });
    const policy = policyOf({ clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }) });
    const socket = await policy.connect(at(rig));
    await expect.poll(() => rig.clients).toEqual(['LPS']);
    expect(rig.flights.map((flight) => flight.certificateBytes > 0)).toEqual([false, true]);
    expect(socket.decision.clientCertificate).toBe(client.fingerprint256.replaceAll(':', '').toLowerCase());
    socket.destroy();
  });

  it('offers no client certificate when the connection says so', async () => {
    const rig = await rigOf();
    const policy = policyOf({ clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }) });
    (await policy.connect({ ...at(rig), clientIdentity: null })).destroy();
    await expect.poll(() => rig.clients).toEqual([null]);
  });

  it('may be addressed by an address that the certificate names; SNI is then not sent [RFC 6066 §3]', async () => {
    const rig = await rigOf();
    const socket = await policyOf().connect({ host: '127.0.0.1', port: rig.port });
    expect(socket.decision.servername).toBeNull();
    socket.destroy();
    await expect.poll(() => rig.serverNames).toEqual([false]);
  });

  it('completes the chain from the trust store when the server omits its intermediate', async () => {
    const completed = createTrustStore({ name: 'complete', anchors: [igc.caPem], intermediates: [igc.intermediate.der] });
    const rig = await rigOf({ certificate: { chainPem: server.certPem, keyPem: server.keyPem } });
    const socket = await policyOf({ trust: completed }).connect(at(rig));
    expect(socket.decision.chain).toHaveLength(3);
    socket.destroy();
  });

  it('settles once for twenty connections at a time: each CRL is fetched once', async () => {
    const rig = await rigOf();
    const policy = policyOf();
    const before = igc.crlServer.requests;
    const sockets = await Promise.all(Array.from({ length: 20 }, () => policy.connect(at(rig))));
    expect(igc.crlServer.requests - before).toBe(2);
    for (const socket of sockets) socket.destroy();
  });

  it('does not resume sessions', async () => {
    const rig = await rigOf();
    const policy = policyOf();
    for (let count = 0; count < 3; count++) (await policy.connect(at(rig))).destroy();
    // A resumed handshake has no ClientKeyExchange (16).
    expect(rig.flights.slice(1).every((flight) => flight.handshakes.includes(16))).toBe(true);
  });
});

describe('a server that changes its certificate', () => {
  it('may have several, each settled by itself (a balancer)', async () => {
    const second = await igc.issueServer({ hostnames: ['mail.example'] });
    const third = await igc.issueServer({ hostnames: ['mail.example'] });
    const rig = await rigOf();
    rig.use([server, second, third]);
    const policy = policyOf({ clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }) });
    for (let count = 0; count < 5; count++) (await policy.connect(at(rig))).destroy();
    await expect.poll(() => rig.clients.length).toBeGreaterThanOrEqual(5);
    expect(rig.clients.every((name) => name === 'LPS')).toBe(true);
  });

  it('is given up after three different chains within one deadline', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => igc.issueServer({ hostnames: ['mail.example'] })));
    const rig = await rigOf();
    rig.use(many);
    expect(await refusalOf(policyOf().connect(at(rig)))).toMatchObject({ code: 'ERR_MSS_TLS_TOO_MANY_CHAINS', permanent: false });
    expect(evidence(rig)).toEqual(nothingSeen);
  });

  it('is refused from then on when the new one is revoked, before a client certificate or byte', async () => {
    const other = await igc.issueServer({ hostnames: ['mail.example'] });
    igc.revoke(other);
    const rig = await rigOf();
    const identity = loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
    const policy = policyOf({ clientIdentity: identity });
    (await policy.connect(at(rig))).destroy();
    await expect.poll(() => rig.clients.length).toBe(1);
    rig.use([other]);
    const seen = rig.flights.length;
    expect(await refusalOf(policy.connect(at(rig)))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
    expect(await refusalOf(policy.connect({ ...at(rig), clientIdentity: null }))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    const later = rig.flights.slice(seen);
    expect(later[0]?.handshakes).toEqual([1]);
    expect(later.map((flight) => flight.certificateBytes)).toEqual([0, 0, 0]);
    expect(later.reduce((sum, flight) => sum + flight.applicationRecords, 0) + rig.decryptedBytes).toBe(0);
  });
});

const unknownName = async (): Promise<string[]> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));

describe('a connection that cannot be made', () => {
  it('says that nobody listens', async () => {
    const rig = await rigOf();
    await rig.close();
    expect(await refusalOf(policyOf().connect(at(rig)))).toEqual({
      code: 'ERR_MSS_TLS_UNREACHABLE',
      requirement: undefined,
      permanent: false,
    });
  });

  it('says that the name is not known', async () => {
    expect(await refusalOf(policyOf({ resolver: unknownName }).connect({ host: 'mail.example', port: 993 }))).toMatchObject({
      code: 'ERR_MSS_TLS_UNREACHABLE',
    });
  });

  it('tries the next address of a name', async () => {
    const rig = await rigOf();
    const policy = policyOf({ resolver: async () => ['127.0.0.255', '127.0.0.1'] });
    (await policy.connect({ host: 'mail.example', port: rig.port })).destroy();
  });

  it('ends at its deadline when the server is silent', async () => {
    const rig = await rigOf({ startTls: () => new Promise(() => {}) });
    expect(await refusalOf(policyOf().connect({ ...at(rig), timeoutMs: 50 }))).toMatchObject({
      code: 'ERR_MSS_TLS_TIMEOUT',
      permanent: false,
    });
  });

  it('ends when the caller aborts, before and during', async () => {
    const rig = await rigOf({ startTls: () => new Promise(() => {}) });
    expect(await refusalOf(policyOf().connect({ ...at(rig), signal: AbortSignal.abort() }))).toMatchObject({ code: 'ERR_MSS_TLS_ABORTED' });
    const controller = new AbortController();
    const pending = refusalOf(policyOf().connect({ ...at(rig), signal: controller.signal }));
    setImmediate(() => controller.abort());
    expect(await pending).toMatchObject({ code: 'ERR_MSS_TLS_ABORTED' });
  });

  it('does not take the other callers with it when one aborts while the verdict is settled', async () => {
    const rig = await rigOf();
    const policy = policyOf();
    igc.crlServer.setFault('slow', { delayMs: 100 });
    const controller = new AbortController();
    const aborted = refusalOf(policy.connect({ ...at(rig), signal: controller.signal }));
    const patient = policy.connect(at(rig));
    setTimeout(() => controller.abort(), 40);
    expect(await aborted).toMatchObject({ code: 'ERR_MSS_TLS_ABORTED' });
    (await patient).destroy();
    igc.crlServer.setFault('none');
  });
});
