import { createNesting } from './nesting.js';
import { storeError } from './errors.js';

/** The way into a store: closed after `close`, refused inside a transaction, and `close` waits for all who are in. */
export interface Gate {
  /** @throws MssError `ERR_MSS_STORE_NESTED`, `ERR_MSS_STORE_CLOSED` */
  pass<Result>(operation: () => Promise<Result>): Promise<Result>;
  /** Runs the `work` of a transaction. */
  inside<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Runs `last` once, after everything that runs has ended. */
  close(last: () => Promise<void>): Promise<void>;
}

export function createGate(): Gate {
  const nesting = createNesting();
  const running = new Set<Promise<unknown>>();
  let closed: Promise<void> | null = null;
  return {
    async pass(operation) {
      nesting.refuse();
      if (closed !== null) throw storeError('ERR_MSS_STORE_CLOSED', 'the store is closed');
      const promise = operation();
      running.add(promise);
      try {
        return await promise;
      } finally {
        running.delete(promise);
      }
    },
    inside: async (work) => nesting.inside(work),
    async close(last) {
      nesting.refuse();
      closed ??= Promise.allSettled(running).then(last);
      await closed;
    },
  };
}
