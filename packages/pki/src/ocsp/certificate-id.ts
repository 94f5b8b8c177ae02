import { createHash } from 'node:crypto';
import { equalBytes } from '@mss/core';
import { childrenOf, contentOf, octetsOfBitString, readWhole, tags, type Tlv } from '../der/reader.js';
import { oidOf } from '../der/values.js';
import { writeTlv } from '../der/writer.js';
import type { Certificate } from '../x509/certificate.js';

/** `SEQUENCE { OID sha1, NULL }`. The hash names the issuer, it protects nothing: every responder knows this one (RFC 5019 §2.1.1). */
const sha1Algorithm = Uint8Array.from([0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00]);

const hashes: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const digest = (hash: string, bytes: Uint8Array): Uint8Array => createHash(hash).update(bytes).digest();

/** The bits of a certificate's public key, without algorithm and unused bits: what KeyHash is made of. */
export function keyBitsOf({ spki }: Certificate): Uint8Array {
  const bits = childrenOf(spki, readWhole(spki, tags.sequence), 2)[1];
  return bits === undefined ? new Uint8Array() : octetsOfBitString(spki, bits);
}

/** CertID (RFC 6960 §4.1.1). */
export function writeCertificateId(certificate: Certificate, issuer: Certificate): Uint8Array {
  const nameHash = writeTlv(tags.octetString, digest('sha1', issuer.subjectDer));
  const keyHash = writeTlv(tags.octetString, digest('sha1', keyBitsOf(issuer)));
  return writeTlv(tags.sequence, sha1Algorithm, nameHash, keyHash, writeTlv(tags.integer, certificate.serial));
}

/** Whether a CertID, with whatever hash, names this certificate of this issuer. */
export function isIdOf(bytes: Uint8Array, id: Tlv, certificate: Certificate, issuer: Certificate): boolean {
  const [algorithm, nameHash, keyHash, serial] = childrenOf(bytes, id, 4);
  const type = algorithm === undefined ? undefined : childrenOf(bytes, algorithm, 2)[0];
  const hash = type === undefined ? undefined : hashes[oidOf(bytes, type)];
  if (hash === undefined || nameHash === undefined || keyHash === undefined || serial === undefined) return false;
  return (
    equalBytes(contentOf(bytes, serial), certificate.serial) &&
    equalBytes(contentOf(bytes, nameHash), digest(hash, issuer.subjectDer)) &&
    equalBytes(contentOf(bytes, keyHash), digest(hash, keyBitsOf(issuer)))
  );
}
