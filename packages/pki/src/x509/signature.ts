import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { childrenOf, expectTlv, octetsOfBitString, readTlv, smallIntegerOf, tags, type Tlv } from '../der/reader.js';
import { oidOf } from '../der/values.js';
import { pkiError } from '../errors.js';

/** How a certificate, CRL or OCSP response is signed. */
interface SignatureAlgorithm {
  readonly oid: string;
  /** `null`: SHA-1, MD5, or an algorithm that is not known. */
  readonly scheme: {
    readonly family: 'rsa' | 'rsa-pss' | 'ec' | 'ed25519';
    readonly hash: string | null;
    readonly saltLength: number;
  } | null;
}

const rsa = (hash: string): SignatureAlgorithm['scheme'] => ({ family: 'rsa', hash, saltLength: 0 });
const ec = (hash: string): SignatureAlgorithm['scheme'] => ({ family: 'ec', hash, saltLength: 0 });

const schemes: Readonly<Record<string, SignatureAlgorithm['scheme']>> = {
  '1.2.840.113549.1.1.11': rsa('sha256'),
  '1.2.840.113549.1.1.12': rsa('sha384'),
  '1.2.840.113549.1.1.13': rsa('sha512'),
  '1.2.840.10045.4.3.2': ec('sha256'),
  '1.2.840.10045.4.3.3': ec('sha384'),
  '1.2.840.10045.4.3.4': ec('sha512'),
  '1.3.101.112': { family: 'ed25519', hash: null, saltLength: 0 },
};

const hashes: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** RSASSA-PSS-params (RFC 4055 §3.1): the defaults are SHA-1, so both hashes must be named, and be the same. */
function readPss(bytes: Uint8Array, parameters: Tlv | undefined): SignatureAlgorithm['scheme'] {
  if (parameters?.tag !== tags.sequence) return null;
  let hash: string | null = null;
  let maskHash: string | null = null;
  let saltLength = 20;
  for (const field of childrenOf(bytes, parameters, 4)) {
    const inner = readTlv(bytes, field.start, field.end);
    if (field.tag === 0xa0) hash = hashes[oidOf(bytes, readTlv(bytes, inner.start, inner.end))] ?? null;
    else if (field.tag === 0xa1) {
      const [, digest] = childrenOf(bytes, inner, 2);
      maskHash = digest === undefined ? null : (hashes[oidOf(bytes, readTlv(bytes, digest.start, digest.end))] ?? null);
    } else if (field.tag === 0xa2) saltLength = smallIntegerOf(bytes, inner);
  }
  return hash === null || hash !== maskHash ? null : { family: 'rsa-pss', hash, saltLength };
}

/** Reads an AlgorithmIdentifier. */
function readSignatureAlgorithm(bytes: Uint8Array, tlv: Tlv): SignatureAlgorithm {
  const type = expectTlv(bytes, tlv.start, tlv.end, tags.oid);
  const oid = oidOf(bytes, type);
  const [parameters] = childrenOf(bytes, { ...tlv, start: type.end }, 1);
  return { oid, scheme: oid === '1.2.840.113549.1.1.10' ? readPss(bytes, parameters) : (schemes[oid] ?? null) };
}

/** A public key, its kind and its strength. */
export interface PublicKey {
  readonly key: KeyObject;
  readonly family: 'rsa' | 'ec' | 'ed25519';
  readonly bits: number;
}

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

/** Reads a SubjectPublicKeyInfo. @throws ERR_MSS_PKI_CERTIFICATE for a kind of key that no MSSanté certificate has. */
export function readPublicKey(spki: Uint8Array): PublicKey {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength), format: 'der', type: 'spki' });
  } catch (cause) {
    throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the public key cannot be read', { cause });
  }
  const details = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss') {
    // An exponent of 1 would let anything pass as a signature.
    const bits = (details.publicExponent ?? 0n) < 3n ? 0 : (details.modulusLength ?? 0);
    return { key, family: 'rsa', bits };
  }
  if (key.asymmetricKeyType === 'ec') return { key, family: 'ec', bits: curveBits[details.namedCurve ?? ''] ?? 0 };
  if (key.asymmetricKeyType === 'ed25519') return { key, family: 'ed25519', bits: 256 };
  throw pkiError('ERR_MSS_PKI_CERTIFICATE', 'the public key is neither RSA, nor ECDSA on a NIST curve, nor Ed25519');
}

/** RSA from 2048 bits, ECDSA on P-256, P-384 or P-521, Ed25519. */
export function isStrongKey({ family, bits }: PublicKey): boolean {
  return family === 'rsa' ? bits >= 2048 : bits >= 256;
}

/** A signed structure: what is signed, how, and the signature. */
export interface Signed {
  readonly toBeSigned: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** Reads `SEQUENCE { toBeSigned, algorithm, signature }`: certificates, CRLs and OCSP responses alike. */
export function readSigned(
  bytes: Uint8Array,
  tlv: Tlv,
): Signed & { readonly body: Tlv; readonly algorithmDer: Uint8Array; readonly end: number } {
  const body = expectTlv(bytes, tlv.start, tlv.end, tags.sequence);
  const algorithm = expectTlv(bytes, body.end, tlv.end, tags.sequence);
  const signature = expectTlv(bytes, algorithm.end, tlv.end, tags.bitString);
  return {
    body,
    toBeSigned: bytes.subarray(body.at, body.end),
    algorithm: readSignatureAlgorithm(bytes, algorithm),
    algorithmDer: bytes.subarray(algorithm.at, algorithm.end),
    signature: octetsOfBitString(bytes, signature),
    end: signature.end,
  };
}

/** Whether the key made the signature. `false` for weak or unknown algorithms, too: ask `algorithm.scheme` for the reason. */
export function verifySigned({ toBeSigned, algorithm, signature }: Signed, { key, family }: PublicKey): boolean {
  const { scheme } = algorithm;
  if (scheme === null || family !== (scheme.family === 'rsa-pss' ? 'rsa' : scheme.family)) return false;
  try {
    if (scheme.family !== 'rsa-pss') return verify(scheme.hash, toBeSigned, key, signature);
    return verify(scheme.hash, toBeSigned, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength }, signature);
  } catch {
    return false;
  }
}
