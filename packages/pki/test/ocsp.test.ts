import { createPrivateKey } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  answerOcsp,
  buildCertificate,
  createTestIgc,
  der,
  startOcspResponder,
  testRsaKey,
  type CertificateFields,
  type IssuedCertificate,
  type OcspBehaviour,
  type OcspResponder,
  type TestIgc,
} from '@mss/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createSecureChannelPolicy,
  createTrustStore,
  type ConnectionDecision,
  type SecureChannelPolicy,
  type TrustStore,
} from '../src/index.js';
import { readOcspResponse } from '../src/ocsp/response.js';
import { verifyOcsp } from '../src/ocsp/verify.js';
import { readCertificate } from '../src/x509/certificate.js';
import { reasonsOf, refusalOf } from './support/refusal.js';
import { evidence, nothingSeen, startTlsRig, type TlsRig } from './support/tls-rig.js';

const hour = 3_600_000;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let igc: TestIgc;
let trust: TrustStore;
let responder: OcspResponder;
let server: IssuedCertificate;
let rig: TlsRig;
let offset = 0;
const policies: SecureChannelPolicy[] = [];
const clock = { now: (): Date => new Date(Date.now() + offset) };

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
  responder = await startOcspResponder({ issuer: igc.intermediate });
});
beforeEach(async () => {
  offset = 0;
  responder.behave({ issuer: igc.intermediate });
  // OCSP alone: the certificate names no CRL.
  server = await igc.issueServer({ hostnames: ['mail.example'], crlUrls: [], ocspUrls: [responder.url] });
  rig = await startTlsRig({ certificate: server });
});
afterEach(async () => {
  await Promise.all(policies.splice(0).map((policy) => policy.close()));
  await rig.close();
});
afterAll(async () => {
  await responder.close();
  await igc.close();
});

function policyOf(options: Partial<Parameters<typeof createSecureChannelPolicy>[0]> = {}): SecureChannelPolicy {
  const policy = createSecureChannelPolicy({ trust, clock, ...options });
  policies.push(policy);
  return policy;
}

async function connect(policy: SecureChannelPolicy): Promise<ConnectionDecision> {
  const socket = await policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' });
  socket.destroy();
  return socket.decision;
}

/** A certificate for a delegated responder. */
async function delegate(
  fields: Partial<CertificateFields> = {},
): Promise<{ certificate: Uint8Array; key: CertificateFields['subjectKey'] }> {
  const key = await testRsaKey();
  const { intermediate } = igc;
  const certificate = buildCertificate({
    subject: { commonName: 'REPONDEUR' },
    issuer: intermediate.name,
    subjectKey: key,
    issuerKey: intermediate.key,
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 24 * hour),
    purposes: ['OCSPSigning'],
    crlUrls: [intermediate.crlUrl],
    ...fields,
  });
  return { certificate, key };
}

/** The same response with a certificate that its signature does not cover. */
function withCertificate(response: Uint8Array, certificate: Uint8Array): Uint8Array {
  const marker = Buffer.from('2b0601050507300101', 'hex');
  const octets = Buffer.from(response).indexOf(marker) + marker.length;
  const long = (response[octets + 1] ?? 0) & 0x7f;
  const basic = response.subarray(octets + 2 + long);
  const header = 2 + ((basic[1] ?? 0) & 0x7f);
  const content = Buffer.concat([basic.subarray(header), der.context(0, der.sequence(certificate))]);
  const wrapped = der.sequence(der.oid('1.3.6.1.5.5.7.48.1.1'), der.octetString(der.sequence(content)));
  return der.sequence(der.enumerated(0), der.context(0, wrapped));
}

describe('OCSP', () => {
  it('settles a certificate that names a responder, and says so in the account [ECO.1.1.6]', async () => {
    const before = responder.requests.length;
    const { revocation } = await connect(policyOf());
    expect(revocation?.certificates.map(({ method, status, source }) => [method, status, source])).toEqual([
      ['ocsp', 'good', responder.url],
      ['crl', 'good', igc.root.crlUrl],
    ]);
    expect(responder.requests.length - before).toBe(1);
  });

  it('asks once for many connections, and not again while the answer is fresh', async () => {
    const before = responder.requests.length;
    const policy = policyOf();
    await Promise.all(Array.from({ length: 10 }, () => connect(policy)));
    await connect(policy);
    expect(responder.requests.length - before).toBe(1);
  });

  it('refuses a revoked server, and the server saw a ClientHello and nothing else [ECO.1.1.6]', async () => {
    responder.behave({ issuer: igc.intermediate, status: 'revoked' });
    expect(await refusalOf(connect(policyOf()))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
    expect(evidence(rig)).toEqual(nothingSeen);
  });

  it.each<[string, string, (behaviour: OcspBehaviour) => Promise<Parameters<OcspResponder['behave']>[0]>]>([
    ['does not know it', 'ERR_MSS_PKI_OCSP_UNKNOWN', async (base) => ({ ...base, status: 'unknown' })],
    ['speaks about another', 'ERR_MSS_PKI_OCSP_UNKNOWN', async (base) => ({ ...base, about: await igc.issueServer({ hostnames: ['x'] }) })],
    ['echoes another nonce', 'ERR_MSS_PKI_OCSP_NONCE', async (base) => ({ ...base, nonce: 'other' })],
    [
      'replays an old answer',
      'ERR_MSS_PKI_OCSP_STALE',
      async (base) => ({ ...base, nonce: 'none', thisUpdate: new Date(Date.now() - 25 * hour), nextUpdate: new Date(Date.now() + hour) }),
    ],
    ['answers from the past', 'ERR_MSS_PKI_OCSP_STALE', async (base) => ({ ...base, thisUpdate: new Date(Date.now() - 25 * hour) })],
    ['answers from the future', 'ERR_MSS_PKI_OCSP_STALE', async (base) => ({ ...base, thisUpdate: new Date(Date.now() + hour) })],
    [
      'answers without end from long ago',
      'ERR_MSS_PKI_OCSP_STALE',
      async (base) => ({ ...base, thisUpdate: new Date(Date.now() - 25 * hour), nextUpdate: null }),
    ],
    ['has a critical extension', 'ERR_MSS_PKI_OCSP_UNSUPPORTED', async (base) => ({ ...base, critical: true })],
    ['signs badly', 'ERR_MSS_PKI_OCSP_SIGNATURE', async (base) => ({ ...base, brokenSignature: true })],
    [
      'signs with the key of another authority',
      'ERR_MSS_PKI_OCSP_SIGNATURE',
      async (base) => ({ ...base, signer: { certificate: igc.root.der, key: igc.root.key } }),
    ],
    [
      'signs with a certificate without the right to',
      'ERR_MSS_PKI_OCSP_SIGNATURE',
      async (base) => ({ ...base, signer: await delegate({ purposes: ['serverAuth'] }) }),
    ],
    [
      'signs with an expired certificate',
      'ERR_MSS_PKI_OCSP_SIGNATURE',
      async (base) => ({ ...base, signer: await delegate({ notAfter: new Date(Date.now() - 1000) }) }),
    ],
    [
      'signs with a certificate of another authority',
      'ERR_MSS_PKI_OCSP_SIGNATURE',
      async (base) => ({ ...base, signer: await delegate({ issuer: igc.root.name, issuerKey: igc.root.key }) }),
    ],
    [
      'signs with a certificate whose revocation nobody knows',
      'ERR_MSS_PKI_OCSP_SIGNATURE',
      async (base) => ({ ...base, signer: await delegate({ crlUrls: [] }) }),
    ],
    ['declines', 'ERR_MSS_PKI_OCSP_DECLINED', async () => Uint8Array.of(0x30, 0x03, 0x0a, 0x01, 0x03)],
    ['answers with nonsense', 'ERR_MSS_PKI_OCSP_MALFORMED', async () => Buffer.from('<html></html>')],
    ['answers with nothing', 'ERR_MSS_PKI_OCSP_MALFORMED', async () => new Uint8Array()],
    ['answers too much', 'ERR_MSS_PKI_OCSP_TOO_LARGE', async () => new Uint8Array(200_000)],
    ['is silent', 'ERR_MSS_PKI_OCSP_TIMEOUT', async () => 'silent'],
  ])('leaves the revocation unknown when the responder %s: %s', async (name, code, make) => {
    responder.behave(await make({ issuer: igc.intermediate }));
    const policy = policyOf({ revocation: { timeoutMs: name === 'is silent' ? 100 : 10_000 } });
    expect(await reasonsOf(connect(policy))).toEqual([code]);
    expect(evidence(rig)).toEqual(nothingSeen);
  });

  it('leaves the revocation unknown when the responder is down', async () => {
    const down = await igc.issueServer({ hostnames: ['mail.example'], crlUrls: [], ocspUrls: ['http://127.0.0.1:1/'] });
    rig.use([down]);
    expect(await reasonsOf(connect(policyOf()))).toEqual(['ERR_MSS_PKI_OCSP_FETCH']);
  });

  it.each<[string, (base: OcspBehaviour) => Promise<OcspBehaviour>]>([
    ['named by its name', async (base) => ({ ...base, by: 'name' })],
    ['delegated, with a certificate that its authority has not revoked', async (base) => ({ ...base, signer: await delegate() })],
    ['delegated and named by its name', async (base) => ({ ...base, signer: await delegate(), by: 'name' })],
    ['without a nonce, while its answer is young', async (base) => ({ ...base, nonce: 'none' })],
    ['without nextUpdate, while its answer is young', async (base) => ({ ...base, nextUpdate: null })],
  ])('believes a responder %s', async (_, make) => {
    responder.behave(await make({ issuer: igc.intermediate }));
    expect((await connect(policyOf())).revocation?.certificates[0]).toMatchObject({ method: 'ocsp', status: 'good' });
  });

  it('believes a responder that sends a certificate along which nobody can read', async () => {
    const unreadable = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
    responder.behave((request) => withCertificate(answerOcsp(request, { issuer: igc.intermediate }), unreadable));
    expect((await connect(policyOf())).revocation?.certificates[0]).toMatchObject({ method: 'ocsp', status: 'good' });
  });

  it('does not believe a delegated responder that is revoked', async () => {
    const serial = Buffer.from('4142434445464748', 'hex');
    const signer = await delegate({ serial });
    igc.revoke({ ...server, serial: serial.toString('hex'), issuer: igc.intermediate });
    responder.behave({ issuer: igc.intermediate, signer });
    expect(await reasonsOf(connect(policyOf()))).toEqual(['ERR_MSS_PKI_OCSP_SIGNATURE']);
  });

  it('is asked again in the background past half of the life of its answer, and refuses once it has ended', async () => {
    const policy = policyOf();
    await connect(policy);
    const before = responder.requests.length;
    offset = 13 * hour;
    responder.behave('silent');
    await connect(policy);
    await expect.poll(() => responder.requests.length - before).toBe(1);
    offset = 25 * hour;
    responder.behave(new Uint8Array());
    expect(await refusalOf(connect(policyOf()))).toMatchObject({ code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN', permanent: false });
  });
});

describe('an OCSP answer in use', () => {
  it('is not taken back by an older one, which may be a replay [RFC 6960 §5]', async () => {
    const { intermediate: issuer } = igc;
    const policy = policyOf();
    // Revoked, after an hour in which another answer, good and without nonce, was on the wire.
    responder.behave({ issuer, status: 'revoked' });
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    responder.behave({ issuer, nonce: 'none', thisUpdate: new Date(Date.now() - hour), nextUpdate: new Date(Date.now() + 48 * hour) });
    offset = 13 * hour;
    const before = responder.requests.length;
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    await expect.poll(() => responder.requests.length - before).toBe(1);
    // A policy that knows nothing believes it: the control.
    await connect(policyOf());
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
  });

  it('is the worst of those that one response holds about the certificate', () => {
    const certificate = readCertificate(server.der);
    const issuer = readCertificate(igc.intermediate.der);
    const response = readOcspResponse(answerOcsp(null, { issuer: igc.intermediate, about: server, nonce: 'none' }));
    const [good] = response.responses;
    const question = { certificate, issuer, nonce: null, now: new Date() };
    expect(verifyOcsp(response, question).status).toBe('good');
    for (const responses of [
      [good!, { ...good!, status: 'revoked' as const }],
      [{ ...good!, status: 'revoked' as const }, good!],
    ]) {
      expect(verifyOcsp({ ...response, responses }, question).status).toBe('revoked');
    }
  });
});

describe('OCSP and CRL together', () => {
  let both: IssuedCertificate;
  const path = (): string => new URL(igc.intermediate.crlUrl).pathname;

  beforeEach(async () => {
    both = await igc.issueServer({ hostnames: ['mail.example'], ocspUrls: [responder.url] });
    rig.use([both]);
  });
  afterEach(() => igc.crlServer.setFault('none'));

  it('the CRL is asked first, the responder when the CRL cannot be had', async () => {
    expect((await connect(policyOf())).revocation?.certificates[0]?.method).toBe('crl');
    igc.crlServer.setFault('down', { path: path() });
    expect((await connect(policyOf())).revocation?.certificates[0]?.method).toBe('ocsp');
  });

  it('the other way round when the host prefers it', async () => {
    expect((await connect(policyOf({ revocation: { prefer: 'ocsp' } }))).revocation?.certificates[0]?.method).toBe('ocsp');
    responder.behave(new Uint8Array());
    expect((await connect(policyOf({ revocation: { prefer: 'ocsp' } }))).revocation?.certificates[0]?.method).toBe('crl');
  });

  it('revoked wins, whichever says it', async () => {
    responder.behave({ issuer: igc.intermediate, status: 'revoked' });
    const policy = policyOf({ revocation: { prefer: 'ocsp' } });
    expect((await refusalOf(connect(policy))).code).toBe('ERR_MSS_TLS_REVOKED');
    // The CRL, which says good, comes into memory by another certificate of the same authority.
    rig.use([await igc.issueServer({ hostnames: ['mail.example'] })]);
    await connect(policy);
    rig.use([both]);
    expect((await refusalOf(connect(policy))).code).toBe('ERR_MSS_TLS_REVOKED');
  });

  it('both fail: every reason is told', async () => {
    igc.crlServer.setFault('html', { path: path() });
    responder.behave(new Uint8Array());
    expect(await reasonsOf(connect(policyOf()))).toEqual(['ERR_MSS_PKI_CRL_NOT_A_CRL', 'ERR_MSS_PKI_OCSP_MALFORMED']);
  });
});

describe('a stapled response', () => {
  async function stapled(behaviour: Partial<OcspBehaviour>, about = server): Promise<TlsRig> {
    const response = Buffer.from(answerOcsp(null, { issuer: igc.intermediate, nonce: 'none', about, ...behaviour }));
    const stapling = await startTlsRig({ certificate: about, onOcspRequest: () => response });
    await rig.close();
    return (rig = stapling);
  }

  it('is a verdict: nobody else is asked about the server', async () => {
    await stapled({});
    const before = responder.requests.length;
    expect((await connect(policyOf())).revocation?.certificates[0]).toMatchObject({ method: 'stapled', status: 'good' });
    expect(responder.requests.length).toBe(before);
  });

  it('that says revoked is a verdict, too', async () => {
    await stapled({ status: 'revoked' });
    expect(await refusalOf(connect(policyOf()))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
    expect(evidence(rig)).toEqual(nothingSeen);
  });

  it.each<[string, Partial<OcspBehaviour>]>([
    ['is badly signed', { brokenSignature: true }],
    ['is old', { thisUpdate: new Date(Date.now() - 30 * hour), nextUpdate: new Date(Date.now() + hour) }],
    ['is from the future', { thisUpdate: new Date(Date.now() + hour) }],
  ])('that %s is no verdict: the responder is asked', async (_, behaviour) => {
    await stapled(behaviour);
    responder.behave({ issuer: igc.intermediate, status: 'revoked' });
    expect((await refusalOf(connect(policyOf()))).code).toBe('ERR_MSS_TLS_REVOKED');
  });
});

describe.skipIf(!hasOpenssl)('openssl ocsp', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mss-ocsp-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['V', 'none'],
    ['R', 'ERR_MSS_TLS_REVOKED'],
  ])('answers our requests, and we believe it: %s → %s', async (state, code) => {
    const { certificate, key } = await delegate();
    const put = (name: string, content: string | Uint8Array): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const ca = put('ca.pem', igc.intermediate.certPem);
    const signer = put('signer.der', certificate);
    const signerPem = put('signer.pem', execFileSync('openssl', ['x509', '-inform', 'DER', '-in', signer]));
    const signerKey = put(
      'signer.key',
      createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' })).export({ type: 'pkcs8', format: 'pem' }),
    );
    const revokedAt = state === 'R' ? '260101000000Z' : '';
    const index = put('index.txt', [state, '360101000000Z', revokedAt, server.serial, 'unknown', '/CN=mail.example'].join('\t') + '\n');
    responder.behave((request) => {
      const asked = put('request.der', request);
      const answer = join(folder, 'answer.der');
      execFileSync(
        'openssl',
        ['ocsp', '-index', index, '-CA', ca, '-rsigner', signerPem, '-rkey', signerKey, '-reqin', asked, '-respout', answer, '-ndays', '1'],
        { stdio: 'pipe' },
      );
      return new Uint8Array(readFileSync(answer));
    });
    expect((await refusalOf(connect(policyOf()))).code).toBe(code);
  });
});
