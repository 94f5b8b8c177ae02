import { tags } from '../der/reader.js';
import { writeTlv } from '../der/writer.js';
import type { Certificate } from '../x509/certificate.js';
import { writeCertificateId } from './certificate-id.js';

/** OID id-pkix-ocsp-nonce, encoded. */
const nonceOid = Uint8Array.from([0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02]);

/**
 * An OCSPRequest about one certificate (RFC 6960 §4.1), with a nonce, unsigned.
 *
 * @param about.nonce - 1 to 32 bytes (RFC 9654 §2.1 asks for 32).
 */
export function writeOcspRequest(about: {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly nonce: Uint8Array;
}): Uint8Array {
  const request = writeTlv(tags.sequence, writeCertificateId(about.certificate, about.issuer));
  const nonce = writeTlv(tags.sequence, nonceOid, writeTlv(tags.octetString, writeTlv(tags.octetString, about.nonce)));
  const extensions = writeTlv(0xa2, writeTlv(tags.sequence, nonce));
  return writeTlv(tags.sequence, writeTlv(tags.sequence, writeTlv(tags.sequence, request), extensions));
}
