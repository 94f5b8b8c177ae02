import { randomBytes } from 'node:crypto';
import type { Store, StoreTransaction } from '@mss/store';
import { syncError } from '../errors.js';

/** After a process died, the next synchronisation waits so long at most. */
const leaseSeconds = 60;
/** As long as the process lives: a download or a comparison may take longer than the lease. */
const renewEveryMs = 15_000;

const lapse = `clock_timestamp() + interval '${leaseSeconds} seconds'`;
const busy = (): Error => syncError('ERR_MSS_ANNUAIRE_BUSY', 'another synchronisation of this directory is running');

/** The right to change a directory in PostgreSQL, held by one process at a time. Time is the server's. */
export class Lease implements AsyncDisposable {
  readonly #store: Store;
  readonly #owner = randomBytes(12).toString('hex');
  #timer: NodeJS.Timeout | null = null;
  #renewal: Promise<void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws MssError `ERR_MSS_ANNUAIRE_BUSY` */
  async take(): Promise<void> {
    const taken = await this.#store.transaction((transaction) =>
      transaction.run(`UPDATE annuaire_lock SET owner = ?, until = ${lapse} WHERE until < clock_timestamp()`, [this.#owner]),
    );
    if (taken !== 1) throw busy();
    this.#timer = setInterval(() => this.#renew(), renewEveryMs).unref();
  }

  /**
   * A transaction that changes the directory: whoever lost the lease meanwhile, in a machine that was suspended for one, changes
   * nothing. A lease that lapsed and that nobody took is still ours.
   *
   * @throws MssError `ERR_MSS_ANNUAIRE_BUSY`
   */
  transaction<Result>(work: (transaction: StoreTransaction) => Promise<Result>): Promise<Result> {
    return this.#store.transaction(async (transaction) => {
      if ((await this.#prolong(transaction)) !== 1) throw busy();
      return work(transaction);
    });
  }

  #prolong(transaction: StoreTransaction): Promise<number> {
    return transaction.run(`UPDATE annuaire_lock SET until = ${lapse} WHERE owner = ?`, [this.#owner]);
  }

  #renew(): void {
    this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = null));
  }

  async #renewOnce(): Promise<void> {
    try {
      await this.#store.transaction((transaction) => this.#prolong(transaction));
    } catch {
      // What it fails for, the next change of the directory fails for, too, and there somebody is told.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#renewal;
    try {
      await this.#store.transaction((transaction) =>
        transaction.run("UPDATE annuaire_lock SET owner = NULL, until = '-infinity' WHERE owner = ?", [this.#owner]),
      );
    } catch {
      // The database is gone: the lease lapses by itself, and what made the synchronisation fail is what the caller must see.
    }
  }
}
