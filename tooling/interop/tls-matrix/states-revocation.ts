import { accepted, refused, unknown, type State } from './cell.js';

const revoked = refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6');

/** States of the one CRL that speaks about a certificate. */
const crlStates: readonly State[] = [
  { key: 'good', title: 'good', expected: accepted({ method: 'crl' }) },
  { key: 'listed', title: 'good, the certificate is listed', expected: revoked },
  { key: 'pem', title: 'good, in PEM', expected: accepted() },
  { key: 'redirected', title: 'redirected once, inside its network', expected: accepted() },
  { key: 'same-point', title: 'of the same distribution point', expected: accepted() },
  { key: 'removed-reason', title: 'good, other certificates on hold', expected: accepted() },
  { key: 'second-address', title: 'first address down, second good', expected: accepted() },
  { key: 'ldap-first', title: 'LDAP address first, HTTP second', expected: accepted() },
  { key: 'missing', title: 'missing (404)', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
  { key: 'server-error', title: 'server error (503)', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
  { key: 'down', title: 'server down', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
  { key: 'cut', title: 'connection cut in the middle', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
  { key: 'slow', title: 'slower than the deadline', expected: unknown('ERR_MSS_PKI_CRL_TIMEOUT') },
  { key: 'stalled', title: 'stalled in the middle', expected: unknown('ERR_MSS_PKI_CRL_TIMEOUT') },
  { key: 'enormous', title: 'endless', expected: unknown('ERR_MSS_PKI_CRL_TOO_LARGE') },
  { key: 'redirect-loop', title: 'redirected for ever', expected: unknown('ERR_MSS_PKI_CRL_REDIRECT') },
  { key: 'redirect-file', title: 'redirected to a file', expected: unknown('ERR_MSS_PKI_CRL_REDIRECT') },
  { key: 'html', title: 'an HTML page', expected: unknown('ERR_MSS_PKI_CRL_NOT_A_CRL') },
  { key: 'garbage', title: 'garbage', expected: unknown('ERR_MSS_PKI_CRL_NOT_A_CRL') },
  { key: 'empty', title: 'empty', expected: unknown('ERR_MSS_PKI_CRL_NOT_A_CRL') },
  { key: 'truncated', title: 'truncated', expected: unknown('ERR_MSS_PKI_CRL_MALFORMED') },
  { key: 'trailing', title: 'with bytes after its end', expected: unknown('ERR_MSS_PKI_CRL_MALFORMED') },
  { key: 'expired', title: 'expired', expected: unknown('ERR_MSS_PKI_CRL_EXPIRED') },
  { key: 'no-next-update', title: 'without nextUpdate', expected: unknown('ERR_MSS_PKI_CRL_EXPIRED') },
  { key: 'not-yet-valid', title: 'not yet valid', expected: unknown('ERR_MSS_PKI_CRL_NOT_YET_VALID') },
  { key: 'badly-signed', title: 'badly signed', expected: unknown('ERR_MSS_PKI_CRL_SIGNATURE') },
  { key: 'other-key', title: 'signed with another key of the same authority', expected: unknown('ERR_MSS_PKI_CRL_ISSUER') },
  { key: 'other-issuer', title: 'of another issuer', expected: unknown('ERR_MSS_PKI_CRL_ISSUER') },
  { key: 'delta', title: 'a delta', expected: unknown('ERR_MSS_PKI_CRL_UNSUPPORTED') },
  { key: 'indirect', title: 'indirect', expected: unknown('ERR_MSS_PKI_CRL_UNSUPPORTED') },
  { key: 'some-reasons', title: 'for some reasons only', expected: unknown('ERR_MSS_PKI_CRL_UNSUPPORTED') },
  { key: 'unknown-critical', title: 'unknown critical extension', expected: unknown('ERR_MSS_PKI_CRL_UNSUPPORTED') },
  { key: 'attributes-only', title: 'for attribute certificates only', expected: unknown('ERR_MSS_PKI_CRL_SCOPE') },
  { key: 'other-point', title: 'of another distribution point', expected: unknown('ERR_MSS_PKI_CRL_SCOPE') },
  { key: 'no-address', title: 'not named by the certificate', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
  { key: 'ldap-only', title: 'named by an LDAP address only', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
];

const named = (prefix: string, of: string, states: readonly State[]): State[] =>
  states.map((state) => ({ ...state, key: `${prefix}:${state.key}`, title: `CRL of ${of}: ${state.title}` }));

/** Of the issuer, about the server's certificate. */
export const leafCrlStates: readonly State[] = named('leaf', 'the issuer', [
  ...crlStates,
  { key: 'long', title: '200,000 entries, the certificate not among them', expected: accepted() },
  { key: 'long-listed', title: '200,000 entries, the certificate among them', expected: revoked },
  { key: 'users-only', title: 'for end entities only', expected: accepted() },
  { key: 'authorities-only', title: 'for authorities only', expected: unknown('ERR_MSS_PKI_CRL_SCOPE') },
  { key: 'overlapping', title: 'two overlapping lists in memory, the other one names the certificate', expected: revoked },
  { key: 'kept', title: 'server down, the last unexpired list kept on disk (ECO.1.1.7)', expected: accepted() },
  { key: 'kept-listed', title: 'server down, the list kept on disk names the certificate (ECO.1.1.7)', expected: revoked },
  { key: 'kept-expired', title: 'server down, the list kept on disk has expired', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
]);

/** Of the root, about the intermediate. */
export const authorityCrlStates: readonly State[] = named('authority', 'the root', [
  ...crlStates,
  { key: 'users-only', title: 'for end entities only', expected: unknown('ERR_MSS_PKI_CRL_SCOPE') },
  { key: 'authorities-only', title: 'for authorities only', expected: accepted() },
]);

/** What the responder says about the server's certificate, which names no CRL unless the state says so. */
export const ocspStates: readonly State[] = [
  { key: 'good', title: 'good', expected: accepted({ method: 'ocsp' }) },
  { key: 'revoked', title: 'revoked', expected: revoked },
  { key: 'unknown', title: 'unknown', expected: unknown('ERR_MSS_PKI_OCSP_UNKNOWN') },
  { key: 'good-by-name', title: 'good, responder identified by name', expected: accepted({ method: 'ocsp' }) },
  { key: 'no-next-update', title: 'good, without nextUpdate, young', expected: accepted({ method: 'ocsp' }) },
  { key: 'no-nonce-young', title: 'good, without our nonce, young', expected: accepted({ method: 'ocsp' }) },
  { key: 'delegated', title: 'good, delegated responder with its usage and nocheck', expected: accepted({ method: 'ocsp' }) },
  { key: 'delegated-crl', title: 'good, delegated responder that is good by CRL', expected: accepted({ method: 'ocsp' }) },
  { key: 'delegated-no-eku', title: 'good, delegated responder without the usage', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'delegated-revoked', title: 'good, delegated responder that is revoked', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'delegated-unknown', title: 'good, delegated responder of unknown status', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'delegated-expired', title: 'good, delegated responder that has expired', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'delegated-foreign', title: 'good, responder delegated by another authority', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  {
    key: 'wrong-signer',
    title: 'good, signed by another server certificate of the authority',
    expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE'),
  },
  { key: 'signed-by-root', title: 'good, signed by the root instead of the issuer', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'unsigned', title: 'good, unsigned', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'badly-signed', title: 'good, badly signed', expected: unknown('ERR_MSS_PKI_OCSP_SIGNATURE') },
  { key: 'stale', title: 'good, nextUpdate passed', expected: unknown('ERR_MSS_PKI_OCSP_STALE') },
  { key: 'old', title: 'good, without nextUpdate, older than a day', expected: unknown('ERR_MSS_PKI_OCSP_STALE') },
  { key: 'future', title: 'good, thisUpdate in the future', expected: unknown('ERR_MSS_PKI_OCSP_STALE') },
  { key: 'no-nonce-old', title: 'good, without our nonce, older than a day', expected: unknown('ERR_MSS_PKI_OCSP_STALE') },
  { key: 'old-nonce', title: 'good, replayed: another nonce', expected: unknown('ERR_MSS_PKI_OCSP_NONCE') },
  { key: 'other-certificate', title: 'good, replayed: about another certificate', expected: unknown('ERR_MSS_PKI_OCSP_UNKNOWN') },
  { key: 'unknown-critical', title: 'good, unknown critical extension', expected: unknown('ERR_MSS_PKI_OCSP_UNSUPPORTED') },
  { key: 'down', title: 'responder down', expected: unknown('ERR_MSS_PKI_OCSP_FETCH') },
  { key: 'error', title: 'server error (503)', expected: unknown('ERR_MSS_PKI_OCSP_FETCH') },
  { key: 'silent', title: 'responder silent', expected: unknown('ERR_MSS_PKI_OCSP_TIMEOUT') },
  { key: 'garbage', title: 'garbage', expected: unknown('ERR_MSS_PKI_OCSP_MALFORMED') },
  { key: 'html', title: 'an HTML page', expected: unknown('ERR_MSS_PKI_OCSP_MALFORMED') },
  { key: 'truncated', title: 'truncated', expected: unknown('ERR_MSS_PKI_OCSP_MALFORMED') },
  { key: 'huge', title: 'endless', expected: unknown('ERR_MSS_PKI_OCSP_TOO_LARGE') },
  { key: 'try-later', title: 'tryLater', expected: unknown('ERR_MSS_PKI_OCSP_DECLINED') },
  { key: 'down-crl-good', title: 'responder down, CRL good', expected: accepted({ method: 'crl' }) },
  { key: 'down-crl-listed', title: 'responder down, CRL lists the certificate', expected: revoked },
  { key: 'good-crl-down', title: 'good, CRL server down', expected: accepted({ method: 'ocsp' }) },
  { key: 'revoked-crl-down', title: 'revoked, CRL server down', expected: revoked },
  { key: 'down-crl-down', title: 'responder down, CRL server down', expected: unknown('ERR_MSS_PKI_CRL_FETCH', 'ERR_MSS_PKI_OCSP_FETCH') },
  { key: 'authority-good', title: 'about the intermediate: good', expected: accepted() },
  { key: 'authority-revoked', title: 'about the intermediate: revoked', expected: revoked },
  { key: 'authority-down', title: 'about the intermediate: responder down', expected: unknown('ERR_MSS_PKI_OCSP_FETCH') },
].map((state) => ({ ...state, key: `ocsp:${state.key}`, title: `OCSP ${state.title}` }));

/** What `openssl s_server` staples to its handshake. */
export const stapledStates: readonly State[] = [
  { key: 'good', title: 'good, nothing else to ask', expected: accepted({ method: 'stapled' }) },
  { key: 'good-responder-down', title: 'good, responder down', expected: accepted({ method: 'stapled' }) },
  { key: 'delegated', title: 'good, delegated responder with nocheck', expected: accepted({ method: 'stapled' }) },
  { key: 'revoked', title: 'revoked, nothing else to ask', expected: revoked },
  { key: 'revoked-crl-good', title: 'revoked, CRL good', expected: revoked },
  { key: 'stale', title: 'stale, nothing else to ask', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
  { key: 'stale-responder-revoked', title: 'stale good, the responder says revoked', expected: revoked },
  { key: 'stale-responder-good', title: 'stale, the responder says good', expected: accepted({ method: 'ocsp' }) },
  { key: 'badly-signed', title: 'badly signed, nothing else to ask', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
  { key: 'wrong-signer', title: 'signed by another certificate of the authority', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
  { key: 'other-certificate', title: 'about another certificate, nothing else to ask', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
  { key: 'try-later', title: 'tryLater instead of an answer, nothing else to ask', expected: unknown('ERR_MSS_PKI_CRL_NO_ADDRESS') },
].map((state) => ({ ...state, key: `stapled:${state.key}`, title: `stapled OCSP: ${state.title}` }));
