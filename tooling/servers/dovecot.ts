import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dovecotConfiguration } from './dovecot-config.js';
import { pem, writeIdentity, type ServerIdentity } from './identity.js';
import { freePort, nobody, run, serverFolder, start, untilListening } from './process.js';

/** What to start Dovecot with. */
export interface DovecotOptions {
  readonly identity: ServerIdentity;
  /** Mailbox address to password. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Authorities (PEM) and CRLs (DER) by which client certificates are judged; the common name is the mailbox. */
  readonly clients?: { readonly caPem: string; readonly crls: readonly Uint8Array[] };
  /** Where access tokens are judged (RFC 7662). */
  readonly introspectionUrl?: string;
  /** A port of Postfix: Dovecot then offers submission, which unlike Postfix' knows SASL EXTERNAL, and hands on to it. */
  readonly relayPort?: number;
  /** Kilobytes each mailbox may hold; default 1 GiB. */
  readonly quotaKb?: number;
  /** What it says it can do, instead of all it can: `IMAP4rev1 IDLE UIDPLUS` for a server without CONDSTORE. */
  readonly capabilities?: string;
  /** Connections one mailbox may have from one address; default 100. */
  readonly userConnections?: number;
}

/** A Dovecot of its own: configuration, mail and sockets in one temporary folder, ports of the loopback. */
export interface Dovecot {
  readonly imapPort: number;
  readonly imapsPort: number;
  /** Submission with STARTTLS; `null` without `relayPort`. */
  readonly submissionPort: number | null;
  /** Unix socket on which Postfix asks about credentials. */
  readonly authSocket: string;
  /** One Maildir for each mailbox, named by its address. */
  readonly mailFolder: string;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the Dovecot of Debian, unprivileged (as nobody), and waits until it listens. */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const folder = await serverFolder('dovecot');
  const [imapPort, imapsPort] = [await freePort(), await freePort()];
  const relay = options.relayPort === undefined ? null : { port: options.relayPort, submissionPort: await freePort() };
  const mailFolder = join(folder.path, 'mail');
  await mkdir(mailFolder);
  const { cert, key } = await writeIdentity(folder.path, options.identity);
  const users = Object.entries(options.accounts).map(([user, password]) => `${user}:{PLAIN}${password}::::::\n`);
  await writeFile(join(folder.path, 'users'), users.join(''), { mode: 0o600 });
  if (options.clients !== undefined) {
    const crls = options.clients.crls.map((der) => pem('X509 CRL', der));
    await writeFile(join(folder.path, 'clients.pem'), [options.clients.caPem, ...crls].join('\n'));
  }
  const config = dovecotConfiguration({
    folder: folder.path,
    cert,
    key,
    imapPort,
    imapsPort,
    withClients: options.clients !== undefined,
    introspectionUrl: options.introspectionUrl ?? null,
    quotaKb: options.quotaKb ?? 1024 * 1024,
    capabilities: options.capabilities ?? null,
    userConnections: options.userConnections ?? 100,
    relay,
  });
  for (const [name, text] of Object.entries(config)) await writeFile(join(folder.path, name), text, { mode: 0o600 });
  await run('chown', '-R', `${nobody.uid}:${nobody.gid}`, folder.path);
  await chown(folder.path, nobody.uid, nobody.gid);
  // Postfix passes through it to the socket.
  await chmod(folder.path, 0o755);

  const { child, output } = start('runuser', '-u', 'nobody', '--', 'dovecot', '-F', '-c', join(folder.path, 'dovecot.conf'));
  const log = async (): Promise<string> => readFile(join(folder.path, 'dovecot.log'), 'utf8').catch(() => '');
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    for (const port of [imapsPort, ...(relay === null ? [] : [relay.submissionPort])]) {
      await untilListening(port, { failed: () => (child.exitCode === null ? null : output()) });
    }
  } catch (error) {
    throw new Error(`Dovecot does not start: ${output()}\n${await log()}`, { cause: error });
  }
  return {
    imapPort,
    imapsPort,
    submissionPort: relay?.submissionPort ?? null,
    authSocket: join(folder.path, 'run', 'auth-client'),
    mailFolder,
    log,
    stop: async () => {
      const pid = Number(await readFile(join(folder.path, 'run', 'master.pid'), 'utf8').catch(() => ''));
      if (pid > 0) process.kill(pid, 'SIGTERM');
      else child.kill('SIGTERM');
      await ended;
      await folder.remove();
    },
  };
}
