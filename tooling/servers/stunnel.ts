import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { untilListening } from './process.js';

export interface Stunnel {
  /** What it has said so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface StunnelStart {
  /** Given through a pipe: it may hold a PIN. */
  readonly configuration: string;
  /** A port that it listens on. */
  readonly port: number;
  /** Added to the environment, for the PKCS#11 library. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts the stunnel of Debian and waits until it listens. Rejects with what it said when it ends before. */
export async function startStunnel({ configuration, port, environment }: StunnelStart): Promise<Stunnel> {
  let output = '';
  // A session of its own: without a terminal it cannot ask for a PIN.
  const child = spawn('stunnel4', ['-fd', '0'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    detached: true,
  });
  const keep = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.end(configuration);
  const ended = once(child, 'exit');
  await untilListening(port, { failed: () => (child.exitCode === null ? null : output) });
  return {
    log: () => output,
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
