import { createHash } from 'node:crypto';
import { isMssError } from '@mss/core';
import { childrenOf, contentOf, expectTlv, readWhole, tags, wholeOf } from '../der/reader.js';
import { timeOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import type { CertificateSummary } from '../types.js';
import { readExtensions, readPathExtensions, type Extensions } from './extensions.js';
import { readName, type DistinguishedName } from './name.js';
import { readPublicKey, readSigned, verifySigned, type PublicKey, type Signed } from './signature.js';

/** A certificate, read by ourselves: exactly what path building and revocation need. */
export interface Certificate {
  readonly der: Uint8Array;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly sha256: string;
  /** The serial number's bytes, as they stand in the INTEGER. */
  readonly serial: Uint8Array;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: PublicKey;
  /** DER of the subject's name. */
  readonly subjectDer: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo. */
  readonly keyId: string;
  readonly spki: Uint8Array;
  readonly signed: Signed;
  readonly extensions: Extensions;
  /** Subject and issuer have the same name. */
  readonly selfIssued: boolean;
  /** What a person or a log may see. */
  readonly summary: CertificateSummary;
}

/** Most bytes of one certificate: real ones have 1 to 4 kB. */
const maxCertificateBytes = 64 * 1024;

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** DER writes an INTEGER in as few bytes as possible: otherwise one serial number could be written in two ways, and be missed in a CRL. */
function isMinimal(integer: Uint8Array): boolean {
  const [first = 0, second = 0] = integer;
  return integer.length === 1 || !((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function readFields(der: Uint8Array): Certificate {
  const whole = readWhole(der, tags.sequence);
  const { body, toBeSigned, algorithm, algorithmDer, signature, end } = readSigned(der, whole);
  if (end !== whole.end) throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'there are bytes after the signature');
  const fields = childrenOf(der, body, 10);
  const versioned = fields[0]?.tag === 0xa0;
  const [serial, inner, issuer, period, subject, spki, ...optional] = versioned ? fields.slice(1) : fields;
  if (!serial || !inner || !issuer || !period || !subject || !spki || serial.tag !== tags.integer || serial.end === serial.start) {
    throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'a field of the certificate is missing');
  }
  if (!isMinimal(contentOf(der, serial))) throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the serial number is not in its shortest form');
  if (Buffer.compare(wholeOf(der, inner), algorithmDer) !== 0) {
    throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the signed and the unsigned signature algorithm differ');
  }
  const [notBefore, notAfter] = childrenOf(der, period, 2);
  if (!notBefore || !notAfter) throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the validity has not two times');
  const wrapper = optional.find((field) => field.tag === 0xa3);
  const raw = wrapper === undefined ? [] : readExtensions(der, expectTlv(der, wrapper.start, wrapper.end, tags.sequence));
  const spkiDer = wholeOf(der, spki);
  const names: Record<'subject' | 'issuer', DistinguishedName> = { subject: readName(der, subject), issuer: readName(der, issuer) };
  const sha256 = sha256Hex(der);
  const validity = { notBefore: timeOf(der, notBefore), notAfter: timeOf(der, notAfter) };
  return {
    der,
    sha256,
    serial: contentOf(der, serial),
    ...names,
    ...validity,
    subjectDer: wholeOf(der, subject),
    publicKey: readPublicKey(spkiDer),
    keyId: sha256Hex(spkiDer),
    spki: spkiDer,
    signed: { toBeSigned, algorithm, signature },
    extensions: readPathExtensions(der, raw),
    selfIssued: names.subject.key === names.issuer.key,
    summary: Object.freeze({ subject: names.subject.text, issuer: names.issuer.text, ...validity, sha256 }),
  };
}

/**
 * Reads one certificate (RFC 5280 §4.1). Nothing is verified.
 *
 * @throws ERR_MSS_PKI_CERTIFICATE when it cannot be read.
 */
export function readCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > maxCertificateBytes) throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the certificate is too large');
  // A copy, so that the certificate does not change, or pin, a larger buffer of the caller's.
  const der = new Uint8Array(bytes);
  try {
    return readFields(der);
  } catch (cause) {
    if (isMssError(cause, 'ERR_MSS_PKI_CERTIFICATE')) throw cause;
    throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the certificate cannot be read', { cause });
  }
}

/** Those that can be read. One that cannot, among several that a peer sent, proves nothing; the others may still. */
export function readableCertificates(ders: readonly Uint8Array[]): Certificate[] {
  return ders.flatMap((der) => {
    try {
      return [readCertificate(der)];
    } catch {
      return [];
    }
  });
}

/** Whether `issuer`'s key signed `certificate`. Names and usages are not compared. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  return verifySigned(certificate.signed, issuer.publicKey);
}
