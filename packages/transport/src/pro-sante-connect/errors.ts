import { MssError, type MssErrorOptions } from '@mss/core';

/** Codes of Pro Santé Connect. A verdict on the channel to it comes through unchanged from `@mss/pki` as `ERR_MSS_TLS_*`. */
export type PscErrorCode =
  /** Pro Santé Connect does not answer, answers 5xx or 429, or breaks off. Not permanent. */
  | 'ERR_MSS_PSC_UNAVAILABLE'
  /** An answer that is none: HTML, not JSON, a field missing. Not permanent. */
  | 'ERR_MSS_PSC_PROTOCOL'
  /** The discovery document is of another issuer, or sends elsewhere than to the hosts that are configured. */
  | 'ERR_MSS_PSC_METADATA'
  /** The client is unknown, its secret, key or certificate is wrong, or it may not do this. */
  | 'ERR_MSS_PSC_CLIENT'
  /** The request is refused for another reason; `details.error` has the code of OAuth. */
  | 'ERR_MSS_PSC_REQUEST'
  /** The person refused, in the browser or on the telephone. */
  | 'ERR_MSS_PSC_DENIED'
  /** The person did not answer in time. Not permanent. */
  | 'ERR_MSS_PSC_EXPIRED'
  /** Nobody has this national identifier (CIBA). */
  | 'ERR_MSS_PSC_UNKNOWN_PERSON'
  /** The callback does not belong to this request: another state or issuer, or it came before. */
  | 'ERR_MSS_PSC_CALLBACK'
  /** The authorization code is refused: too old, used before, or stolen. */
  | 'ERR_MSS_PSC_CODE'
  /** Nobody is signed in to Pro Santé Connect any more: a person must sign in. */
  | 'ERR_MSS_PSC_SIGN_IN_NEEDED'
  /** The ID token is not acceptable: signature, issuer, audience, nonce, or level of assurance. */
  | 'ERR_MSS_PSC_ID_TOKEN'
  /** The times in the ID token and this machine's clock do not agree. */
  | 'ERR_MSS_PSC_CLOCK'
  /** Another person than before: in the user information, or when the session was to be opened again. */
  | 'ERR_MSS_PSC_IDENTITY'
  /** The refresh token is refused or has expired: the session has ended (ECO.1.2.6). */
  | 'ERR_MSS_PSC_SESSION_ENDED'
  /** The session was closed by the host application. */
  | 'ERR_MSS_PSC_SESSION_CLOSED'
  /** The token was asked for a host that is not the mailbox's; it was not given. */
  | 'ERR_MSS_PSC_HOST'
  /** The loopback listener cannot listen. */
  | 'ERR_MSS_PSC_LISTEN'
  /** The caller's signal aborted. Not permanent. */
  | 'ERR_MSS_PSC_ABORTED';

const passing: ReadonlySet<PscErrorCode> = new Set<PscErrorCode>([
  'ERR_MSS_PSC_UNAVAILABLE',
  'ERR_MSS_PSC_PROTOCOL',
  'ERR_MSS_PSC_EXPIRED',
  'ERR_MSS_PSC_ABORTED',
]);

/** The requirements of v1.0.1 behind a code. */
const requirements: Partial<Record<PscErrorCode, string>> = {
  ERR_MSS_PSC_UNAVAILABLE: 'ECO.1.2.3',
  ERR_MSS_PSC_SESSION_ENDED: 'ECO.1.2.6',
};

/** The error of a code, with the permanence and the requirement that the code implies. */
export function pscError(code: PscErrorCode, message: string, options: MssErrorOptions = {}): MssError<PscErrorCode> {
  const requirement = requirements[code];
  return new MssError(code, message, { permanent: !passing.has(code), ...(requirement === undefined ? {} : { requirement }), ...options });
}
