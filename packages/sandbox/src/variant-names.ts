/**
 * A server that a client must refuse, and why.
 *
 * | variant | what is wrong |
 * |---|---|
 * | `revoked` | the certificate is on the CRL |
 * | `revoked-intermediate` | the authority that issued it is on the root's CRL |
 * | `expired`, `not-yet-valid` | the dates |
 * | `wrong-host` | the certificate names another host |
 * | `unknown-ca` | the chain ends at another root |
 * | `missing-intermediate` | the server sends its own certificate only |
 * | `self-signed` | no authority at all |
 * | `no-crl` | the certificate names a CRL that cannot be had |
 * | `stale-crl` | the only CRL is past its nextUpdate |
 * | `tls13-only`, `tls11-only` | the version |
 * | `bad-suite` | a suite that ECO.1.1.3 does not list |
 */
export type SandboxVariantName =
  | 'revoked'
  | 'revoked-intermediate'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-host'
  | 'unknown-ca'
  | 'missing-intermediate'
  | 'self-signed'
  | 'no-crl'
  | 'stale-crl'
  | 'tls13-only'
  | 'tls11-only'
  | 'bad-suite';

/** The variants, in the order of their table. */
export const sandboxVariants: readonly SandboxVariantName[] = Object.freeze([
  'revoked',
  'revoked-intermediate',
  'expired',
  'not-yet-valid',
  'wrong-host',
  'unknown-ca',
  'missing-intermediate',
  'self-signed',
  'no-crl',
  'stale-crl',
  'tls13-only',
  'tls11-only',
  'bad-suite',
]);
