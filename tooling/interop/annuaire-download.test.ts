/** The extraction from a real server of files, over the secure channel, on a line that breaks. */
import { chmod, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { syncExtraction, type SyncOptions, type SyncResult } from '@mss/annuaire-sync';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { createTempDirectory, createTestIgc, startTcpProxy, type TcpProxy, type TempDirectory, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { generateExtraction } from '../benchmarks/annuaire-generator/index.js';
import { startNginx, type Nginx } from '../servers/nginx.js';

const name = 'Extraction_Correspondance_MSSante_202611220300.txt';
const lines = 20_000;
const texts = [0, 0.01].map((changes) => `${[...generateExtraction({ lines, seed: 1, changes })].join('\n')}\n`);

let igc: TestIgc;
let policy: SecureChannelPolicy;
let nginx: Nginx;
let served: TempDirectory;
let proxy: TcpProxy;
let own: TempDirectory;
let db: string;

/** Puts a file in the place of the one before, as publishers do. */
async function publish(text: string, modified: number): Promise<void> {
  const beside = join(served.path, 'next');
  await writeFile(beside, text);
  await utimes(beside, modified, modified);
  await rename(beside, join(served.path, name));
}

beforeAll(async () => {
  served = await createTempDirectory();
  await chmod(served.path, 0o755);
  igc = await createTestIgc();
  await igc.startCrlServer();
  const identity = await igc.issueServer({ hostnames: ['localhost'] });
  nginx = await startNginx({ clientCaPem: igc.caPem, sites: [{ name: 'localhost', identity, folder: served.path }] });
  policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [igc.caPem], igcSante: true }) });
});
afterAll(async () => {
  await policy?.close();
  await nginx?.stop();
  await igc?.close();
  await served?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await publish(texts[0] ?? '', 1_700_000_000);
  own = await createTempDirectory();
  db = join(own.path, 'annuaire.db');
  proxy = await startTcpProxy({ target: { port: nginx.portOf('localhost') } });
  return async () => {
    await proxy.close();
    await own[Symbol.asyncDispose]();
  };
});

const sync = (options: Partial<SyncOptions> = {}): Promise<SyncResult> =>
  syncExtraction({ source: `https://localhost:${proxy.port}/${name}`, db, policy, wait: async () => {}, attempts: 20, ...options });
const received = (): number => proxy.connections.reduce((sum, { bytesDown }) => sum + bytesDown, 0);

it('is continued where the line broke, again and again, and not fetched a second time', async () => {
  const { size } = await stat(join(served.path, name));
  proxy.setFaults({ cutAfterBytes: { down: Math.floor(size / 5) } });
  expect(await sync()).toMatchObject({ rows: lines, published: '202611220300' });
  expect(proxy.connections.length).toBeGreaterThan(6);
  // Each part came once; the rest is what TLS adds.
  expect(received()).toBeLessThan(size * 1.5);
  proxy.setFaults({});
  const before = received();
  expect(await sync()).toMatchObject({ outcome: 'unchanged', unchanged: lines });
  expect(received() - before).toBeLessThan(20_000);
});

it('that was replaced after the line broke is fetched from its beginning, and nothing of the first is in it', async () => {
  const { size } = await stat(join(served.path, name));
  proxy.setFaults({ cutAfterBytes: { down: Math.floor(size / 2) } });
  await expect(sync({ attempts: 1 })).rejects.toThrow();
  expect(readdirSync(`${db}.work`)).toHaveLength(2);
  await publish(texts[1] ?? '', 1_700_000_060);
  proxy.setFaults({});
  const result = await sync();
  expect(result.rows).toBe((texts[1] ?? '').split('\n').length - 2);
  expect(readdirSync(`${db}.work`)).toEqual([]);
  const whole = join(own.path, name);
  await writeFile(whole, texts[1] ?? '');
  expect(await syncExtraction({ source: whole, db })).toMatchObject({ outcome: 'unchanged', rejected: 0 });
});

it('ends by the signal in the middle, and the next call goes on', async () => {
  const { size } = await stat(join(served.path, name));
  const abort = new AbortController();
  const onProgress: SyncOptions['onProgress'] = ({ phase, doneBytes }) => {
    if (phase === 'download' && doneBytes > size / 3) abort.abort(new Error('enough'));
  };
  await expect(sync({ signal: abort.signal, onProgress })).rejects.toThrow('enough');
  const before = received();
  expect(await sync()).toMatchObject({ rows: lines });
  expect(received() - before).toBeLessThan(size);
});
