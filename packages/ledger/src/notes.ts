import { MssError, type AuditEvent } from '@mss/core';
import type { Store, StoreTransaction } from '@mss/store';

import type { OutboxErrorCode } from './outbox/errors.js';

/** Work on the store that may share a transaction, hence one sync of the disk, with the work of others. */
export interface Notes {
  /**
   * Runs `work` in a transaction, durably committed when this resolves. While one transaction commits, the work that comes
   * meanwhile gathers and goes into the next one. `work` may be run more than once: no effect outside the transaction.
   * What it traces enters the audit trail with it, or not at all.
   */
  commit<Result>(work: Work<Result>): Promise<Result>;
  /** Waits for what is under way. Calls after it fail with `ERR_MSS_LEDGER_CLOSED`. */
  close(): Promise<void>;
}

export type Trace = (event: AuditEvent) => void;
export type Work<Result> = (transaction: StoreTransaction, trace: Trace) => Promise<Result>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** More in one transaction would hold the database too long. */
const mostTogether = 64;

/** Group commit: n messages under way cost one sync per step, not n. */
export function createNotes(store: Store, append: (transaction: StoreTransaction, events: readonly AuditEvent[]) => Promise<void>): Notes {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let closed = false;

  const runTogether = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const results = await store.transaction(async (transaction) => {
        // Statements of several works interleave in one transaction; a failed one is told only when all have come to rest.
        const events: AuditEvent[] = [];
        const settled = await Promise.allSettled(group.map((one) => one.work(transaction, (event) => events.push(event))));
        const failed = settled.find((one) => one.status === 'rejected');
        if (failed !== undefined) throw failed.reason;
        if (events.length > 0) await append(transaction, events);
        return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value);
      });
      group.forEach((one, index) => one.resolve(results[index]));
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      // Whose fault it was is seen by running each alone.
      else for (const one of group) await runTogether([one]);
    }
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostTogether);
      waiting = waiting.slice(mostTogether);
      await runTogether(group);
    }
    running = null;
  };
  // One turn of the microtasks lets calls that come together go together.
  const start = (): void => {
    running ??= Promise.resolve().then(drain);
  };

  return {
    commit: <Result>(work: Work<Result>): Promise<Result> =>
      new Promise<Result>((resolve, reject) => {
        if (closed) {
          reject(new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_CLOSED', 'the ledger is closed'));
          return;
        }
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        start();
      }),
    close: async () => {
      closed = true;
      await running;
    },
  };
}
