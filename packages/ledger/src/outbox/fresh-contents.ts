import { copyBytes, freeBytes } from '../contents/memory.js';

/**
 * Messages that this process queued a moment ago, until their first attempt: the usual worker stands in the same process and need not
 * read and open what was just sealed and written. Every later attempt, and every other process, reads the vault.
 */
export interface FreshContents {
  put(entryId: string, fresh: FreshContent): void;
  /** Once. */
  take(entryId: string): FreshContent | null;
}

export interface FreshContent {
  readonly bytes: Uint8Array;
  /** The host gave its array away: it is freed when it is not needed any more. */
  readonly isGiven: boolean;
}

/** @param maxBytes - of all together; what comes when it is full is not kept */
export function createFreshContents(maxBytes: number): FreshContents {
  const kept = new Map<string, FreshContent>();
  let size = 0;
  return {
    put: (entryId, { bytes, isGiven }) => {
      if (size + bytes.length > maxBytes) {
        if (isGiven) freeBytes(bytes);
        return;
      }
      // The host may use its array for something else.
      kept.set(entryId, { bytes: isGiven ? bytes : copyBytes(bytes), isGiven });
      size += bytes.length;
    },
    take: (entryId) => {
      const fresh = kept.get(entryId) ?? null;
      if (fresh !== null) size -= fresh.bytes.length;
      kept.delete(entryId);
      return fresh;
    },
  };
}
