import type { Clock } from '@mss/core';

/** TLS towards the server, as `node:tls` takes it. */
export interface PostgresTls {
  /** Authorities (PEM) by which the server is judged; default: those of Node. */
  readonly ca?: string | readonly string[];
  /** Client certificate and key (PEM). */
  readonly cert?: string;
  readonly key?: string;
  /** The name the certificate must bear; default: the host. */
  readonly servername?: string;
}

/** Where the database is, and how long is waited for what. Without an address: those of the PG… environment, as libpq. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`; never shown in an error. */
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /** Asked for again for each new connection when it is a function. */
  readonly password?: string | (() => Promise<string>);
  /** Without it the link is not encrypted, unless the connection string says so: give it whenever the server is another machine. */
  readonly tls?: PostgresTls;
  /** Schema of the tables, created by the administrator; default: the search path of the role. */
  readonly schema?: string;
  /** Connections at most. Default 10. */
  readonly maxConnections?: number;
  /** How long one connection may take to be made. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may take. Default 30 s. */
  readonly statementTimeoutMs?: number;
  /** How long the `work` of a transaction may take before it is rolled back. Default 60 s. */
  readonly transactionTimeoutMs?: number;
  /** How long a server that went away is waited for, as when it restarts, before `ERR_MSS_STORE_UNAVAILABLE`. Default 15 s. */
  readonly unavailableTimeoutMs?: number;
  /** Dates the applied migrations. */
  readonly clock?: Clock;
}
