import { MssError, type MssErrorOptions } from '@mss/core';
import type { CardErrorCode } from './card/errors.js';

/** Every code that `@mss/pki` throws. `ERR_MSS_TLS_*`: a connection was refused or failed; `ERR_MSS_PKI_*`: a file, certificate or CRL. */
export type PkiErrorCode =
  /** Cards: see {@link CardErrorCode}. */
  | CardErrorCode
  /** No TCP connection: name not found, refused, unreachable, reset. Not permanent. */
  | 'ERR_MSS_TLS_UNREACHABLE'
  /** The deadline passed before the channel stood. Not permanent. */
  | 'ERR_MSS_TLS_TIMEOUT'
  /** The caller's signal aborted. Not permanent. */
  | 'ERR_MSS_TLS_ABORTED'
  /** The HTTP proxy did not open the tunnel. */
  | 'ERR_MSS_TLS_PROXY'
  /** The peer closed the connection in the middle of the handshake. Not permanent. */
  | 'ERR_MSS_TLS_CLOSED'
  /** The peer answered the handshake with something that is not TLS (ECO.1.1.1). */
  | 'ERR_MSS_TLS_NOT_TLS'
  /** Clear text was asked for without the switch that allows it (ECO.1.1.1). */
  | 'ERR_MSS_TLS_CLEAR_TEXT'
  /** No protocol version in common (ECO.1.1.2). */
  | 'ERR_MSS_TLS_VERSION'
  /** No cipher suite in common (ECO.1.1.3). */
  | 'ERR_MSS_TLS_SUITE'
  /** The handshake failed for another reason. Permanent only when the server's alert says no to what was offered. */
  | 'ERR_MSS_TLS_HANDSHAKE'
  /** The server asks for a client certificate, or refuses the one that was offered. */
  | 'ERR_MSS_TLS_CLIENT_CERTIFICATE'
  /** No path from the server's certificate to an anchor of the trust store (ECO.1.1.4). */
  | 'ERR_MSS_TLS_UNTRUSTED'
  /** The path does not end at IGC Santé, where only IGC Santé is allowed (ECO.1.1.10, ECO.1.1.8). */
  | 'ERR_MSS_TLS_NOT_IGC_SANTE'
  /** The certificate is for another host (ECO.1.1.1). */
  | 'ERR_MSS_TLS_HOST'
  /** A certificate of the path has expired (ECO.1.1.5). */
  | 'ERR_MSS_TLS_EXPIRED'
  /** A certificate of the path is not valid yet: it, or this machine's clock, is wrong (ECO.1.1.5). */
  | 'ERR_MSS_TLS_NOT_YET_VALID'
  /** A key below 2048 bits, or a SHA-1 or MD5 signature (ECO.1.1.4). */
  | 'ERR_MSS_TLS_WEAK'
  /** A certificate that is not for a TLS server, or an authority that may not sign (ECO.1.1.4). */
  | 'ERR_MSS_TLS_USAGE'
  /** Another rule of the path: length, name constraints, unknown critical extension, unreadable certificate (ECO.1.1.4). */
  | 'ERR_MSS_TLS_CHAIN'
  /** A certificate of the path is revoked (ECO.1.1.6). */
  | 'ERR_MSS_TLS_REVOKED'
  /** Whether the path is revoked cannot be known now (ECO.1.1.6). `details.reasons` says why. Not permanent. */
  | 'ERR_MSS_TLS_REVOCATION_UNKNOWN'
  /** The server showed more than three different chains within one deadline. Not permanent. */
  | 'ERR_MSS_TLS_TOO_MANY_CHAINS'
  /** The chain's verdict was not settled yet on a socket that cannot be opened again by us: connect once more. Not permanent. */
  | 'ERR_MSS_TLS_VERDICT_PENDING'
  /** The server does not offer STARTTLS, or refuses it: nothing is ever sent in clear instead (ECO.1.1.1). Not permanent when it says so. */
  | 'ERR_MSS_TLS_STARTTLS_REFUSED'
  /** Bytes came between the answer to STARTTLS and the handshake: an injection (ECO.1.1.1). */
  | 'ERR_MSS_TLS_STARTTLS_INJECTION'
  /** The clear-text dialogue before STARTTLS broke its protocol. Not permanent. */
  | 'ERR_MSS_TLS_STARTTLS_PROTOCOL'
  /** The HTTP answer broke the protocol or ended early. */
  | 'ERR_MSS_TLS_HTTP'
  /** The HTTP answer is larger than the caller allows. */
  | 'ERR_MSS_TLS_HTTP_TOO_LARGE'
  /** A redirect to clear text, to a private address, or one too many. */
  | 'ERR_MSS_TLS_REDIRECT'
  /** Bytes that are not DER where DER is needed. */
  | 'ERR_MSS_PKI_DER'
  /** Neither PEM, DER nor PKCS#7 certificates. */
  | 'ERR_MSS_PKI_NO_CERTIFICATE'
  /** A certificate that cannot be read. */
  | 'ERR_MSS_PKI_CERTIFICATE'
  /** A trust store without anchor. */
  | 'ERR_MSS_PKI_NO_ANCHOR'
  /** No anchor has a pinned fingerprint. */
  | 'ERR_MSS_PKI_PIN'
  /** A client identity that cannot be read. */
  | 'ERR_MSS_PKI_IDENTITY'
  /** The passphrase of the client identity is wrong or missing. */
  | 'ERR_MSS_PKI_IDENTITY_PASSPHRASE'
  /** The private key is not the certificate's. */
  | 'ERR_MSS_PKI_IDENTITY_KEY'
  /** The client certificate has expired or is not valid yet. */
  | 'ERR_MSS_PKI_IDENTITY_EXPIRED'
  /** The CRL could not be fetched: no answer, or an HTTP error. Not permanent. */
  | 'ERR_MSS_PKI_CRL_FETCH'
  /** The CRL did not arrive within the deadline. Not permanent. */
  | 'ERR_MSS_PKI_CRL_TIMEOUT'
  /** The CRL is larger than `limits.crlBytes`. */
  | 'ERR_MSS_PKI_CRL_TOO_LARGE'
  /** The CRL's address redirects too often, to another scheme, or to a private address. */
  | 'ERR_MSS_PKI_CRL_REDIRECT'
  /** What was fetched is not a CRL but, for example, an HTML page. */
  | 'ERR_MSS_PKI_CRL_NOT_A_CRL'
  /** A truncated or malformed CRL. */
  | 'ERR_MSS_PKI_CRL_MALFORMED'
  /** The CRL's signature is wrong, weak, or of a key that may not sign CRLs. */
  | 'ERR_MSS_PKI_CRL_SIGNATURE'
  /** The CRL is of another authority. */
  | 'ERR_MSS_PKI_CRL_ISSUER'
  /** The CRL's `nextUpdate` has passed, or it has none. */
  | 'ERR_MSS_PKI_CRL_EXPIRED'
  /** The CRL's `thisUpdate` is in the future. */
  | 'ERR_MSS_PKI_CRL_NOT_YET_VALID'
  /** A delta or indirect CRL, one for part of the reasons, or one with an unknown critical extension. */
  | 'ERR_MSS_PKI_CRL_UNSUPPORTED'
  /** The CRL does not cover this certificate (users only, authorities only, another distribution point). */
  | 'ERR_MSS_PKI_CRL_SCOPE'
  /** The certificate names no CRL that can be fetched over HTTP. */
  | 'ERR_MSS_PKI_CRL_NO_ADDRESS'
  /** The OCSP responder could not be reached, or answered with an HTTP error. Not permanent. */
  | 'ERR_MSS_PKI_OCSP_FETCH'
  /** The OCSP responder did not answer within the deadline. Not permanent. */
  | 'ERR_MSS_PKI_OCSP_TIMEOUT'
  /** The OCSP responder's address redirects too often, to another scheme, or to a private address. */
  | 'ERR_MSS_PKI_OCSP_REDIRECT'
  /** What came is larger than an OCSP response can be. */
  | 'ERR_MSS_PKI_OCSP_TOO_LARGE'
  /** What came is not an OCSP response, or a malformed one. */
  | 'ERR_MSS_PKI_OCSP_MALFORMED'
  /** The responder declined: try later, unauthorized, internal error … Not permanent. */
  | 'ERR_MSS_PKI_OCSP_DECLINED'
  /** The response is signed by nobody who may speak for the authority. */
  | 'ERR_MSS_PKI_OCSP_SIGNATURE'
  /** The response answers another question: another nonce, or a replay. */
  | 'ERR_MSS_PKI_OCSP_NONCE'
  /** The response is too old, from the future, or its `nextUpdate` has passed. */
  | 'ERR_MSS_PKI_OCSP_STALE'
  /** The response does not speak about the certificate, or says that it does not know it. */
  | 'ERR_MSS_PKI_OCSP_UNKNOWN'
  /** The response has a critical extension that is not processed. */
  | 'ERR_MSS_PKI_OCSP_UNSUPPORTED'
  /** The directory of the CRL store cannot be read or written. */
  | 'ERR_MSS_PKI_CRL_STORE';

/** Codes that trying again later may cure. */
const passing: ReadonlySet<PkiErrorCode> = new Set<PkiErrorCode>([
  'ERR_MSS_TLS_UNREACHABLE',
  'ERR_MSS_TLS_TIMEOUT',
  'ERR_MSS_TLS_ABORTED',
  'ERR_MSS_TLS_CLOSED',
  'ERR_MSS_TLS_HANDSHAKE',
  'ERR_MSS_TLS_REVOCATION_UNKNOWN',
  'ERR_MSS_TLS_TOO_MANY_CHAINS',
  'ERR_MSS_TLS_VERDICT_PENDING',
  'ERR_MSS_TLS_STARTTLS_PROTOCOL',
  'ERR_MSS_TLS_HTTP',
  'ERR_MSS_PKI_CRL_FETCH',
  'ERR_MSS_PKI_CRL_TIMEOUT',
  'ERR_MSS_PKI_OCSP_FETCH',
  'ERR_MSS_PKI_OCSP_TIMEOUT',
  'ERR_MSS_PKI_OCSP_DECLINED',
]);

/** The requirement that a refused connection breaks, when the code alone tells it. */
const requirements: Partial<Record<PkiErrorCode, string>> = {
  ERR_MSS_TLS_NOT_TLS: 'ECO.1.1.1',
  ERR_MSS_TLS_CLEAR_TEXT: 'ECO.1.1.1',
  ERR_MSS_TLS_HOST: 'ECO.1.1.1',
  ERR_MSS_TLS_STARTTLS_REFUSED: 'ECO.1.1.1',
  ERR_MSS_TLS_STARTTLS_INJECTION: 'ECO.1.1.1',
  ERR_MSS_TLS_VERSION: 'ECO.1.1.2',
  ERR_MSS_TLS_SUITE: 'ECO.1.1.3',
  ERR_MSS_TLS_UNTRUSTED: 'ECO.1.1.4',
  ERR_MSS_TLS_WEAK: 'ECO.1.1.4',
  ERR_MSS_TLS_USAGE: 'ECO.1.1.4',
  ERR_MSS_TLS_CHAIN: 'ECO.1.1.4',
  ERR_MSS_TLS_EXPIRED: 'ECO.1.1.5',
  ERR_MSS_TLS_NOT_YET_VALID: 'ECO.1.1.5',
  ERR_MSS_TLS_REVOKED: 'ECO.1.1.6',
  ERR_MSS_TLS_REVOCATION_UNKNOWN: 'ECO.1.1.6',
};

/** An error of this package, with the requirement and the permanence that its code implies. */
export function pkiError(code: PkiErrorCode, message: string, options: MssErrorOptions = {}): MssError<PkiErrorCode> {
  const requirement = options.requirement ?? requirements[code];
  return new MssError<PkiErrorCode>(code, message, {
    permanent: !passing.has(code),
    ...options,
    ...(requirement === undefined ? {} : { requirement }),
  });
}
