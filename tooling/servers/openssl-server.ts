import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { spawn } from 'node:child_process';
import { serverFolder } from './process.js';
import { writeIdentity, type ServerIdentity } from './identity.js';

/** What to start `openssl s_server` with. */
export interface OpensslServerOptions {
  readonly identity: ServerIdentity;
  /** Authorities of client certificates (PEM): one is asked for, none is required. */
  readonly clientCaPem: string;
  /** DER of the OCSP response that is stapled. */
  readonly staple?: Uint8Array;
  /** Further arguments: versions, suites. */
  readonly args?: readonly string[];
}

/** One `openssl s_server`: it takes one connection after the other and prints what it decrypts. */
export interface OpensslServer {
  readonly port: number;
  /** Everything it has printed, what it decrypted among it. */
  output(): string;
  /** Its commands: `r` at the start of a line renegotiates, `R` asks for a certificate as well, other lines are sent. */
  readonly input: Writable;
  stop(): Promise<void>;
}

interface Files {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly chain: string | null;
  readonly staple: string;
}

function argumentsOf(options: OpensslServerOptions, { cert, key, ca, chain, staple }: Files): string[] {
  const fixed = ['s_server', '-accept', '127.0.0.1:0', '-cert', cert, '-key', key, '-CAfile', ca, '-verify', '5', '-verify_quiet'];
  const sent = chain === null ? [] : ['-cert_chain', chain];
  const stapled = options.staple === undefined ? [] : ['-status_file', staple];
  return [...fixed, ...sent, ...stapled, ...(options.args ?? [])];
}

/** Starts the `openssl` of Debian on a free port of the loopback. */
export async function startOpensslServer(options: OpensslServerOptions): Promise<OpensslServer> {
  const folder = await serverFolder('openssl');
  const { cert, key } = await writeIdentity(folder.path, options.identity);
  const ca = join(folder.path, 'clients.pem');
  await writeFile(ca, options.clientCaPem);
  // The first certificate is the server's own; `-cert_chain` takes those above it.
  const above = options.identity.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/).slice(1);
  const chain = join(folder.path, 'chain.pem');
  await writeFile(chain, above.join(''));
  const staple = join(folder.path, 'staple.der');
  if (options.staple !== undefined) await writeFile(staple, options.staple);
  const child = spawn('openssl', argumentsOf(options, { cert, key, ca, chain: above.length === 0 ? null : chain, staple }), {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  child.stdin.on('error', () => {});
  const port = await new Promise<number>((resolve, reject) => {
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('latin1');
      const [, found] = /ACCEPT [^\n]*:(\d+)/.exec(output) ?? [];
      if (found !== undefined) resolve(Number(found));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`openssl s_server ends: ${output}`)));
  });
  return {
    port,
    output: () => output,
    input: child.stdin,
    stop: async () => {
      child.kill();
      await ended;
      await folder.remove();
    },
  };
}
