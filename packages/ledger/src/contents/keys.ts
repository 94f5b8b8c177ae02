import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A key of the host's for contents. */
export interface ContentKey {
  /** Written beside what the key sealed: 1 to 32 letters, digits, `-`, `_`. Never given to another secret. */
  readonly id: string;
  /** 32 random bytes, kept by the host (key store, environment, HSM), never by the ledger. */
  readonly secret: Uint8Array;
}

/** The host's keys. Losing them loses what is still waiting to be sent; nothing else can open it. */
export interface LedgerKeys {
  /** Seals from now on. */
  readonly sealing: ContentKey;
  /** Earlier keys that still open. A key can go once nothing sealed with it is left to open (stories included). */
  readonly opening?: readonly ContentKey[];
  /**
   * 32 random bytes for pseudonyms (patients, addresses, fingerprints) and for the seal of the audit trail. It does not
   * rotate: with another one the registries of opposition and suppression, and the audit trail, are no longer recognised.
   */
  readonly pseudonyms: Uint8Array;
}

/** The keys checked, and the one that seals first. */
export interface KeyRing {
  readonly sealing: ContentKey;
  find(id: string): ContentKey | null;
}

/** @throws TypeError when a key is not 32 bytes, an id is malformed, or two keys share one */
export function createKeyRing(keys: LedgerKeys): KeyRing {
  const all = [keys.sealing, ...(keys.opening ?? [])];
  const byId = new Map<string, ContentKey>();
  for (const key of all) {
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(key.id)) throw new TypeError('a key id is 1 to 32 letters, digits, "-" or "_"');
    if (key.secret.length !== 32) throw new TypeError('a content key is 32 bytes');
    if (byId.has(key.id)) throw new TypeError('two content keys have the same id');
    byId.set(key.id, { id: key.id, secret: key.secret.slice() });
  }
  if (keys.pseudonyms.length !== 32) throw new TypeError('the pseudonym key is 32 bytes');
  return { sealing: byId.get(keys.sealing.id) as ContentKey, find: (id) => byId.get(id) ?? null };
}

/** A key for one use, so that no two uses share nonces. @see RFC 5869 */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, use: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', secret, salt, `mss-ledger ${use} v1`, 32)));
}
