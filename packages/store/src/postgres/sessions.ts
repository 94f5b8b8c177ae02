import type pg from 'pg';
import { storeError } from '../errors.js';
import { lowerCased } from '../rows.js';
import type { StoreRow } from '../types.js';
import type { PostgresStoreOptions } from './options.js';
import { toStoreError } from './postgres-errors.js';
import type { PostgresStatement } from './statements.js';
import { valueParser } from './values.js';

/** What a statement gave. */
export interface PostgresResult {
  readonly rows: readonly StoreRow[];
  /** Rows changed; 0 for what changes none. */
  readonly changed: number;
  /** The server's word for what it did: `COMMIT` can end in `ROLLBACK`. */
  readonly command: string;
}

/** A connection in use. Statements may be sent before the last one is answered. */
export interface Session {
  query(statement: PostgresStatement, options?: { readonly timeoutMs?: number }): Promise<PostgresResult>;
  /** Whether statements travel without waiting for each other's answer. */
  readonly pipelined: boolean;
  /** Changes when the server restarts, after a crash too: numbers of transactions may then be given once more. */
  readonly incarnation: string;
  /** Whether a statement was sent and is not answered. */
  isBusy(): boolean;
  /** Gives the connection back; `broken`: closes it instead. */
  release(broken: boolean): void;
}

/** At most so many connections, handed out in the order they were asked for. */
export interface SessionPool {
  /** @throws MssError `ERR_MSS_STORE_UNAVAILABLE`, `…_REFUSED`, `…_OPEN` */
  acquire(): Promise<Session>;
  close(): Promise<void>;
}

export interface SessionPoolOptions extends PostgresStoreOptions {
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

/** What the driver waits longer than the server's own deadline: then the link is dead. */
const graceMs = 5000;
/** A connection that nobody used for so long is closed. */
const idleMs = 60_000;

/** The start of the server, and, as a crash leaves that alone, the moment from which it counts: a crash sets it anew. */
const askIncarnation =
  "SELECT pg_postmaster_start_time()::text || ' ' || coalesce((SELECT stats_reset FROM pg_stat_bgwriter)::text, '') AS incarnation";

/**
 * Loads the driver.
 *
 * @throws MssError `ERR_MSS_STORE_DRIVER`
 */
export async function loadDriver(): Promise<typeof pg> {
  try {
    return (await import('pg')).default;
  } catch {
    throw storeError('ERR_MSS_STORE_DRIVER', 'PostgreSQL needs the package pg: npm install pg');
  }
}

export function createSessionPool(driver: typeof pg, options: SessionPoolOptions): SessionPool {
  const pool = new driver.Pool(poolConfig(options));
  // A connection that breaks while nobody uses it is replaced when somebody does.
  pool.on('error', ignore);
  const incarnations = new WeakMap<pg.PoolClient, string>();
  const queue: (() => void)[] = [];
  let free = options.maxConnections;

  // A queue of our own: waiting for others is not the same as a server that does not answer.
  async function turn(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  function leave(): void {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  }

  function giveBack(client: pg.PoolClient, broken: boolean): void {
    client.off('error', ignore);
    client.release(broken);
    leave();
  }

  return {
    async acquire() {
      await turn();
      let client: pg.PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        leave();
        throw toStoreError(error);
      }
      client.on('error', ignore);
      let incarnation = incarnations.get(client);
      try {
        if (incarnation === undefined) {
          await client.query(sessionSettings(options));
          incarnation = (await client.query<{ incarnation: string }>(askIncarnation)).rows[0]?.incarnation ?? '';
          incarnations.set(client, incarnation);
        }
      } catch (error) {
        giveBack(client, true);
        throw toStoreError(error);
      }
      return sessionOn(client, { incarnation, timeoutMs: options.statementTimeoutMs, release: (broken) => giveBack(client, broken) });
    },
    close: async () => pool.end(),
  };
}

function sessionOn(
  client: pg.PoolClient,
  options: { readonly incarnation: string; readonly timeoutMs: number; readonly release: (broken: boolean) => void },
): Session {
  let pending = 0;
  return {
    async query({ text, values = [] }, { timeoutMs = options.timeoutMs } = {}) {
      // The extended protocol even without parameters: never more than one statement.
      const config = { text, values: [...values], queryMode: 'extended', query_timeout: timeoutMs + graceMs };
      pending += 1;
      try {
        const { rows, rowCount, command } = await client.query<StoreRow>(config);
        return { rows: lowerCased(rows), changed: /^(?:INSERT|UPDATE|DELETE|MERGE)$/.test(command) ? (rowCount ?? 0) : 0, command };
      } catch (error) {
        throw toStoreError(error);
      } finally {
        pending -= 1;
      }
    },
    pipelined: (client as { readonly pipeline?: unknown }).pipeline === true,
    incarnation: options.incarnation,
    isBusy: () => pending > 0,
    release: options.release,
  };
}

/** Older versions of the driver do not know `pipeline`, and send one statement after the other. */
function poolConfig(options: SessionPoolOptions): pg.PoolConfig & { readonly pipeline: boolean } {
  const { tls, connectionString, host, port, database, user, password } = options;
  const given = { connectionString, host, port, database, user, password };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as pg.PoolConfig),
    ...(tls === undefined ? {} : { ssl: { ...tls, rejectUnauthorized: true } as NonNullable<Exclude<pg.PoolConfig['ssl'], boolean>> }),
    pipeline: true,
    application_name: 'mss',
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: idleMs,
    // The process may end while connections stand idle.
    allowExitOnIdle: true,
    keepAlive: true,
    types: { getTypeParser: valueParser as never },
  };
}

/**
 * What every connection is set to: reads are read-only unless a transaction says otherwise, every wait has a deadline, a
 * COMMIT is on the disk when it is answered, whatever the role's own settings.
 */
function sessionSettings(options: SessionPoolOptions): string {
  const { statementTimeoutMs, transactionTimeoutMs, schema } = options;
  return [
    'SET default_transaction_read_only = on',
    `SET statement_timeout = ${statementTimeoutMs}`,
    `SET idle_in_transaction_session_timeout = ${transactionTimeoutMs + graceMs}`,
    "SET client_encoding = 'UTF8'",
    "SET bytea_output = 'hex'",
    'SET standard_conforming_strings = on',
    "SET TimeZone = 'UTC'",
    ...(schema === undefined ? [] : [`SET search_path = "${schema.replaceAll('"', '""')}"`]),
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
  ].join('; ');
}

function ignore(): void {
  // The statement that runs, or the next one, reports it.
}
