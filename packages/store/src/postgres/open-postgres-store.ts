import { isMssError, systemClock, type Clock } from '@mss/core';
import { storeError } from '../errors.js';
import { createGate } from '../gate.js';
import { migrationSteps } from '../migrations.js';
import { abortedError, positive, startStopWatch } from '../stop-watch.js';
import type { Store, StoreRow, StoreStatement, StoreTransaction, StoreValue, TransactionOptions } from '../types.js';
import { migrate } from './migrate.js';
import type { PostgresStoreOptions } from './options.js';
import { isCollision } from './postgres-errors.js';
import { createSessionPool, loadDriver, type PostgresResult, type Session, type SessionPool, type SessionPoolOptions } from './sessions.js';
import { createStatementReader, type PostgresStatement, type StatementReader } from './statements.js';
import { outcomeOf, Transaction, type Doubt } from './transactions.js';

/** How often transactions that collide are run again at once. */
const maxCollisions = 10;
const oldestServer = 130_000;

/**
 * Opens a PostgreSQL database (13 or newer, encoding UTF8) through a pool of connections, and makes the first one.
 *
 * @throws MssError `ERR_MSS_STORE_DRIVER`, `…_UNAVAILABLE`, `…_REFUSED`, `…_OPEN`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const settings: SessionPoolOptions & { readonly unavailableTimeoutMs: number } = {
    ...options,
    maxConnections: whole(options.maxConnections ?? 10, 'maxConnections'),
    connectTimeoutMs: whole(options.connectTimeoutMs ?? 10_000, 'connectTimeoutMs'),
    statementTimeoutMs: whole(options.statementTimeoutMs ?? 30_000, 'statementTimeoutMs'),
    transactionTimeoutMs: whole(options.transactionTimeoutMs ?? 60_000, 'transactionTimeoutMs'),
    unavailableTimeoutMs: whole(options.unavailableTimeoutMs ?? 15_000, 'unavailableTimeoutMs'),
  };
  const pool = createSessionPool(await loadDriver(), settings);
  try {
    await checkServer(pool);
  } catch (error) {
    await pool.close();
    throw error;
  }
  return new PostgresStore(pool, { ...settings, clock: options.clock ?? systemClock });
}

function whole(value: number, name: string): number {
  return Math.ceil(positive(value, name));
}

async function checkServer(pool: SessionPool): Promise<void> {
  const session = await pool.acquire();
  try {
    const { rows } = await session.query({
      text: "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding",
    });
    const { version, encoding } = rows[0] as { version: number; encoding: string };
    if (version < oldestServer) throw storeError('ERR_MSS_STORE_OPEN', 'PostgreSQL 13 or newer is needed', { details: { version } });
    if (encoding !== 'UTF8') throw storeError('ERR_MSS_STORE_OPEN', 'the encoding of the database is not UTF8', { details: { encoding } });
  } finally {
    session.release(false);
  }
}

interface Settings {
  readonly transactionTimeoutMs: number;
  readonly unavailableTimeoutMs: number;
  readonly clock: Clock;
}

/** What a transaction gave, and whether its COMMIT was answered. */
interface Outcome<Result> {
  readonly result: Result;
  readonly doubt: Doubt | null;
}

class PostgresStore implements Store {
  readonly dialect = 'postgres' as const;
  readonly claimClause = 'FOR UPDATE SKIP LOCKED';
  readonly #pool: SessionPool;
  readonly #settings: Settings;
  readonly #gate = createGate();
  readonly #read = createStatementReader();

  constructor(pool: SessionPool, settings: Settings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  async all<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<readonly Row[]> {
    return this.#gate.pass(async () => {
      const statement = this.#read(sql, parameters);
      return this.#repeated(async () => this.#withSession(async (session) => (await session.query(statement)).rows as readonly Row[]));
    });
  }

  async get<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<Row | null> {
    const rows = await this.all<Row>(sql, parameters);
    return rows[0] ?? null;
  }

  async batch(statements: readonly StoreStatement[]): Promise<readonly number[]> {
    return this.#gate.pass(async () => {
      const read = statements.map(({ sql, parameters }) => this.#read(sql, parameters ?? []));
      return this.#repeated(async () => this.#settled(await this.#withSession(async (session) => this.#batch(session, read))));
    });
  }

  async transaction<Result>(work: (transaction: StoreTransaction) => Promise<Result>, options: TransactionOptions = {}): Promise<Result> {
    const { signal } = options;
    return this.#gate.pass(async () =>
      this.#repeated(async () => {
        const session = await this.#pool.acquire();
        return this.#settled(await this.#attempt(session, { work, signal }));
      }, signal),
    );
  }

  async migrate(...[owner, migrations]: Parameters<Store['migrate']>): Promise<void> {
    await this.#gate.pass(async () => {
      const steps = migrationSteps(owner, migrations, 'postgres');
      await this.#withSession(async (session) => migrate(session, { owner, steps, now: this.#settings.clock.now() }));
    });
  }

  async close(): Promise<void> {
    await this.#gate.close(async () => this.#pool.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Uses a connection, and closes it when its link broke or it is in the middle of something. */
  async #withSession<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
    const session = await this.#pool.acquire();
    let broken = true;
    try {
      const result = await use(session);
      broken = false;
      return result;
    } catch (error) {
      broken = session.isBusy() || !leavesLinkWhole(error);
      throw error;
    } finally {
      session.release(broken);
    }
  }

  /** Runs again what failed without effect: after a collision at once, after a lost link until the server is back. */
  async #repeated<Result>(attempt: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    let unavailableSince: number | null = null;
    for (let collisions = 0, losses = 0; ;) {
      if (signal?.aborted === true) throw abortedError(signal);
      try {
        return await attempt();
      } catch (error) {
        if (isCollision(error) && (collisions += 1) < maxCollisions) {
          await pause(Math.random() * 10 * collisions, signal);
        } else if (isMssError(error, 'ERR_MSS_STORE_UNAVAILABLE')) {
          const now = performance.now();
          unavailableSince ??= now;
          if (now - unavailableSince > this.#settings.unavailableTimeoutMs) throw error;
          losses += 1;
          await pause(Math.min(25 * 2 ** losses, 500) * (0.5 + Math.random() / 2), signal);
        } else {
          throw error;
        }
      }
    }
  }

  /**
   * The result of a transaction. Where its COMMIT was not answered, the server is asked, once it is back, how it ended:
   * on another connection, when the one of the transaction has been given back.
   *
   * @throws MssError `ERR_MSS_STORE_UNAVAILABLE`: rolled back; `ERR_MSS_STORE_COMMIT_UNKNOWN`: nobody can tell
   */
  async #settled<Result>({ result, doubt }: Outcome<Result>): Promise<Result> {
    if (doubt === null) return result;
    let ended: 'committed' | 'aborted' | 'unknown';
    try {
      ended = await this.#repeated(async () => this.#withSession(async (session) => outcomeOf(session, doubt)));
    } catch {
      ended = 'unknown';
    }
    if (ended === 'committed') return result;
    if (ended === 'aborted') throw doubt.error;
    throw storeError('ERR_MSS_STORE_COMMIT_UNKNOWN', 'the link to the database broke during COMMIT, and nobody can tell how it ended', {
      details: doubt.error.details,
    });
  }

  async #attempt<Result>(
    session: Session,
    call: { readonly work: (transaction: StoreTransaction) => Promise<Result>; readonly signal: AbortSignal | undefined },
  ): Promise<Outcome<Result>> {
    let broken = true;
    let transaction: PostgresTransaction | null = null;
    const watch = startStopWatch(this.#settings.transactionTimeoutMs, call.signal);
    try {
      const begun = await Transaction.begin(session);
      const offered = new PostgresTransaction(begun, this.#read);
      transaction = offered;
      const working = this.#gate.inside(async () => call.work(offered));
      // It may fail later, when nobody waits for it any more.
      working.catch(() => undefined);
      const result = await Promise.race([working, watch.stopped]);
      await transaction.end();
      if (transaction.failure() !== null) throw transaction.failure() as Error;
      const doubt = await begun.commit();
      broken = doubt !== null;
      return { result, doubt };
    } catch (error) {
      const told = watch.hasStopped() ? error : (transaction?.repeatable() ?? error);
      void transaction?.end();
      broken = session.isBusy() || !leavesLinkWhole(told) || !(await rolledBack(session));
      throw told;
    } finally {
      watch.release();
      session.release(broken);
    }
  }

  async #batch(session: Session, statements: readonly PostgresStatement[]): Promise<Outcome<readonly number[]>> {
    if (statements.length === 0) return { result: [], doubt: null };
    const transaction = await Transaction.begin(session);
    let results: readonly PostgresResult[];
    try {
      results = await transaction.query(statements, { writes: true });
    } catch (error) {
      // Behind the answers that are still on their way.
      if (leavesLinkWhole(error)) await rolledBack(session);
      throw error;
    }
    const doubt = await transaction.commit();
    return { result: results.map(({ changed }) => changed), doubt };
  }
}

class PostgresTransaction implements StoreTransaction {
  readonly #transaction: Transaction;
  readonly #read: StatementReader;
  readonly #pending = new Set<Promise<unknown>>();
  #failure: unknown = null;
  #over = false;

  constructor(transaction: Transaction, read: StatementReader) {
    this.#transaction = transaction;
    this.#read = read;
  }

  async all<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<readonly Row[]> {
    return (await this.#query(sql, parameters)).rows as readonly Row[];
  }

  async get<Row extends StoreRow = StoreRow>(sql: string, parameters: readonly StoreValue[] = []): Promise<Row | null> {
    return ((await this.#query(sql, parameters)).rows[0] as Row | undefined) ?? null;
  }

  async run(sql: string, parameters: readonly StoreValue[] = []): Promise<number> {
    return (await this.#query(sql, parameters, true)).changed;
  }

  /** The first failure of a statement: nothing but a rollback follows it. */
  failure(): unknown {
    return this.#failure;
  }

  /** That failure, where the transaction is to be run again whatever `work` made of it. */
  repeatable(): unknown {
    return isMssError(this.#failure, 'ERR_MSS_STORE_UNAVAILABLE') || isCollision(this.#failure) ? this.#failure : null;
  }

  /** Refuses further statements and waits for those that `work` did not wait for. */
  async end(): Promise<void> {
    this.#over = true;
    await Promise.allSettled(this.#pending);
  }

  async #query(sql: string, parameters: readonly StoreValue[], writes = false): Promise<PostgresResult> {
    if (this.#over) throw storeError('ERR_MSS_STORE_CLOSED', 'the transaction is over');
    const statement = this.#read(sql, parameters);
    if (this.#failure !== null) throw this.#failure as Error;
    const answer = this.#transaction.query([statement], { writes });
    this.#pending.add(answer);
    try {
      return (await answer)[0] as PostgresResult;
    } catch (error) {
      this.#failure ??= error;
      throw this.#failure as Error;
    } finally {
      this.#pending.delete(answer);
    }
  }
}

/** Whether the connection can be used again after this. */
function leavesLinkWhole(error: unknown): boolean {
  if (!isMssError(error)) return true;
  return !/^ERR_MSS_STORE_(?:UNAVAILABLE|COMMIT_UNKNOWN|OPEN)$/.test(error.code) && error.details['sqlState'] !== '25P03';
}

async function rolledBack(session: Session): Promise<boolean> {
  return session.query({ text: 'ROLLBACK' }).then(
    () => true,
    () => false,
  );
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, delayMs);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}
