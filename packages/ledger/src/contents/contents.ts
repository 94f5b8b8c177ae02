import { concatBytes, type RandomSource } from '@mss/core';

import type { KeyRing } from './keys.js';
import { openStream, sealBytes, sealStream } from './seal.js';
import { vaultNamePattern, type ContentVault } from './vault.js';

/** Contents sealed with the host's key, in the host's vault. */
export interface Contents {
  /**
   * Seals and stores, durably.
   *
   * @param name - opaque, 1 to 64 letters, digits, `-`; unique for ever within the purpose (a UUID)
   * @param purpose - what it is (`outbox`, `quarantine`; 1 to 20 of a-z, 0-9): a content cannot be opened for another purpose or name
   * @throws MssError `ERR_MSS_LEDGER_VAULT_FULL`, `ERR_MSS_LEDGER_VAULT_UNAVAILABLE`: nothing was stored
   */
  write(name: string, purpose: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws MssError `ERR_MSS_LEDGER_CONTENT_MISSING`, `…_KEY`, `…_TAMPERED`, `…_TRUNCATED`, `ERR_MSS_LEDGER_VAULT_UNAVAILABLE` */
  read(name: string, purpose: string): Promise<Uint8Array>;
  /** As {@link Contents.read}, chunk by chunk: each is authenticated before it comes out, and a missing end throws. */
  stream(name: string, purpose: string): AsyncIterable<Uint8Array>;
  /** Not an error when there is none. */
  erase(name: string, purpose: string): Promise<void>;
  /**
   * Erases what nobody claims any more: left by a process that died between its steps.
   *
   * @param live - which of these names are still needed; asked for at most 500 at a time
   * @returns how many were erased
   */
  sweep(purpose: string, options: SweepOptions): Promise<number>;
}

export interface SweepOptions {
  /** Of the names given: needed (`kept`), certainly not needed (`done`); others are unknown and erased once they are old enough. */
  readonly classify: (names: readonly string[]) => Promise<{ readonly kept: ReadonlySet<string>; readonly done: ReadonlySet<string> }>;
  /** Unknown contents stored before this are erased: a younger one may be about to get its row. */
  readonly unknownBefore: Date;
}

const sweepPage = 500;

/** @see ContentVault, seal.ts for the format */
export function createContents(vault: ContentVault, options: { readonly ring: KeyRing; readonly random: RandomSource }): Contents {
  const nameOf = (name: string, purpose: string): string => {
    const full = `${purpose}-${name}`;
    if (!vaultNamePattern.test(full)) throw new TypeError('the name or the purpose of a content is malformed');
    return full;
  };
  const stream = (name: string, purpose: string): AsyncIterable<Uint8Array> => {
    const full = nameOf(name, purpose);
    return openStream(vault.get(full), full, options.ring);
  };
  return {
    write: async (name, purpose, bytes) => {
      const full = nameOf(name, purpose);
      await vault.put(full, bytes instanceof Uint8Array ? sealBytes(bytes, full, options) : sealStream(bytes, full, options));
    },
    read: async (name, purpose) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream(name, purpose)) chunks.push(chunk);
      return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concatBytes(chunks);
    },
    stream,
    erase: async (name, purpose) => vault.delete(nameOf(name, purpose)),
    sweep: async (purpose, { classify, unknownBefore }) => {
      let erased = 0;
      const page = new Map<string, Date>();
      const settle = async (): Promise<void> => {
        if (page.size === 0) return;
        const { kept, done } = await classify([...page.keys()]);
        for (const [name, storedAt] of page) {
          if (kept.has(name) || (!done.has(name) && storedAt >= unknownBefore)) continue;
          await vault.delete(nameOf(name, purpose));
          erased += 1;
        }
        page.clear();
      };
      for await (const { name, storedAt } of vault.names()) {
        if (!name.startsWith(`${purpose}-`)) continue;
        page.set(name.slice(purpose.length + 1), storedAt);
        if (page.size >= sweepPage) await settle();
      }
      await settle();
      return erased;
    },
  };
}
