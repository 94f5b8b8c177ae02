import { pkiError } from '../errors.js';
import type { Certificate } from '../x509/certificate.js';
import type { DistributionPoint } from '../x509/extensions.js';
import { equalGeneralNames } from '../x509/general-names.js';
import { isStrongKey, verifySigned } from '../x509/signature.js';
import type { Crl } from './crl.js';

/** How far `thisUpdate` may lie in the future: clocks are never quite equal. */
export const clockSkewMs: number = 5 * 60 * 1000;

/**
 * Whether a CRL may be believed at an instant: its issuer, signature, freshness, and that nothing in it is beyond this package.
 *
 * @throws ERR_MSS_PKI_CRL_ISSUER | ERR_MSS_PKI_CRL_SIGNATURE | ERR_MSS_PKI_CRL_NOT_YET_VALID | ERR_MSS_PKI_CRL_EXPIRED | ERR_MSS_PKI_CRL_UNSUPPORTED
 * @see RFC 5280 §6.3.3
 */
export function verifyCrl(crl: Crl, issuer: Certificate, now: Date): void {
  const { thisUpdate, nextUpdate } = crl;
  const details = { issuer: crl.issuer.text, thisUpdate, nextUpdate };
  if (crl.issuer.key !== issuer.subject.key) throw pkiError('ERR_MSS_PKI_CRL_ISSUER', 'the CRL is of another authority', { details });
  const keyId = issuer.extensions.subjectKeyId;
  if (crl.authorityKeyId !== null && keyId !== null && crl.authorityKeyId !== keyId) {
    throw pkiError('ERR_MSS_PKI_CRL_ISSUER', 'the CRL is signed with another key of the authority', { details });
  }
  if (issuer.extensions.keyUsage !== null && !issuer.extensions.keyUsage.crlSign) {
    throw pkiError('ERR_MSS_PKI_CRL_SIGNATURE', 'the authority may not sign CRLs (key usage)', { details });
  }
  if (crl.signed.algorithm.scheme === null || !isStrongKey(issuer.publicKey)) {
    throw pkiError('ERR_MSS_PKI_CRL_SIGNATURE', 'the CRL is signed with SHA-1, MD5, an unknown algorithm or a short key', { details });
  }
  if (!verifySigned(crl.signed, issuer.publicKey)) {
    throw pkiError('ERR_MSS_PKI_CRL_SIGNATURE', 'the signature of the CRL is wrong', { details });
  }
  checkFreshness(crl, now);
  const [unknown] = crl.unknownCritical;
  const beyond =
    unknown !== undefined
      ? `has the critical extension ${unknown}, which is not processed`
      : crl.isDelta
        ? 'is a delta CRL'
        : crl.scope?.indirect === true
          ? 'is an indirect CRL'
          : crl.scope?.someReasons === true
            ? 'covers only some reasons'
            : crl.scope?.relative === true
              ? 'names its distribution point relative to its issuer'
              : null;
  if (beyond !== null) throw pkiError('ERR_MSS_PKI_CRL_UNSUPPORTED', `the CRL ${beyond}`, { details });
}

/** @throws ERR_MSS_PKI_CRL_NOT_YET_VALID | ERR_MSS_PKI_CRL_EXPIRED */
function checkFreshness(crl: Crl, now: Date): void {
  const { thisUpdate, nextUpdate } = crl;
  const details = { issuer: crl.issuer.text, thisUpdate, nextUpdate };
  if (thisUpdate.getTime() > now.getTime() + clockSkewMs) {
    throw pkiError('ERR_MSS_PKI_CRL_NOT_YET_VALID', "the CRL's thisUpdate is in the future; check this machine's clock", { details });
  }
  if (nextUpdate === null)
    throw pkiError('ERR_MSS_PKI_CRL_EXPIRED', 'the CRL has no nextUpdate: nobody can say until when it holds', { details });
  if (nextUpdate <= now) throw pkiError('ERR_MSS_PKI_CRL_EXPIRED', "the CRL's nextUpdate has passed", { details });
}

/**
 * Whether a CRL speaks about a certificate.
 *
 * @param point - the distribution point of the certificate where the CRL was found.
 * @throws ERR_MSS_PKI_CRL_SCOPE
 */
export function checkScope(crl: Crl, certificate: Certificate, point: DistributionPoint): void {
  const { scope } = crl;
  if (scope === null) return;
  const isAuthority = certificate.extensions.authority !== null;
  const other = scope.only === 'attributes' || (scope.only === 'users' && isAuthority) || (scope.only === 'authorities' && !isAuthority);
  if (other) throw pkiError('ERR_MSS_PKI_CRL_SCOPE', 'the CRL does not cover this kind of certificate', { details: { only: scope.only } });
  if (scope.names.length === 0) return;
  if (!scope.names.some((name) => point.names.some((wanted) => equalGeneralNames(name, wanted)))) {
    throw pkiError('ERR_MSS_PKI_CRL_SCOPE', "the CRL is of another distribution point than the certificate's", {
      details: { issuer: crl.issuer.text },
    });
  }
}
