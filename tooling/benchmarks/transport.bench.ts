/**
 * Submitting 500 messages of 300 kB over 5 connections: the pool against nodemailer's pools and a bare socket, to a
 * sink in a process of its own. Every peer in the same run, interleaved; prints messages per second and ratios; exits 0.
 *
 *     node tooling/benchmarks/transport.bench.ts [messages to submit]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const rounds = 3;
const connections = 5;
const serverName = 'mail.bench.mssante.fr';
const ciphers = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Takes everything, as fast as it can: only line ends and the final dot are looked for. */
function runSink(identity: { readonly cert: string; readonly key: string }): void {
  const server = createServer({ ...identity, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }, (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.write('220 sink ESMTP\r\n');
    let inData = false;
    let tail = '';
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      if (inData) {
        tail = (tail + chunk.subarray(-5).toString('latin1')).slice(-5);
        if (tail !== '\r\n.\r\n') return;
        inData = false;
        socket.write('250 2.0.0 Ok: queued as SINK\r\n');
        return;
      }
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const verb = rest.slice(0, 4).toUpperCase();
        rest = rest.slice(end + 2);
        if (verb === 'EHLO') socket.write('250-sink\r\n250-PIPELINING\r\n250-SIZE 60000000\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n');
        else if (verb === 'AUTH') socket.write('235 2.7.0 ok\r\n');
        else if (verb === 'DATA') {
          inData = true;
          tail = '';
          socket.write('354 go\r\n');
        } else socket.write(verb === 'QUIT' ? '221 bye\r\n' : '250 2.0.0 Ok\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
}

async function submitting(count: number): Promise<void> {
  const { createSmtpPool } = await import('@mss/transport');
  const { createSecureChannelPolicy, createTrustStore } = await import('@mss/pki');
  const { createTestIgc } = await import('@mss/testkit');
  const { createTransport } = await import('nodemailer');
  const MailComposer = (await import('nodemailer/lib/mail-composer')).default;
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const issued = await igc.issueServer({ hostnames: [serverName] });
  const sink = fork(self, [], { env: { ...process.env, MSS_BENCH_SINK: JSON.stringify({ cert: issued.chainPem, key: issued.keyPem }) } });
  const [port] = (await once(sink, 'message')) as [number];

  const mail = {
    from: 'cabinet@exemple.mssante.fr',
    to: 'hopital@exemple.mssante.fr',
    subject: 'XDM/1.0/DDM+Compte rendu DURAND Marie 01/02/1970',
    text: 'Bonjour',
    attachments: [
      { filename: 'IHE_XDM.ZIP', content: Buffer.alloc(120_000, 0xa7) },
      { filename: 'document.pdf', content: Buffer.alloc(100_000, 0x5b) },
    ],
  };
  const raw = await new MailComposer(mail).compile().build();
  const envelope = { from: mail.from, to: [mail.to] };
  const tls = { ca: igc.caPem, servername: serverName, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers } as const;
  const peer = (): ReturnType<typeof createTransport> =>
    createTransport({
      pool: true,
      maxConnections: connections,
      maxMessages: Infinity,
      host: '127.0.0.1',
      port,
      secure: true,
      tls,
      auth: { user: 'a', pass: 'b' },
    });

  const bare = async (): Promise<void> => {
    let left = count;
    const client = async (): Promise<void> => {
      const socket = connect({ ...tls, host: '127.0.0.1', port });
      socket.setNoDelay(true);
      const say = async (bytes: string | Buffer): Promise<void> => {
        socket.write(bytes);
        await once(socket, 'data');
      };
      await once(socket, 'data');
      await say('EHLO bench\r\n');
      while (left > 0) {
        left -= 1;
        await say(`MAIL FROM:<${mail.from}>\r\n`);
        await say(`RCPT TO:<${mail.to}>\r\n`);
        await say('DATA\r\n');
        socket.write(raw);
        await say('.\r\n');
      }
      socket.end();
    };
    await Promise.all(Array.from({ length: connections }, client));
  };
  const withPeer = async (message: object): Promise<void> => {
    const transporter = peer();
    await Promise.all(Array.from({ length: count }, () => transporter.sendMail(message)));
    transporter.close();
  };
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'bench', anchors: [igc.caPem] }) });
  const ours = async (): Promise<void> => {
    const auth = { type: 'password', user: 'a', password: 'b' } as const;
    await using pool = createSmtpPool({
      policy,
      host: '127.0.0.1',
      port,
      servername: serverName,
      security: 'implicit',
      auth,
      maxConnections: connections,
      maxMessagesPerConnection: Infinity,
    });
    const message = { from: mail.from, recipients: [{ address: mail.to }], message: raw };
    const results = await Promise.all(Array.from({ length: count }, () => pool.submit(message)));
    if (results.some((one) => one.outcome !== 'accepted')) throw new Error('a message was not accepted');
  };
  const senders: Record<string, () => Promise<void>> = {
    'bare TLS 1.2 socket, prebuilt message': bare,
    '@mss/transport pool, prebuilt message': ours,
    'nodemailer pool, prebuilt raw': () => withPeer({ envelope, raw }),
    'nodemailer pool, attachments': () => withPeer(mail),
  };
  console.log(`submitting ${count} messages of ${Math.round(raw.length / 1000)} kB over ${connections} connections, median of ${rounds}`);
  const rates = await compare(senders, count);
  printRatios(rates, '@mss/transport pool, prebuilt message');
  sink.kill();
  await policy.close();
  await igc.close();
}

/** Each contender in turn, several times over, so that all see the same minutes. */
async function compare(contenders: Readonly<Record<string, () => Promise<void>>>, count: number): Promise<ReadonlyMap<string, number>> {
  const rates = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      const start = performance.now();
      await work();
      // The first round warms up.
      if (round > 0) rates.get(name)?.push((count * 1000) / (performance.now() - start));
    }
  }
  return new Map([...rates].map(([name, all]) => [name, median(all)]));
}

function printRatios(rates: ReadonlyMap<string, number>, ours: string): void {
  const own = rates.get(ours) ?? Number.NaN;
  for (const [name, rate] of rates)
    console.log(`${name.padEnd(72)} ${rate.toFixed(0).padStart(6)} messages/s   ours / this: x${(own / rate).toFixed(2)}`);
}

const sinkIdentity = process.env['MSS_BENCH_SINK'];
if (sinkIdentity !== undefined) runSink(JSON.parse(sinkIdentity) as { cert: string; key: string });
else {
  // The test kit and the servers are TypeScript with `.js` imports: these hooks find them.
  const hooks = new URL('../testkit/src/source-hooks.mjs', import.meta.url);
  await import(hooks.href);
  await submitting(Number(process.argv[2] ?? 500));
}
