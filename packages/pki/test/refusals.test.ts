import {
  buildCertificate,
  createTestIgc,
  der,
  testEcKey,
  testRsaKey,
  type IssueServerOptions,
  type IssuedCertificate,
  type TestIgc,
} from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSecureChannelPolicy,
  createTrustStore,
  loadClientIdentity,
  type ClientIdentity,
  type PkiErrorCode,
  type TrustStore,
} from '../src/index.js';
import { reasonsOf, refusalOf } from './support/refusal.js';
import { evidence, nothingSeen, startTlsRig, type RigOptions, type TlsRig } from './support/tls-rig.js';

const day = 86_400_000;
const fromNow = (days: number): Date => new Date(Date.now() + days * day);

let igc: TestIgc;
let trust: TrustStore;
let identity: ClientIdentity;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
  const client = await igc.issueClient({ commonName: 'LPS' });
  identity = loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
});
afterAll(async () => {
  await igc.close();
});

interface Cell {
  readonly server: Pick<IssuedCertificate, 'chainPem' | 'keyPem'>;
  readonly rig?: Partial<RigOptions>;
  readonly trust?: TrustStore;
  readonly igc?: TestIgc;
}

/** Connects as an application with a client certificate does, and returns the refusal with what the server saw. */
async function attempt(
  cell: Cell,
  look: (rig: TlsRig) => Promise<unknown> = async () => {},
): Promise<{ code: string; requirement: string | undefined; evidence: unknown }> {
  const rig = await startTlsRig({ certificate: cell.server, ca: [igc.caPem], ...cell.rig });
  const policy = createSecureChannelPolicy({ trust: cell.trust ?? trust, clientIdentity: identity });
  try {
    const { code, requirement } = await refusalOf(policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' }));
    await look(rig);
    return { code, requirement, evidence: evidence(rig) };
  } finally {
    await policy.close();
    await rig.close();
  }
}

const issue = (options: Partial<IssueServerOptions> = {}): Promise<IssuedCertificate> =>
  igc.issueServer({ hostnames: ['mail.example'], ...options });

/** Certificate states: how the server is made, and the refusal it must meet. */
const states: readonly [string, PkiErrorCode, string, () => Promise<Cell>][] = [
  ['expired', 'ERR_MSS_TLS_EXPIRED', 'ECO.1.1.5', async () => ({ server: await issue({ notAfter: fromNow(-1) }) })],
  ['not yet valid', 'ERR_MSS_TLS_NOT_YET_VALID', 'ECO.1.1.5', async () => ({ server: await issue({ notBefore: fromNow(1) }) })],
  [
    'wrong host',
    'ERR_MSS_TLS_HOST',
    'ECO.1.1.1',
    async () => ({ server: await issue({ hostnames: ['other.example'], commonName: 'mail.example' }) }),
  ],
  [
    'a wildcard of another level',
    'ERR_MSS_TLS_HOST',
    'ECO.1.1.1',
    async () => ({ server: await issue({ hostnames: ['*.mail.example', '*.example.'] }) }),
  ],
  [
    'unknown authority',
    'ERR_MSS_TLS_UNTRUSTED',
    'ECO.1.1.4',
    async () => {
      // The same names and another key: a look-alike of IGC Santé.
      const other = await createTestIgc();
      const server = await other.issueServer({ hostnames: ['mail.example'] });
      await other.close();
      return { server };
    },
  ],
  [
    'self-signed',
    'ERR_MSS_TLS_UNTRUSTED',
    'ECO.1.1.4',
    async () => {
      const root = await igc.issueRoot({ commonName: 'mail.example' });
      return { server: root };
    },
  ],
  [
    'missing intermediate',
    'ERR_MSS_TLS_UNTRUSTED',
    'ECO.1.1.4',
    async () => {
      const server = await issue();
      return { server: { chainPem: server.certPem, keyPem: server.keyPem } };
    },
  ],
  ['wrong extended key usage', 'ERR_MSS_TLS_USAGE', 'ECO.1.1.4', async () => ({ server: await issue({ eku: ['clientAuth'] }) })],
  [
    'weak key (RSA 1024)',
    'ERR_MSS_TLS_WEAK',
    'ECO.1.1.4',
    async () => ({ server: await issue({ keyBits: 1024 }), rig: { ciphers: 'DEFAULT@SECLEVEL=0' } }),
  ],
  [
    'SHA-1 signature',
    'ERR_MSS_TLS_WEAK',
    'ECO.1.1.4',
    async () => ({ server: await issue({ hash: 'sha1' }), rig: { ciphers: 'DEFAULT@SECLEVEL=0' } }),
  ],
  [
    'unknown critical extension',
    'ERR_MSS_TLS_CHAIN',
    'ECO.1.1.4',
    async () => ({ server: await issue({ unknownCriticalExtension: true }) }),
  ],
  [
    'issued by an authority without the right to',
    'ERR_MSS_TLS_USAGE',
    'ECO.1.1.4',
    async () => {
      const notAnAuthority = await issue();
      const key = await testRsaKey();
      const server = buildCertificate({
        subject: { commonName: 'mail.example' },
        issuer: { country: 'FR', organization: 'STRUCTURE DE TEST', commonName: 'mail.example' },
        subjectKey: key,
        issuerKey: (await import('node:crypto')).createPrivateKey(notAnAuthority.keyPem),
        notBefore: fromNow(-1),
        notAfter: fromNow(30),
        purposes: ['serverAuth'],
        hostnames: ['mail.example'],
        crlUrls: [igc.intermediate.crlUrl],
      });
      const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { server: { chainPem: der.pem('CERTIFICATE', server) + notAnAuthority.chainPem, keyPem } };
    },
  ],
  [
    'a path longer than its root allows',
    'ERR_MSS_TLS_CHAIN',
    'ECO.1.1.4',
    async () => {
      const narrow = await igc.issueIntermediate({ commonName: 'NARROW', pathLength: 0 });
      const below = await igc.issueIntermediate({ commonName: 'BELOW', issuer: narrow });
      return { server: await issue({ issuer: below }) };
    },
  ],
  [
    'an expired intermediate',
    'ERR_MSS_TLS_EXPIRED',
    'ECO.1.1.5',
    async () => ({ server: await issue({ issuer: await igc.issueIntermediate({ commonName: 'OLD', notAfter: fromNow(-1) }) }) }),
  ],
  [
    'revoked',
    'ERR_MSS_TLS_REVOKED',
    'ECO.1.1.6',
    async () => {
      const server = await issue();
      igc.revoke(server, { reason: 'keyCompromise' });
      return { server };
    },
  ],
  [
    'revoked intermediate',
    'ERR_MSS_TLS_REVOKED',
    'ECO.1.1.6',
    async () => {
      const middle = await igc.issueIntermediate({ commonName: 'REVOKED' });
      igc.revoke(middle);
      return { server: await issue({ issuer: middle }) };
    },
  ],
  [
    'on hold',
    'ERR_MSS_TLS_REVOKED',
    'ECO.1.1.6',
    async () => {
      const server = await issue();
      igc.revoke(server, { reason: 'certificateHold' });
      return { server };
    },
  ],
];

describe('a server certificate that is', () => {
  it.each(states)('%s is refused with %s [%s], and the server saw a ClientHello and nothing else', async (_, code, requirement, make) => {
    expect(await attempt(await make())).toEqual({ code, requirement, evidence: nothingSeen });
  });

  it('ECDSA shares no suite with the profile [ECO.1.1.3]', async () => {
    const { code, requirement, evidence: seen } = await attempt({ server: await issue({ keyType: 'ec' }) });
    expect({ code, requirement }).toEqual({ code: 'ERR_MSS_TLS_SUITE', requirement: 'ECO.1.1.3' });
    expect(seen).toEqual(nothingSeen);
  });

  it('fine is accepted: the control of all the others', async () => {
    expect(await attempt({ server: await issue() })).toMatchObject({ code: 'none' });
  });

  it('without an extended key usage, or with a common name alone, is accepted', async () => {
    expect(await attempt({ server: await issue({ eku: [] }) })).toMatchObject({ code: 'none' });
    expect(await attempt({ server: await igc.issueServer({ hostnames: [], commonName: 'mail.example' }) })).toMatchObject({ code: 'none' });
  });
});

/** CRL states of an authority of its own: what it publishes, and the reason in the refusal. */
const crlStates: readonly [string, PkiErrorCode, (issuer: Awaited<ReturnType<TestIgc['issueIntermediate']>>, path: string) => void][] = [
  ['missing (404)', 'ERR_MSS_PKI_CRL_FETCH', (_, path) => igc.crlServer.setFault('not-found', { path })],
  ['a server error', 'ERR_MSS_PKI_CRL_FETCH', (_, path) => igc.crlServer.setFault('error', { path })],
  ['behind a server that is down', 'ERR_MSS_PKI_CRL_FETCH', (_, path) => igc.crlServer.setFault('down', { path })],
  ['slow', 'ERR_MSS_PKI_CRL_TIMEOUT', (_, path) => igc.crlServer.setFault('slow', { path, delayMs: 2000 })],
  ['stalled in the middle', 'ERR_MSS_PKI_CRL_TIMEOUT', (_, path) => igc.crlServer.setFault('stall', { path })],
  ['a web page', 'ERR_MSS_PKI_CRL_NOT_A_CRL', (_, path) => igc.crlServer.setFault('html', { path })],
  ['garbage', 'ERR_MSS_PKI_CRL_NOT_A_CRL', (_, path) => igc.crlServer.setFault('garbage', { path })],
  ['empty', 'ERR_MSS_PKI_CRL_NOT_A_CRL', (_, path) => igc.crlServer.setBody(path, new Uint8Array())],
  ['truncated', 'ERR_MSS_PKI_CRL_MALFORMED', (_, path) => igc.crlServer.setFault('truncated', { path })],
  ['cut off while it comes', 'ERR_MSS_PKI_CRL_FETCH', (_, path) => igc.crlServer.setFault('cut', { path })],
  ['endless', 'ERR_MSS_PKI_CRL_TOO_LARGE', (_, path) => igc.crlServer.setFault('huge', { path })],
  ['redirected for ever', 'ERR_MSS_PKI_CRL_REDIRECT', (_, path) => igc.crlServer.setFault('redirect-loop', { path })],
  [
    'redirected to a file',
    'ERR_MSS_PKI_CRL_REDIRECT',
    (_, path) => igc.crlServer.setFault('redirect', { path, location: 'file:///etc/passwd' }),
  ],
  ['expired', 'ERR_MSS_PKI_CRL_EXPIRED', (issuer) => igc.publish(issuer, { thisUpdate: fromNow(-9), nextUpdate: fromNow(-1) })],
  ['without nextUpdate', 'ERR_MSS_PKI_CRL_EXPIRED', (issuer) => igc.publish(issuer, { nextUpdate: null })],
  ['from the future', 'ERR_MSS_PKI_CRL_NOT_YET_VALID', (issuer) => igc.publish(issuer, { thisUpdate: fromNow(1) })],
  ['badly signed', 'ERR_MSS_PKI_CRL_SIGNATURE', (issuer) => igc.publish(issuer, { brokenSignature: true })],
  ['signed with the key of another authority', 'ERR_MSS_PKI_CRL_ISSUER', (issuer) => igc.publish(issuer, { signWith: igc.root })],
  ['of another authority', 'ERR_MSS_PKI_CRL_ISSUER', (_, path) => igc.crlServer.setBody(path, igc.crl(igc.root))],
  ['a delta', 'ERR_MSS_PKI_CRL_UNSUPPORTED', (issuer) => igc.publish(issuer, { deltaOf: 1 })],
  ['indirect', 'ERR_MSS_PKI_CRL_UNSUPPORTED', (issuer) => igc.publish(issuer, { scope: { indirect: true } })],
  ['for some reasons only', 'ERR_MSS_PKI_CRL_UNSUPPORTED', (issuer) => igc.publish(issuer, { scope: { reasons: true } })],
  ['critical beyond what is known', 'ERR_MSS_PKI_CRL_UNSUPPORTED', (issuer) => igc.publish(issuer, { unknownCriticalExtension: true })],
  ['for authorities only', 'ERR_MSS_PKI_CRL_SCOPE', (issuer) => igc.publish(issuer, { scope: { only: 'authority' } })],
  ['for attribute certificates only', 'ERR_MSS_PKI_CRL_SCOPE', (issuer) => igc.publish(issuer, { scope: { only: 'attribute' } })],
  [
    'of another distribution point',
    'ERR_MSS_PKI_CRL_SCOPE',
    (issuer) => igc.publish(issuer, { scope: { url: 'http://other.example/x.crl' } }),
  ],
];

describe('a CRL that is', () => {
  it.each(crlStates)('%s leaves the revocation unknown, which refuses [ECO.1.1.6]; the reason is %s', async (name, code, arrange) => {
    const issuer = await igc.issueIntermediate({ commonName: `CRL ${name}` });
    arrange(issuer, new URL(issuer.crlUrl).pathname);
    const server = await issue({ issuer });
    const rig = await startTlsRig({ certificate: server });
    const policy = createSecureChannelPolicy({
      trust,
      clientIdentity: identity,
      revocation: { timeoutMs: /^(slow|stalled)/.test(name) ? 100 : 10_000 },
      limits: { crlBytes: 1_000_000 },
    });
    const at = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    expect(await reasonsOf(policy.connect(at))).toEqual([code]);
    expect(await refusalOf(policy.connect(at))).toEqual({
      code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
      requirement: 'ECO.1.1.6',
      permanent: false,
    });
    expect(evidence(rig)).toEqual(nothingSeen);
    await policy.close();
    await rig.close();
  });

  it.each([
    ['in PEM', (_, path) => igc.crlServer.setFault('pem', { path })],
    [
      'redirected inside the network it comes from',
      (_, path) => igc.crlServer.setFault('redirect', { path, location: `http://127.0.0.1:${igc.crlServer.port}/x.crl` }),
    ],
    ['for users only', (issuer) => igc.publish(issuer, { scope: { only: 'user' } })],
    ['of the same distribution point', (issuer) => igc.publish(issuer, { scope: { url: issuer.crlUrl } })],
    ['long', (issuer) => igc.publish(issuer, { extraSerials: 20_000 })],
  ] satisfies [string, (typeof crlStates)[number][2]][])('%s is believed', async (name, arrange) => {
    const issuer = await igc.issueIntermediate({ commonName: `GOOD CRL ${name}` });
    arrange(issuer, new URL(issuer.crlUrl).pathname);
    igc.crlServer.setBody('/x.crl', igc.crl(issuer));
    const good = await issue({ issuer });
    const revoked = await issue({ issuer });
    igc.revoke(revoked);
    igc.crlServer.setBody('/x.crl', igc.crl(issuer));
    expect(await attempt({ server: good })).toMatchObject({ code: 'none' });
    expect(await attempt({ server: revoked })).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', evidence: nothingSeen });
  });

  it('not named by the certificate, or named by LDAP alone, leaves the revocation unknown', async () => {
    for (const crlUrls of [[], ['ldap://ldap.example/cn=crl'], ['ftp://ftp.example/x.crl']]) {
      const rig = await startTlsRig({ certificate: await issue({ crlUrls }) });
      const policy = createSecureChannelPolicy({ trust });
      expect(await reasonsOf(policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' }))).toEqual([
        'ERR_MSS_PKI_CRL_NO_ADDRESS',
      ]);
      await policy.close();
      await rig.close();
    }
  });

  it('unavailable at its first address is fetched from the next', async () => {
    const server = await issue({ crlUrls: ['ldap://ldap.example/cn=crl', 'http://127.0.0.1:1/x.crl', igc.intermediate.crlUrl] });
    expect(await attempt({ server })).toMatchObject({ code: 'none' });
  });
});

describe('a chain with several ways', () => {
  it('is refused when one of them is revoked, though another is good', async () => {
    const oldRoot = await igc.issueRoot({ commonName: 'OLD ROOT' });
    const cross = await igc.issueIntermediate({ commonName: 'CROSS', issuer: oldRoot, existing: igc.intermediate });
    const both = createTrustStore({ name: 'both', anchors: [igc.caPem, oldRoot.der] });
    const server = await issue();
    const cell: Cell = { server: { chainPem: server.chainPem + cross.certPem, keyPem: server.keyPem }, trust: both };
    expect(await attempt(cell)).toMatchObject({ code: 'none' });
    igc.revoke(cross);
    expect(await attempt(cell)).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6', evidence: nothingSeen });
    // Without the old root the cross certificate is no way at all.
    expect(await attempt({ server: cell.server })).toMatchObject({ code: 'none' });
  });

  it('ends at either of two stores while an authority is replaced by another', async () => {
    const fresh = await createTestIgc({ label: 'NEW' });
    await fresh.startCrlServer();
    const stores = [trust, createTrustStore({ name: 'new', anchors: [fresh.caPem] })];
    for (const [source, name] of [
      [igc, 'test'],
      [fresh, 'new'],
    ] as const) {
      const rig = await startTlsRig({ certificate: await source.issueServer({ hostnames: ['mail.example'] }) });
      const policy = createSecureChannelPolicy({ trust: stores });
      const socket = await policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' });
      expect(socket.decision.trustStore).toBe(name);
      socket.destroy();
      await rig.close();
    }
    await fresh.close();
  });

  it('needs the cross certificate in the store when the server sends it second: OpenSSL follows the first', async () => {
    const oldRoot = await igc.issueRoot({ commonName: 'OLDER ROOT' });
    const cross = await igc.issueIntermediate({ commonName: 'CROSS 2', issuer: oldRoot, existing: igc.intermediate });
    const server = await issue();
    const cell: Cell = { server: { chainPem: server.chainPem + cross.certPem, keyPem: server.keyPem } };
    const onlyOld = createTrustStore({ name: 'old', anchors: [oldRoot.der] });
    const completed = createTrustStore({ name: 'old', anchors: [oldRoot.der], intermediates: [cross.der] });
    expect(await attempt({ ...cell, trust: onlyOld })).toMatchObject({ code: 'ERR_MSS_TLS_UNTRUSTED' });
    expect(await attempt({ ...cell, trust: completed })).toMatchObject({ code: 'none' });
    const firstCross: Cell = { server: { chainPem: server.certPem + cross.certPem + igc.intermediate.certPem, keyPem: server.keyPem } };
    expect(await attempt({ ...firstCross, trust: onlyOld })).toMatchObject({ code: 'none' });
  });
});

describe('ECDSA keys', () => {
  it('of 256 bits are accepted by the policy of the public web [reading notes: public-web]', async () => {
    const key = await testEcKey();
    expect(key.asymmetricKeyType).toBe('ec');
    const rig = await startTlsRig({ certificate: await issue({ keyType: 'ec' }), maxVersion: 'TLSv1.3' });
    const policy = createSecureChannelPolicy({ trust, kind: 'public-web' });
    const socket = await policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' });
    expect(socket.decision.protocol).toBe('TLSv1.3');
    socket.destroy();
    await policy.close();
    await rig.close();
  });
});
