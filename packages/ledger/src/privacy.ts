import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

import { MssError, type RandomSource } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';

import { deriveKey, type KeyRing } from './contents/keys.js';
import type { ContentErrorCode } from './outbox/errors.js';

/** Keeps what identifies people out of the tables' clear text. */
export interface Privacy {
  /** HMAC-SHA-256 in hex, under the host's pseudonym key; `domain` separates uses (`patient`, `address`, `message` …). */
  pseudonym(domain: string, value: string | Uint8Array): string;
  /** As {@link Privacy.pseudonym} of a mail address, whatever its spelling: domain in ASCII, all in lower case. */
  addressPseudonym(address: string): string;
  /** A short text sealed with the content key (AES-256-GCM), bound to `context` (`outbox-recipient:<entry>:<index>`). */
  seal(text: string, context: string): Uint8Array;
  /** @throws MssError `ERR_MSS_LEDGER_CONTENT_KEY`, `ERR_MSS_LEDGER_CONTENT_TAMPERED` */
  open(sealed: Uint8Array, context: string): string;
}

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Sealed value: version 1, length of the key id, key id, nonce, ciphertext, tag. */
export function createPrivacy(options: {
  readonly ring: KeyRing;
  readonly pseudonyms: Uint8Array;
  readonly random: RandomSource;
}): Privacy {
  const { ring, random } = options;
  // Made once: from bytes each HMAC would set its key up anew, at seven times the cost.
  const pseudonyms = createSecretKey(options.pseudonyms);
  const keys = new Map<string, KeyObject>();
  const keyOf = (id: string): KeyObject | null => {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const key = ring.find(id);
    if (key === null) return null;
    const derived = deriveKey(key.secret, new Uint8Array(0), 'value');
    keys.set(id, derived);
    return derived;
  };
  const pseudonym = (domain: string, value: string | Uint8Array): string =>
    createHmac('sha256', pseudonyms).update(`${domain}\0`).update(value).digest('hex');
  return {
    pseudonym,
    addressPseudonym: (address) => pseudonym('address', canonicalAddress(address)),
    seal: (text, context) => {
      const key = keyOf(ring.sealing.id) as KeyObject;
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(context));
      const id = Buffer.from(ring.sealing.id, 'ascii');
      return new Uint8Array(
        Buffer.concat([Buffer.of(version, id.length), id, nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]),
      );
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
      const start = 2 + (bytes[1] ?? 0);
      if (bytes[0] !== version || bytes.length < start + nonceBytes + tagBytes) throw tampered();
      const key = keyOf(bytes.toString('latin1', 2, start));
      if (key === null) {
        throw new MssError<ContentErrorCode>('ERR_MSS_LEDGER_CONTENT_KEY', 'a value was sealed with a key that the host did not give');
      }
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(start, start + nonceBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      try {
        return decipher.update(bytes.subarray(start + nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw tampered();
      }
    },
  };
}

function tampered(): MssError<ContentErrorCode> {
  return new MssError<ContentErrorCode>('ERR_MSS_LEDGER_CONTENT_TAMPERED', 'a sealed value does not verify');
}

/**
 * One spelling for one mailbox. Local parts are compared without regard to case: no operator gives two people addresses that
 * differ in nothing else, and a registry of oppositions must not be passed by a capital letter.
 */
function canonicalAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at).normalize('NFC').toLowerCase()}@${(toAsciiDomain(domain) ?? domain).toLowerCase()}`;
}
