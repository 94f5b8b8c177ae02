import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, run, serverFolder, start, untilListening } from './process.js';

/** Where Debian keeps the programs of PostgreSQL, by version: not in the PATH. */
const versions = '/usr/lib/postgresql';
const programs = join(versions, existsSync(versions) ? (readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0] ?? '') : '', 'bin');
const password = 'not a secret: the server listens on the loopback only';

export interface PostgresServerOptions {
  /** Lines for postgresql.conf, in place of those for speed (`fsync = off`). */
  readonly settings?: readonly string[];
}

/** A PostgreSQL of its own: data in a temporary folder, a free port of the loopback, run by the account `postgres`. */
export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  readonly connectionString: string;
  /** Creates an empty database of that name. @returns its address */
  createDatabase(name: string): Promise<string>;
  /** Runs SQL as the superuser through psql. @returns its output, unaligned, without headers */
  sql(text: string, database?: string): Promise<string>;
  /** Stops at once, connections cut (`fast`), and starts again on the same port. */
  restart(): Promise<void>;
  /** Ends every process with SIGKILL, as a power failure would. */
  kill9(): Promise<void>;
  /** After {@link kill9}. */
  startAgain(): Promise<void>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the PostgreSQL 15 of Debian and waits until it answers. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = await serverFolder('postgres');
  const data = join(folder.path, 'data');
  const port = await freePort();
  await mkdir(data);
  await writeFile(join(folder.path, 'password'), password);
  await run('chown', '-R', 'postgres:postgres', folder.path);
  await asPostgres(
    join(programs, 'initdb'),
    `--pgdata=${data}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${join(folder.path, 'password')}`,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  );
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder.path}'`,
    'max_connections = 60',
    'shared_buffers = 32MB',
    'logging_collector = off',
    ...(options.settings ?? ['fsync = off', 'full_page_writes = off']),
  ];
  await writeFile(join(data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);

  let server = await launch(data, port);
  const admin = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/`;
  const sql = async (text: string, database = 'postgres'): Promise<string> =>
    run('psql', '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', `${admin}${database}`, '-c', text);
  let output = '';

  async function end(signal: NodeJS.Signals): Promise<void> {
    output += server.output();
    await server.end(signal);
  }

  return {
    port,
    password,
    connectionString: `${admin}postgres`,
    async createDatabase(name) {
      await sql(`CREATE DATABASE "${name}"`);
      return `${admin}${name}`;
    },
    sql,
    async restart() {
      await end('SIGINT');
      server = await launch(data, port);
    },
    kill9: async () => end('SIGKILL'),
    async startAgain() {
      server = await launch(data, port);
    },
    log: async () => output + server.output(),
    async stop() {
      await end('SIGQUIT');
      await folder.remove();
    },
  };
}

async function asPostgres(...command: readonly string[]): Promise<string> {
  return run('runuser', '-u', 'postgres', '--', ...command);
}

interface Launched {
  output(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** The postmaster in the foreground; its own process number is in its lock file, for `runuser` stands between. */
async function launch(data: string, port: number): Promise<Launched> {
  const { child, output } = start('runuser', '-u', 'postgres', '--', join(programs, 'postgres'), '-D', data);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const failed = (): string | null => (child.exitCode === null && child.signalCode === null ? null : output());
  await untilListening(port, { failed });
  for (let tries = 0; !output().includes('ready to accept connections'); tries += 1) {
    if (failed() !== null || tries > 1500) throw new Error(`PostgreSQL does not start: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const postmaster = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  return {
    output,
    async end(signal) {
      if (failed() === null) {
        const backends = signal === 'SIGKILL' ? await childrenOf(postmaster) : [];
        for (const process of [postmaster, ...backends]) killIfThere(process, signal);
      }
      await exited;
    },
  };
}

async function childrenOf(process: number): Promise<number[]> {
  const text = await run('ps', '-o', 'pid=', '--ppid', String(process)).catch(() => '');
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
