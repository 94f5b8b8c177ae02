import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { run, serverFolder } from './process.js';

/** A certificate with its key, put on a token. The key is imported and cannot be read out again. */
export interface TokenCertificate {
  /** CKA_ID, hexadecimal. */
  readonly id: string;
  readonly label: string;
  readonly der: Uint8Array;
  /** PKCS#8; without, the token holds the certificate alone. */
  readonly keyPem?: string;
}

export interface TokenContent {
  readonly label: string;
  readonly pin: string;
  readonly certificates: readonly TokenCertificate[];
}

/** Libraries of Debian. */
export const pkcs11Libraries = {
  softHsm: '/usr/lib/softhsm/libsofthsm2.so',
  spy: '/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so',
  remote: '/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so',
} as const;

/** A SoftHSM of its own: tokens and configuration in one temporary folder. */
export interface SoftHsm {
  /** For `SOFTHSM2_CONF`. */
  readonly configFile: string;
  /** A file of this folder's. */
  file(name: string): string;
  remove(): Promise<void>;
}

/** Makes tokens as a card's issuer would. `withoutPss`: a token that knows RSA PKCS #1 v1.5 alone. */
export async function createSoftHsm(tokens: readonly TokenContent[], options: { readonly withoutPss?: boolean } = {}): Promise<SoftHsm> {
  const folder = await serverFolder('hsm');
  const configFile = join(folder.path, 'softhsm2.conf');
  await mkdir(join(folder.path, 'tokens'));
  const mechanisms = options.withoutPss === true ? 'slots.mechanisms = CKM_RSA_PKCS,CKM_SHA256_RSA_PKCS\n' : '';
  await writeFile(configFile, `directories.tokendir = ${folder.path}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n${mechanisms}`);
  const withConfig = async (...command: readonly string[]): Promise<string> => run('env', `SOFTHSM2_CONF=${configFile}`, ...command);
  for (const { label, pin, certificates } of tokens) {
    await withConfig('softhsm2-util', '--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '87654321');
    for (const { id, label: name, der, keyPem } of certificates) {
      const file = join(folder.path, 'object');
      if (keyPem !== undefined) {
        await writeFile(file, keyPem, { mode: 0o600 });
        await withConfig('softhsm2-util', '--import', file, '--token', label, '--label', name, '--id', id, '--pin', pin);
      }
      await writeFile(file, der);
      const object = ['--write-object', file, '--type', 'cert', '--id', id, '--label', name];
      await withConfig('pkcs11-tool', '--module', pkcs11Libraries.softHsm, '--token-label', label, '--login', '--pin', pin, ...object);
    }
  }
  return { configFile, file: (name) => join(folder.path, name), remove: folder.remove };
}

/** SoftHSM in a process of its own, reached through p11-kit: what can be taken away, like a reader with its card. */
export interface RemoteHsm {
  /** For `P11_KIT_SERVER_ADDRESS`. */
  readonly address: string;
  /** Takes it away: every connection breaks. */
  unplug(): Promise<void>;
  /** Puts it back. */
  plug(): Promise<void>;
}

export async function startRemoteHsm(hsm: SoftHsm): Promise<RemoteHsm> {
  const socket = hsm.file('p11.sock');
  let pid: number | undefined;
  const unplug = async (): Promise<void> => {
    if (pid === undefined) return;
    // p11-kit has a child for each connection: the whole group goes.
    process.kill(-pid, 'SIGKILL');
    pid = undefined;
    await run('rm', '-f', socket);
  };
  const plug = async (): Promise<void> => {
    const command = ['server', '--foreground', '--name', socket, '--provider', pkcs11Libraries.softHsm, 'pkcs11:'];
    const child = spawn('p11-kit', command, {
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
      env: { ...process.env, SOFTHSM2_CONF: hsm.configFile },
    });
    await once(child, 'spawn');
    pid = child.pid;
    while (!(await answers(socket))) {
      if (child.exitCode !== null) throw new Error(`p11-kit ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await plug();
  return { address: `unix:path=${socket}`, plug, unplug };
}

/** The file of a socket is there before anybody listens on it. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  return new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false));
    socket.once('connect', () => resolve(true));
  }).finally(() => socket.destroy());
}

/** What pkcs11-spy has written down. */
export interface Pkcs11Spy {
  /** How often each call was made since the last time this was asked. */
  calls(): Promise<Readonly<Record<string, number>>>;
  /** Everything, to look for what must not be there. */
  text(): Promise<string>;
}

/**
 * Puts pkcs11-spy between this process and a library. It reads its orders from the environment, once: call this before the library is
 * first loaded, and load {@link pkcs11Libraries}`.spy`.
 */
export function spyOn(library: string, logFile: string): Pkcs11Spy {
  process.env['PKCS11SPY'] = library;
  process.env['PKCS11SPY_OUTPUT'] = logFile;
  return readSpy(logFile);
}

export function readSpy(logFile: string): Pkcs11Spy {
  let read = 0;
  const text = async (): Promise<string> => readFile(logFile, 'latin1').catch(() => '');
  return {
    text,
    calls: async () => {
      const all = await text();
      const counts: Record<string, number> = {};
      for (const [, name = ''] of all.slice(read).matchAll(/^\d+: (C_\w+)$/gm)) counts[name] = (counts[name] ?? 0) + 1;
      read = all.length;
      return counts;
    },
  };
}
