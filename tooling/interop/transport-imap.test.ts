import { openMailbox, type FetchedMessage, type Mailbox, type MailboxOptions } from '@mss/transport';
import type { ClientIdentity } from '@mss/pki';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startTokenServer, type TokenServer } from '../servers/token-server.js';
import { clientAuthorities, createWorld, serverName, type World } from './transport-world.js';

let world: World;
let tokens: TokenServer;
let dovecot: Dovecot;
let goodClient: ClientIdentity;
let revokedClient: ClientIdentity;
const open: Mailbox[] = [];
let account = 0;

const accounts = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`boite${index + 1}@exemple.mssante.fr`, 'motdepasse']));

beforeAll(async () => {
  world = await createWorld();
  tokens = await startTokenServer();
  goodClient = await world.client('boite1@exemple.mssante.fr');
  revokedClient = await world.client('boite2@exemple.mssante.fr', { revoked: true });
  dovecot = await startDovecot({
    identity: world.server,
    accounts,
    clients: clientAuthorities(world),
    introspectionUrl: tokens.url,
    quotaKb: 4096,
  });
});
afterEach(async () => {
  for (const mailbox of open.splice(0)) await mailbox.close();
});
afterAll(async () => {
  await dovecot?.stop();
  await tokens?.stop();
  await world?.close();
});

/** A mailbox that no other test has used. */
function fresh(): string {
  account += 1;
  return `boite${account + 2}@exemple.mssante.fr`;
}

function options(given: Partial<MailboxOptions> = {}): MailboxOptions {
  const security = given.security ?? 'implicit';
  return {
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: security === 'implicit' ? dovecot.imapsPort : dovecot.imapPort,
    security,
    auth: { type: 'password', user: 'boite1@exemple.mssante.fr', password: 'motdepasse' },
    ...given,
  };
}

async function login(given: Partial<MailboxOptions> = {}): Promise<Mailbox> {
  const mailbox = await openMailbox(options(given));
  open.push(mailbox);
  return mailbox;
}

const asUser = (user: string): Partial<MailboxOptions> => ({ auth: { type: 'password', user, password: 'motdepasse' } });

const mail = (subject: string, size = 0): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      `From: a@exemple.mssante.fr\r\nMessage-ID: <${subject}@exemple.mssante.fr>\r\nSubject: ${subject}\r\n\r\n${'x'
        .repeat(76)
        .concat('\r\n')
        .repeat(Math.ceil(size / 78))}`,
    ),
  );

async function all(messages: AsyncIterable<FetchedMessage>): Promise<FetchedMessage[]> {
  const list: FetchedMessage[] = [];
  for await (const message of messages) list.push(message);
  return list;
}

const subjectOf = (message: FetchedMessage): string => /Subject: (.*)\r\n/.exec(Buffer.from(message.bytes ?? []).toString())?.[1] ?? '';

describe('Dovecot: logging in [ECO.1.0.2]', () => {
  it.each(['implicit', 'starttls'] as const)('password, %s', async (security) => {
    const mailbox = await login({ security });
    expect(mailbox.decision).toMatchObject({ protocol: 'TLSv1.2', revocation: { status: 'good' } });
    expect(mailbox.capabilities).toContain('IDLE');
    expect((await mailbox.list()).map((folder) => folder.path)).toContain('INBOX');
  });

  it('SASL LOGIN', async () => {
    await login({ auth: { type: 'password', user: 'boite1@exemple.mssante.fr', password: () => 'motdepasse', mechanism: 'LOGIN' } });
  });

  it.each(['implicit', 'starttls'] as const)('client certificate by EXTERNAL, %s', async (security) => {
    const mailbox = await login({ security, policy: world.policy(goodClient), auth: { type: 'certificate' } });
    await mailbox.append({ folder: 'INBOX', message: mail('certificat') });
    expect(await dovecot.log()).toMatch(/Login: user=<boite1@exemple\.mssante\.fr>, method=EXTERNAL/);
  });

  it('a revoked client certificate is refused by the server', async () => {
    await expect(login({ policy: world.policy(revokedClient), auth: { type: 'certificate' } })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_MSS_(IMAP|TLS)_/),
    });
    expect(await dovecot.log()).not.toMatch(/Login: user=<boite2@exemple\.mssante\.fr>/);
  });

  it('wrong password, and the connection does not stay open', async () => {
    const wrong = login({ auth: { type: 'password', user: 'boite1@exemple.mssante.fr', password: 'faux' } });
    await expect(wrong).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_AUTH_FAILED',
      permanent: true,
      details: { responseCode: 'AUTHENTICATIONFAILED' },
    });
    await expect.poll(async () => /Disconnected[^\n]*auth failed/.test(await dovecot.log()), { timeout: 5000 }).toBe(true);
  });

  it.each(['XOAUTH2', 'OAUTHBEARER'] as const)('%s with a token, renewed once when it is refused', async (mechanism) => {
    const user = fresh();
    tokens.grant('neuf', user);
    const asked: boolean[] = [];
    const mailbox = await login({
      auth: { type: 'token', user, mechanism, token: ({ renew }) => (asked.push(renew), renew ? 'neuf' : 'perime') },
    });
    expect(asked).toEqual([false, true]);
    expect(mailbox.isOpen).toBe(true);
    tokens.withdraw('neuf');
    const refused = login({ auth: { type: 'token', user, mechanism, initialResponse: false, token: () => 'neuf' } });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_TOKEN_REFUSED' });
  });

  it('no mechanism in common: nothing is sent', async () => {
    const other = await startDovecot({ identity: world.server, accounts });
    try {
      const refused = login({ port: other.imapsPort, auth: { type: 'token', user: 'boite1@exemple.mssante.fr', token: () => 'jeton' } });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_MECHANISM' });
      expect(await other.log()).toMatch(/no auth attempts/);
    } finally {
      await other.stop();
    }
  });
});

describe('Dovecot: a revoked server [ECO.1.1.6]', () => {
  it.each(['implicit', 'starttls'] as const)('is refused before any credential or client certificate has left (%s)', async (security) => {
    const other = await startDovecot({ identity: world.revokedServer, accounts, clients: clientAuthorities(world) });
    try {
      const port = security === 'implicit' ? other.imapsPort : other.imapPort;
      for (const given of [options().auth, { type: 'certificate' } as const]) {
        const refused = login({ security, port, auth: given, policy: world.policy(goodClient) });
        await expect(refused).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED', requirement: 'ECO.1.1.6' });
      }
      const log = await other.log();
      expect(log).not.toMatch(/Login:|auth failed|Valid certificate/);
    } finally {
      await other.stop();
    }
  });
});

describe('Dovecot: reading', () => {
  it('fetches what is new, in the order of UIDs, and resumes', async () => {
    const mailbox = await login(asUser(fresh()));
    const sizes = [0, 5000, 300_000, 10, 0];
    for (const [index, size] of sizes.entries())
      await mailbox.append({ folder: 'INBOX', message: mail(`m${index}`, size), flags: index === 1 ? ['\\Seen'] : [] });
    const first = await all(mailbox.fetchNew());
    expect(first.map(subjectOf)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(first.map((one) => one.bytes?.length)).toEqual(sizes.map((size, index) => mail(`m${index}`, size).length));
    expect(first.every((one) => one.internalDate instanceof Date && one.sizeBytes === one.bytes?.length)).toBe(true);
    expect(first[1]?.flags).toContain('\\Seen');
    const [last] = first.slice(-1);
    const { uid = 0, uidValidity = 0 } = last ?? {};
    expect(await all(mailbox.fetchNew({ uidValidity, afterUid: uid }))).toEqual([]);
    await mailbox.append({ folder: 'INBOX', message: mail('m5') });
    expect((await all(mailbox.fetchNew({ uidValidity, afterUid: uid }))).map(subjectOf)).toEqual(['m5']);
    // Reading marks nothing as read.
    expect((await mailbox.status('INBOX')).unseen).toBe(5);
    await expect(all(mailbox.fetchNew({ uidValidity: uidValidity + 1, afterUid: uid }))).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_UID_VALIDITY',
      details: { known: uidValidity + 1, current: uidValidity },
    });
    expect(mailbox.isOpen).toBe(true);
  });

  it('lets the reader flag, copy and move between two messages, and stop early', async () => {
    const mailbox = await login(asUser(fresh()));
    for (let index = 0; index < 6; index += 1) await mailbox.append({ folder: 'INBOX', message: mail(`m${index}`) });
    let count = 0;
    for await (const message of mailbox.fetchNew()) {
      const known = { folder: 'INBOX', uidValidity: message.uidValidity, uids: [message.uid] };
      await mailbox.setFlags({ ...known, add: ['\\Seen', '$MDNSent'] });
      if (count === 0) expect((await mailbox.copy({ ...known, to: 'Archives' })).uids.size).toBe(1);
      if (count === 1) expect([...(await mailbox.move({ ...known, to: 'Trash' })).uids.keys()]).toEqual([message.uid]);
      count += 1;
      if (count === 4) break;
    }
    expect((await mailbox.status('INBOX')).messages).toBe(5);
    expect((await mailbox.status('Archives')).messages).toBe(1);
    expect((await mailbox.status('Trash')).messages).toBe(1);
    const flags = (await all(mailbox.fetchNew())).map((one) => one.flags.includes('$MDNSent'));
    expect(flags).toEqual([true, true, true, false, false]);
  });

  it('leaves a message that is too long on the server, and reads it as a stream', async () => {
    const mailbox = await login(asUser(fresh()));
    const long = mail('long', 1_300_000);
    await mailbox.append({ folder: 'INBOX', message: long });
    await mailbox.append({ folder: 'INBOX', message: mail('court') });
    const [first, second] = await all(mailbox.fetchNew({ maxMessageBytes: 100_000 }));
    expect(first).toMatchObject({ bytes: null, sizeBytes: long.length });
    expect(second?.bytes).not.toBeNull();
    const chunks: Uint8Array[] = [];
    for await (const chunk of mailbox.readMessage({ folder: 'INBOX', uidValidity: first?.uidValidity ?? 0, uid: first?.uid ?? 0 }))
      chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(2);
    expect(Buffer.compare(Buffer.concat(chunks), long)).toBe(0);
    const stream = mailbox.readMessage({ folder: 'INBOX', uidValidity: first?.uidValidity ?? 0, uid: 999 });
    const gone = (async () => {
      for await (const _ of stream);
    })();
    await expect(gone).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_NO_MESSAGE' });
  });

  it('passes over what another client deletes meanwhile, and leaves its own deletions alone', async () => {
    const user = fresh();
    const [mailbox, other] = [await login(asUser(user)), await login(asUser(user))];
    for (let index = 0; index < 3; index += 1) await mailbox.append({ folder: 'INBOX', message: mail(`m${index}`) });
    const [first, second] = await all(other.fetchNew());
    const { uidValidity = 0, uid = 0 } = first ?? {};
    await other.setFlags({ folder: 'INBOX', uidValidity, uids: [second?.uid ?? 0], add: ['\\Deleted'] });
    await mailbox.move({ folder: 'INBOX', uidValidity, uids: [uid], to: 'Trash' });
    expect((await mailbox.status('INBOX')).messages).toBe(2);
    expect((await all(mailbox.fetchNew())).map(subjectOf)).toEqual(['m1', 'm2']);
  });

  it('folders with special uses and accents', async () => {
    const mailbox = await login(asUser(fresh()));
    const folders = await mailbox.list();
    expect(Object.fromEntries(folders.map((one) => [one.specialUse, one.path]))).toMatchObject({
      inbox: 'INBOX',
      sent: 'Sent',
      trash: 'Trash',
      archive: 'Archives',
    });
    expect(folders.find((one) => one.path === 'Sent')).toMatchObject({ selectable: true, delimiter: '/', specialUseSource: 'server' });
    await expect(mailbox.append({ folder: 'Éléments envoyés', message: mail('x') })).rejects.toMatchObject({
      code: 'ERR_MSS_IMAP_NO_FOLDER',
    });
    await expect(mailbox.status('Nulle part')).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_NO_FOLDER' });
    expect(mailbox.isOpen).toBe(true);
  });
});

describe('Dovecot: writing', () => {
  it('saves a copy in Sent once', async () => {
    const mailbox = await login(asUser(fresh()));
    const sent = {
      folder: 'Sent',
      message: mail('envoye'),
      flags: ['\\Seen', '$MDNSent'],
      unlessMessageId: '<envoye@exemple.mssante.fr>',
      internalDate: new Date('2026-03-01T10:00:00Z'),
    };
    const first = await mailbox.append(sent);
    expect(first).toMatchObject({ already: false, uid: 1 });
    expect(await mailbox.append(sent)).toMatchObject({ already: true, uid: 1, uidValidity: first.uidValidity });
    const [kept] = await all(mailbox.fetchNew({ folder: 'Sent' }));
    expect(kept?.flags).toEqual(expect.arrayContaining(['\\Seen', '$MDNSent']));
    expect(kept?.internalDate).toEqual(new Date('2026-03-01T10:00:00Z'));
  });

  it('quota, and a full mailbox', async () => {
    const mailbox = await login(asUser(fresh()));
    await mailbox.append({ folder: 'INBOX', message: mail('m', 1_000_000) });
    expect((await mailbox.quota())?.storage).toMatchObject({ limitBytes: 4096 * 1024 });
    expect((await mailbox.quota())?.storage?.usedBytes).toBeGreaterThan(900_000);
    const full = async (): Promise<void> => {
      for (let count = 0; count < 5; count += 1) await mailbox.append({ folder: 'INBOX', message: mail('plein', 1_000_000) });
    };
    await expect(full()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_OVER_QUOTA', permanent: false });
    expect(mailbox.isOpen).toBe(true);
  });
});

describe('Dovecot: waiting', () => {
  it('is told at once of a new message, and works while it waits', async () => {
    const user = fresh();
    const [mailbox, other] = [await login(asUser(user)), await login(asUser(user))];
    const { uidValidity } = await mailbox.status('INBOX');
    const waiting = mailbox.waitForNew({ uidValidity, afterUid: 0 });
    expect((await mailbox.list()).length).toBeGreaterThan(1);
    await other.append({ folder: 'INBOX', message: mail('arrive') });
    expect(await waiting).toBe(true);
    expect((await all(mailbox.fetchNew())).map(subjectOf)).toEqual(['arrive']);
    expect(await mailbox.waitForNew({ uidValidity, afterUid: 0 })).toBe(true);
    expect(await mailbox.waitForNew({ uidValidity, afterUid: 1, timeoutMs: 200 })).toBe(false);
    expect(mailbox.isOpen).toBe(true);
  });

  it('can be aborted; the connection lives on', async () => {
    const mailbox = await login(asUser(fresh()));
    const abort = new AbortController();
    const waiting = mailbox.waitForNew({ afterUid: 0, signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_ABORTED' });
    expect((await mailbox.status('INBOX')).messages).toBe(0);
  });
});
