/**
 * The ledger against raw tools on the same Postfix and Dovecot (Debian, as root), in the same run, interleaved:
 *
 * - sending 500 messages of 300 kB over 5 connections: composed, given to the outbox, queued durably (SQLite and sealed files),
 *   submitted, verdict noted, erased; against nodemailer's pool with attachments, which keeps nothing, and prebuilt without composing;
 * - receiving 2,000 messages of 175 kB, each handed to a callback that writes and syncs a file, 16 at once, without blocking the
 *   thread, as a host's database does; against imapflow with the same function, 16 at once, without any account of it, and against
 *   mbsync with and without FSync, which writes and syncs one file after the other.
 *
 * Prints messages per second, the largest growth of the resident set, ratios, and the outbox's transactions per message; exits 0.
 *
 *     node tooling/benchmarks/ledger.bench.ts [--quick] [send|receive]
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { addressHeader, createMessageId, dateHeader, messageIdHeader, textHeader, writeMime } from '@mss/formats/mime';
import { createFileVault, openLedger, type HandOver, type Ledger, type ReceiveRequest } from '@mss/ledger';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { openSqliteStore } from '@mss/store';
import { createSmtpPool, openMailbox } from '@mss/transport';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';

// The servers and the test kit are TypeScript with `.js` imports: these hooks find them.
await import(new URL('../testkit/src/source-hooks.mjs', import.meta.url).href);
const { createTestIgc } = await import('@mss/testkit');
const { startDovecot } = await import('../servers/dovecot.js');
const { startPostfix } = await import('../servers/postfix.js');

const execute = promisify(execFile);
const serverName = 'mail.bench.mssante.fr';
const user = 'cabinet@exemple.mssante.fr';
const reader = 'laboratoire@exemple.mssante.fr';
const recipient = 'avis@ailleurs.mssante.fr';
const password = 'pw';
const connections = 5;
const ciphers = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
const keys = { sealing: { id: 'bench', secret: randomBytes(32) }, pseudonyms: randomBytes(32) };
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Contender = () => Promise<void>;

/** Each in turn, several times over, so that all see the same minutes; the first round warms up. */
async function compare(
  contenders: Readonly<Record<string, Contender>>,
  options: { readonly count: number; readonly rounds: number },
): Promise<void> {
  const rates = new Map<string, number[]>();
  const cpu = new Map<string, number[]>();
  const grown = new Map<string, number>();
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
      const [start, used] = [performance.now(), process.cpuUsage()];
      await work();
      const rate = (options.count * 1000) / (performance.now() - start);
      clearInterval(watch);
      const { user: own, system } = process.cpuUsage(used);
      if (round === 0) continue;
      rates.set(name, [...(rates.get(name) ?? []), rate]);
      cpu.set(name, [...(cpu.get(name) ?? []), (own + system) / 1000 / options.count]);
      grown.set(name, Math.max(grown.get(name) ?? 0, most - before));
    }
  }
  const [[, ours = []] = []] = rates;
  for (const [name, all] of rates) {
    const ratio = (median(ours) / median(all)).toFixed(2);
    const memory = `+${Math.round((grown.get(name) ?? 0) / 1_000_000)} MB`;
    const each = `${median(cpu.get(name) ?? []).toFixed(2)} ms CPU each`;
    console.log(
      `${name.padEnd(70)} ${median(all).toFixed(0).padStart(5)} messages/s  ${each.padStart(16)}  ${memory.padStart(8)}   first / this: x${ratio}`,
    );
  }
}

/** A ledger in a folder of its own, gone afterwards. */
async function withLedger(
  work: (ledger: Ledger, folder: string, transactions: () => number) => Promise<void>,
  onAccepted: () => void = () => {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mss-bench-ledger-'));
  const store = await openSqliteStore({ file: join(folder, 'ledger.db') });
  let transactions = 0;
  for (const name of ['transaction', 'batch'] as const) {
    const original = store[name].bind(store) as (...given: unknown[]) => Promise<never>;
    store[name] = (...given: unknown[]) => {
      transactions += 1;
      return original(...given);
    };
  }
  const onChange = ({ to }: { readonly to: string }): void => {
    if (to === 'accepted') onAccepted();
  };
  const ledger = await openLedger({ store, contents: await createFileVault(join(folder, 'vault')), keys, outbox: { onChange } });
  try {
    await work(ledger, folder, () => transactions);
  } finally {
    await ledger.close();
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function main(given: readonly string[]): Promise<void> {
  if (!existsSync('/usr/sbin/dovecot') || !existsSync('/usr/sbin/postfix') || process.getuid?.() !== 0) {
    console.log('skipped: needs the Dovecot and Postfix of Debian and root (npm run test:servers installs them)');
    return;
  }
  const quick = given.includes('--quick');
  const only = given.find((one) => one === 'send' || one === 'receive');
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const identity = await igc.issueServer({ hostnames: [serverName] });
  const dovecot = await startDovecot({ identity, accounts: { [user]: password, [reader]: password } });
  const postfix = await startPostfix({
    identity,
    authSocket: dovecot.authSocket,
    mailFolder: dovecot.mailFolder,
    mailboxes: [user],
    routes: { 'ailleurs.mssante.fr': null },
  });
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'bench', anchors: [igc.caPem] }) });
  const tls = { ca: igc.caPem, servername: serverName, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers } as const;
  const channel = { policy, host: '127.0.0.1', servername: serverName, security: 'implicit' } as const;

  async function sending(count: number, rounds: number): Promise<void> {
    const [archive, pdf] = [randomBytes(120_000), randomBytes(100_000)];
    const compose = (): Uint8Array =>
      writeMime({
        mediaType: 'multipart/mixed',
        headers: [
          dateHeader(new Date(), { zone: '+0000' }),
          addressHeader('From', [{ name: null, address: user }]),
          addressHeader('To', [{ name: null, address: recipient }]),
          messageIdHeader('Message-ID', [createMessageId('exemple.mssante.fr')]),
          textHeader('Subject', 'Compte rendu'),
        ],
        children: [
          { mediaType: 'text/plain', text: 'Bonjour' },
          { mediaType: 'application/zip', bytes: archive, fileName: 'IHE_XDM.ZIP', disposition: 'attachment' },
          { mediaType: 'application/pdf', bytes: pdf, fileName: 'document.pdf', disposition: 'attachment' },
        ],
      });
    const transactions: number[] = [];
    const outbox = async (): Promise<void> => {
      let [left, accepted] = [count, 0];
      const stop = new AbortController();
      const done = (): void => {
        accepted += 1;
        if (accepted === count) stop.abort();
      };
      await withLedger(async (ledger, _, taken) => {
        const pool = createSmtpPool({
          ...channel,
          port: postfix.implicitPort,
          auth: { type: 'password', user, password },
          maxConnections: connections,
          maxMessagesPerConnection: Infinity,
        });
        const running = ledger.outbox.run({
          submit: (message, call) => pool.submit(message, call),
          concurrency: 2 * connections,
          signal: stop.signal,
        });
        // A host that sends many documents queues several at once, like its peer below.
        const queue = async (): Promise<void> => {
          while (left > 0) {
            left -= 1;
            const documentId = `d${left}`;
            await ledger.outbox.queue({
              documentId,
              message: compose(),
              messageIsGiven: true,
              mailbox: user,
              recipients: [{ address: recipient }],
              author: 'bench',
            });
          }
        };
        await Promise.all(Array.from({ length: connections }, queue));
        await running;
        await pool.close();
        const { settled } = (await ledger.outbox.stats()).entries;
        if (settled !== count) throw new Error(`${settled} of ${count} settled`);
        transactions.push(taken() / count);
      }, done);
    };
    const mail = {
      from: user,
      to: recipient,
      subject: 'Compte rendu',
      text: 'Bonjour',
      attachments: [
        { filename: 'IHE_XDM.ZIP', content: archive },
        { filename: 'document.pdf', content: pdf },
      ],
    };
    const raw = Buffer.from(compose());
    const nodemailer = async (message: object): Promise<void> => {
      const auth = { user, pass: password };
      const transporter = createTransport({
        pool: true,
        maxConnections: connections,
        maxMessages: Infinity,
        host: '127.0.0.1',
        port: postfix.implicitPort,
        secure: true,
        tls,
        auth,
      });
      await Promise.all(Array.from({ length: count }, () => transporter.sendMail(message)));
      transporter.close();
    };
    const pooled = async (): Promise<void> => {
      const pool = createSmtpPool({
        ...channel,
        port: postfix.implicitPort,
        auth: { type: 'password', user, password },
        maxConnections: connections,
        maxMessagesPerConnection: Infinity,
      });
      await Promise.all(
        Array.from({ length: count }, () => pool.submit({ from: user, recipients: [{ address: recipient }], message: raw })),
      );
      await pool.close();
    };
    console.log(
      `sending ${count} messages of ${Math.round(raw.length / 1000)} kB over ${connections} connections to Postfix, median of ${rounds}`,
    );
    await compare(
      {
        '@mss/ledger outbox: composed, durable, sealed, verdict noted': outbox,
        'nodemailer pool, attachments, nothing kept': () => nodemailer(mail),
        'nodemailer pool, prebuilt raw, nothing kept': () => nodemailer({ envelope: { from: user, to: [recipient] }, raw }),
        '@mss/transport pool, prebuilt, nothing kept': pooled,
      },
      { count, rounds },
    );
    console.log(`outbox: ${median(transactions).toFixed(2)} transactions a message; those that come together share a commit`);
  }

  async function receiving(count: number, rounds: number): Promise<void> {
    const inbox = join(dovecot.mailFolder, reader, 'new');
    await mkdir(inbox, { recursive: true });
    let bytes = 0;
    for (let index = 0; index < count; index += 1) {
      const mail = writeMime({
        mediaType: 'multipart/mixed',
        headers: [
          dateHeader(new Date(), { zone: '+0000' }),
          addressHeader('From', [{ name: null, address: recipient }]),
          addressHeader('To', [{ name: null, address: reader }]),
          messageIdHeader('Message-ID', [createMessageId('ailleurs.mssante.fr')]),
          textHeader('Subject', 'Compte rendu'),
        ],
        children: [
          { mediaType: 'text/plain', text: 'Bonjour' },
          { mediaType: 'application/pdf', bytes: randomBytes(127_000), fileName: 'document.pdf', disposition: 'attachment' },
        ],
      });
      const text = Buffer.concat([Buffer.from(`Return-Path: <${recipient}>\r\n`), mail])
        .toString('latin1')
        .replaceAll('\r\n', '\n');
      bytes += text.length;
      await writeFile(join(inbox, `${1_700_000_000 + index}.M${index}P1.bench`), text, 'latin1');
    }
    await execute('chown', ['-R', 'nobody:nogroup', dovecot.mailFolder]);
    // As a host's store would: written and synced before the promise resolves.
    const keep = async (file: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> => {
      const handle = await open(file, 'wx');
      try {
        for await (const part of parts) await handle.write(part);
        await handle.sync();
      } finally {
        await handle.close();
      }
    };
    const atOnce = 16;
    const handingOver = (reading: 'always' | 'receipts') => async (): Promise<void> =>
      withLedger(async (ledger, folder) => {
        let taken = 0;
        const mailbox = await openMailbox({ ...channel, port: dovecot.imapsPort, auth: { type: 'password', user: reader, password } });
        const handOver: HandOver = async (delivery) => {
          await keep(join(folder, delivery.id), delivery.stream());
          taken += 1;
        };
        const request: ReceiveRequest = { mailbox, address: reader, kind: 'organisational', handOver, reading, concurrency: atOnce };
        await ledger.inbox.receive(request);
        await mailbox.close();
        if (taken !== count) throw new Error(`${taken} of ${count} handed over`);
      });
    const imapflow = async (): Promise<void> => {
      const folder = await mkdtemp(join(tmpdir(), 'mss-bench-imapflow-'));
      const client = new ImapFlow({
        host: '127.0.0.1',
        port: dovecot.imapsPort,
        secure: true,
        tls,
        auth: { user: reader, pass: password },
        logger: false,
      });
      await client.connect();
      await client.mailboxOpen('INBOX');
      let taken = 0;
      const writing = new Set<Promise<void>>();
      for await (const { uid, source } of client.fetch('1:*', { uid: true, flags: true, internalDate: true, size: true, source: true })) {
        if (writing.size >= atOnce) await Promise.race(writing);
        const written = keep(join(folder, String(uid)), [source ?? new Uint8Array()]).then(() => void writing.delete(written));
        writing.add(written);
        taken += 1;
      }
      await Promise.all(writing);
      await client.logout();
      await rm(folder, { recursive: true });
      if (taken !== count) throw new Error(`${taken} of ${count} read`);
    };
    const mbsync = (fsync: 'yes' | 'no') => async (): Promise<void> => {
      const folder = await mkdtemp(join(tmpdir(), 'mss-bench-mbsync-'));
      await mkdir(join(folder, 'mail'));
      await writeFile(join(folder, 'server.pem'), identity.certPem);
      await writeFile(
        join(folder, 'mbsyncrc'),
        [
          `FSync ${fsync}`,
          'IMAPAccount bench',
          'Host 127.0.0.1',
          `Port ${dovecot.imapsPort}`,
          `User ${reader}`,
          `Pass ${password}`,
          'SSLType IMAPS',
          'SSLVersions TLSv1.2',
          'SystemCertificates no',
          `CertificateFile ${join(folder, 'server.pem')}`,
          '',
          'IMAPStore far',
          'Account bench',
          '',
          'MaildirStore near',
          `Path ${folder}/mail/`,
          `Inbox ${folder}/inbox`,
          '',
          'Channel bench',
          'Far :far:',
          'Near :near:',
          'Sync Pull New',
          'Create Near',
          `SyncState ${folder}/`,
          '',
        ].join('\n'),
      );
      await execute('mbsync', ['-q', '-c', join(folder, 'mbsyncrc'), 'bench']);
      const { stdout } = await execute('sh', ['-c', `find ${folder}/inbox -type f -path '*/[cn]*/*' | wc -l`]);
      await rm(folder, { recursive: true });
      if (Number(stdout) < count) throw new Error(`mbsync fetched ${stdout.trim()} of ${count}`);
    };
    console.log(
      `receiving ${count} messages (${Math.round(bytes / 1_000_000)} MB) from Dovecot, each written and synced, median of ${rounds}`,
    );
    await compare(
      {
        '@mss/ledger inbox, handed over once, every message read': handingOver('always'),
        "@mss/ledger inbox, handed over once, reading: 'receipts'": handingOver('receipts'),
        'mbsync, FSync yes (its memory is its own)': mbsync('yes'),
        'mbsync, FSync no': mbsync('no'),
        'raw imapflow, one FETCH for all, each file synced, no account kept': imapflow,
      },
      { count, rounds },
    );
  }

  try {
    if (only !== 'receive') await sending(quick ? 100 : 500, quick ? 1 : 3);
    if (only !== 'send') await receiving(quick ? 300 : 2_000, quick ? 1 : 3);
  } finally {
    await postfix.stop();
    await dovecot.stop();
    await policy.close();
    await igc.close();
  }
}

await main(process.argv.slice(2));
