import type { Clock } from '@mss/core';
import type { ClientIdentity, SecureChannelPolicy } from '@mss/pki';
import type { LdapAttributeMap } from './fields.js';

/** How the client says who it is. Left out: it does not (anonymous). All of it happens inside TLS. */
export type LdapBind =
  /** A name and a password (RFC 4513 §5.1.3). The password is asked for at each connection when it is a function, and kept nowhere. */
  | { readonly kind: 'simple'; readonly dn: string; readonly password: string | (() => string | Promise<string>) }
  /** The client certificate of the connection (RFC 4513 §5.2.3). */
  | { readonly kind: 'external'; readonly authorizationId?: string };

/** The bounds of an answer. */
export interface LdapLimits {
  /** Bytes of one message. Default 1 MiB. */
  readonly messageBytes: number;
  /** Bytes of the answers to one search. Default 64 MiB. */
  readonly answerBytes: number;
}

/**
 * What a directory needs to be told. Host, base and attributes have no default: where the national LDAP service stands and how
 * its schema looks is not public.
 */
export interface LdapDirectoryOptions {
  readonly policy: Pick<SecureChannelPolicy, 'connect' | 'connectStartTls'>;
  readonly host: string;
  readonly port: number;
  /** `implicit`: ldaps. `starttls`: the StartTLS operation, before anything else. There is no clear text. */
  readonly security: 'implicit' | 'starttls';
  /** Name that the certificate must cover. Default `host`. */
  readonly servername?: string;
  /** Instead of the policy's; `null` offers none. */
  readonly clientIdentity?: ClientIdentity | null;
  /** Distinguished name under which to search. */
  readonly base: string;
  /** Default `sub`. */
  readonly scope?: 'one' | 'sub';
  readonly attributes: LdapAttributeMap;
  /** Every search is narrowed by this filter (RFC 4515), for example `(objectClass=person)`. Configuration, never a user's text. */
  readonly filter?: string;
  readonly bind?: LdapBind;
  /** Entries a page (RFC 2696). Default 100. */
  readonly pageSize?: number;
  /** Entries of one search at most; more is told as partial. Default 1,000. */
  readonly sizeLimit?: number;
  /** For a page, told to the server and kept here. Default 15,000. */
  readonly timeLimitMs?: number;
  /** For a connection with TLS and authentication. Default 30,000. */
  readonly connectTimeoutMs?: number;
  /** Before the one reconnection of a search. Default 500. */
  readonly reconnectDelayMs?: number;
  /** Connections at once; a search has one to itself. Default 4. */
  readonly maxConnections?: number;
  /** An unused connection is closed after this. Default 30,000. */
  readonly idleTimeoutMs?: number;
  readonly limits?: Partial<LdapLimits>;
  readonly clock?: Clock;
  /** Waits before the reconnection. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}
