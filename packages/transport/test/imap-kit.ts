import { openMailbox, type FetchedMessage, type Mailbox, type MailboxOptions } from '../src/index.js';
import { startImapServer, type FakeImapOptions, type FakeImapServer } from './imap-server.js';
import { createWorld, serverName, type World } from './world.js';

/** What the IMAP suites start, and its end: call `closeAll` after each test. */
export interface ImapKit {
  readonly world: World;
  start(given?: Partial<FakeImapOptions>): Promise<FakeImapServer>;
  options(server: { readonly port: number }, given?: Partial<MailboxOptions>): MailboxOptions;
  open(server: { readonly port: number }, given?: Partial<MailboxOptions>): Promise<Mailbox>;
  /** Closes this too when the test ends. */
  keep<T extends { close(): Promise<void> }>(one: T): T;
  closeAll(): Promise<void>;
  close(): Promise<void>;
}

export async function createImapKit(): Promise<ImapKit> {
  const world = await createWorld();
  const closing: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.push(one);
    return one;
  };
  const options = (server: { readonly port: number }, given: Partial<MailboxOptions> = {}): MailboxOptions => ({
    policy: world.policy,
    host: '127.0.0.1',
    port: server.port,
    servername: serverName,
    security: 'implicit',
    auth: { type: 'password', user: 'cabinet@exemple.mssante.fr', password: 'motdepasse' },
    timeouts: { connectMs: 5000, commandMs: 2000 },
    ...given,
  });
  return {
    world,
    keep,
    options,
    start: async (given = {}) => keep(await startImapServer({ certificate: world.good, security: 'implicit', ...given })),
    open: async (server, given = {}) => keep(await openMailbox(options(server, given))),
    closeAll: async () => {
      for (const one of closing.splice(0).toReversed()) await one.close();
    },
    close: async () => world.close(),
  };
}

/** Every command that came under TLS, without tags. */
export const heard = (server: FakeImapServer): string[] => server.connections.flatMap((one) => one.heard);

export async function all<T = FetchedMessage>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
