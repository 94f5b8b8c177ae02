import { rootCertificates } from 'node:tls';
import { buildCertificate, createTestIgc, der, testRsaKey, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecureChannelPolicy, createTrustStore, igcSanteRoots, mailizPreset, presetOfDomain } from '../src/index.js';
import { refusalOf } from './support/refusal.js';
import { startTlsRig } from './support/tls-rig.js';

let igc: TestIgc;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
});
afterAll(() => igc.close());

/** A certs-only PKCS#7 bundle (RFC 5652 §5.1), as `.p7b` files of IGC Santé are. */
function p7b(...certificates: Uint8Array[]): Uint8Array {
  const signedData = der.sequence(
    der.integer(1),
    der.set(),
    der.sequence(der.oid('1.2.840.113549.1.7.1')),
    der.context(0, certificates),
    der.set(),
  );
  return der.sequence(der.oid('1.2.840.113549.1.7.2'), der.context(0, signedData));
}

/** The form of `openssl x509 -trustout -addtrust serverAuth`: a CertAux follows the certificate. */
function trusted(certificatePem: string): string {
  const bare = Buffer.from(certificatePem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  const aux = der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.3.1')));
  return der.pem('TRUSTED CERTIFICATE', Buffer.concat([bare, aux]));
}

describe('createTrustStore', () => {
  it.each<[string, (pem: string) => string]>([
    ['Windows line ends', (pem) => pem.replaceAll('\n', '\r\n')],
    ['a mark of byte order', (pem) => `\u{FEFF}${pem}`],
    ['blanks after its armour', (pem) => pem.replaceAll('-----\n', '----- \t\n')],
    ['explanations around it', (pem) => `Subject: CN=X\n${pem}\n-- end --\n`],
    ['what OpenSSL trusts it for after it', (pem) => trusted(pem)],
  ])('reads PEM with %s', (_, write) => {
    const { anchors } = createTrustStore({ name: 'x', anchors: [write(igc.caPem)] });
    expect(anchors.map(({ sha256 }) => sha256)).toEqual([igc.root.fingerprint256.replaceAll(':', '').toLowerCase()]);
  });

  it.each([
    ['PEM text', () => igc.caPem],
    ['PEM bytes with CRLF and a comment before', () => Buffer.from(`Racine de test\r\n${igc.caPem.replaceAll('\n', '\r\n')}`)],
    ['DER', () => igc.root.der],
    ['a DER .p7b', () => p7b(igc.root.der, igc.intermediate.der)],
    ['a PEM .p7b', () => der.pem('PKCS7', p7b(igc.intermediate.der, igc.root.der))],
    ['a chain in one PEM file', () => igc.intermediate.certPem + igc.caPem],
  ])('reads %s; self-signed certificates are anchors, the others complete chains', (_, file) => {
    const store = createTrustStore({ name: 'x', anchors: [file()] });
    expect(store.anchors.map(({ sha256 }) => sha256)).toEqual([igc.root.fingerprint256.replaceAll(':', '').toLowerCase()]);
    expect(Object.isFrozen(store)).toBe(true);
  });

  it('keeps only pinned anchors, however the fingerprint is written', async () => {
    const other = await igc.issueRoot({ commonName: 'OTHER' });
    for (const pin of [igc.root.fingerprint256, igc.root.fingerprint256.replaceAll(':', ''), igc.root.fingerprint256.toLowerCase()]) {
      expect(createTrustStore({ name: 'x', anchors: [igc.caPem, other.der], pins: [pin] }).anchors).toHaveLength(1);
    }
    expect(() => createTrustStore({ name: 'x', anchors: [other.der], pins: [igc.root.fingerprint256] })).toThrow(
      expect.objectContaining({
        code: 'ERR_MSS_PKI_PIN',
        details: { store: 'x', found: [other.fingerprint256.replaceAll(':', '').toLowerCase()] },
      }),
    );
    expect(() => createTrustStore({ name: 'x', anchors: [igc.caPem], pins: ['AC RACINE'] })).toThrow(TypeError);
  });

  it.each([
    ['nothing', new Uint8Array(), 'ERR_MSS_PKI_NO_CERTIFICATE'],
    ['text', 'bonjour', 'ERR_MSS_PKI_NO_CERTIFICATE'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 'ERR_MSS_PKI_NO_CERTIFICATE'],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n', 'ERR_MSS_PKI_CERTIFICATE'],
    ['a bundle without certificates', p7b(), 'ERR_MSS_PKI_NO_CERTIFICATE'],
  ])('refuses %s', (_, file, code) => {
    expect(() => createTrustStore({ name: 'x', anchors: [file] })).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a store without an anchor: an intermediate is not trusted by itself', () => {
    expect(() => createTrustStore({ name: 'x', anchors: [igc.intermediate.certPem] })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_PKI_NO_ANCHOR' }),
    );
  });

  it('takes a root that signed itself with SHA-1, and the roots that Node ships', async () => {
    const key = await testRsaKey();
    const name = { commonName: 'OLD ROOT' };
    const validity = { notBefore: new Date('2005-01-01'), notAfter: new Date('2035-01-01') };
    const old = buildCertificate({
      subject: name,
      issuer: name,
      subjectKey: key,
      issuerKey: key,
      ...validity,
      authority: {},
      hash: 'sha1',
    });
    expect(createTrustStore({ name: 'x', anchors: [old] }).anchors).toHaveLength(1);
    expect(createTrustStore({ name: 'public', anchors: rootCertificates }).anchors).toHaveLength(rootCertificates.length);
  });

  it('does not change when the caller reuses the bytes', () => {
    const bytes = new Uint8Array(igc.root.der);
    const store = createTrustStore({ name: 'x', anchors: [bytes] });
    bytes.fill(0);
    expect(() => createSecureChannelPolicy({ trust: store })).not.toThrow();
    expect(store.anchors[0]?.subject).toContain('AC RACINE TEST');
  });
});

describe('IGC Santé', () => {
  it('is known by the fingerprint of its root, never by a name', async () => {
    expect(igcSanteRoots[0]).toMatchObject({ sha256: '2d9e22ca19f777c6b745257c723ecb8df3c35fa6f1f6ec36b83600c97346967f' });
    const impostor = await igc.issueRoot({ commonName: 'AC RACINE IGC-SANTE ELEMENTAIRE' });
    const pins = igcSanteRoots.map(({ sha256 }) => sha256);
    expect(() => createTrustStore({ name: 'IGC Santé', anchors: [impostor.der], pins, igcSante: true })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_PKI_PIN' }),
    );
  });

  it('is the only authority of ref2-1.0.1: other stores are not used [ECO.1.1.10]', async () => {
    const commercial = createTrustStore({ name: 'commercial', anchors: [igc.caPem] });
    expect(() => createSecureChannelPolicy({ trust: commercial, profile: 'ref2-1.0.1' })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_TLS_NOT_IGC_SANTE', requirement: 'ECO.1.1.10' }),
    );
    const other = await createTestIgc({ label: 'IGC' });
    const santé = createTrustStore({ name: 'IGC Santé', anchors: [other.caPem], igcSante: true });
    const rig = await startTlsRig({ certificate: await igc.issueServer({ hostnames: ['mail.example'] }) });
    const policy = createSecureChannelPolicy({ trust: [commercial, santé], profile: 'ref2-1.0.1' });
    const work = policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' });
    expect(await refusalOf(work)).toMatchObject({ code: 'ERR_MSS_TLS_UNTRUSTED', requirement: 'ECO.1.1.10' });
    await rig.close();
    await other.close();
  });
});

describe('the Mailiz preset [ECO.1.1.8]', () => {
  it('knows its nine domains and nothing of its hosts', () => {
    expect(mailizPreset.domains).toHaveLength(9);
    expect(presetOfDomain('MEDECIN.mssante.fr.')).toBe(mailizPreset);
    expect(presetOfDomain('medecin.mssante.fr\u3002')).toBe(mailizPreset);
    expect(presetOfDomain('chu-fictif.mssante.fr')).toBeNull();
    expect(presetOfDomain('evil-medecin.mssante.fr')).toBeNull();
  });

  it.each(['claire@medecin.mssante.fr', 'medecin.mssante.fr:993', 'https://medecin.mssante.fr', ''])(
    'is not got around by what is no domain: %j',
    async (mailboxDomain) => {
      expect(() => presetOfDomain(mailboxDomain)).toThrow(TypeError);
      const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'x', anchors: [igc.caPem] }) });
      await expect(policy.connect({ host: '127.0.0.1', port: 9, mailboxDomain })).rejects.toThrow(TypeError);
    },
  );

  it('accepts only chains to IGC Santé for its domains', async () => {
    const plain = createTrustStore({ name: 'commercial', anchors: [igc.caPem] });
    const marked = createTrustStore({ name: 'IGC Santé', anchors: [igc.caPem], igcSante: true });
    const rig = await startTlsRig({ certificate: await igc.issueServer({ hostnames: ['mail.example'] }) });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    const policy = createSecureChannelPolicy({ trust: plain });
    (await policy.connect({ ...target, mailboxDomain: 'chu-fictif.mssante.fr' })).destroy();
    expect(await refusalOf(policy.connect({ ...target, mailboxDomain: 'medecin.mssante.fr' }))).toMatchObject({
      code: 'ERR_MSS_TLS_NOT_IGC_SANTE',
      requirement: 'ECO.1.1.8',
    });
    (await createSecureChannelPolicy({ trust: [plain, marked] }).connect({ ...target, mailboxDomain: 'medecin.mssante.fr' })).destroy();
    await rig.close();
  });
});
