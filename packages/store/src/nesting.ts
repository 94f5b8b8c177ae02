import { AsyncLocalStorage } from 'node:async_hooks';
import { storeError } from './errors.js';

/** Knows which code runs inside the `work` of a transaction of this store: there, the store itself must not be used. */
export interface Nesting {
  /** Runs `work` as the inside of a transaction, until it settles. */
  inside<Result>(work: () => Promise<Result>): Promise<Result>;
  /** @throws MssError `ERR_MSS_STORE_NESTED` inside such a `work`: it would wait for itself */
  refuse(): void;
}

export function createNesting(): Nesting {
  const storage = new AsyncLocalStorage<{ active: boolean }>();
  return {
    async inside(work) {
      const scope = { active: true };
      try {
        return await storage.run(scope, work);
      } finally {
        // What `work` left running in the background is outside from now on.
        scope.active = false;
      }
    },
    refuse() {
      if (storage.getStore()?.active !== true) return;
      throw storeError(
        'ERR_MSS_STORE_NESTED',
        'the store was used inside one of its own transactions: use the transaction given to the work',
      );
    },
  };
}
