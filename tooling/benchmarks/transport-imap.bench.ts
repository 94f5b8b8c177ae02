/**
 * Receiving 2,000 messages of 175 kB (350 MB) from Dovecot (Debian, as root): fetchNew and synchronise against raw
 * imapflow and against a bare socket, in the same run, interleaved. Prints messages per second, processor time, the
 * largest growth of the resident set and ratios; exits 0.
 *
 *     node tooling/benchmarks/transport-imap.bench.ts [messages] [rounds]
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';

const serverName = 'mail.bench.mssante.fr';
const user = 'bench@exemple.mssante.fr';
const ciphers = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function main(count: number, rounds: number): Promise<void> {
  if (!existsSync('/usr/sbin/dovecot') || process.getuid?.() !== 0) {
    console.log('receiving: skipped, needs the Dovecot of Debian and root (npm run test:servers installs it)');
    return;
  }
  const { openMailbox } = await import('@mss/transport');
  const { createSecureChannelPolicy, createTrustStore } = await import('@mss/pki');
  const { createTestIgc } = await import('@mss/testkit');
  const { ImapFlow } = await import('imapflow');
  const { startDovecot } = await import('../servers/dovecot.js');
  const { run } = await import('../servers/process.js');
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const dovecot = await startDovecot({ identity: await igc.issueServer({ hostnames: [serverName] }), accounts: { [user]: 'pw' } });
  const folder = join(dovecot.mailFolder, user, 'new');
  await mkdir(folder, { recursive: true });
  const text = `Subject: bench\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(2240)}`;
  for (let index = 0; index < count; index += 1) await writeFile(join(folder, `${1_700_000_000 + index}.M${index}P1.bench`), text);
  await run('chown', '-R', 'nobody:nogroup', dovecot.mailFolder);

  const port = dovecot.imapsPort;
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'bench', anchors: [igc.caPem] }) });
  const check = (bytes: number): void => {
    if (bytes !== count * text.length) throw new Error(`${bytes} bytes read`);
  };
  const mailbox = (): ReturnType<typeof openMailbox> =>
    openMailbox({
      policy,
      host: '127.0.0.1',
      port,
      servername: serverName,
      security: 'implicit',
      auth: { type: 'password', user, password: 'pw' },
    });
  const fetchNew = async (): Promise<void> => {
    await using opened = await mailbox();
    let bytes = 0;
    for await (const message of opened.fetchNew()) bytes += message.bytes?.length ?? 0;
    check(bytes);
  };
  const synchronise = async (): Promise<void> => {
    await using opened = await mailbox();
    let bytes = 0;
    for await (const event of opened.synchronise()) if (event.kind === 'message') bytes += event.message.bytes?.length ?? 0;
    check(bytes);
  };
  const tls = { ca: igc.caPem, servername: serverName, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers } as const;
  const open = async (): Promise<InstanceType<typeof ImapFlow>> => {
    const client = new ImapFlow({ host: '127.0.0.1', port, secure: true, tls, auth: { user, pass: 'pw' }, logger: false });
    await client.connect();
    await client.mailboxOpen('INBOX');
    return client;
  };
  const oneCommand = async (): Promise<void> => {
    const client = await open();
    let bytes = 0;
    for await (const { source } of client.fetch('1:*', { uid: true, flags: true, internalDate: true, size: true, source: true }))
      bytes += source?.length ?? 0;
    check(bytes);
    await client.logout();
  };
  const oneByOne = async (): Promise<void> => {
    const client = await open();
    const uids = await client.search({ all: true }, { uid: true });
    for (const uid of uids || [])
      await client.fetchOne(String(uid), { uid: true, flags: true, internalDate: true, size: true, source: true }, { uid: true });
    await client.logout();
  };
  /** What the server and TLS allow: the bytes are counted and thrown away. */
  const bare = async (): Promise<void> => {
    const socket = connect({ ...tls, host: '127.0.0.1', port });
    let bytes = 0;
    let before: Uint8Array = Buffer.alloc(0);
    const until = (mark: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        socket.on('error', reject).on('data', function onData(chunk: Buffer) {
          bytes += chunk.length;
          const last = before;
          before = chunk;
          // Looked at where an answer may end, and nowhere else.
          if (chunk.at(-1) !== 10 || !mark.test(Buffer.concat([last, chunk]).subarray(-4000).toString('latin1'))) return;
          socket.off('data', onData).off('error', reject);
          before = Buffer.alloc(0);
          resolve();
        });
      });
    await until(/ready/i);
    for (const [tag, command] of [
      ['a', `LOGIN ${user} pw`],
      ['b', 'SELECT INBOX'],
      ['c', 'UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])'],
    ] as const) {
      socket.write(`${tag} ${command}\r\n`);
      await until(new RegExp(`(^|\\n)${tag} OK [^\\n]*\\n$`));
    }
    if (bytes < count * text.length) throw new Error(`${bytes} bytes read`);
    socket.destroy();
  };
  const ours = '@mss/transport fetchNew, pieces given one by one';
  const contenders: Readonly<Record<string, () => Promise<void>>> = {
    'bare TLS 1.2 socket, one FETCH for all, bytes counted only': bare,
    'raw imapflow, one FETCH for all (no message may be touched meanwhile)': oneCommand,
    [ours]: fetchNew,
    '@mss/transport synchronise': synchronise,
    'raw imapflow, fetchOne for each': oneByOne,
  };
  console.log(`receiving ${count} messages of ${Math.round(text.length / 1000)} kB from Dovecot, median of ${rounds}`);
  const rates = new Map<string, number[]>();
  const cpu = new Map<string, number[]>();
  const grown = new Map<string, number>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      const before = process.memoryUsage().rss;
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
      const [start, used] = [performance.now(), process.cpuUsage()];
      await work();
      const { user: inUser, system } = process.cpuUsage(used);
      clearInterval(watch);
      // The first round warms up.
      if (round === 0) continue;
      rates.set(name, [...(rates.get(name) ?? []), (count * 1000) / (performance.now() - start)]);
      cpu.set(name, [...(cpu.get(name) ?? []), (inUser + system) / 1000 / count]);
      grown.set(name, Math.max(grown.get(name) ?? 0, most - before));
    }
  }
  const own = median(rates.get(ours) ?? []);
  for (const [name, all] of rates) {
    const rate = median(all);
    const mb = `+${Math.round((grown.get(name) ?? 0) / 1_000_000)} MB`;
    const each = `${median(cpu.get(name) ?? []).toFixed(2)} ms CPU each`;
    console.log(
      `${name.padEnd(72)} ${rate.toFixed(0).padStart(6)} messages/s  ${each}  ${mb.padStart(8)}   ours / this: x${(own / rate).toFixed(2)}`,
    );
  }
  await dovecot.stop();
  await policy.close();
  await igc.close();
}

// The test kit and the servers are TypeScript with `.js` imports: these hooks find them.
await import(new URL('../testkit/src/source-hooks.mjs', import.meta.url).href);
await main(Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 3));
