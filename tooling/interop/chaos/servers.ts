import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openMailbox } from '@mss/transport';

import { startDovecot } from '../../servers/dovecot.js';
import { startPostfix } from '../../servers/postfix.js';
import { createWorld, serverName } from '../transport-world.js';
import type { ServerAccess } from './protocol.js';
import type { FromSandbox } from './sandbox-process.js';
import { forkOnSources } from './station.js';

/** A server's own account of what it took and delivered. */
export interface ServerLog {
  /** The queue ids that the server gave to a Message-ID; `null` when it keeps no log of them. */
  readonly queueIds: ReadonlyMap<string, readonly string[]> | null;
  /** Everything that was taken has been delivered. */
  readonly isQuiet: boolean;
}

/** Servers under test, and their side of the story. */
export interface ChaosServers {
  readonly name: 'sandbox' | 'Dovecot and Postfix';
  readonly sender: string;
  readonly receiver: string;
  readonly access: ServerAccess;
  /** What the INBOX of an address holds. */
  mails(address: string): Promise<readonly Uint8Array[]>;
  countMails(address: string): Promise<number>;
  log(): Promise<ServerLog>;
  stop(): Promise<void>;
}

const password = 'motdepasse';

/** As {@link startDebianServers} gives them: with the certificate, for servers that a test plays itself. */
export interface DebianServers extends ChaosServers {
  readonly identity: { readonly chainPem: string; readonly keyPem: string };
  /** Into the INBOX of an address, as an operator's server delivers. */
  deliver(address: string, mails: readonly Uint8Array[]): Promise<void>;
}

export async function startDebianServers(more: readonly string[] = []): Promise<DebianServers> {
  const [sender, receiver] = ['cabinet@exemple.mssante.fr', 'secretariat@exemple.mssante.fr'] as const;
  const world = await createWorld();
  const dovecot = await startDovecot({
    identity: world.server,
    accounts: Object.fromEntries([sender, receiver, ...more].map((one) => [one, password])),
  });
  const postfix = await startPostfix({
    identity: world.server,
    authSocket: dovecot.authSocket,
    mailFolder: dovecot.mailFolder,
    mailboxes: [sender, receiver, ...more],
  });
  return {
    name: 'Dovecot and Postfix',
    sender,
    receiver,
    access: {
      host: '127.0.0.1',
      servername: serverName,
      caPem: world.igc.caPem,
      smtpPort: postfix.implicitPort,
      imapPort: dovecot.imapsPort,
      password,
    },
    mails: (address) => readMaildir(join(dovecot.mailFolder, address)),
    countMails: async (address) => (await listMaildir(join(dovecot.mailFolder, address))).length,
    identity: world.server,
    deliver: async (address, mails) => {
      const policy = world.policy();
      const mailbox = await openMailbox({
        policy,
        host: '127.0.0.1',
        servername: serverName,
        port: dovecot.imapsPort,
        security: 'implicit',
        auth: { type: 'password', user: address, password },
      });
      for (const message of mails) await mailbox.append({ folder: 'INBOX', message });
      await mailbox.close();
      await policy.close();
    },
    log: async () => readPostfixLog(await postfix.log()),
    stop: async () => {
      await postfix.stop();
      await dovecot.stop();
      await world.close();
    },
  };
}

async function listMaildir(folder: string): Promise<readonly string[]> {
  const files = await Promise.all(
    ['new', 'cur'].map(async (part) => (await readdir(join(folder, part)).catch(() => [])).map((name) => join(folder, part, name))),
  );
  return files.flat();
}

/** Dovecot renames a file when its flags change: then it is all read once more. */
async function readMaildir(folder: string): Promise<readonly Uint8Array[]> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await Promise.all((await listMaildir(folder)).map((file) => readFile(file)));
    } catch (error) {
      if (tries > 20) throw error;
    }
  }
}

/** Postfix' own account: which Message-ID went into the queue under which ids, and what has left it. */
export function readPostfixLog(log: string): ServerLog {
  const queueIds = new Map<string, string[]>();
  const queued = new Set<string>();
  for (const [, queue = '', id = ''] of log.matchAll(/ ([0-9A-F]{6,}): message-id=(<[^>]*>)/g)) {
    queueIds.set(id, [...(queueIds.get(id) ?? []), queue]);
  }
  for (const [, queue = ''] of log.matchAll(/ ([0-9A-F]{6,}): from=[^\n]*\(queue active\)/g)) queued.add(queue);
  const removed = new Set([...log.matchAll(/ ([0-9A-F]{6,}): removed/g)].map(([, queue = '']) => queue));
  // A transaction that broke has a Message-ID in the log and was never active.
  const taken = new Map([...queueIds].map(([id, queues]) => [id, queues.filter((queue) => queued.has(queue))]));
  return { queueIds: taken, isQuiet: [...queued].every((queue) => removed.has(queue)) };
}

/** The sandbox, in a process of its own. */
export async function startSandboxServers(): Promise<ChaosServers> {
  const [sender, receiver] = ['cabinet@exemple.mssante.test', 'secretariat@clinique.mssante.test'] as const;
  const child = forkOnSources('sandbox-process.ts');
  const answers = new Map<number, (answer: FromSandbox) => void>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (answer: FromSandbox) => answers.get(answer.question)?.(answer));
  let questions = 0;
  const ask = (what: object): Promise<FromSandbox> =>
    new Promise((resolve, reject) => {
      questions += 1;
      answers.set(questions, resolve);
      child.send({ ...what, question: questions });
      void ended.then(() => reject(new Error('the sandbox ended')));
    });
  const started = await ask({ kind: 'start', sender, receiver, password });
  if (started.access === undefined) throw new TypeError('the sandbox did not say where it is');
  return {
    name: 'sandbox',
    sender,
    receiver,
    access: started.access,
    mails: async (address) => ((await ask({ kind: 'mails', address })).mails ?? []).map((text) => Buffer.from(text, 'base64')),
    countMails: async (address) => (await ask({ kind: 'count', address })).count ?? 0,
    log: () => Promise.resolve({ queueIds: null, isQuiet: true }),
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}
