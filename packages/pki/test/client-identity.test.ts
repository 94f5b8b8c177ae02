import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { inspect } from 'node:util';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClientIdentity, createSecureChannelPolicy, createTrustStore, loadClientIdentity, type ClientKey } from '../src/index.js';
import { startTlsRig } from './support/tls-rig.js';

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../../tooling/testdata/pki/${name}`, import.meta.url)));
const passphrase = 'mssante';

let igc: TestIgc;
let client: IssuedCertificate;

const pkcs1 = (pkcs8: Uint8Array): Uint8Array =>
  createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({ format: 'der', type: 'pkcs1' });

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  client = await igc.issueClient({ commonName: 'LPS' });
});
afterAll(() => igc.close());

const codeOf = (code: string): unknown => expect.objectContaining({ code });

describe('loadClientIdentity', () => {
  it.each([
    ['a PKCS#12 file', () => loadClientIdentity({ pfx: file('identity.p12'), passphrase })],
    ['PEM with an encrypted key', () => loadClientIdentity({ cert: file('cert.pem'), key: file('key-encrypted.pem'), passphrase })],
    ['DER', () => loadClientIdentity({ cert: file('cert.der'), key: file('key.der') })],
    ['DER with a key of PKCS #1', () => loadClientIdentity({ cert: file('cert.der'), key: pkcs1(file('key.der')) })],
  ])('reads %s', (_, load) => {
    const identity = load();
    expect(identity.kind).toBe('software');
    expect(identity.certificate.subject).toBe('CN=LPS DE TEST, O=CABINET FICTIF, C=FR');
  });

  it('finds the certificate of the key in a chain written in any order', () => {
    const identity = loadClientIdentity({ cert: igc.intermediate.certPem + client.certPem, key: client.keyPem });
    expect(identity.certificate.subject).toContain('CN=LPS');
  });

  it('shows the key to nobody', () => {
    const identity = loadClientIdentity({ pfx: file('identity.p12'), passphrase });
    for (const shown of [JSON.stringify(identity), inspect(identity, { depth: 9 }), Object.keys(identity).join()]) {
      expect(shown).not.toMatch(/PRIVATE|mssante|pfx|key/i);
    }
  });

  it.each([
    [
      'a wrong passphrase of PKCS#12',
      'ERR_MSS_PKI_IDENTITY_PASSPHRASE',
      () => loadClientIdentity({ pfx: file('identity.p12'), passphrase: 'wrong' }),
    ],
    ['a missing passphrase of PKCS#12', 'ERR_MSS_PKI_IDENTITY_PASSPHRASE', () => loadClientIdentity({ pfx: file('identity.p12') })],
    [
      'a wrong passphrase of a key',
      'ERR_MSS_PKI_IDENTITY_PASSPHRASE',
      () => loadClientIdentity({ cert: file('cert.pem'), key: file('key-encrypted.pem'), passphrase: 'x' }),
    ],
    [
      'a missing passphrase of a key',
      'ERR_MSS_PKI_IDENTITY_PASSPHRASE',
      () => loadClientIdentity({ cert: file('cert.pem'), key: file('key-encrypted.pem') }),
    ],
    ['PKCS#12 encrypted with RC2', 'ERR_MSS_PKI_IDENTITY', () => loadClientIdentity({ pfx: file('identity-rc2.p12'), passphrase })],
    ['PKCS#12 without a key', 'ERR_MSS_PKI_IDENTITY', () => loadClientIdentity({ pfx: file('identity-without-key.p12'), passphrase })],
    ['a file that is no PKCS#12', 'ERR_MSS_PKI_IDENTITY', () => loadClientIdentity({ pfx: file('cert.der'), passphrase })],
    ['a file that is no key', 'ERR_MSS_PKI_IDENTITY', () => loadClientIdentity({ cert: file('cert.pem'), key: 'bonjour' })],
    ['a file that is no certificate', 'ERR_MSS_PKI_NO_CERTIFICATE', () => loadClientIdentity({ cert: 'bonjour', key: file('key.der') })],
    ["another certificate's key", 'ERR_MSS_PKI_IDENTITY_KEY', () => loadClientIdentity({ cert: client.certPem, key: file('key.der') })],
    [
      'an expired certificate',
      'ERR_MSS_PKI_IDENTITY_EXPIRED',
      () => loadClientIdentity({ pfx: file('identity.p12'), passphrase }, { clock: { now: () => new Date('2200-01-01') } }),
    ],
  ])('refuses %s with %s', (_, code, load) => {
    expect(load).toThrow(codeOf(code));
  });

  it.each([
    ['PKCS#12 encrypted with RC2', /export it again with AES/, () => loadClientIdentity({ pfx: file('identity-rc2.p12'), passphrase })],
    ['PKCS#12 without a key', /holds no private key/, () => loadClientIdentity({ pfx: file('identity-without-key.p12'), passphrase })],
    ['a certificate in the key’s place', /is none: PEM/, () => loadClientIdentity({ cert: file('cert.pem'), key: file('cert.pem') })],
  ])('says of %s what is wrong with it', (_, message, load) => {
    expect(load).toThrow(message);
  });

  it('quotes neither the passphrase nor the file in an error', () => {
    try {
      loadClientIdentity({ pfx: file('identity.p12'), passphrase: 'very-secret' });
    } catch (error) {
      expect(inspect(error, { depth: 9 })).not.toContain('very-secret');
      expect(error).not.toHaveProperty('cause');
    }
  });
});

describe('a PKCS#12 identity', () => {
  it('is shown to a good server', async () => {
    const server = await igc.issueServer({ hostnames: ['mail.example'] });
    const rig = await startTlsRig({ certificate: server });
    const trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
    const policy = createSecureChannelPolicy({ trust, clientIdentity: loadClientIdentity({ pfx: file('identity.p12'), passphrase }) });
    for (let count = 0; count < 2; count++)
      (await policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' })).destroy();
    await expect.poll(() => rig.clients).toEqual(['LPS DE TEST', 'LPS DE TEST']);
    await policy.close();
    await rig.close();
  });
});

describe('createClientIdentity', () => {
  it('brings another key source to good servers alone: opened after the verdict, asked again before it signs', async () => {
    const [good, bad] = [await igc.issueServer({ hostnames: ['mail.example'] }), await igc.issueServer({ hostnames: ['mail.example'] })];
    igc.revoke(bad);
    const [rig, refused] = [await startTlsRig({ certificate: good }), await startTlsRig({ certificate: bad })];
    const done: string[] = [];
    let gone = false;
    const key: ClientKey = {
      createContext: (options) => {
        done.push('context');
        return createSecureContext({ ...options, cert: client.chainPem, key: client.keyPem });
      },
      assertUsable: () => {
        done.push('usable');
        if (gone) throw new Error('gone');
      },
    };
    const ready = async (): Promise<ClientKey> => (done.push('ready'), key);
    const narrows = { sigalgs: 'rsa_pkcs1_sha256' };
    const clientIdentity = createClientIdentity({ certificate: client.der, narrows, ready, current: () => key });
    expect(clientIdentity).toMatchObject({ kind: 'other', certificate: { subject: expect.stringContaining('CN=LPS') } });
    await using policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [igc.caPem] }), clientIdentity });
    const at = ({ port }: { readonly port: number }): { host: string; port: number; servername: string } => ({
      host: '127.0.0.1',
      port,
      servername: 'mail.example',
    });
    await expect(policy.connect(at(refused))).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(done).toEqual([]);
    for (let count = 0; count < 2; count += 1) (await policy.connect(at(rig))).destroy();
    expect(done).toEqual(['ready', 'context', 'usable', 'ready', 'usable']);
    await expect.poll(() => rig.clients).toEqual(['LPS', 'LPS']);
    gone = true;
    await expect(policy.connect(at(rig))).rejects.toThrow('gone');
    expect(rig.clients).toHaveLength(2);
    await rig.close();
    await refused.close();
  });

  it('refuses a certificate that cannot be read', () => {
    const never = (): never => {
      throw new Error('not asked');
    };
    expect(() => createClientIdentity({ certificate: Uint8Array.of(1), ready: never, current: never })).toThrow(
      codeOf('ERR_MSS_PKI_CERTIFICATE'),
    );
  });
});
