import { accepted, refused, unknown, type State } from './cell.js';

const revoked = refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6');
const untrusted = refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.4');

/** Migration from an old root to a new one: cross certificates, several possible paths, trust stores side by side. */
export const migrationStates: readonly State[] = [
  { key: 'both-paths-good', title: 'old and new root trusted, both paths good', expected: accepted() },
  { key: 'old-path-revoked', title: 'old and new root trusted, the cross certificate of the old is revoked', expected: revoked },
  { key: 'old-path-unknown', title: 'old and new root trusted, CRL of the old root down', expected: unknown('ERR_MSS_PKI_CRL_FETCH') },
  { key: 'old-path-expired', title: 'old and new root trusted, the cross certificate has expired: one path is left', expected: accepted() },
  { key: 'new-only', title: 'only the new root trusted, the cross certificate is sent as well', expected: accepted() },
  {
    key: 'new-only-old-revoked',
    title: 'only the new root trusted, the cross certificate is revoked: it leads nowhere',
    expected: accepted(),
  },
  { key: 'old-only-cross-first', title: 'only the old root trusted, the cross certificate is sent first', expected: accepted() },
  { key: 'old-only-cross-in-store', title: 'only the old root trusted, the cross certificate is in the store', expected: accepted() },
  { key: 'old-only-no-cross', title: 'only the old root trusted, no cross certificate', expected: untrusted },
  { key: 'store-cross-revoked', title: 'new path sent, revoked cross certificate in the store', expected: revoked },
  { key: 'two-stores-old', title: 'two trust stores side by side, server of the old IGC', expected: accepted() },
  { key: 'two-stores-new', title: 'two trust stores side by side, server of the new IGC', expected: accepted() },
  { key: 'two-stores-revoked', title: 'two trust stores side by side, revoked server of the new IGC', expected: revoked },
  { key: 'pinned-out', title: 'root in the file but not among the pinned fingerprints', expected: untrusted },
];

/** Several certificates on one address, or one after the other. */
export const balancerStates: readonly State[] = [
  { key: 'balancer:good-good', title: 'balancer: two good certificates in turn', expected: accepted() },
  { key: 'balancer:three-good', title: 'balancer: three good certificates in turn', expected: accepted() },
  { key: 'balancer:good-revoked', title: 'balancer: good first, revoked next', expected: revoked },
  { key: 'balancer:revoked-good', title: 'balancer: revoked first, good next', expected: revoked },
  { key: 'balancer:good-expired', title: 'balancer: good first, expired next', expected: refused('ERR_MSS_TLS_EXPIRED', 'ECO.1.1.5') },
  { key: 'balancer:good-foreign', title: 'balancer: good first, unknown authority next', expected: untrusted },
  {
    key: 'balancer:too-many',
    title: 'balancer: another certificate at every connection',
    expected: refused('ERR_MSS_TLS_TOO_MANY_CHAINS', null),
  },
  { key: 'renewal:good', title: 'certificate renewed between two connections', expected: accepted() },
  { key: 'renewal:revoked', title: 'revoked certificate at the second connection', expected: revoked },
  {
    key: 'renewal:other-host',
    title: 'certificate of another host at the second connection',
    expected: refused('ERR_MSS_TLS_HOST', 'ECO.1.1.1'),
  },
];
