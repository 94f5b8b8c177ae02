/** Keeps the last unexpired CRL of each address (ECO.1.1.7). What comes out of it is verified like what comes from the network. */
export interface CrlStore {
  /** @returns the DER that was written last under this key, `null` when there is none. */
  read(key: string): Promise<Uint8Array | null>;
  /** Replaces at once or not at all. */
  write(key: string, der: Uint8Array): Promise<void>;
}

/** Most addresses in memory: an operator's chain has two or three. */
const maxAddresses = 256;

/** A store that ends with the process. CRLs already in use are not kept twice; beyond 256 addresses the oldest goes. */
export function createMemoryCrlStore(): CrlStore {
  const kept = new Map<string, Uint8Array>();
  return {
    read: async (key) => kept.get(key) ?? null,
    async write(key, der): Promise<void> {
      kept.delete(key);
      kept.set(key, der);
      const [oldest] = kept.keys();
      if (kept.size > maxAddresses && oldest !== undefined) kept.delete(oldest);
    },
  };
}
