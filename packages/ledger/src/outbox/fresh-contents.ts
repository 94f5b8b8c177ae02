/**
 * Messages that this process queued a moment ago, until their first attempt: the usual worker stands in the same process and need not
 * read and open what was just sealed and written. Every later attempt, and every other process, reads the vault.
 */
export interface FreshContents {
  put(entryId: string, bytes: Uint8Array): void;
  /** Once. */
  take(entryId: string): Uint8Array | null;
}

/** @param maxBytes - of all together; what comes when it is full is not kept */
export function createFreshContents(maxBytes: number): FreshContents {
  const kept = new Map<string, Uint8Array>();
  let size = 0;
  return {
    put: (entryId, bytes) => {
      if (size + bytes.length > maxBytes) return;
      // The host may use its array for something else.
      kept.set(entryId, bytes.slice());
      size += bytes.length;
    },
    take: (entryId) => {
      const bytes = kept.get(entryId) ?? null;
      if (bytes !== null) size -= bytes.length;
      kept.delete(entryId);
      return bytes;
    },
  };
}
