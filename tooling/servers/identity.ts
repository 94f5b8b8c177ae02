import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a server needs of a certificate: the chain it sends and the key. Made by the test IGC at run time. */
export interface ServerIdentity {
  readonly chainPem: string;
  readonly keyPem: string;
}

/** Writes certificate and key; the key for its owner alone. */
export async function writeIdentity(folder: string, identity: ServerIdentity): Promise<{ readonly cert: string; readonly key: string }> {
  const cert = join(folder, 'server.pem');
  const key = join(folder, 'server.key');
  await writeFile(cert, identity.chainPem);
  await writeFile(key, identity.keyPem, { mode: 0o600 });
  return { cert, key };
}

/** DER as PEM. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
