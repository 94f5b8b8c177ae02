import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { followMailbox, type FollowOptions } from '../src/index.js';
import { startImapServer, type FakeImapServer } from './imap-server.js';
import { createWorld, serverName, type World } from './world.js';

let world: World;
let server: FakeImapServer;

beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => server.close());
afterAll(async () => world.close());

const options = (given: Partial<FollowOptions> & Pick<FollowOptions, 'signal'>): FollowOptions => ({
  policy: world.policy,
  host: '127.0.0.1',
  port: server.port,
  servername: serverName,
  security: 'implicit',
  auth: { type: 'password', user: 'a', password: 'b' },
  timeouts: { commandMs: 2000 },
  wait: () => Promise.resolve(),
  random: () => 1,
  ...given,
});

describe('following a mailbox', () => {
  it('reads, waits, connects again with a longer wait each time, resumes, and gives no message twice', async () => {
    server = await startImapServer({ certificate: world.good, security: 'implicit' });
    server.behave((command) => (command === 'DONE' ? { tagged: 'OK' } : undefined));
    server.messages = [{ uid: 1, bytes: 'un' }];
    const abort = new AbortController();
    const interruptions: (string | number)[] = [];
    const seen: number[] = [];
    const wait = (): Promise<void> => {
      server.behave((command) =>
        interruptions.length < 6 && command.startsWith('AUTH') ? { raw: '', cut: true } : command === 'DONE' ? { tagged: 'OK' } : undefined,
      );
      return Promise.resolve();
    };
    const following = options({ signal: abort.signal, wait, onInterruption: (error, ms) => interruptions.push(error.code, ms) });
    for await (const { message, mailbox } of followMailbox(following)) {
      expect(mailbox.isOpen).toBe(true);
      seen.push(message.uid);
      if (message.uid === 1) {
        server.messages = [...server.messages, { uid: 2, bytes: 'deux' }];
        server.cutAll();
      }
      if (message.uid === 2) abort.abort();
    }
    expect(seen).toEqual([1, 2]);
    expect(interruptions.filter((one) => typeof one === 'number')).toEqual([1000, 2000, 4000]);
    expect(interruptions.filter((one) => typeof one === 'string').every((code) => code.startsWith('ERR_MSS_IMAP_'))).toBe(true);
  });

  it('stops at what no later try can cure', async () => {
    server = await startImapServer({ certificate: world.good, security: 'implicit' });
    server.messages = [{ uid: 1, bytes: 'un' }];
    const { signal } = new AbortController();
    await expect(followMailbox(options({ signal, uidValidity: 1 })).next()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_UID_VALIDITY' });
    server.behave((command) => (command.startsWith('AUTH') ? { tagged: 'NO no' } : undefined));
    await expect(followMailbox(options({ signal })).next()).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_AUTH_FAILED' });
    await expect(followMailbox(options({ signal, servername: 'autre.mssante.fr' })).next()).rejects.toMatchObject({
      code: 'ERR_MSS_TLS_HOST',
    });
    expect((await followMailbox(options({ signal: AbortSignal.abort() })).next()).done).toBe(true);
  });
});
