import type { Duplex } from 'node:stream';
import type { ClientIdentity } from './client-identity.js';

/** What a person or a log may see of a certificate. */
export interface CertificateSummary {
  /** Distinguished name, most specific attribute first (RFC 4514). */
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the DER, lower-case hexadecimal without colons. */
  readonly sha256: string;
}

/** How one certificate's revocation was established. */
export interface CertificateRevocation {
  readonly sha256: string;
  readonly subject: string;
  readonly method: 'crl' | 'ocsp' | 'stapled' | null;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly checkedAt: Date;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
  /** Address of the CRL or responder that was believed; `null` when none was. */
  readonly source: string | null;
}

/** The verdict on a whole path: the worst of its certificates, the nearest `nextUpdate`. */
export interface PathRevocation {
  readonly method: 'crl' | 'ocsp' | 'stapled' | null;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly checkedAt: Date;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
  /** One entry for every certificate below the anchor, the server's first. */
  readonly certificates: readonly CertificateRevocation[];
}

/** What was checked for a connection, when, and with which evidence. Kept by the host as the account of ECO.1.1. */
export interface ConnectionDecision {
  readonly host: string;
  readonly port: number;
  readonly servername: string | null;
  /** For example `TLSv1.2`; `null` for clear text over a VPN. */
  readonly protocol: string | null;
  /** IANA name of the suite, for example `TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`. */
  readonly cipher: string | null;
  /** The path that was verified: the server's certificate first, the anchor last. */
  readonly chain: readonly CertificateSummary[];
  /** Name of the trust store that holds the anchor. */
  readonly trustStore: string | null;
  readonly revocation: PathRevocation | null;
  /** Fingerprint of the client certificate that was offered, `null` when none was. */
  readonly clientCertificate: string | null;
  readonly at: Date;
}

/** A connected, verified channel: a Node stream, with the decision that let it through. */
export interface SecureSocket extends Duplex {
  readonly decision: ConnectionDecision;
}

/** Where to connect. */
export interface SecureTarget {
  /** Name or address to connect to. */
  readonly host: string;
  readonly port: number;
  /** Name that the certificate must cover and that SNI tells; default `host`. An address is matched with the certificate's addresses and never sent as SNI (RFC 6066 §3). */
  readonly servername?: string;
  /** Domain of the mailbox that is served there; domains of an operator preset narrow the trust (ECO.1.1.8). */
  readonly mailboxDomain?: string;
}

/** How long to wait, and with which identity. */
export interface ConnectionOptions {
  /** One deadline for everything: names, TCP, proxy, dialogue, revocation, handshakes. Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Instead of the policy's; `null` offers none. */
  readonly clientIdentity?: ClientIdentity | null;
}

export interface ConnectOptions extends SecureTarget, ConnectionOptions {}

/** The clear-text part of a STARTTLS protocol, before the handshake. Reads are bounded and under the connection's deadline. */
export interface ClearDialogue {
  /** One line without its CRLF, at most 4,096 bytes, as latin1. */
  readLine(): Promise<string>;
  /** Exactly `count` bytes (at most 65,536). */
  read(count: number): Promise<Uint8Array>;
  /** Writes one line and its CRLF. */
  writeLine(line: string): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Speaks the clear-text dialogue up to and including the server's consent to STARTTLS. Must send no credential.
 * Throws when the server does not offer or refuses STARTTLS. {@link startTlsDialogues} has IMAP's and SMTP's.
 */
export type StartTlsDialogue = (io: ClearDialogue) => Promise<void>;

export interface ConnectStartTlsOptions extends ConnectOptions {
  readonly startTls: StartTlsDialogue;
}

/**
 * For {@link SecureChannelPolicy.warm}: with `startTls` the verdict is settled through that dialogue, without it by implicit TLS. The client
 * identity is not offered; once the verdict is good its key is opened (a card asks for its PIN), so that `tlsOptions` finds it.
 */
export interface WarmOptions extends SecureTarget, ConnectionOptions {
  readonly startTls?: StartTlsDialogue;
}

/** For a client library that opens its socket itself and takes the options of `tls.connect`. */
export interface TlsClientOptions {
  readonly servername: string;
  readonly minVersion: 'TLSv1.2';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers: string;
  readonly rejectUnauthorized: true;
  readonly secureContext: { readonly context: unknown };
  /** The gate: accepts only a chain that holds a fresh good verdict. */
  readonly checkServerIdentity: (hostname: string, certificate: { readonly raw: Uint8Array }) => Error | undefined;
}

/** What {@link SecureChannelPolicy.fetch} takes besides the address. */
export interface SecureFetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
  readonly body?: string | Uint8Array | URLSearchParams | AsyncIterable<Uint8Array> | null;
  /**
   * Default `follow`: at most five, HTTPS only, not to a private address. The client identity, a body, and headers that may hold a
   * credential stay with their origin.
   */
  readonly redirect?: 'follow' | 'error' | 'manual';
  readonly signal?: AbortSignal | null;
  /** Until the response's headers. Default 30,000. */
  readonly timeoutMs?: number;
  /** Longest silence while the body comes. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** Most bytes of the response's body. Default 256 MiB. */
  readonly maxResponseBytes?: number;
  readonly clientIdentity?: ClientIdentity | null;
}

/** A policy that everything on the network uses. Made by `createSecureChannelPolicy`. */
export interface SecureChannelPolicy extends AsyncDisposable {
  /** Implicit TLS. */
  connect(options: ConnectOptions): Promise<SecureSocket>;
  /** STARTTLS: opens, speaks the clear dialogue, secures; once more when the verdict has to be settled first. */
  connectStartTls(options: ConnectStartTlsOptions): Promise<SecureSocket>;
  /**
   * Secures a stream on which the caller has just finished the STARTTLS dialogue. With an unsettled verdict the stream is destroyed,
   * the verdict settled, and `ERR_MSS_TLS_VERDICT_PENDING` thrown: call {@link warm} before, or prefer {@link connectStartTls}.
   */
  upgrade(socket: Duplex, options: ConnectOptions): Promise<SecureSocket>;
  /** Settles the verdict of a server on a connection of its own, without client identity, and closes it; then opens the key of the identity. */
  warm(options: WarmOptions): Promise<ConnectionDecision>;
  /**
   * The options of `tls.connect` for a library that opens its own socket (imapflow). Call {@link warm} just before:
   * the gate refuses a chain without verdict, and the client identity is given out only for a warm server.
   *
   * @throws ERR_MSS_TLS_VERDICT_PENDING when an identity is wanted and the server's verdict is not warm.
   */
  tlsOptions(target: SecureTarget & Pick<ConnectionOptions, 'clientIdentity'>): TlsClientOptions;
  /**
   * A connection without TLS, for an operator behind a VPN (ECO.1.1.1), to a `host:port` that the policy lists in
   * `dangerouslyAllowClearText`. Nothing of this package protects it.
   *
   * @throws ERR_MSS_TLS_CLEAR_TEXT for any other place.
   */
  dangerouslyConnectInClear(options: Omit<ConnectOptions, 'clientIdentity'>): Promise<SecureSocket>;
  /** HTTPS over a verified socket. */
  fetch(url: string | URL, init?: SecureFetchInit): Promise<Response>;
  /** Stops background refreshes and forgets verdicts. Open sockets stay open. */
  close(): Promise<void>;
}
