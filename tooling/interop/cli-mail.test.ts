/** `mss send`, `receive`, `outbox` and `doctor` against Postfix and Dovecot. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { runMss } from '@mss/cli';
import { createTempDirectory, startTcpProxy, type TempDirectory } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startPostfix, type Postfix } from '../servers/postfix.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';
import { createWorld, serverName, type World } from './transport-world.js';

const sender = 'cabinet@exemple.mssante.fr';
const recipient = 'marie.durand@exemple.mssante.fr';
const report = fileURLToPath(new URL('../testdata/cda/001-biologie-hemogramme.xml', import.meta.url));

let world: World;
let dovecot: Dovecot;
let postfix: Postfix;
let folder: TempDirectory;
let nextHop: Server;

beforeAll(async () => {
  world = await createWorld();
  folder = await createTempDirectory();
  dovecot = await startDovecot({
    identity: world.server,
    accounts: { [sender]: 'motdepasse', [recipient]: 'motdepasse' },
    quotaKb: 50_000,
  });
  nextHop = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 refus.mssante.fr ESMTP\r\n');
    socket.on('data', (chunk) => {
      const line = chunk.toString();
      if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else socket.write(/^RCPT/im.test(line) ? '550 5.2.2 boite pleine\r\n' : '250 ok\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(nextHop, 'listening');
  postfix = await startPostfix({
    identity: world.server,
    authSocket: dovecot.authSocket,
    mailFolder: dovecot.mailFolder,
    mailboxes: [sender, recipient],
    routes: { 'refus.mssante.fr': (nextHop.address() as AddressInfo).port },
  });
  writeFileSync(join(folder.path, 'ca.pem'), world.igc.caPem);
  writeFileSync(join(folder.path, 'password'), 'motdepasse\n', { mode: 0o600 });
  writeFileSync(join(folder.path, 'ledger.key'), randomBytes(32), { mode: 0o600 });
});
afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
  nextHop?.close();
  await world?.close();
  await folder?.[Symbol.asyncDispose]();
});

const at = (name: string): string => join(folder.path, name);

function configure(name: string, address: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const server = (port: number, security: string): object => ({ host: '127.0.0.1', port, security, servername: serverName });
  const config = {
    mailbox: { address, kind: 'org', label: 'Cabinet des Tanneurs' },
    servers: { imap: server(dovecot.imapsPort, 'implicit'), smtp: server(postfix.port, 'starttls') },
    authentication: { type: 'password', password: { file: 'password' } },
    trust: { anchors: ['ca.pem'] },
    revocation: { cache: 'crl' },
    ledger: { store: `${name}.db`, key: { file: 'ledger.key' } },
    outbox: { leaseSeconds: 2 },
    sent: { copy: 'client' },
    ...changes,
  };
  writeFileSync(at(`${name}.json`), JSON.stringify(config));
  return at(`${name}.json`);
}

// eslint-disable-next-line typescript/no-explicit-any -- tests look at any key
async function mss(...args: readonly string[]): Promise<{ readonly status: number; readonly json: any; readonly stderr: string }> {
  let stdout = '';
  let stderr = '';
  const io = {
    stdin: Readable.from([]),
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    interactive: false,
    debug: false,
  };
  const status = await runMss([...args, '--json'], io);
  return { status, json: JSON.parse(stdout) as unknown, stderr };
}

/** Postfix delivers in its own time. */
async function eventually<Value>(look: () => Promise<Value | null>): Promise<Value> {
  for (let tries = 0; tries < 100; tries += 1) {
    const value = await look();
    if (value !== null) return value;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('it did not come');
}

describe('mss against Postfix and Dovecot', () => {
  it('a document is sent, received once, and its delivery report closes the account', async () => {
    const from = configure('sender', sender);
    const to = configure('recipient', recipient);
    const sent = await mss('send', '--config', from, '--to', recipient, '--cda', report, '--request', 'dsn');
    expect(sent).toMatchObject({
      status: 0,
      stderr: '',
      json: { outcome: 'accepted', dsn: 'requested', queueId: expect.stringMatching(/\w+/), sent: { filedBy: 'client' } },
    });
    expect(await postfix.log()).toContain(sent.json.queueId);
    const received = await eventually(async () => {
      const { json } = await mss('receive', '--config', to, '--into', at('in'));
      return json.handedOver > 0 ? json : null;
    });
    expect(received).toMatchObject({ handedOver: 1, duplicates: 0 });
    const document = received.received[0].files.find((file: { role: string }) => file.role === 'document');
    expect(readFileSync(join(at('in'), document.file))).toEqual(readFileSync(report));
    expect((await mss('receive', '--config', to, '--into', at('in'))).json).toMatchObject({ handedOver: 0 });
    const known = await eventually(async () => {
      await mss('receive', '--config', from, '--into', at('reports'));
      const { json } = await mss('outbox', 'show', sent.json.documentId, '--config', from);
      return json.known[0].verdict === 'accepted' ? null : json.known[0];
    });
    expect(known).toMatchObject({ address: recipient, verdict: 'delivered', why: [{ fact: 'delivered', trust: 'strong' }] });
  });

  it('a recipient who is refused later: told by the report', async () => {
    const from = configure('refused', sender);
    const gone = 'personne@refus.mssante.fr';
    expect(
      await mss('send', '--config', from, '--to', gone, '--subject', 'Avis', '--request', 'dsn', '--document-id', 'gone'),
    ).toMatchObject({ status: 0 });
    const known = await eventually(async () => {
      await mss('receive', '--config', from, '--into', at('reports'));
      const { json } = await mss('outbox', 'show', 'gone', '--config', from);
      return json.known[0].verdict === 'accepted' ? null : json.known[0];
    });
    expect(known).toMatchObject({ verdict: 'failed', why: [{ fact: 'failed', status: '5.2.2' }] });
  });

  it('a recipient who is refused at once: status 1', async () => {
    const from = configure('unknown', sender);
    expect(
      await mss('send', '--config', from, '--to', 'personne@exemple.mssante.fr', '--subject', 'Avis', '--document-id', 'unknown'),
    ).toMatchObject({
      status: 1,
      json: {
        outcome: 'refused',
        recipients: [{ outcome: 'refused', code: 550, enhancedStatus: '5.1.1' }],
        error: { code: 'ERR_MSS_SMTP_REFUSED' },
      },
    });
  });

  it('the link breaks on the way: no send without an account, and one message at most arrives', async () => {
    const to = configure('cut-recipient', recipient);
    await mss('receive', '--config', to, '--into', at('cut'));
    const outcomes: string[] = [];
    for (const [index, cutAt] of [3_000, 6_000, 20_000].entries()) {
      await using proxy = await startTcpProxy({ target: { port: postfix.port }, faults: { cutAfterBytes: { up: cutAt } } });
      const smtp = { host: '127.0.0.1', port: proxy.port, security: 'starttls', servername: serverName };
      const imap = { host: '127.0.0.1', port: dovecot.imapsPort, security: 'implicit', servername: serverName };
      const args = ['send', '--to', recipient, '--cda', report, '--document-id', `cut-${index}`];
      const broken = await mss(...args, '--config', configure(`cut-${index}`, sender, { servers: { imap, smtp } }), '--deadline', '2s');
      expect([0, 3]).toContain(broken.status);
      outcomes.push(broken.json.outcome);
      if (broken.json.outcome === 'uncertain') continue;
      const again = configure(`cut-${index}`, sender);
      // After a refusal for now the next try is minutes away, unless it is asked for.
      const resumed = await mss(...args, '--config', again, '--deadline', '1s');
      if (resumed.status !== 0) expect(await mss('outbox', 'retry', `cut-${index}`, '--config', again)).toMatchObject({ status: 0 });
    }
    expect(outcomes).toContain('waiting');
    const certain = outcomes.filter((one) => one !== 'uncertain').length;
    let arrived = 0;
    await eventually(async () => {
      const { json } = await mss('receive', '--config', to, '--into', at('cut'));
      expect(json.duplicates).toBe(0);
      arrived += json.handedOver as number;
      return arrived >= certain ? true : null;
    });
    expect(arrived).toBeLessThanOrEqual(outcomes.length);
  });

  it('two workstations share one ledger in PostgreSQL: each message goes to one', async () => {
    const postgres: PostgresServer = await startPostgres();
    try {
      writeFileSync(at('database'), postgres.connectionString, { mode: 0o600 });
      const ledger = { store: { file: 'database' }, key: { file: 'ledger.key' } };
      const first = configure('station-1', recipient, { ledger });
      const second = configure('station-2', recipient, { ledger });
      for (let count = 0; count < 4; count += 1)
        await mss('send', '--config', configure('many', sender), '--to', recipient, '--subject', 'Avis', '--document-id', `many-${count}`);
      await eventually(async () => {
        const [a, b] = await Promise.all([
          mss('receive', '--config', first, '--into', at('one')),
          mss('receive', '--config', second, '--into', at('two')),
        ]);
        expect([a.status, b.status]).toEqual([0, 0]);
        const { json } = await mss('inbox', 'list', '--config', first, '--limit', '1000');
        return json.messages.length >= 4 && json.messages.every((one: { state: string }) => one.state === 'done') ? true : null;
      });
      const files = [...readdirSync(at('one')), ...readdirSync(at('two'))].filter((name) => name.endsWith('.json'));
      expect(new Set(files).size).toBe(files.length);
      expect(await mss('doctor', '--config', first)).toMatchObject({ status: 0, json: { ok: true } });
    } finally {
      await postgres.stop();
    }
  });

  it('doctor: everything is looked at, and no mail leaves', async () => {
    const config = configure('doctor', sender);
    const before = (await postfix.log()).match(/ from=</g)?.length ?? 0;
    const { status, json } = await mss('doctor', '--config', config);
    expect(json.checks.filter((one: { outcome: string }) => one.outcome === 'failed')).toEqual([]);
    expect(status).toBe(0);
    const outcomes = Object.fromEntries(json.checks.map(({ name, outcome }: { name: string; outcome: string }) => [name, outcome]));
    expect(outcomes).toMatchObject({
      'tls.imap': 'ok',
      'tls.smtp': 'ok',
      'capabilities.imap': 'ok',
      quota: 'ok',
      'authentication.smtp': 'ok',
      'capabilities.smtp': 'ok',
    });
    expect((await postfix.log()).match(/ from=</g)?.length ?? 0).toBe(before);
  });
});
