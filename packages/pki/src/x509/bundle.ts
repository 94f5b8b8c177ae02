import { childrenOf, expectTlv, readTlv, readWhole, tags, wholeOf, type Tlv } from '../der/reader.js';
import { looksLikePem, readPem, type PemBlock } from '../der/pem.js';
import { oidOf } from '../der/values.js';
import { pkiError } from '../errors.js';
import { readCertificate, type Certificate } from './certificate.js';

const signedDataOid = '1.2.840.113549.1.7.2';

/** Most certificates of one bundle: the public web's list has about 150. */
const maxCertificates = 1000;

/** SignedData.certificates of a PKCS#7 bundle (RFC 5652 §5.1): the "certs-only" form of `.p7b` files. Nothing in it is signed. */
function certificatesOfSignedData(bytes: Uint8Array, contentInfo: Tlv): Uint8Array[] {
  const type = expectTlv(bytes, contentInfo.start, contentInfo.end, tags.oid);
  const wrapper = expectTlv(bytes, type.end, contentInfo.end, 0xa0);
  const signedData = expectTlv(bytes, wrapper.start, wrapper.end, tags.sequence);
  const set = childrenOf(bytes, signedData, 6).find((field) => field.tag === 0xa0);
  return set === undefined
    ? []
    : childrenOf(bytes, set, maxCertificates).flatMap((one) => (one.tag === tags.sequence ? [wholeOf(bytes, one)] : []));
}

/** The armour of `openssl x509 -trustout`: a certificate, and after it what it is trusted for, which is for OpenSSL to know. */
function trustedCertificate(bytes: Uint8Array): Uint8Array {
  return wholeOf(bytes, expectTlv(bytes, 0, bytes.length, tags.sequence));
}

function certificatesOfBlock({ label, der }: PemBlock): Uint8Array[] {
  if (label === 'TRUSTED CERTIFICATE') return [trustedCertificate(der)];
  return /^(X509 )?CERTIFICATE$|^PKCS7$|^CMS$/.test(label) ? certificatesOfDer(der) : [];
}

function certificatesOfDer(bytes: Uint8Array): Uint8Array[] {
  const whole = readWhole(bytes, tags.sequence);
  const first = readTlv(bytes, whole.start, whole.end);
  if (first.tag === tags.oid) return oidOf(bytes, first) === signedDataOid ? certificatesOfSignedData(bytes, whole) : [];
  return [bytes];
}

function bytesOf(source: string | Uint8Array): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : source;
}

/**
 * Reads the certificates of a file: PEM (one or many blocks, `CERTIFICATE` or `PKCS7`), one DER certificate, or a DER `.p7b`.
 *
 * @throws ERR_MSS_PKI_NO_CERTIFICATE when it is none of them, or holds no certificate.
 * @throws ERR_MSS_PKI_CERTIFICATE when one of them cannot be read.
 */
export function readCertificates(source: string | Uint8Array): Certificate[] {
  const bytes = bytesOf(source);
  let ders: Uint8Array[];
  try {
    ders = looksLikePem(bytes) ? readPem(bytes).flatMap(certificatesOfBlock) : certificatesOfDer(bytes);
  } catch (cause) {
    throw pkiError('ERR_MSS_PKI_NO_CERTIFICATE', 'the file is neither PEM, nor a DER certificate, nor a PKCS#7 bundle', { cause });
  }
  if (ders.length === 0) throw pkiError('ERR_MSS_PKI_NO_CERTIFICATE', 'the file holds no certificate');
  return ders.slice(0, maxCertificates).map((der) => readCertificate(der));
}
