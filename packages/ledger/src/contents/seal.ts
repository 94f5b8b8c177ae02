import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

import { MssError, type RandomSource } from '@mss/core';

import type { ContentErrorCode } from '../outbox/errors.js';
import { deriveKey, type KeyRing } from './keys.js';

/**
 * A sealed content:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | `MSL1` |
 * | 1 + n | length of the key id, key id |
 * | 16 | salt: the content's own key is HKDF-SHA-256(secret, salt) |
 * | 512 KiB + 16, repeated | chunk: AES-256-GCM ciphertext and tag; the last one is shorter or equal, and may be empty |
 *
 * The nonce of a chunk is its number (11 bytes, big endian) and one byte that is 1 for the last chunk: chunks cannot be moved,
 * left out, repeated, or cut off at the end. The additional data of every chunk is the header above and the label (purpose and
 * name): a content cannot be opened as another entry's. Nothing comes out of a chunk before its tag was verified.
 *
 * @see NIST SP 800-38D; Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (STREAM)
 */
const magic = Buffer.from('MSL1');
const saltBytes = 16;
const tagBytes = 16;
/** A document of the usual size is one chunk. */
const chunkBytes: number = 512 * 1024;

const encoder = new TextEncoder();

function nonceOf(chunk: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(chunk, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function associated(header: Uint8Array, label: string): Buffer {
  return Buffer.concat([header, encoder.encode(label)]);
}

interface Sealer {
  readonly header: Buffer;
  /** Ciphertext and tag. */
  seal(chunk: number, last: boolean, plain: Uint8Array): readonly Uint8Array[];
}

function createSealer(label: string, ring: KeyRing, random: RandomSource): Sealer {
  const salt = random.bytes(saltBytes);
  const id = Buffer.from(ring.sealing.id, 'ascii');
  const header = Buffer.concat([magic, Buffer.of(id.length), id, salt]);
  const key = deriveKey(ring.sealing.secret, salt, 'content');
  const aad = associated(header, label);
  return {
    header,
    seal: (chunk, last, plain) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(chunk, last));
      cipher.setAAD(aad);
      // GCM has nothing left to say at the end but its tag.
      return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
    },
  };
}

/** Seals bytes that are in memory. @returns the parts, in order */
export function sealBytes(
  bytes: Uint8Array,
  label: string,
  options: { readonly ring: KeyRing; readonly random: RandomSource },
): Uint8Array[] {
  const sealer = createSealer(label, options.ring, options.random);
  const parts: Uint8Array[] = [sealer.header];
  for (let at = 0, chunk = 0; ; at += chunkBytes, chunk += 1) {
    const last = at + chunkBytes >= bytes.length;
    parts.push(...sealer.seal(chunk, last, bytes.subarray(at, at + chunkBytes)));
    if (last) return parts;
  }
}

/** Seals a stream, holding one chunk. */
export async function* sealStream(
  source: AsyncIterable<Uint8Array>,
  label: string,
  options: { readonly ring: KeyRing; readonly random: RandomSource },
): AsyncGenerator<Uint8Array, void, undefined> {
  const sealer = createSealer(label, options.ring, options.random);
  yield sealer.header;
  let chunk = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    rest = Buffer.concat([rest, piece]);
    // One byte more than a chunk must be there: only then it is known not to be the last.
    for (; rest.length > chunkBytes; chunk += 1) {
      yield* sealer.seal(chunk, false, rest.subarray(0, chunkBytes));
      rest = rest.subarray(chunkBytes);
    }
  }
  yield* sealer.seal(chunk, true, rest);
}

/**
 * Opens what {@link sealBytes} and {@link sealStream} made, chunk by chunk.
 *
 * @throws MssError `ERR_MSS_LEDGER_CONTENT_KEY`: sealed with a key that is not in the ring
 * @throws MssError `ERR_MSS_LEDGER_CONTENT_TAMPERED`: changed, or of another entry, or the key of this id is another one
 * @throws MssError `ERR_MSS_LEDGER_CONTENT_TRUNCATED`: it ends too early; earlier chunks have come out already
 */
export async function* openStream(
  sealed: AsyncIterable<Uint8Array>,
  label: string,
  ring: KeyRing,
): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let opener: { readonly key: KeyObject; readonly aad: Buffer } | null = null;
  let chunk = 0;
  for await (const piece of sealed) {
    rest = rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece]);
    if (opener === null) {
      const header = readHeader(rest);
      if (header === null) continue;
      opener = { key: keyOf(header, ring), aad: associated(header.bytes, label) };
      rest = rest.subarray(header.bytes.length);
    }
    for (; rest.length > chunkBytes + tagBytes; chunk += 1) {
      yield openChunk(rest.subarray(0, chunkBytes + tagBytes), { ...opener, nonce: nonceOf(chunk, false) });
      rest = rest.subarray(chunkBytes + tagBytes);
    }
  }
  if (opener === null || rest.length < tagBytes) throw failure('TRUNCATED', 'a sealed content ends too early');
  // What is left is the last chunk, or a whole one after which the others are missing.
  if (rest.length === chunkBytes + tagBytes && opens(rest, { ...opener, nonce: nonceOf(chunk, false) })) {
    throw failure('TRUNCATED', 'a sealed content ends too early');
  }
  yield openChunk(rest, { ...opener, nonce: nonceOf(chunk, true) });
}

interface Header {
  readonly bytes: Buffer;
  readonly keyId: string;
  readonly salt: Uint8Array;
}

function readHeader(bytes: Buffer): Header | null {
  if (!magic.subarray(0, bytes.length).equals(bytes.subarray(0, magic.length)))
    throw failure('TAMPERED', 'a content does not begin as a sealed one');
  const idBytes = bytes[magic.length];
  if (idBytes === undefined) return null;
  const end = magic.length + 1 + idBytes + saltBytes;
  if (bytes.length < end) return null;
  return {
    bytes: bytes.subarray(0, end),
    keyId: bytes.toString('latin1', magic.length + 1, magic.length + 1 + idBytes),
    salt: bytes.subarray(end - saltBytes, end),
  };
}

function keyOf(header: Header, ring: KeyRing): KeyObject {
  const key = ring.find(header.keyId);
  if (key === null) {
    throw new MssError<ContentErrorCode>('ERR_MSS_LEDGER_CONTENT_KEY', 'a content was sealed with a key that the host did not give', {
      details: /^[A-Za-z0-9_-]{1,32}$/.test(header.keyId) ? { keyId: header.keyId } : {},
    });
  }
  return deriveKey(key.secret, header.salt, 'content');
}

interface ChunkOpener {
  readonly key: KeyObject;
  readonly aad: Buffer;
  readonly nonce: Buffer;
}

function openChunk(sealed: Buffer, opener: ChunkOpener): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', opener.key, opener.nonce, { authTagLength: tagBytes });
  decipher.setAAD(opener.aad);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    decipher.final();
  } catch {
    throw failure('TAMPERED', 'a sealed content does not verify');
  }
  return plain;
}

function opens(sealed: Buffer, opener: ChunkOpener): boolean {
  try {
    openChunk(sealed, opener);
    return true;
  } catch {
    return false;
  }
}

function failure(reason: 'TAMPERED' | 'TRUNCATED', message: string): MssError<ContentErrorCode> {
  return new MssError<ContentErrorCode>(`ERR_MSS_LEDGER_CONTENT_${reason}`, message);
}
