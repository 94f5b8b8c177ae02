import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity, lookUpInCrl, type TrustStore } from '../src/index.js';
import { refusalOf } from './support/refusal.js';

const available = spawnSync('openssl', ['version']).status === 0;

let igc: TestIgc;
let trust: TrustStore;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
  folder = mkdtempSync(join(tmpdir(), 'mss-openssl-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await igc.close();
});

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** `openssl s_server` on a free port. */
async function sServer(certificate: IssuedCertificate, options: readonly string[]): Promise<{ port: number }> {
  const cert = put('server.pem', certificate.certPem);
  const chain = put('chain.pem', certificate.chainPem);
  const key = put('key.pem', certificate.keyPem);
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', cert, '-cert_chain', chain, '-key', key, ...options]);
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await expect.poll(() => /ACCEPT [^\n]*:(\d+)/.exec(output)?.[1], { timeout: 15_000 }).toBeDefined();
  return { port: Number(/ACCEPT [^\n]*:(\d+)/.exec(output)?.[1]) };
}

describe.skipIf(!available)('openssl s_server', () => {
  it.each([
    ['TLS 1.2 with the four suites', 'none', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-SHA256']],
    ['TLS 1.3 alone', 'ERR_MSS_TLS_VERSION', ['-tls1_3']],
    ['TLS 1.1 alone', 'ERR_MSS_TLS_VERSION', ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0']],
    ['ChaCha20 alone', 'ERR_MSS_TLS_SUITE', ['-tls1_2', '-cipher', 'ECDHE-RSA-CHACHA20-POLY1305']],
    ['RSA key exchange alone', 'ERR_MSS_TLS_SUITE', ['-tls1_2', '-cipher', 'AES256-GCM-SHA384']],
    ['anonymous suites alone', 'ERR_MSS_TLS_SUITE', ['-tls1_2', '-cipher', 'AECDH-AES256-SHA:@SECLEVEL=0']],
  ])('of %s ends with %s', async (_, code, options) => {
    const server = await igc.issueServer({ hostnames: ['mail.example'] });
    const { port } = await sServer(server, options);
    const policy = createSecureChannelPolicy({ trust });
    const work = policy.connect({ host: '127.0.0.1', port, servername: 'mail.example' }).then((socket) => socket.destroy());
    expect((await refusalOf(work)).code).toBe(code);
    await policy.close();
  });

  it('that insists on a client certificate of another authority refuses ours with an alert', async () => {
    const server = await igc.issueServer({ hostnames: ['mail.example'] });
    const other = await createTestIgc({ label: 'OTHER' });
    const ca = put('other.pem', other.caPem);
    const { port } = await sServer(server, ['-tls1_2', '-Verify', '3', '-verify_return_error', '-CAfile', ca]);
    const client = await igc.issueClient({ commonName: 'LPS' });
    const clientIdentity = loadClientIdentity({ cert: client.chainPem, key: client.keyPem });
    for (const identity of [null, clientIdentity]) {
      const policy = createSecureChannelPolicy({ trust });
      const work = policy.connect({ host: '127.0.0.1', port, servername: 'mail.example', clientIdentity: identity });
      expect((await refusalOf(work)).code).toBe('ERR_MSS_TLS_CLIENT_CERTIFICATE');
      await policy.close();
    }
    await other.close();
  });
});

describe.skipIf(!available)('openssl crl and verify', () => {
  it.each([
    ['good', {}],
    ['badly signed', { brokenSignature: true }],
    ['long', { extraSerials: 1000 }],
  ])('agree about a CRL that is %s', (name, options) => {
    const der = igc.crl(igc.intermediate, options);
    const ca = put('ca.pem', igc.intermediate.certPem + igc.caPem);
    const theirs = spawnSync('openssl', ['crl', '-inform', 'DER', '-in', put('x.crl', der), '-noout', '-CAfile', ca], { encoding: 'utf8' });
    let ours = true;
    try {
      lookUpInCrl(der, { issuer: igc.intermediate.der });
    } catch {
      ours = false;
    }
    expect(ours).toBe(/verify OK/.test(theirs.stderr));
    expect(ours).toBe(name !== 'badly signed');
  });

  it('agree about chains: good, revoked, revoked intermediate, expired, wrong purpose', async () => {
    const day = 86_400_000;
    const middle = await igc.issueIntermediate({ commonName: 'VERIFY' });
    const issue = (options: object = {}): Promise<IssuedCertificate> =>
      igc.issueServer({ hostnames: ['mail.example'], issuer: middle, ...options });
    const revokedMiddle = await igc.issueIntermediate({ commonName: 'VERIFY REVOKED' });
    const cells: [string, IssuedCertificate][] = [
      ['good', await issue()],
      ['revoked', await issue()],
      ['revoked intermediate', await issue({ issuer: revokedMiddle })],
      ['expired', await issue({ notAfter: new Date(Date.now() - day) })],
      ['wrong purpose', await issue({ eku: ['clientAuth'] })],
      ['critical unknown', await issue({ unknownCriticalExtension: true })],
    ];
    igc.revoke(cells[1]?.[1] ?? middle);
    igc.revoke(revokedMiddle);
    const crls = [igc.root, middle, revokedMiddle].map((authority) =>
      execFileSync('openssl', ['crl', '-inform', 'DER'], { input: igc.crl(authority) }),
    );
    const crlFile = put('crls.pem', Buffer.concat(crls));
    const policy = createSecureChannelPolicy({ trust });
    for (const [name, certificate] of cells) {
      const { port } = await sServer(certificate, ['-tls1_2']);
      const work = policy.connect({ host: '127.0.0.1', port, servername: 'mail.example' }).then((socket) => socket.destroy());
      const ours = (await refusalOf(work)).code === 'none';
      const leaf = put('leaf.pem', certificate.certPem);
      const rest = put('rest.pem', certificate.chainPem);
      const theirs = spawnSync('openssl', [
        'verify',
        '-purpose',
        'sslserver',
        '-crl_check_all',
        '-CRLfile',
        crlFile,
        '-CAfile',
        put('root.pem', igc.caPem),
        '-untrusted',
        rest,
        leaf,
      ]);
      expect([name, ours]).toEqual([name, theirs.status === 0]);
      expect([name, ours]).toEqual([name, name === 'good']);
    }
    await policy.close();
  });
});
