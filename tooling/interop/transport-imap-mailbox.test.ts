import { createHash } from 'node:crypto';
import { chown, mkdir, open as openFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMailboxPool, openMailbox, type AppendRequest, type FetchedMessage, type Mailbox, type MailboxOptions } from '@mss/transport';
import { runInChild } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { nobody, serverFolder } from '../servers/process.js';
import { createWorld, serverName, type World } from './transport-world.js';

let world: World;
let dovecot: Dovecot;
const open: Mailbox[] = [];
let account = 0;
const accounts = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`boite${index + 1}@exemple.mssante.fr`, 'motdepasse']));

beforeAll(async () => {
  world = await createWorld();
  dovecot = await startDovecot({ identity: world.server, accounts, userConnections: 2 });
});
afterEach(async () => {
  for (const mailbox of open.splice(0)) await mailbox.close();
});
afterAll(async () => {
  await dovecot?.stop();
  await world?.close();
});

/** A mailbox that no other test has used. */
function fresh(): string {
  account += 1;
  return `boite${account}@exemple.mssante.fr`;
}

const options = (user: string, given: Partial<MailboxOptions> = {}): MailboxOptions => ({
  policy: world.policy(),
  host: '127.0.0.1',
  servername: serverName,
  port: dovecot.imapsPort,
  security: 'implicit',
  auth: { type: 'password', user, password: 'motdepasse' },
  ...given,
});

async function login(user: string, given: Partial<MailboxOptions> = {}): Promise<Mailbox> {
  const mailbox = await openMailbox(options(user, given));
  open.push(mailbox);
  return mailbox;
}

const mail = (subject: string): Uint8Array =>
  new Uint8Array(
    Buffer.from(`From: a@exemple.mssante.fr\r\nMessage-ID: <${subject}@exemple.mssante.fr>\r\nSubject: ${subject}\r\n\r\nx\r\n`),
  );

async function all(messages: AsyncIterable<FetchedMessage>): Promise<FetchedMessage[]> {
  const list: FetchedMessage[] = [];
  for await (const message of messages) list.push(message);
  return list;
}

describe('Dovecot: one copy in Sent', () => {
  const sent = { message: mail('envoye'), messageId: '<envoye@exemple.mssante.fr>', lookAfterMs: [0, 0] };
  const filed: AppendRequest = { folder: 'Sent', message: sent.message, flags: ['\\Seen'] };

  it('the client files it, once however often it is asked, and says that this proves nothing', async () => {
    const mailbox = await login(fresh());
    const first = await mailbox.saveToSent(sent);
    expect(first).toMatchObject({ folder: 'Sent', uid: 1, filedBy: 'client', copies: 1 });
    for (const sentCopy of ['client', 'detect', 'server'] as const)
      expect(await mailbox.saveToSent({ ...sent, sentCopy })).toMatchObject({ uid: 1, filedBy: 'client', copies: 1 });
    const copies = await all(mailbox.fetchNew({ folder: 'Sent' }));
    expect(copies.map(({ flags }) => [...flags].sort())).toEqual([['$MDNSent', '\\Seen']]);
  });

  it('the copy the server filed is evidence, and stays the only one', async () => {
    const mailbox = await login(fresh());
    // A server that files what it accepts.
    await mailbox.append(filed);
    for (const sentCopy of ['server', 'detect', 'client'] as const)
      expect(await mailbox.saveToSent({ ...sent, sentCopy })).toMatchObject({ uid: 1, filedBy: 'server', copies: 1 });
    expect((await mailbox.status('Sent')).messages).toBe(1);
  });

  it('a server that is slow is waited for; one that never files is not appended for', async () => {
    const user = fresh();
    const [mailbox, server] = [await login(user), await login(user)];
    const waits: number[] = [];
    const wait = async (ms: number): Promise<void> => {
      waits.push(ms);
      if (ms === 20) await server.append(filed);
    };
    expect(await mailbox.saveToSent({ ...sent, lookAfterMs: [0, 10, 20, 30], wait })).toMatchObject({ filedBy: 'server', copies: 1 });
    expect(waits).toEqual([10, 20]);
    const other = { ...sent, messageId: '<autre@exemple.mssante.fr>', message: mail('autre'), sentCopy: 'server' } as const;
    expect(await mailbox.saveToSent(other)).toMatchObject({ uid: null, filedBy: 'nobody', copies: 0 });
    expect((await mailbox.status('Sent')).messages).toBe(1);
  });

  it('a copy of the server that comes after our own replaces it', async () => {
    const user = fresh();
    const [mailbox, server] = [await login(user), await login(user)];
    await server.openFolder('Sent');
    // Between the last look and our APPEND, or about then.
    let looking: () => void = () => {};
    const looked = new Promise<void>((resolve) => (looking = resolve));
    const wait = async (): Promise<void> => Promise.resolve(looking());
    const saving = mailbox.saveToSent({ ...sent, lookAfterMs: [1], wait });
    await looked;
    await server.append(filed);
    const saved = await saving;
    // Whichever was first, one is left in the end once it is asked again.
    const settled = await mailbox.saveToSent(sent);
    expect(settled).toMatchObject({ filedBy: 'server' });
    expect(saved.copies).toBe(1);
    expect(settled.copies).toBe((await mailbox.status('Sent')).messages);
  });

  it('two workers that save at the same time leave one', async () => {
    const user = fresh();
    const workers = [await login(user), await login(user)];
    for (let round = 0; round < 10; round += 1) {
      const message = { ...sent, message: mail(`m${round}`), messageId: `<m${round}@exemple.mssante.fr>`, sentCopy: 'client' } as const;
      const saved = await Promise.all(workers.map(async (one) => one.saveToSent(message)));
      expect(saved.map(({ filedBy }) => filedBy)).toEqual(['client', 'client']);
    }
    expect((await workers[0]?.status('Sent'))?.messages).toBe(10);
  });

  it('a configured folder that is not there is an error, not another place', async () => {
    const mailbox = await login(fresh());
    await expect(mailbox.saveToSent({ ...sent, folder: 'Envois' })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_NO_FOLDER' });
    await mailbox.createFolder('Envois');
    await mailbox.createFolder('Envois');
    expect(await mailbox.saveToSent({ ...sent, folder: 'Envois' })).toMatchObject({ folder: 'Envois', filedBy: 'client' });
  });
});

describe('Dovecot: folders', () => {
  it('by use, and where they are', async () => {
    const mailbox = await login(fresh());
    expect(await mailbox.folderFor('archive')).toMatchObject({ path: 'Archives', specialUseSource: 'server' });
    expect(await mailbox.folderFor('junk')).toBeNull();
    await mailbox.createFolder('Courrier indésirable');
    expect(await mailbox.folderFor('junk')).toMatchObject({ path: 'Courrier indésirable' });
    expect(mailbox.namespaces).toEqual({ personal: [{ prefix: '', delimiter: '/' }], otherUsers: [], shared: [] });
  });

  it('deleting for good touches no deletion of others', async () => {
    const user = fresh();
    const [mailbox, other] = [await login(user), await login(user)];
    for (const subject of ['a', 'b', 'c']) await mailbox.append({ folder: 'INBOX', message: mail(subject) });
    const { uidValidity } = await mailbox.openFolder('INBOX');
    await other.setFlags({ folder: 'INBOX', uidValidity, uids: [1], add: ['\\Deleted'] });
    await mailbox.expunge({ folder: 'INBOX', uidValidity, uids: [2] });
    expect((await all(other.fetchNew())).map(({ uid, flags }) => [uid, flags.includes('\\Deleted')])).toEqual([
      [1, true],
      [3, false],
    ]);
  });
});

describe('Dovecot: the number of connections', () => {
  it('one too many is told as such, and the pool does with what it gets', async () => {
    const user = fresh();
    const held = [await login(user), await login(user)];
    await expect(login(user)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS', permanent: false });
    await held[1]?.close();
    const busy: string[] = [];
    const given = { maxConnections: 4, backOff: { firstMs: 50 }, maxTries: 100, onBusy: ({ code }: { code: string }) => busy.push(code) };
    await using pool = createMailboxPool({ ...options(user), ...given });
    const counts = await Promise.all(
      Array.from({ length: 8 }, async () => pool.use(async (mailbox) => (await mailbox.status('INBOX')).messages)),
    );
    expect(counts).toEqual(Array.from({ length: 8 }, () => 0));
    expect(busy.every((code) => code === 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS')).toBe(true);
  });
});

describe('Dovecot: a message of 100 MB', () => {
  it('is streamed with a heap of 32 MB', async () => {
    const user = fresh();
    const folder = join(dovecot.mailFolder, user, 'new');
    await (await login(user)).list();
    await mkdir(folder, { recursive: true });
    const path = join(folder, '1700000000.M1P1.long');
    const line = Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`.repeat(15_000));
    const hash = createHash('sha256');
    const file = await openFile(path, 'w');
    const head = Buffer.from('Subject: long\r\n\r\n');
    await file.write(head);
    hash.update(head);
    for (let written = 0; written < 100_000_000; written += line.length) {
      await file.write(line);
      hash.update(line);
    }
    await file.close();
    await chown(folder, nobody.uid, nobody.gid);
    await chown(path, nobody.uid, nobody.gid);
    const scratch = await serverFolder('long');
    await writeFile(join(scratch.path, 'ca.pem'), world.igc.caPem);
    const script = `
      import { createHash } from 'node:crypto';
      import { readFileSync } from 'node:fs';
      import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
      import { openMailbox } from '@mss/transport';
      const [ca, port, user] = process.argv.slice(-3);
      const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [readFileSync(ca)] }) });
      const auth = { type: 'password', user, password: 'motdepasse' };
      const mailbox = await openMailbox({ policy, host: '127.0.0.1', servername: '${serverName}', port: Number(port), security: 'implicit', auth });
      for await (const { folder, uid, uidValidity, bytes, sizeBytes } of mailbox.fetchNew()) {
        const hash = createHash('sha256');
        let length = 0;
        for await (const chunk of mailbox.readMessage({ folder, uid, uidValidity })) {
          hash.update(chunk);
          length += chunk.length;
        }
        console.log(JSON.stringify({ whole: bytes === null, same: length === sizeBytes, hash: hash.digest('hex') }));
      }
      await mailbox.close();
      await policy.close();
    `;
    const child = await runInChild(script, { heapMb: 32, args: [join(scratch.path, 'ca.pem'), String(dovecot.imapsPort), user] });
    await scratch.remove();
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual({ whole: true, same: true, hash: hash.digest('hex') });
    expect(child.peakBytes).toBeLessThan(220_000_000);
  });
});
