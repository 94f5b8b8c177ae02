import { createHash } from 'node:crypto';
import { pkiError } from '../errors.js';
import { isSignedBy, type Certificate } from '../x509/certificate.js';
import { isStrongKey, verifySigned } from '../x509/signature.js';
import { isIdOf, keyBitsOf } from './certificate-id.js';
import type { OcspResponse, SingleResponse } from './response.js';

/** How far `thisUpdate` may lie in the future. */
export const clockSkewMs: number = 5 * 60 * 1000;

/** A response without `nextUpdate`, or without our nonce, is believed for this long after its `thisUpdate`. */
export const maxAgeMs: number = 24 * 60 * 60 * 1000;

const ocspSigning = '1.3.6.1.5.5.7.3.9';

/** What the response is asked to prove. */
export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** Hexadecimal; `null` for a stapled response, which answers nobody's question. */
  readonly nonce: string | null;
  readonly now: Date;
}

/** A response that may be believed, until when, and who signed it. */
export interface VerifiedOcsp {
  readonly status: 'good' | 'revoked';
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  readonly freshUntil: Date;
  /** A delegated responder without id-pkix-ocsp-nocheck: its own revocation must be known, too. */
  readonly unvouched: Certificate | null;
}

const stale = (message: string, { thisUpdate, nextUpdate }: SingleResponse): Error =>
  pkiError('ERR_MSS_PKI_OCSP_STALE', message, { details: { thisUpdate, nextUpdate } });

function isResponder({ responder }: OcspResponse, certificate: Certificate): boolean {
  if ('name' in responder) return certificate.subject.key === responder.name;
  return createHash('sha1').update(keyBitsOf(certificate)).digest('hex') === responder.keyHash;
}

/** The authority itself, or a responder with a certificate for this purpose, issued by the authority itself (RFC 6960 §4.2.2.2). */
function signerOf(response: OcspResponse, { issuer, now }: OcspQuestion): Certificate {
  const candidates = [issuer, ...response.certificates].filter((one) => isResponder(response, one) && isStrongKey(one.publicKey));
  for (const one of candidates) {
    const isIssuer = one.keyId === issuer.keyId && one.subject.key === issuer.subject.key;
    const { purposes, unknownCritical, keyUsage } = one.extensions;
    const delegated =
      purposes?.includes(ocspSigning) === true &&
      keyUsage?.digitalSignature !== false &&
      unknownCritical.length === 0 &&
      one.issuer.key === issuer.subject.key &&
      one.notBefore <= now &&
      now <= one.notAfter &&
      isSignedBy(one, issuer);
    if ((isIssuer || delegated) && verifySigned(response.signed, one.publicKey)) return one;
  }
  throw pkiError('ERR_MSS_PKI_OCSP_SIGNATURE', 'the OCSP response is signed by nobody who may speak for the authority');
}

function checkFreshness(single: SingleResponse, answered: boolean, now: Date): Date {
  const { thisUpdate, nextUpdate } = single;
  if (thisUpdate.getTime() > now.getTime() + clockSkewMs)
    throw stale("the OCSP response is from the future; check this machine's clock", single);
  if (nextUpdate !== null && nextUpdate <= now) throw stale("the OCSP response's nextUpdate has passed", single);
  const oldest = new Date(thisUpdate.getTime() + maxAgeMs);
  // Without our nonce it may be a replay: only a young one is believed.
  if ((!answered || nextUpdate === null) && oldest <= now) throw stale('the OCSP response is too old', single);
  return nextUpdate !== null && (answered || nextUpdate < oldest) ? nextUpdate : oldest;
}

/**
 * Whether a response may be believed about a certificate.
 *
 * @throws ERR_MSS_PKI_OCSP_SIGNATURE | ERR_MSS_PKI_OCSP_NONCE | ERR_MSS_PKI_OCSP_STALE | ERR_MSS_PKI_OCSP_UNKNOWN | ERR_MSS_PKI_OCSP_UNSUPPORTED
 * @see RFC 6960 §3.2
 */
export function verifyOcsp(response: OcspResponse, question: OcspQuestion): VerifiedOcsp {
  const { certificate, issuer, nonce, now } = question;
  const signer = signerOf(response, question);
  const [unknown] = response.unknownCritical;
  if (unknown !== undefined) {
    throw pkiError('ERR_MSS_PKI_OCSP_UNSUPPORTED', `the OCSP response has the critical extension ${unknown}, which is not processed`);
  }
  if (nonce !== null && response.nonce !== null && nonce !== response.nonce) {
    throw pkiError('ERR_MSS_PKI_OCSP_NONCE', 'the OCSP response answers another question (nonce)');
  }
  const about = response.responses.filter((one) => isIdOf(response.der, one.id, certificate, issuer));
  // Of several answers about one certificate the worst counts.
  const single = about.find(({ status }) => status === 'revoked') ?? about[0];
  if (single === undefined || single.status === 'unknown') {
    throw pkiError('ERR_MSS_PKI_OCSP_UNKNOWN', 'the OCSP responder does not know the certificate');
  }
  const freshUntil = checkFreshness(single, nonce !== null && response.nonce === nonce, now);
  const { status, thisUpdate, nextUpdate } = single;
  const vouched = signer.keyId === issuer.keyId || signer.extensions.ocspNoCheck;
  return { status, thisUpdate, nextUpdate, freshUntil, unvouched: vouched ? null : signer };
}
