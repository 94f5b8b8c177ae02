import { isMssError, type MssError } from '@mss/core';
import { storeError, type StoreErrorCode } from '../errors.js';
import type { PostgresResult, Session } from './sessions.js';
import type { PostgresStatement } from './statements.js';

/** A COMMIT that was not answered. */
export interface Doubt {
  /** The number of the transaction, by which the server is asked how it ended. */
  readonly xid: string;
  /** That of the server which gave the number. */
  readonly incarnation: string;
  readonly error: MssError<StoreErrorCode>;
}

const askNumber: PostgresStatement = { text: 'SELECT pg_current_xact_id_if_assigned()::text AS xid' };

/**
 * One transaction on one connection, which knows its number before it is committed: when the link breaks during COMMIT, the
 * server is asked by that number how it ended. The numbers of finished transactions are kept far longer than any deadline here.
 */
export class Transaction {
  readonly #session: Session;
  #number: Promise<string | null> | null = null;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async begin(session: Session): Promise<Transaction> {
    await session.query({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE' });
    return new Transaction(session);
  }

  /** Runs statements, all sent before the first answer where the driver can; the last of them shows the number. */
  async query(statements: readonly PostgresStatement[], options: { readonly writes: boolean }): Promise<readonly PostgresResult[]> {
    const results: Promise<PostgresResult>[] = [];
    for (const statement of statements) {
      const result = this.#session.query(statement);
      // All are awaited below; the first failure makes the others fail.
      result.catch(() => undefined);
      results.push(result);
      if (!this.#session.pipelined) await result;
    }
    // Behind a write, so that COMMIT need not wait for it.
    if (options.writes && this.#session.pipelined) void this.#askNumber();
    return Promise.all(results);
  }

  /**
   * @returns null once committed; the doubt when the link broke during COMMIT, to be settled on another connection
   * @throws MssError `ERR_MSS_STORE_UNAVAILABLE`: nothing was committed
   */
  async commit(): Promise<Doubt | null> {
    // Before COMMIT is sent: a link that breaks up to here has committed nothing.
    const xid = (await this.#number) ?? (await this.#askNumber());
    let command: string;
    try {
      ({ command } = await this.#session.query({ text: 'COMMIT' }));
    } catch (error) {
      // Without a number nothing was written, and there is nothing to lose.
      if (!isMssError<StoreErrorCode>(error) || error.code !== 'ERR_MSS_STORE_UNAVAILABLE' || xid === null) throw error;
      return { xid, incarnation: this.#session.incarnation, error };
    }
    if (command !== 'COMMIT') throw storeError('ERR_MSS_STORE_SQL', 'the server rolled the transaction back instead of committing it');
    return null;
  }

  #askNumber(): Promise<string | null> {
    const number = this.#session.query(askNumber).then(({ rows }) => (rows[0]?.['xid'] as string | null | undefined) ?? null);
    number.catch(() => undefined);
    this.#number = number;
    return number;
  }
}

/**
 * What became of a transaction whose COMMIT was not answered.
 *
 * A number that was never written to disk is given once more after a crash: then `committed` may speak of another
 * transaction, and is believed only of the server that gave the number. `aborted`, and a number not given yet, are believed
 * of any: a transaction that was committed keeps its number for ever.
 *
 * @throws MssError `ERR_MSS_STORE_UNAVAILABLE`: it is still in progress, ask again
 */
export async function outcomeOf(session: Session, doubt: Doubt): Promise<'committed' | 'aborted' | 'unknown'> {
  let status: unknown;
  try {
    const { rows } = await session.query({ text: 'SELECT pg_xact_status($1::xid8) AS status', values: [doubt.xid] });
    status = rows[0]?.['status'];
  } catch (error) {
    // "transaction ID … is in the future": the server does not remember having given it.
    if (isMssError(error, 'ERR_MSS_STORE_VALUE')) return 'aborted';
    throw error;
  }
  const sameServer = session.incarnation === doubt.incarnation;
  if (status === 'in progress' && sameServer) {
    throw storeError('ERR_MSS_STORE_UNAVAILABLE', 'the server has not yet noticed that the link is gone');
  }
  if (status === 'aborted') return 'aborted';
  return status === 'committed' && sameServer ? 'committed' : 'unknown';
}
