import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMailboxPool, type MailboxPool, type MailboxPoolOptions } from '../src/index.js';
import { createImapKit, type ImapKit } from './imap-kit.js';
import type { FakeImapServer } from './imap-server.js';

let kit: ImapKit;
beforeAll(async () => {
  kit = await createImapKit();
});
afterEach(async () => kit.closeAll());
afterAll(async () => kit.close());

const pool = (server: FakeImapServer, given: Partial<MailboxPoolOptions> = {}): MailboxPool =>
  kit.keep(createMailboxPool({ ...kit.options(server), wait: () => Promise.resolve(), random: () => 1, ...given }));
/** Logged in, at most at one time; the preflight of a first handshake counts as none. */
const sessions = (server: FakeImapServer): number => server.connections.filter((one) => one.heard.length > 0).length;

describe('the connections of one mailbox', () => {
  it('are never more than configured, are kept, and serve all in turn', async () => {
    const server = await kit.start();
    const connections = pool(server, { maxConnections: 2 });
    let [now, most] = [0, 0];
    const done: number[] = [];
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) =>
        connections.use(async (mailbox) => {
          now += 1;
          most = Math.max(most, now);
          await mailbox.list();
          now -= 1;
          done.push(index);
        }),
      ),
    );
    expect([most, connections.connections, sessions(server)]).toEqual([2, 2, 2]);
    expect(done).toHaveLength(12);
  });

  it('a connection that is gone is replaced; the failed work is not repeated', async () => {
    const server = await kit.start();
    const connections = pool(server, { maxConnections: 1 });
    let runs = 0;
    const failed = connections.use(async (mailbox) => {
      runs += 1;
      server.cutAll();
      await mailbox.list();
    });
    await expect(failed).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST' });
    expect(runs).toBe(1);
    expect(await connections.use(async (mailbox) => mailbox.isOpen)).toBe(true);
    server.cutAll();
    await expect.poll(() => connections.use(async (mailbox) => (await mailbox.list()).length)).toBe(1);
    expect(connections.connections).toBe(1);
  });

  it('a long-lived one holds its place until it is closed', async () => {
    const server = await kit.start();
    const connections = pool(server, { maxConnections: 1 });
    const long = await connections.open();
    let served = false;
    const waiting = connections.use(() => Promise.resolve((served = true)));
    await long.list();
    expect(served).toBe(false);
    await long.close();
    await long.close();
    expect(await waiting).toBe(true);
    expect(connections.connections).toBe(1);
  });

  it('a server that wants fewer is asked again, later each time; then the error is given out', async () => {
    const server = await kit.start();
    let refusals = 3;
    server.behave((command) => (command.startsWith('AUTH') && refusals-- > 0 ? { tagged: 'NO [LIMIT] too many' } : undefined));
    const busy: (string | number)[] = [];
    const connections = pool(server, { onBusy: ({ code }, ms) => busy.push(code, ms) });
    expect(await connections.use(async (mailbox) => mailbox.isOpen)).toBe(true);
    expect(busy.filter((one) => typeof one === 'number')).toEqual([1000, 2000, 4000]);
    refusals = Infinity;
    const refused = pool(server, { maxTries: 2 });
    await expect(refused.use(() => Promise.resolve())).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS' });
    expect(refused.connections).toBe(0);
  });

  it('while the server wants fewer, a connection that is given back serves', async () => {
    const server = await kit.start();
    const connections = pool(server, { maxConnections: 2, wait: () => new Promise(() => {}) });
    let release: () => void = () => {};
    const first = connections.use(async () => new Promise<void>((resolve) => (release = resolve)));
    await expect.poll(() => sessions(server)).toBe(1);
    server.behave((command) => (command.startsWith('AUTH') ? { tagged: 'NO [LIMIT] too many' } : undefined));
    const second = connections.use(async (mailbox) => mailbox.isOpen);
    await expect.poll(() => connections.connections).toBe(1);
    release();
    await first;
    expect(await second).toBe(true);
  });

  it('wrong credentials are not tried again', async () => {
    const server = await kit.start();
    server.behave((command) => (command.startsWith('AUTH') ? { tagged: 'NO [AUTHENTICATIONFAILED] no' } : undefined));
    const connections = pool(server);
    await expect(connections.use(() => Promise.resolve())).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_FAILED' });
    expect(sessions(server)).toBe(1);
  });

  it('whoever waits can give up; closing ends all', async () => {
    const server = await kit.start();
    const connections = pool(server, { maxConnections: 1 });
    const long = await connections.open();
    const abort = new AbortController();
    const given = connections.use(() => Promise.resolve(), { signal: abort.signal });
    const left = connections.use(() => Promise.resolve());
    abort.abort();
    await expect(given).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_ABORTED' });
    await Promise.all([connections.close(), expect(left).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_CLOSED' })]);
    expect(long.isOpen).toBe(false);
    await expect(connections.open()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_CLOSED' });
    expect(() => createMailboxPool({ ...kit.options(server), maxConnections: 0 })).toThrow(TypeError);
  });
});
