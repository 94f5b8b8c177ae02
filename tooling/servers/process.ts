import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The unprivileged account that servers run under. */
export const nobody: { readonly uid: number; readonly gid: number } = { uid: 65534, gid: 65534 };

/** Runs a command to its end; its error output is in the error. */
export async function run(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, [...args], { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** Starts a command that stays in the foreground; its output is kept for the failure message. */
export function start(command: string, ...args: readonly string[]): { readonly child: ChildProcess; readonly output: () => string } {
  let output = '';
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-20_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, output: () => output };
}

/** A TCP port of the loopback that was free a moment ago: the servers of Debian take no port 0. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A new folder under the system's temporary one, with a name short enough for Unix sockets. */
export async function serverFolder(name: string): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `mss-${name}-`));
  return { path, remove: async () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Waits until something listens, asking every few milliseconds, at most `timeoutMs`. */
export async function untilListening(
  port: number,
  options: { readonly timeoutMs?: number; readonly failed: () => string | null },
): Promise<void> {
  const end = performance.now() + (options.timeoutMs ?? 20_000);
  while (!(await listens(port))) {
    const why = options.failed();
    if (why !== null) throw new Error(`the server ended before it listened on ${port}: ${why}`);
    if (performance.now() > end) throw new Error(`nothing listens on ${port} in time`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
