/**
 * Where sealed contents are kept, apart from the rows that tell their state. It sees ciphertext and opaque names only.
 *
 * Two are here: `createFileVault` (a folder of one machine) and `createStoreVault` (a table, for several machines). A host
 * may bring its own (object storage): what it promises is written at each method.
 */
export interface ContentVault {
  /**
   * Stores the parts as one content: all of it, durably, when the promise resolves; nothing of it when it rejects. Replaces an older one.
   * The parts are the vault's: it may hand their memory to another thread, which empties them.
   */
  put(name: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes, in pieces of any size. The first step throws `ERR_MSS_LEDGER_CONTENT_MISSING` when there is none. */
  get(name: string): AsyncIterable<Uint8Array>;
  /** Gone, when the promise resolves; not an error when there was none. */
  delete(name: string): Promise<void>;
  /** Every name there is, with the time it was stored. Leftovers of interrupted calls are removed on the way. */
  names(): AsyncIterable<StoredName>;
}

export interface StoredName {
  readonly name: string;
  readonly storedAt: Date;
}

/** `<purpose>-<name>`: fits a file name on every system. */
export const vaultNamePattern: RegExp = /^[a-z0-9]{1,20}-[A-Za-z0-9-]{1,64}$/;
