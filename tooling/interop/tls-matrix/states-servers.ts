import { accepted, refused, unknown, type State } from './cell.js';

/** Shown to real servers by SNI: each is a host of its own. */
export const serverStates: readonly State[] = [
  { key: 'valid', title: 'valid', expected: accepted() },
  { key: 'intermediate-in-store', title: 'valid, intermediate not sent but in the trust store', expected: accepted() },
  { key: 'ocsp-good', title: 'valid by OCSP', expected: accepted({ method: 'ocsp' }) },
  { key: 'expired', title: 'expired', expected: refused('ERR_MSS_TLS_EXPIRED', 'ECO.1.1.5') },
  { key: 'not-yet-valid', title: 'not yet valid', expected: refused('ERR_MSS_TLS_NOT_YET_VALID', 'ECO.1.1.5') },
  { key: 'wrong-host', title: 'for another host', expected: refused('ERR_MSS_TLS_HOST', 'ECO.1.1.1') },
  { key: 'self-signed', title: 'self-signed', expected: refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.4') },
  { key: 'unknown-ca', title: 'of an unknown authority', expected: refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.4') },
  {
    key: 'intermediate-missing',
    title: 'intermediate not sent and not in the trust store',
    expected: refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.4'),
  },
  { key: 'client-eku', title: 'for clients only (extended key usage)', expected: refused('ERR_MSS_TLS_USAGE', 'ECO.1.1.4') },
  { key: 'revoked', title: 'revoked', expected: refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6') },
  { key: 'revoked-intermediate', title: 'revoked intermediate', expected: refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6') },
  { key: 'ocsp-revoked', title: 'revoked by OCSP', expected: refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6') },
  { key: 'crl-down', title: 'CRL server down', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
  { key: 'crl-expired', title: 'CRL expired', expected: unknown('ERR_MSS_PKI_CRL_EXPIRED') },
];

const fewKeys = ['valid', 'expired', 'wrong-host', 'unknown-ca', 'revoked', 'crl-down'];

/** For servers that have one certificate a process or a port. */
export const fewServerStates: readonly State[] = serverStates.filter(({ key }) => fewKeys.includes(key));

/** nginx on ports with other versions and suites. */
export const nginxProtocolStates: readonly State[] = [
  { key: 'nginx:tls1.3', title: 'TLS 1.3 only', expected: refused('ERR_MSS_TLS_VERSION', 'ECO.1.1.2') },
  { key: 'nginx:rsa', title: 'RSA key exchange only', expected: refused('ERR_MSS_TLS_SUITE', 'ECO.1.1.3') },
  { key: 'nginx:stapled', title: 'stapled OCSP good, nothing else to ask', expected: accepted({ method: 'stapled' }) },
  {
    key: 'nginx:stapled-revoked',
    title: 'stapled OCSP revoked, nothing else to ask',
    expected: refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6'),
  },
];
