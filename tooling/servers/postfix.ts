import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeIdentity, type ServerIdentity } from './identity.js';
import { postfixConfiguration } from './postfix-config.js';
import { freePort, run, serverFolder, untilListening } from './process.js';

/** What to start Postfix with. */
export interface PostfixOptions {
  readonly identity: ServerIdentity;
  /** Dovecot's socket: credentials are judged there. */
  readonly authSocket: string;
  /** Dovecot's Maildirs, each named by its address. */
  readonly mailFolder: string;
  readonly mailboxes: readonly string[];
  /** Largest message; default 30 MB. */
  readonly maxMessageBytes?: number;
  /** Domain to the port of a next hop on the loopback; `null` throws the mail away once accepted. */
  readonly routes?: Readonly<Record<string, number | null>>;
}

/** A Postfix of its own: configuration, queue and log in one temporary folder, ports of the loopback. */
export interface Postfix {
  /** Submission with STARTTLS. */
  readonly port: number;
  /** Submission on implicit TLS. */
  readonly implicitPort: number;
  /** In clear and without login, for a server on this machine that has judged the client itself. */
  readonly relayPort: number;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the Postfix of Debian (its master must be root) and waits until it listens. */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const folder = await serverFolder('postfix');
  await chmod(folder.path, 0o755);
  const [port, implicitPort, relayPort] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder.path, 'etc');
  for (const name of ['etc', 'spool', 'data']) await mkdir(join(folder.path, name));
  const { cert, key } = await writeIdentity(config, options.identity);
  const files = postfixConfiguration({
    folder: folder.path,
    cert,
    key,
    port,
    implicitPort,
    relayPort,
    authSocket: options.authSocket,
    mailFolder: options.mailFolder,
    mailboxes: options.mailboxes,
    routes: options.routes ?? {},
    maxMessageBytes: options.maxMessageBytes ?? 30_000_000,
  });
  for (const [name, text] of Object.entries(files)) await writeFile(join(config, name), text);
  await run('chown', 'postfix', join(folder.path, 'data'));
  const log = async (): Promise<string> => readFile(join(folder.path, 'maillog'), 'utf8').catch(() => '');
  const stop = async (): Promise<void> => {
    await run('postfix', '-c', config, 'stop').catch(() => {});
    await folder.remove();
  };
  try {
    await run('postfix', '-c', config, 'start');
    for (const one of [port, implicitPort, relayPort]) await untilListening(one, { failed: () => null });
  } catch (error) {
    const why = await log();
    await stop();
    throw new Error(`Postfix does not start: ${String(error)}\n${why}`, { cause: error });
  }
  return { port, implicitPort, relayPort, log, stop };
}
