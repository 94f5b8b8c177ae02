import type { MssError } from '@mss/core';
import { pkiError, type PkiErrorCode } from '../errors.js';
import type { Certificate } from '../x509/certificate.js';
import { isStrongKey } from '../x509/signature.js';
import { keepsNameConstraints } from './name-constraints.js';

const purposes = Object.freeze({ serverAuth: '1.3.6.1.5.5.7.3.1', any: '2.5.29.37.0' });

type Refusal = MssError<PkiErrorCode>;

function refuse(code: PkiErrorCode, message: string, certificate: Certificate): Refusal {
  const { sha256, notBefore, notAfter } = certificate;
  return pkiError(code, message, { details: { subject: certificate.subject.text, sha256, notBefore, notAfter } });
}

/** What holds for the certificate whatever its place. */
function checkStrength(certificate: Certificate, isAnchor: boolean): Refusal | null {
  if (!isStrongKey(certificate.publicKey)) return refuse('ERR_MSS_TLS_WEAK', 'a key of the path is too short', certificate);
  if (isAnchor) return null;
  if (certificate.signed.algorithm.scheme === null) {
    return refuse('ERR_MSS_TLS_WEAK', 'a certificate of the path is signed with SHA-1, MD5 or an unknown algorithm', certificate);
  }
  const [unknown] = certificate.extensions.unknownCritical;
  if (unknown === undefined) return null;
  return refuse(
    'ERR_MSS_TLS_CHAIN',
    `a certificate of the path has the critical extension ${unknown}, which is not processed`,
    certificate,
  );
}

function checkServer(certificate: Certificate): Refusal | null {
  const { purposes: allowed, keyUsage } = certificate.extensions;
  if (allowed !== null && !allowed.includes(purposes.serverAuth)) {
    return refuse('ERR_MSS_TLS_USAGE', 'the certificate is not for a TLS server (extended key usage)', certificate);
  }
  if (keyUsage !== null && !keyUsage.digitalSignature) {
    return refuse('ERR_MSS_TLS_USAGE', 'the key of the certificate may not sign a handshake (key usage)', certificate);
  }
  return null;
}

/** @param below - how many certificates of other authorities stand between this one and the server's. */
function checkAuthority(certificate: Certificate, below: number, isAnchor: boolean): Refusal | null {
  const { authority, keyUsage, purposes: allowed } = certificate.extensions;
  if (authority === null)
    return refuse('ERR_MSS_TLS_USAGE', 'a certificate of the path is not an authority (basic constraints)', certificate);
  if (keyUsage !== null && !keyUsage.certSign) {
    return refuse('ERR_MSS_TLS_USAGE', 'an authority of the path may not sign certificates (key usage)', certificate);
  }
  if (!isAnchor && allowed !== null && !allowed.includes(purposes.serverAuth) && !allowed.includes(purposes.any)) {
    return refuse('ERR_MSS_TLS_USAGE', 'an authority of the path is not for TLS servers (extended key usage)', certificate);
  }
  if (authority.pathLength !== null && below > authority.pathLength) {
    return refuse('ERR_MSS_TLS_CHAIN', 'the path is longer than an authority of it allows', certificate);
  }
  return null;
}

/**
 * The rules that do not depend on the time. Signatures were verified while the path was built, save those of refused algorithms,
 * which are refused here.
 *
 * @returns the first rule that is broken, `null` when all are kept.
 * @see RFC 5280 §6.1.3 to §6.1.5
 */
export function checkPath(path: readonly [Certificate, ...Certificate[]]): Refusal | null {
  let authorities = 0;
  for (const [index, certificate] of path.entries()) {
    const isAnchor = index === path.length - 1;
    const broken =
      checkStrength(certificate, isAnchor) ?? (index === 0 ? checkServer(certificate) : checkAuthority(certificate, authorities, isAnchor));
    if (broken !== null) return broken;
    if (index > 0 && !certificate.selfIssued) authorities++;
  }
  if (keepsNameConstraints(path)) return null;
  return refuse('ERR_MSS_TLS_CHAIN', 'a name of the path breaks the name constraints of an authority', path[0]);
}

/** Whether every certificate of the path, the anchor included, is valid at an instant. */
export function checkValidity(path: readonly Certificate[], now: Date): Refusal | null {
  for (const certificate of path) {
    if (now > certificate.notAfter) return refuse('ERR_MSS_TLS_EXPIRED', 'a certificate of the path has expired', certificate);
    if (now < certificate.notBefore) {
      return refuse('ERR_MSS_TLS_NOT_YET_VALID', "a certificate of the path is not valid yet; check this machine's clock", certificate);
    }
  }
  return null;
}
