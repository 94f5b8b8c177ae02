import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIgc, type IssuedCertificate, type TestAuthority, type TestIgc } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createCrlStore,
  createMemoryCrlStore,
  createSecureChannelPolicy,
  createTrustStore,
  type CrlStore,
  type SecureChannelPolicy,
  type TrustStore,
} from '../src/index.js';
import { reasonsOf, refusalOf } from './support/refusal.js';
import { startTlsRig, type TlsRig } from './support/tls-rig.js';

const hour = 3_600_000;
const day = 24 * hour;

let igc: TestIgc;
let trust: TrustStore;
let issuer: TestAuthority;
let server: IssuedCertificate;
let rig: TlsRig;
let directory: string;
const policies: SecureChannelPolicy[] = [];

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
});
afterAll(() => igc.close());

beforeEach(async () => {
  igc.crlServer.setFault('none');
  issuer = await igc.issueIntermediate({ commonName: `KEEP ${Math.random()}` });
  server = await igc.issueServer({ hostnames: ['mail.example'], issuer });
  rig = await startTlsRig({ certificate: server });
  directory = await mkdtemp(join(tmpdir(), 'mss-crl-'));
});
afterEach(async () => {
  await Promise.all(policies.splice(0).map((policy) => policy.close()));
  await rig.close();
  await rm(directory, { recursive: true });
});

/** A clock that stands where it is put. */
function clockAt(offsetMs = 0): { now: () => Date; move: (ms: number) => void } {
  let offset = offsetMs;
  return { now: () => new Date(Date.now() + offset), move: (ms) => void (offset += ms) };
}

function policyOf(store: CrlStore, options: Partial<Parameters<typeof createSecureChannelPolicy>[0]> = {}): SecureChannelPolicy {
  const policy = createSecureChannelPolicy({ trust, revocation: { store }, ...options });
  policies.push(policy);
  return policy;
}

const connect = async (policy: SecureChannelPolicy): Promise<void> => {
  (await policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' })).destroy();
};
const paths = (): number => igc.crlServer.paths.filter((path) => issuer.crlUrl.endsWith(path)).length;

describe('the last unexpired CRL [ECO.1.1.7]', () => {
  it('is kept on disk and used by the next process while the CRL server is down', async () => {
    await connect(policyOf(createCrlStore({ directory })));
    igc.crlServer.setFault('down');
    await connect(policyOf(createCrlStore({ directory })));
    expect(paths()).toBe(1);
    expect((await readdir(directory)).every((name) => /^[0-9a-f]{64}\.crl$/.test(name))).toBe(true);
  });

  it('still refuses what it lists while the CRL server is down', async () => {
    igc.revoke(server);
    expect(await refusalOf(connect(policyOf(createCrlStore({ directory }))))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    igc.crlServer.setFault('down');
    expect(await refusalOf(connect(policyOf(createCrlStore({ directory }))))).toMatchObject({
      code: 'ERR_MSS_TLS_REVOKED',
      requirement: 'ECO.1.1.6',
    });
  });

  it('is no longer believed once its nextUpdate has passed', async () => {
    const clock = clockAt();
    const policy = policyOf(createCrlStore({ directory }), { clock });
    await connect(policy);
    igc.crlServer.setFault('down');
    clock.move(6 * day);
    await connect(policy);
    clock.move(2 * day);
    expect(await reasonsOf(connect(policy))).toContain('ERR_MSS_PKI_CRL_FETCH');
    expect(await refusalOf(connect(policyOf(createCrlStore({ directory }), { clock })))).toMatchObject({
      code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN',
    });
  });

  it('is verified again when it comes from the disk: a tampered or foreign file is fetched anew', async () => {
    await connect(policyOf(createCrlStore({ directory })));
    for (const name of await readdir(directory)) {
      const file = join(directory, name);
      const bytes = await readFile(file);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await writeFile(file, bytes);
    }
    await connect(policyOf(createCrlStore({ directory })));
    expect(paths()).toBe(2);
  });

  it('is refreshed in the background past half of its validity, without anybody waiting for it', async () => {
    const clock = clockAt();
    const policy = policyOf(createMemoryCrlStore(), { clock, revocation: { refreshAfterMs: 30 * day } });
    await connect(policy);
    clock.move(3 * day);
    await connect(policy);
    expect(paths()).toBe(1);
    clock.move(day);
    igc.publish(issuer, { thisUpdate: new Date(clock.now().getTime() - hour) });
    await connect(policy);
    await expect.poll(paths).toBe(2);
    // The new one holds where the old one has expired.
    igc.crlServer.setFault('down', { path: new URL(issuer.crlUrl).pathname });
    clock.move(5 * day);
    igc.publish(igc.root, { thisUpdate: new Date(clock.now().getTime() - hour) });
    await connect(policy);
    igc.publish(igc.root, {});
  });

  it('learns of a revocation by the refresh', async () => {
    const clock = clockAt();
    const policy = policyOf(createMemoryCrlStore(), { clock });
    await connect(policy);
    igc.revoke(server);
    clock.move(13 * hour);
    igc.publish(issuer, { thisUpdate: new Date(clock.now().getTime() - hour) });
    await connect(policy);
    await expect.poll(paths).toBe(2);
    await expect.poll(() => refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
  });

  it('stays when the refresh fails, and the refresh is not tried again at once', async () => {
    const clock = clockAt();
    const policy = policyOf(createMemoryCrlStore(), { clock });
    await connect(policy);
    igc.crlServer.setFault('html');
    clock.move(day);
    for (let count = 0; count < 5; count++) await connect(policy);
    await expect.poll(paths).toBe(2);
    clock.move(2 * 60_000);
    await connect(policy);
    await expect.poll(paths).toBe(3);
  });

  it('is not replaced by an older one, such as a replay', async () => {
    const clock = clockAt();
    const store = createMemoryCrlStore();
    const policy = policyOf(store, { clock });
    const before = igc.crl(issuer, { thisUpdate: new Date(Date.now() - 2 * day) });
    igc.revoke(server);
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    clock.move(13 * hour);
    igc.crlServer.setBody(new URL(issuer.crlUrl).pathname, before);
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    await expect.poll(paths).toBe(2);
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
  });

  it('that says revoked wins over another, older or newer, that does not: overlapping CRLs of one authority [RFC 5280 §5.2.5]', async () => {
    const other = `${igc.crlServer.url}/overlap-${Math.random()}.crl`;
    const elsewhere = await igc.issueServer({ hostnames: ['mail.example'], issuer, crlUrls: [other] });
    server = await igc.issueServer({ hostnames: ['mail.example'], issuer, crlUrls: [issuer.crlUrl, other] });
    rig.use([server]);
    const policy = policyOf(createMemoryCrlStore());
    await connect(policy);
    // The first address still serves the list from before the revocation; the second, asked for another server, has the new one.
    igc.crlServer.setBody(new URL(issuer.crlUrl).pathname, igc.crl(issuer));
    igc.revoke(server);
    igc.crlServer.setBody(new URL(other).pathname, igc.crl(issuer));
    rig.use([elsewhere]);
    await connect(policy);
    rig.use([server]);
    expect(await refusalOf(connect(policy))).toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
  });

  it('is used though the store cannot be read or written', async () => {
    const broken: CrlStore = { read: () => Promise.reject(new Error('disk')), write: () => Promise.reject(new Error('disk')) };
    await connect(policyOf(broken));
    await writeFile(join(directory, 'file'), '');
    await connect(policyOf(createCrlStore({ directory: join(directory, 'file') })));
  });

  it('is fetched for a clock that is a day wrong, and the refusal says so', async () => {
    const behind = policyOf(createMemoryCrlStore(), { clock: clockAt(-day) });
    expect(await reasonsOf(connect(behind))).toContain('ERR_MSS_PKI_CRL_NOT_YET_VALID');
  });
});

describe('the CRL store in a directory', () => {
  it('writes whole files or none, also when many write at a time', async () => {
    const store = createCrlStore({ directory: join(directory, 'made', 'on', 'demand') });
    const bodies = Array.from({ length: 20 }, (_, index) => new Uint8Array(10_000).fill(index));
    await Promise.all(bodies.map((body) => store.write('key', body)));
    const read = await store.read('key');
    expect(read).toHaveLength(10_000);
    expect(new Set(read).size).toBe(1);
    expect(await readdir(join(directory, 'made', 'on', 'demand'))).toHaveLength(1);
  });

  it('knows nothing of a key that was never written, and does not read beyond the limit', async () => {
    const store = createCrlStore({ directory, limits: { crlBytes: 100 } });
    expect(await store.read('nothing')).toBeNull();
    await store.write('large', new Uint8Array(101));
    expect(await store.read('large')).toBeNull();
  });
});

describe('a policy that is closed', () => {
  it('says so to those who wait, and to those who come later', async () => {
    const policy = policyOf(createMemoryCrlStore());
    igc.crlServer.setFault('slow', { delayMs: 5_000 });
    const waiting = connect(policy).catch((error: unknown) => error);
    await expect.poll(paths).toBe(1);
    await policy.close();
    for (const error of [await waiting, await connect(policy).catch((caught: unknown) => caught)]) {
      expect(error).toMatchObject({ code: 'ERR_MSS_TLS_REVOCATION_UNKNOWN', message: expect.stringContaining('the policy is closed') });
    }
  });
});
