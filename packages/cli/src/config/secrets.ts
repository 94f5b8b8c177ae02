import { hkdfSync } from 'node:crypto';

import { MssError, utf8Decode } from '@mss/core';

import { configError, type CliErrorCode } from '../errors.js';
import { readInput, type CliIo } from '../io.js';
import type { SecretSource } from './field.js';

/** What a secret is asked for with, should it be asked for. */
export interface SecretUse {
  readonly io: CliIo;
  /** The key of the configuration. */
  readonly place: string;
  readonly prompt: string;
}

const maxSecretBytes = 64 * 1024;

/**
 * A secret as text; the line end that editors put behind it is taken off.
 *
 * @throws MssError `ERR_MSS_CLI_SECRET` without its value, whatever went wrong
 */
export async function readSecret(source: SecretSource, use: SecretUse): Promise<string> {
  const { io, place } = use;
  switch (source.from) {
    case 'inline':
      return source.value;
    case 'env': {
      const value = (io.env ?? process.env)[source.name];
      if (value === undefined || value === '')
        throw secretError(
          `"${place}": the environment variable is not set`,
          `« ${place} » : la variable d'environnement n'est pas définie`,
        );
      return value;
    }
    case 'file':
      return utf8Decode(await readSecretFile(source.path, use)).replace(/\r?\n$/, '');
    default: {
      const value = (await io.ask?.(use.prompt)) ?? null;
      if (value === null || value === '')
        throw secretError(
          `"${place}": nobody is at a keyboard to be asked, or nothing was typed`,
          `« ${place} » : personne au clavier, ou rien n'a été saisi`,
        );
      return value;
    }
  }
}

async function readSecretFile(path: string, { io, place }: SecretUse): Promise<Uint8Array> {
  try {
    return await readInput(path, { io, maxBytes: maxSecretBytes });
  } catch (cause) {
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_SECRET', `"${place}": the file of the secret cannot be read`, {
      cause,
      details: { french: `« ${place} » : le fichier du secret est illisible` },
    });
  }
}

function secretError(english: string, french: string): MssError<CliErrorCode> {
  return new MssError<CliErrorCode>('ERR_MSS_CLI_SECRET', english, { details: { french } });
}

const keyBytes = 32;

/** A key of 32 bytes: hexadecimal, base64, or the bytes of a file as they are. */
export async function readKey(source: SecretSource, use: SecretUse): Promise<Uint8Array> {
  if (source.from === 'file') {
    const raw = await readSecretFile(source.path, use);
    if (raw.length === keyBytes) return raw;
  }
  const text = (await readSecret(source, use)).trim();
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length === keyBytes) return new Uint8Array(bytes);
  throw configError(
    `"${use.place}" is not a key of 32 bytes in hexadecimal or base64 (for example of: openssl rand -hex 32)`,
    `« ${use.place} » n'est pas une clé de 32 octets en hexadécimal ou base64 (par exemple de : openssl rand -hex 32)`,
  );
}

/** A key for another use, from one that is there. */
export function derivedKey(key: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `mss cli ${use} v1`, keyBytes));
}
