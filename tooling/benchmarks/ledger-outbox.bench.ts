/**
 * Sending 500 messages of 300 kB through the durable outbox (queued, sealed, submitted, settled, erased) against raw
 * nodemailer pools and our bare pool, to the Postfix of Debian on this machine (as root). Every contender in the same run,
 * interleaved; prints messages per second, ratios, and commits per message; exits 0.
 *
 *     node tooling/benchmarks/ledger-outbox.bench.ts [messages]
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = 3;
const connections = 5;
const serverName = 'mail.bench.mssante.fr';
const user = 'cabinet@exemple.mssante.fr';
const to = 'avis@ailleurs.mssante.fr';
const ciphers = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function main(count: number): Promise<void> {
  if (!existsSync('/usr/sbin/postfix') || !existsSync('/usr/sbin/dovecot') || process.getuid?.() !== 0) {
    console.log('skipped: needs Postfix and Dovecot of Debian and root (npm run test:servers installs them)');
    return;
  }
  const { createFileVault, openLedger } = await import('@mss/ledger');
  const { createSecureChannelPolicy, createTrustStore } = await import('@mss/pki');
  const { openSqliteStore } = await import('@mss/store');
  const { createSmtpPool } = await import('@mss/transport');
  const { createTestIgc } = await import('@mss/testkit');
  const { createTransport } = await import('nodemailer');
  const { startDovecot } = await import('../servers/dovecot.js');
  const { startPostfix } = await import('../servers/postfix.js');
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const identity = await igc.issueServer({ hostnames: [serverName] });
  const dovecot = await startDovecot({ identity, accounts: { [user]: 'pw' } });
  const postfix = await startPostfix({
    identity,
    authSocket: dovecot.authSocket,
    mailFolder: dovecot.mailFolder,
    mailboxes: [user],
    routes: { 'ailleurs.mssante.fr': null },
  });
  const port = postfix.implicitPort;
  const archive = Buffer.alloc(120_000, 0xa7);
  const pdf = Buffer.alloc(100_000, 0x5b);
  const mail = {
    from: user,
    to,
    subject: 'XDM/1.0/DDM+Compte rendu DURAND Marie 01/02/1970',
    text: 'Bonjour',
    attachments: [
      { filename: 'IHE_XDM.ZIP', content: archive },
      { filename: 'document.pdf', content: pdf },
    ],
  };
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  const messageOf = (id: number | string): Buffer =>
    Buffer.from(
      `Message-ID: <${id}@exemple.mssante.fr>\r\nFrom: <${user}>\r\nTo: <${to}>\r\nSubject: bench\r\nMIME-Version: 1.0\r\n` +
        `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
        `${base64(archive)}\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(pdf)}\r\n--b--\r\n`,
    );
  const raw = messageOf('raw');
  const tls = { ca: igc.caPem, servername: serverName, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers } as const;
  const withNodemailer = async (message: object): Promise<void> => {
    const transporter = createTransport({
      pool: true,
      maxConnections: connections,
      maxMessages: Infinity,
      host: '127.0.0.1',
      port,
      secure: true,
      tls,
      auth: { user, pass: 'pw' },
    });
    await Promise.all(Array.from({ length: count }, () => transporter.sendMail(message)));
    transporter.close();
  };
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'bench', anchors: [igc.caPem] }) });
  const newPool = (): ReturnType<typeof createSmtpPool> =>
    createSmtpPool({
      policy,
      host: '127.0.0.1',
      port,
      servername: serverName,
      security: 'implicit',
      maxConnections: connections,
      auth: { type: 'password', user, password: 'pw' },
      maxMessagesPerConnection: Infinity,
    });
  const ourPool = async (): Promise<void> => {
    await using pool = newPool();
    const results = await Promise.all(
      Array.from({ length: count }, () => pool.submit({ from: user, recipients: [{ address: to }], message: raw })),
    );
    if (results.some((one) => one.outcome !== 'accepted')) throw new Error('a message was not accepted');
  };
  // Composed beforehand, as for the other prebuilt contenders.
  const messages = Array.from({ length: count }, (_, index) => messageOf(index));
  let commits = 0;
  const outbox = async (): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'mss-bench-'));
    const store = await openSqliteStore({ file: join(folder, 'ledger.db') });
    const counted: typeof store = Object.assign(Object.create(store) as typeof store, {
      transaction: (...given: Parameters<typeof store.transaction>) => {
        commits += 1;
        return store.transaction(...given);
      },
      batch: (...given: Parameters<typeof store.batch>) => {
        commits += 1;
        return store.batch(...given);
      },
      all: store.all.bind(store),
      get: store.get.bind(store),
      migrate: store.migrate.bind(store),
    });
    const keys = { sealing: { id: 'k', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };
    let left = count;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const ledger = await openLedger({
      store: counted,
      contents: await createFileVault(join(folder, 'contents')),
      keys,
      outbox: {
        onChange: ({ to: state }) => {
          if (state === 'accepted') left -= 1;
          if (left === 0) finish();
        },
      },
    });
    await using pool = newPool();
    commits = 0;
    const stop = new AbortController();
    const working = ledger.outbox.run({
      submit: (message, call) => pool.submit(message, call),
      signal: stop.signal,
      concurrency: 2 * connections,
    });
    await Promise.all(
      messages.map((message, index) =>
        ledger.outbox.queue({ documentId: `d${index}`, message, mailbox: user, recipients: [{ address: to }], author: 'bench' }),
      ),
    );
    await finished;
    stop.abort();
    await working;
    await ledger.close();
    await store.close();
    await rm(folder, { recursive: true });
  };
  const contenders: Readonly<Record<string, () => Promise<void>>> = {
    'outbox: queued, sealed, sent, settled, erased (durable)': outbox,
    '@mss/transport pool, prebuilt (nothing kept)': ourPool,
    'nodemailer pool, prebuilt raw (nothing kept)': () => withNodemailer({ envelope: { from: user, to: [to] }, raw }),
    'nodemailer pool, attachments (nothing kept)': () => withNodemailer(mail),
  };
  console.log(
    `sending ${count} messages of ${Math.round(raw.length / 1000)} kB to Postfix over ${connections} connections, median of ${rounds}`,
  );
  const rates = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  const cpus = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  const before = process.memoryUsage().rss;
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      const start = performance.now();
      const cpu = process.cpuUsage();
      await work();
      const { user: ours, system } = process.cpuUsage(cpu);
      // The first round warms up.
      if (round === 0) continue;
      rates.get(name)?.push((count * 1000) / (performance.now() - start));
      cpus.get(name)?.push((ours + system) / 1000 / count);
    }
  }
  const own = median(rates.get(Object.keys(contenders)[0] ?? '') ?? []);
  for (const [name, all] of rates) {
    const rate = median(all);
    console.log(
      `${name.padEnd(60)} ${rate.toFixed(0).padStart(6)} messages/s   outbox / this: x${(own / rate).toFixed(2)}   ${median(cpus.get(name) ?? []).toFixed(2)} ms of CPU each`,
    );
  }
  console.log(
    `outbox: ${(commits / count).toFixed(2)} transactions a message (queued, final dot, verdict, claims; the store commits several at once), 1 file sync and at most 1 folder sync`,
  );
  console.log(`resident memory after all rounds: ${Math.round((process.memoryUsage().rss - before) / 1e6)} MB above the start`);
  await postfix.stop();
  await dovecot.stop();
  await policy.close();
  await igc.close();
}

// The test kit and the servers are TypeScript with `.js` imports: these hooks find them.
const hooks = new URL('../testkit/src/source-hooks.mjs', import.meta.url);
await import(hooks.href);
await main(Number(process.argv[2] ?? 500));
process.exit(0);
