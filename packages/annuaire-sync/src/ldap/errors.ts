import { MssError, type MssErrorOptions } from '@mss/core';

/**
 * Codes of the LDAP directory. What happens before the first LDAP message (names, TCP, TLS, revocation, StartTLS) comes through
 * unchanged from `@mss/pki` (`ERR_MSS_TLS_*`). No code quotes a criterion, an entry or the server's text.
 */
export type LdapErrorCode =
  /** A criterion is empty, too long, or holds control characters; or there is none at all. */
  | 'ERR_MSS_ANNUAIRE_LDAP_CRITERIA'
  /** A criterion on a field for which the configuration names no attribute (`details.field`). */
  | 'ERR_MSS_ANNUAIRE_LDAP_UNMAPPED'
  /** The server does not accept the name, the password or the certificate. Nothing is tried again. */
  | 'ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS'
  /** This account may not search there. */
  | 'ERR_MSS_ANNUAIRE_LDAP_ACCESS'
  /** There is no such base. */
  | 'ERR_MSS_ANNUAIRE_LDAP_BASE'
  /** The server sends the whole search elsewhere. Referrals are not followed: configure the other server. */
  | 'ERR_MSS_ANNUAIRE_LDAP_REFERRAL'
  /** Any other refusal (`details.resultCode`, RFC 4511 appendix A). The connection stays usable. */
  | 'ERR_MSS_ANNUAIRE_LDAP_REFUSED'
  /** The server is busy or unavailable. Later may help. */
  | 'ERR_MSS_ANNUAIRE_LDAP_BUSY'
  /** What came is no LDAP. The connection is closed. */
  | 'ERR_MSS_ANNUAIRE_LDAP_PROTOCOL'
  /** One message, or one answer, over its limit (`details.limit`). The connection is closed. */
  | 'ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE'
  /** No entry came in time. The connection is closed. Later may help. */
  | 'ERR_MSS_ANNUAIRE_LDAP_TIMEOUT'
  /** The caller's signal. The connection is closed. */
  | 'ERR_MSS_ANNUAIRE_LDAP_ABORTED'
  /** The server closed the connection, the one reconnection did not help; or the directory was closed. */
  | 'ERR_MSS_ANNUAIRE_LDAP_CLOSED';

const passing: ReadonlySet<LdapErrorCode> = new Set<LdapErrorCode>([
  'ERR_MSS_ANNUAIRE_LDAP_BUSY',
  'ERR_MSS_ANNUAIRE_LDAP_TIMEOUT',
  'ERR_MSS_ANNUAIRE_LDAP_ABORTED',
  'ERR_MSS_ANNUAIRE_LDAP_CLOSED',
]);

/** Makes an error of the LDAP directory; whether it is permanent follows from its code. */
export function ldapError(
  code: LdapErrorCode,
  message: string,
  options: Omit<MssErrorOptions, 'permanent' | 'requirement'> = {},
): MssError<LdapErrorCode> {
  return new MssError<LdapErrorCode>(code, message, { ...options, permanent: !passing.has(code) });
}

const byResultCode: Readonly<Record<number, readonly [LdapErrorCode, string]>> = {
  7: ['ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS', 'the server does not know this way to authenticate'],
  8: ['ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS', 'the server asks for authentication'],
  10: ['ERR_MSS_ANNUAIRE_LDAP_REFERRAL', 'the server refers the search to another one, which is not followed'],
  14: ['ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS', 'the server wants further steps of authentication'],
  32: ['ERR_MSS_ANNUAIRE_LDAP_BASE', 'the server has no such base'],
  48: ['ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS', 'the server does not accept this authentication'],
  49: ['ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS', 'the server does not accept the credentials'],
  50: ['ERR_MSS_ANNUAIRE_LDAP_ACCESS', 'this account may not search there'],
  51: ['ERR_MSS_ANNUAIRE_LDAP_BUSY', 'the server is busy'],
  52: ['ERR_MSS_ANNUAIRE_LDAP_BUSY', 'the server is unavailable'],
};

/** The refusal that a result code stands for. */
export function refusalOf(resultCode: number): MssError<LdapErrorCode> {
  const [code, message] = byResultCode[resultCode] ?? ['ERR_MSS_ANNUAIRE_LDAP_REFUSED', `the server answers result code ${resultCode}`];
  return ldapError(code, message, { details: { resultCode } });
}
