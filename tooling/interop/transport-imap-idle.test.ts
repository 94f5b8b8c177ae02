import { followMailbox, openMailbox, type Mailbox, type MailboxOptions, type SyncState } from '@mss/transport';
import { startTcpProxy, type TcpProxy } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { createWorld, serverName, type World } from './transport-world.js';

let world: World;
let dovecot: Dovecot;
let plain: Dovecot;
const closing: { close(): Promise<void> }[] = [];
let account = 0;
const accounts = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`veille${index + 1}@exemple.mssante.fr`, 'motdepasse']));

beforeAll(async () => {
  world = await createWorld();
  dovecot = await startDovecot({ identity: world.server, accounts });
  plain = await startDovecot({ identity: world.server, accounts, capabilities: 'IMAP4rev1 SASL-IR UIDPLUS MOVE NAMESPACE AUTH=PLAIN' });
});
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});
afterAll(async () => {
  await dovecot?.stop();
  await plain?.stop();
  await world?.close();
});

function fresh(): string {
  account += 1;
  return `veille${account}@exemple.mssante.fr`;
}

const keep = <T extends { close(): Promise<void> }>(one: T): T => {
  closing.push(one);
  return one;
};

const options = (user: string, given: Partial<MailboxOptions> = {}): MailboxOptions => ({
  policy: world.policy(),
  host: '127.0.0.1',
  servername: serverName,
  port: dovecot.imapsPort,
  security: 'implicit',
  auth: { type: 'password', user, password: 'motdepasse' },
  ...given,
});
const login = async (user: string, given: Partial<MailboxOptions> = {}): Promise<Mailbox> => keep(await openMailbox(options(user, given)));

const mail = (subject: string): Uint8Array =>
  new Uint8Array(
    Buffer.from(`From: a@exemple.mssante.fr\r\nMessage-ID: <${subject}@exemple.mssante.fr>\r\nSubject: ${subject}\r\n\r\nx\r\n`),
  );

const proxyOf = async (server: Dovecot): Promise<TcpProxy> => keep(await startTcpProxy({ target: { port: server.imapsPort } }));

/** So many bytes more went up: what an IDLE, or its renewal, has at least. */
async function grows(proxy: TcpProxy, bytes: number): Promise<void> {
  const up = (): number => proxy.connections.reduce((sum, one) => sum + one.bytesUp, 0);
  const goal = up() + bytes;
  while (up() < goal) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('Dovecot: IDLE', () => {
  it('tells of new messages, flags and deletions of another client while it idles [RFC 2177, RFC 7162]', async () => {
    const user = fresh();
    const [watcher, other] = [await login(user), await login(user)];
    await other.append({ folder: 'INBOX', message: mail('un') });
    let state: SyncState | null = null;
    const told: string[] = [];
    const synchronise = async (): Promise<void> => {
      for (let quiet = false; !quiet;) {
        quiet = true;
        for await (const event of watcher.synchronise({ state })) {
          ({ state } = event);
          if (event.kind === 'synchronised') continue;
          quiet = false;
          told.push(event.kind);
        }
      }
    };
    await synchronise();
    const { uidValidity } = await other.openFolder('INBOX');
    const folder = 'INBOX';
    const changes: readonly (() => Promise<unknown>)[] = [
      () => other.append({ folder, message: mail('deux') }),
      () => other.setFlags({ folder, uidValidity, uids: [1], add: ['\\Seen', '\\Deleted'] }),
      () => other.expunge({ folder, uidValidity, uids: [1] }),
    ];
    for (const change of changes) {
      const waiting = watcher.waitForChange();
      await change();
      expect(await waiting).toBe(true);
      await synchronise();
    }
    expect(told).toEqual(['message', 'message', 'flags', 'vanished']);
  });

  it('is renewed again and again, and hears after that', async () => {
    const user = fresh();
    const proxy = await proxyOf(dovecot);
    const watcher = await login(user, { port: proxy.port, timeouts: { idleMs: 150 } });
    const waiting = watcher.waitForNew({ afterUid: 0 });
    // Each renewal is DONE, NOOP, SEARCH and IDLE, in records of TLS of their own.
    await grows(proxy, 1_500);
    await (await login(user)).append({ folder: 'INBOX', message: mail('un') });
    expect(await waiting).toBe(true);
  });

  it('of a link that brings nothing any more is noticed by its renewal', async () => {
    const proxy = await proxyOf(dovecot);
    const watcher = await login(fresh(), { port: proxy.port, timeouts: { idleMs: 500, commandMs: 700 } });
    const waiting = watcher.waitForNew({ afterUid: 0 }).catch((error: unknown) => error);
    await grows(proxy, 200);
    proxy.setFaults({ stallAfterBytes: { down: 0 } });
    expect(await waiting).toMatchObject({ code: 'ERR_MSS_IMAP_DEADLINE', permanent: false });
    expect(watcher.isOpen).toBe(false);
  });

  it('a server without IDLE is asked from time to time', async () => {
    const user = fresh();
    const watcher = await login(user, { port: plain.imapsPort, timeouts: { idleMs: 200 } });
    expect(watcher.capabilities).not.toContain('IDLE');
    const waiting = watcher.waitForNew({ afterUid: 0 });
    await (await login(user, { port: plain.imapsPort })).append({ folder: 'INBOX', message: mail('un') });
    expect(await waiting).toBe(true);
    let state: SyncState | null = null;
    for (let passes = 0; passes < 2; passes += 1) for await (const event of watcher.synchronise({ state })) ({ state } = event);
    const changing = watcher.waitForChange();
    const other = await login(user, { port: plain.imapsPort });
    const { uidValidity } = await other.openFolder('INBOX');
    await other.setFlags({ folder: 'INBOX', uidValidity, uids: [1], add: ['\\Seen'] });
    expect(await changing).toBe(true);
  });

  it('cuts in the middle of an IDLE: connected again, nothing twice, nothing lost', async () => {
    const user = fresh();
    const proxy = await proxyOf(dovecot);
    const other = await login(user);
    const abort = new AbortController();
    const subjects: string[] = [];
    const interruptions: string[] = [];
    const following = followMailbox({
      ...options(user, { port: proxy.port }),
      signal: abort.signal,
      backOff: { firstMs: 20, maxMs: 200 },
      onInterruption: ({ code }) => void interruptions.push(code),
    });
    const sending = (async () => {
      for (let index = 0; index < 6; index += 1) {
        await other.append({ folder: 'INBOX', message: mail(`m${index}`) });
        while (subjects.length <= index) await new Promise((resolve) => setTimeout(resolve, 5));
        // The link is cut at its next byte, then works again.
        proxy.setFaults({ cutAfterBytes: { down: 0 } });
        await other.append({ folder: 'INBOX', message: mail(`coupe${index}`) });
        while (interruptions.length <= index) await new Promise((resolve) => setTimeout(resolve, 5));
        proxy.setFaults({});
        while (subjects.length < (index + 1) * 2) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      abort.abort();
    })();
    for await (const { message } of following) subjects.push(/Subject: (\S+)/.exec(Buffer.from(message.bytes ?? []).toString())?.[1] ?? '');
    await sending;
    expect(subjects).toEqual(Array.from({ length: 6 }, (_, index) => [`m${index}`, `coupe${index}`]).flat());
    expect(interruptions.every((code) => code.startsWith('ERR_MSS_IMAP_') || code.startsWith('ERR_MSS_TLS_'))).toBe(true);
  });
});
