import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Account } from './account.js';

/** The files of a sandbox: certificates, and keys that only their user can read. Messages never get there. */
export interface SandboxFiles {
  readonly caFile: string;
  readonly clients: ReadonlyMap<string, { readonly certificate: string; readonly key: string }>;
}

async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  // The mode of writeFile holds for new files only.
  await chmod(path, 0o600);
}

/** Writes them, over those of an earlier run. */
export async function writeSandboxFiles(
  directory: string,
  options: { readonly caPem: string; readonly intermediatePem: string; readonly accounts: readonly Account[] },
): Promise<SandboxFiles> {
  const folder = resolve(directory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, options.caPem);
  await writeFile(join(folder, 'ca-intermediate.pem'), options.intermediatePem);
  const clients = new Map<string, { certificate: string; key: string }>();
  const named = options.accounts.filter(({ clientCertificate }) => clientCertificate !== null);
  for (const [index, { address, clientCertificate }] of named.entries()) {
    const name = `client-${index + 1}-${address.replaceAll(/[^a-z0-9.-]+/gi, '_')}`;
    const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    await writeFile(files.certificate, clientCertificate?.certPem ?? '');
    await writePrivate(files.key, clientCertificate?.keyPem ?? '');
    clients.set(address, files);
  }
  return { caFile, clients };
}
