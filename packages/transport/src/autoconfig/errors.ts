import { MssError, type MssErrorOptions } from '@mss/core';

/** Codes of mailbox autoconfiguration: of what {@link discoverMailbox} throws, and of the refusals in its result. */
export type AutoconfigErrorCode =
  /** Not an e-mail address, so no domain to ask. */
  | 'ERR_MSS_AUTOCONFIG_ADDRESS'
  /** Neither configuration, preset, DNS nor autoconfig document names a server. */
  | 'ERR_MSS_AUTOCONFIG_NOT_FOUND'
  /** The domain says by an SRV target of "." that it does not offer the service (RFC 2782). */
  | 'ERR_MSS_AUTOCONFIG_NOT_OFFERED'
  /** Servers were named and every one of them was refused; `details.refusals` says why. */
  | 'ERR_MSS_AUTOCONFIG_REFUSED'
  /** Servers were named and none of them answers now. Not permanent. */
  | 'ERR_MSS_AUTOCONFIG_UNREACHABLE'
  /** The deadline of the whole discovery passed. Not permanent. */
  | 'ERR_MSS_AUTOCONFIG_TIMEOUT'
  /** The caller's signal aborted. Not permanent. */
  | 'ERR_MSS_AUTOCONFIG_ABORTED'
  /** Refusal: a target outside the mailbox's domain that is not confirmed and whose certificate does not cover the domain. */
  | 'ERR_MSS_AUTOCONFIG_OUTSIDE'
  /** Refusal: a name that leads to a private, loopback or link-local address. */
  | 'ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS'
  /** Refusal: a server without TLS (ECO.1.1.1). */
  | 'ERR_MSS_AUTOCONFIG_CLEAR_TEXT'
  /** Refusal: not a host name, or not a port. */
  | 'ERR_MSS_AUTOCONFIG_TARGET'
  /** Refusal: more SRV records than any operator has. */
  | 'ERR_MSS_AUTOCONFIG_TOO_MANY_RECORDS'
  /** Refusal: the DNS did not answer, or not as it must. Not permanent. */
  | 'ERR_MSS_AUTOCONFIG_DNS'
  /** Refusal: the autoconfig document is not one (HTML, DOCTYPE, not well-formed, too large). */
  | 'ERR_MSS_AUTOCONFIG_DOCUMENT'
  /** Refusal: the autoconfig document could not be had: HTTP status, broken answer. Not permanent. */
  | 'ERR_MSS_AUTOCONFIG_HTTP'
  /** Refusal: the autoconfig document redirects to clear text, to another domain, or too often. */
  | 'ERR_MSS_AUTOCONFIG_REDIRECT';

const passing: ReadonlySet<AutoconfigErrorCode> = new Set<AutoconfigErrorCode>([
  'ERR_MSS_AUTOCONFIG_UNREACHABLE',
  'ERR_MSS_AUTOCONFIG_TIMEOUT',
  'ERR_MSS_AUTOCONFIG_ABORTED',
  'ERR_MSS_AUTOCONFIG_DNS',
  'ERR_MSS_AUTOCONFIG_HTTP',
]);

/** The error of a code, with the permanence that the code implies. */
export function autoconfigError(code: AutoconfigErrorCode, message: string, options: MssErrorOptions = {}): MssError<AutoconfigErrorCode> {
  return new MssError(code, message, { permanent: !passing.has(code), ...options });
}
