import { randomBytes } from 'node:crypto';
import type { Store, StoreTransaction } from '@mss/store';
import { syncError } from '../errors.js';

/** After a process died, the next synchronisation waits so long at most. */
const leaseSeconds = 60;
const renewAfterMs = 15_000;

const busy = (): Error => syncError('ERR_MSS_ANNUAIRE_BUSY', 'another synchronisation of this directory is running');

/** The right to change a directory in PostgreSQL, held by one process at a time. Time is the server's. */
export class Lease implements AsyncDisposable {
  readonly #store: Store;
  readonly #owner = randomBytes(12).toString('hex');
  #renewedAt = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws MssError `ERR_MSS_ANNUAIRE_BUSY` */
  async take(): Promise<void> {
    const taken = await this.#store.transaction((transaction) =>
      transaction.run(
        `UPDATE annuaire_lock SET owner = ?, until = clock_timestamp() + interval '${leaseSeconds} seconds' WHERE until < clock_timestamp()`,
        [this.#owner],
      ),
    );
    if (taken !== 1) throw busy();
    this.#renewedAt = performance.now();
  }

  /** Between batches. */
  async renew(): Promise<void> {
    if (performance.now() - this.#renewedAt < renewAfterMs) return;
    await this.#store.transaction((transaction) => this.confirm(transaction));
    this.#renewedAt = performance.now();
  }

  /** Inside the transaction that makes changes visible: whoever lost the lease meanwhile makes none. */
  async confirm(transaction: StoreTransaction): Promise<void> {
    const kept = await transaction.run(
      `UPDATE annuaire_lock SET until = clock_timestamp() + interval '${leaseSeconds} seconds' WHERE owner = ? AND until >= clock_timestamp()`,
      [this.#owner],
    );
    if (kept !== 1) throw busy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#store.transaction((transaction) =>
        transaction.run("UPDATE annuaire_lock SET owner = NULL, until = '-infinity' WHERE owner = ?", [this.#owner]),
      );
    } catch {
      // The database is gone: the lease lapses by itself, and what made the synchronisation fail is what the caller must see.
    }
  }
}
