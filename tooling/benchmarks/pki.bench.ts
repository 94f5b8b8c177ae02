// The secure channel against the bare TLS 1.2 handshake of Node, a CRL of 200,000 entries, OCSP against `openssl ocsp`. Prints ratios, exits 0.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { verify, X509Certificate } from 'node:crypto';
import { registerHooks } from 'node:module';
import { connect, createSecureContext, createServer } from 'node:tls';
import { createSecureChannelPolicy, createTrustStore, lookUpInCrl } from '@mss/pki';
// The test kit is not built: its sources are read as they are, under their real names.
registerHooks({
  resolve: (specifier, context, next) =>
    next(context.parentURL?.includes('/tooling/testkit/src/') === true ? specifier.replace(/^(\..*)\.js$/, '$1.ts') : specifier, context),
});
const { createTestIgc, startOcspResponder } = await import('@mss/testkit');

const pairs = Number(process.argv[2] ?? 1000);
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const print = (name: string, value: string): void => console.log(`${name.padEnd(64)} ${value}`);

const timed = async (work: () => Promise<void>): Promise<number> => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
};

async function handshakes(): Promise<void> {
  await using igc = await createTestIgc();
  await igc.startCrlServer();
  const issued = await igc.issueServer({ hostnames: ['localhost'] });
  const server = createServer({ key: issued.keyPem, cert: issued.chainPem, maxVersion: 'TLSv1.2' }, (socket) =>
    socket.on('error', () => {}),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  const { port } = address;
  await using policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'bench', anchors: [igc.caPem] }) });
  // The peer gets what a careful user of node:tls gives it: one context, the same four suites.
  const ciphers = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256';
  const versions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const secureContext = createSecureContext({ ca: [igc.caPem], ciphers, ...versions });

  const bare = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', secureContext, ...versions }, () => {
        socket.destroy();
        resolve();
      });
      socket.on('error', reject);
    });
  const ours = async (): Promise<void> => {
    (await policy.connect({ host: '127.0.0.1', port, servername: 'localhost' })).destroy();
  };

  for (let index = 0; index < 100; index++) await bare().then(ours);
  const ratios: number[] = [];
  const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
  for (let index = 0; index < pairs; index++) {
    const bareFirst = index % 2 === 0;
    const first = await timed(bareFirst ? bare : ours);
    const second = await timed(bareFirst ? ours : bare);
    const [bareTime, ourTime] = bareFirst ? [first, second] : [second, first];
    times.bare.push(bareTime);
    times.ours.push(ourTime);
    ratios.push(ourTime / bareTime);
  }
  print(`bare TLS 1.2 handshake, median of ${pairs}`, `${median(times.bare).toFixed(3)} ms`);
  print('channel with warm verdict, median', `${median(times.ours).toFixed(3)} ms`);
  print('channel / bare, median of ratios of interleaved pairs', `x${median(ratios).toFixed(3)} (aim: 1.05)`);
  server.close();
}

/** A server whose certificate is only good by OCSP: cold (asked of the responder) and warm, beside a process of `openssl ocsp`. */
async function ocsp(): Promise<void> {
  await using igc = await createTestIgc();
  await igc.startCrlServer();
  await using responder = await startOcspResponder({ issuer: igc.intermediate });
  const issued = await igc.issueServer({ hostnames: ['localhost'], crlUrls: [], ocspUrls: [responder.url] });
  const server = createServer({ key: issued.keyPem, cert: issued.chainPem, maxVersion: 'TLSv1.2' }, (socket) =>
    socket.on('error', () => {}),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  const target = { host: '127.0.0.1', port: address.port, servername: 'localhost' };
  const trust = createTrustStore({ name: 'bench', anchors: [igc.caPem] });

  const cold: number[] = [];
  for (let index = 0; index < 60; index++) {
    await using policy = createSecureChannelPolicy({ trust });
    // Includes both handshakes, the OCSP round trip with the responder's signature, and the CRL of the root.
    cold.push(await timed(async () => void (await policy.warm(target))));
  }
  await using policy = createSecureChannelPolicy({ trust });
  const warm: number[] = [];
  for (let index = 0; index < 400; index++) warm.push(await timed(async () => void (await policy.connect(target)).destroy()));
  print('OCSP cold: handshakes, responder, root CRL; median of 60', `${median(cold.slice(10)).toFixed(2)} ms`);
  print('OCSP warm: channel with the answer in memory, median of 400', `${median(warm.slice(50)).toFixed(2)} ms`);
  print('cold / warm', `x${(median(cold.slice(10)) / median(warm.slice(50))).toFixed(2)}`);

  const folder = await mkdtemp(join(tmpdir(), 'mss-bench-'));
  try {
    const [leaf, issuer, root] = ['leaf.pem', 'issuer.pem', 'root.pem'].map((name) => join(folder, name)) as [string, string, string];
    await writeFile(leaf, issued.certPem);
    await writeFile(issuer, igc.intermediate.certPem);
    await writeFile(root, igc.caPem);
    const run = promisify(execFile);
    const peer: number[] = [];
    for (let index = 0; index < 25; index++) {
      const args = ['ocsp', '-issuer', issuer, '-cert', leaf, '-url', responder.url, '-CAfile', root, '-verify_other', issuer];
      peer.push(
        await timed(async () => {
          const { stdout } = await run('openssl', args);
          if (!stdout.includes(': good')) throw new Error('openssl ocsp does not find the certificate good');
        }),
      );
    }
    print('a process of `openssl ocsp` asking the same responder, median of 25', `${median(peer).toFixed(2)} ms`);
    print('cold verdict, handshakes included / openssl ocsp', `x${(median(cold.slice(10)) / median(peer)).toFixed(2)}`);
  } catch (error) {
    print('openssl ocsp', `not measured: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
  server.close();
}

async function longCrl(): Promise<void> {
  await using igc = await createTestIgc();
  const good = await igc.issueServer({ hostnames: ['good.example'] });
  const revoked = await igc.issueServer({ hostnames: ['revoked.example'] });
  igc.revoke(revoked);
  const der = igc.crl(igc.intermediate, { extraSerials: 200_000 });
  const issuer = igc.intermediate.der;
  const runs: number[] = [];
  for (let index = 0; index < 7; index++) {
    const start = performance.now();
    const found = lookUpInCrl(der, { issuer }).find(revoked.serial);
    runs.push(performance.now() - start);
    if (found === null) throw new Error('the look-up is wrong');
  }
  const verifyRuns: number[] = [];
  const key = new X509Certificate(issuer).publicKey;
  for (let index = 0; index < 7; index++) {
    const start = performance.now();
    verify('sha256', der, key, new Uint8Array(256));
    verifyRuns.push(performance.now() - start);
  }
  print(
    `CRL of 200,000 entries, ${(der.length / 1e6).toFixed(1)} MB: read, verified, searched; first`,
    `${runs[0]?.toFixed(1)} ms (aim: 50)`,
  );
  print('the same, median of 7', `${median([...runs]).toFixed(1)} ms`);
  print('ratio to hashing and verifying the same bytes', `x${(median([...runs]) / median(verifyRuns)).toFixed(2)}`);

  globalThis.gc?.();
  const before = process.memoryUsage();
  const table = lookUpInCrl(der, { issuer });
  const second = performance.now();
  if (table.find(revoked.serial) === null || table.find(good.serial) !== null) throw new Error('the look-up is wrong');
  print('second question, which makes the table', `${(performance.now() - second).toFixed(1)} ms`);
  const after = process.memoryUsage();
  const extra = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  print('extra memory beside the file', `x${(extra / der.length).toFixed(2)} of the file (aim: 1.5)`);

  const repeats = 10_000;
  const start = performance.now();
  for (let index = 0; index < repeats; index++) table.find(index % 2 === 0 ? revoked.serial : good.serial);
  print('repeat look-up', `${(((performance.now() - start) / repeats) * 1000).toFixed(2)} µs (aim: 100)`);
}

await longCrl();
await ocsp();
await handshakes();
