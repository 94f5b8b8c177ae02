import { isMssError, systemClock, type Clock } from '@mss/core';
import { storeError } from '../errors.js';
import { createGate } from '../gate.js';
import { migrationSteps } from '../migrations.js';
import { abortedError, positive, startStopWatch } from '../stop-watch.js';
import type { Store, StoreRow, StoreStatement, StoreTransaction, StoreValue, TransactionOptions } from '../types.js';
import { checkValues } from '../values.js';
import { createDatabaseFile } from './create-file.js';
import { transferredBytes, type StatementMode } from './protocol.js';
import { again, startWorker, type WorkerLink } from './worker-link.js';

/** Where the database is, and how long is waited for what. */
export interface SqliteStoreOptions {
  /** Path of the file, created for its owner alone (0600) when absent; its folder must exist. `':memory:'` for one that nothing keeps. */
  readonly file: string;
  /** How long a transaction waits for another process that writes, before `ERR_MSS_STORE_BUSY`. Default 10 s. */
  readonly busyTimeoutMs?: number;
  /** How long the `work` of a transaction may take before it is rolled back, for it holds up all others. Default 60 s. */
  readonly transactionTimeoutMs?: number;
  /** Whether deleted content is overwritten with zeros in the file, all of it, at the price of writing it. Default: only within pages that are written anyway. */
  readonly secureDelete?: boolean;
  /** Memory for the pages of each of the two connections. Default 16 MiB. */
  readonly cacheBytes?: number;
  /** Dates the applied migrations. */
  readonly clock?: Clock;
}

/** How often a transaction is run again before it is given up. */
const maxAttempts = 5;

/**
 * Opens an SQLite database in a thread of its own.
 *
 * Write-ahead log, `synchronous = FULL`: what a promise says was committed survives kill -9 and power failure, as far as
 * the disk keeps its word. Reads outside transactions see the last committed state and wait for no transaction.
 * Not for files on network folders, where SQLite's locks do not hold.
 *
 * @throws MssError `ERR_MSS_STORE_OPEN`, `…_NOT_A_DATABASE`, `…_CORRUPT`, `…_READ_ONLY`, `…_BUSY`, `…_IO`, `…_FULL`
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const memory = options.file === ':memory:';
  if (options.file === '' || options.file.includes('\0') || (!memory && options.file.startsWith('file:'))) {
    throw new TypeError('file is the path of a file, or :memory:');
  }
  if (!memory) createDatabaseFile(options.file);
  const link = await startWorker({
    file: options.file,
    memory,
    busyTimeoutMs: positive(options.busyTimeoutMs ?? 10_000, 'busyTimeoutMs'),
    pragmas: [
      `cache_size = -${Math.ceil(positive(options.cacheBytes ?? 16 * 1024 * 1024, 'cacheBytes') / 1024)}`,
      `secure_delete = ${options.secureDelete === true ? 'ON' : 'FAST'}`,
    ],
  });
  return new SqliteStore(link, {
    transactionTimeoutMs: positive(options.transactionTimeoutMs ?? 60_000, 'transactionTimeoutMs'),
    clock: options.clock ?? systemClock,
  });
}

class SqliteStore implements Store {
  readonly dialect = 'sqlite' as const;
  readonly claimClause = '';
  readonly #link: WorkerLink;
  readonly #transactionTimeoutMs: number;
  readonly #clock: Clock;
  readonly #gate = createGate();

  constructor(link: WorkerLink, options: { readonly transactionTimeoutMs: number; readonly clock: Clock }) {
    this.#link = link;
    this.#transactionTimeoutMs = options.transactionTimeoutMs;
    this.#clock = options.clock;
  }

  async all<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<readonly Row[]> {
    return this.#gate.pass(async () => (await this.#read('all', sql, parameters)) as readonly Row[]);
  }

  async get<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<Row | null> {
    return this.#gate.pass(async () => (await this.#read('get', sql, parameters)) as Row | null);
  }

  async batch(statements: readonly StoreStatement[]): Promise<readonly number[]> {
    return this.#gate.pass(async () => {
      const transfers: ArrayBuffer[] = [];
      const copies = statements.map(({ sql, parameters }) => ({ sql, parameters: copied(parameters ?? [], transfers) }));
      return (await this.#link.call({ kind: 'batch', statements: copies }, transfers).answer) as readonly number[];
    });
  }

  async transaction<Result>(work: (transaction: StoreTransaction) => Promise<Result>, options: TransactionOptions = {}): Promise<Result> {
    return this.#gate.pass(async () => {
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
        const outcome = await this.#attempt(work, { alone: attempt > 1, signal: options.signal });
        if (outcome !== again) return outcome.result;
      }
      throw storeError('ERR_MSS_STORE_BUSY', 'the transaction was undone again and again');
    });
  }

  async migrate(...[owner, migrations]: Parameters<Store['migrate']>): Promise<void> {
    await this.#gate.pass(async () => {
      const steps = migrationSteps(owner, migrations, 'sqlite');
      await this.#link.call({ kind: 'migrate', owner, steps, now: this.#clock.now().getTime() }).answer;
    });
  }

  async close(): Promise<void> {
    await this.#gate.close(async () => {
      // A thread that is lost already has nothing to finish.
      await this.#link.call({ kind: 'close' }).answer.catch(() => undefined);
      await this.#link.end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read(mode: 'all' | 'get', sql: string, parameters: readonly StoreValue[]): Promise<unknown> {
    const transfers: ArrayBuffer[] = [];
    return this.#link.call({ kind: 'read', mode, sql, parameters: copied(parameters, transfers) }, transfers).answer;
  }

  /** One run of `work`: its result once committed, or {@link again} after it was rolled back for the sake of others. */
  async #attempt<Result>(
    work: (transaction: StoreTransaction) => Promise<Result>,
    options: { readonly alone: boolean; readonly signal: AbortSignal | undefined },
  ): Promise<{ readonly result: Result } | typeof again> {
    const { signal } = options;
    const id = await this.#begin(options.alone, signal);
    const transaction = new SqliteTransaction(this.#link, id);
    const working = this.#gate.inside(() => work(transaction));
    const watch = startStopWatch(this.#transactionTimeoutMs, signal);
    try {
      const result = await Promise.race([working, watch.stopped]);
      transaction.end();
      await transaction.settled();
      await this.#link.call({ kind: 'commit', transaction: id }).answer;
      return { result };
    } catch (error) {
      transaction.end();
      const undone = error === again || transaction.isUndone();
      // Nobody but the caller's own error is to be heard: when the thread is lost, so is the transaction.
      if (!undone) await this.#link.call({ kind: 'rollback', transaction: id }).answer.catch(() => undefined);
      if (undone && !watch.hasStopped()) return again;
      throw error;
    } finally {
      watch.release();
      // It may fail later, when nobody waits for it any more.
      working.catch(() => undefined);
    }
  }

  async #begin(alone: boolean, signal: AbortSignal | undefined): Promise<number> {
    if (signal?.aborted === true) throw abortedError(signal);
    const { id, answer } = this.#link.call({ kind: 'begin', alone });
    const onAbort = (): void => {
      // The answer of the `begin` says what came of it.
      this.#link.call({ kind: 'withdraw', begin: id }).answer.catch(() => undefined);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await answer;
    } catch (error) {
      throw isMssError(error, 'ERR_MSS_STORE_ABORTED') ? abortedError(signal) : error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    return id;
  }
}

class SqliteTransaction implements StoreTransaction {
  readonly #link: WorkerLink;
  readonly #id: number;
  readonly #pending = new Set<Promise<unknown>>();
  #over = false;
  #undone = false;

  constructor(link: WorkerLink, id: number) {
    this.#link = link;
    this.#id = id;
  }

  /** Whether the worker rolled it back for the sake of others. */
  isUndone(): boolean {
    return this.#undone;
  }

  async all<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<readonly Row[]> {
    return (await this.#call('all', sql, parameters)) as readonly Row[];
  }

  async get<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<Row | null> {
    return (await this.#call('get', sql, parameters)) as Row | null;
  }

  async run(sql: string, parameters: readonly StoreValue[] = []): Promise<number> {
    return (await this.#call('run', sql, parameters)) as number;
  }

  end(): void {
    this.#over = true;
  }

  /** Statements that `work` did not wait for are part of the transaction too. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async #call(mode: StatementMode, sql: string, parameters: readonly StoreValue[]): Promise<unknown> {
    if (this.#over) throw storeError('ERR_MSS_STORE_CLOSED', 'the transaction is over');
    const transfers: ArrayBuffer[] = [];
    const request = { kind: 'statement', transaction: this.#id, mode, sql, parameters: copied(parameters, transfers) } as const;
    const { answer } = this.#link.call(request, transfers);
    this.#pending.add(answer);
    try {
      return await answer;
    } catch (error) {
      if (error !== again) throw error;
      this.#undone = true;
      throw storeError('ERR_MSS_STORE_BUSY', 'the transaction was undone and will be run again');
    } finally {
      this.#pending.delete(answer);
    }
  }
}

/** Checks parameters and copies their blobs: the caller may change its memory at once, and a thread takes whole buffers only. */
function copied(parameters: readonly StoreValue[], transfers: ArrayBuffer[]): readonly StoreValue[] {
  checkValues(parameters);
  return parameters.map((value) => {
    if (!(value instanceof Uint8Array)) return value;
    const copy = new Uint8Array(value);
    if (copy.byteLength >= transferredBytes) transfers.push(copy.buffer);
    return copy;
  });
}
