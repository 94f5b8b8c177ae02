import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  context,
  contextPrimitive,
  ia5Bytes,
  integer,
  nothing,
  octetString,
  oid,
  printableString,
  sequence,
  set,
  time,
  utf8String,
  type DerContent,
} from './der.js';

/** The fields of a distinguished name, written in this order. */
export interface TestName {
  readonly country?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly commonName: string;
}

/** Purposes by their usual names; any other text is taken as an OID. */
export type KeyPurpose = 'serverAuth' | 'clientAuth' | 'emailProtection' | 'OCSPSigning' | (string & {});

export type SignatureHash = 'sha256' | 'sha1';

/** Named bits of KeyUsage (RFC 5280 §4.2.1.3) that tests need. */
export type KeyUsageBit = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign';

export interface CertificateFields {
  readonly subject: TestName;
  readonly issuer: TestName;
  readonly subjectKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serial?: Uint8Array;
  readonly authority?: { readonly pathLength?: number };
  readonly purposes?: readonly KeyPurpose[];
  /** Default: keyCertSign and cRLSign for authorities, digitalSignature and keyEncipherment for the others. */
  readonly keyUsage?: readonly KeyUsageBit[];
  /** DNS names and IP addresses. */
  readonly hostnames?: readonly string[];
  readonly emails?: readonly string[];
  readonly crlUrls?: readonly string[];
  readonly issuerUrls?: readonly string[];
  readonly ocspUrls?: readonly string[];
  readonly hash?: SignatureHash;
  /** A critical extension that nobody knows. */
  readonly unknownCriticalExtension?: boolean;
  /** Further extensions, made with {@link extension}. */
  readonly extraExtensions?: readonly Uint8Array[];
}

const purposeOids: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
};

const attribute = (type: string, value: Uint8Array): Uint8Array => set(sequence(oid(type), value));

/** A distinguished name (RFC 5280 §4.1.2.4). */
export function encodeName(name: TestName): Uint8Array {
  return sequence([
    name.country === undefined ? [] : attribute('2.5.4.6', printableString(name.country)),
    name.organization === undefined ? [] : attribute('2.5.4.10', utf8String(name.organization)),
    name.organizationalUnit === undefined ? [] : attribute('2.5.4.11', utf8String(name.organizationalUnit)),
    attribute('2.5.4.3', utf8String(name.commonName)),
  ]);
}

/** The algorithm identifier of an RSA signature. */
export function signatureAlgorithm(hash: SignatureHash = 'sha256'): Uint8Array {
  return sequence(oid(hash === 'sha1' ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11'), nothing);
}

/** SHA-1 of the public key's bits (RFC 5280 §4.2.1.2, method 1). */
export function keyIdentifier(key: KeyObject): Uint8Array {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // The BIT STRING is the last field: its content begins after the algorithm identifier.
  const algorithmLength = 2 + (spki[outer(spki) + 1] ?? 0);
  const bits = spki.subarray(outer(spki) + algorithmLength);
  return createHash('sha1')
    .update(bits.subarray(outer(bits) + 1))
    .digest();
}

function outer(der: Uint8Array): number {
  const first = der[1] ?? 0;
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

/** One extension; `content` is what its OCTET STRING holds. */
export function extension(id: string, content: DerContent, critical = false): Uint8Array {
  return sequence(oid(id), critical ? boolean(true) : [], octetString(content));
}

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));

function ipBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function alternativeNames(fields: CertificateFields): Uint8Array[] {
  const names = [
    ...(fields.hostnames ?? []).map((host) =>
      isIP(host) === 0 ? contextPrimitive(2, ia5Bytes(host)) : contextPrimitive(7, ipBytes(host)),
    ),
    ...(fields.emails ?? []).map((email) => contextPrimitive(1, ia5Bytes(email))),
  ];
  return names.length === 0 ? [] : [extension('2.5.29.17', sequence(names))];
}

const uri = (url: string): Uint8Array => contextPrimitive(6, ia5Bytes(url));

const usageBits: Readonly<Record<KeyUsageBit, number>> = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 };

/** A named bit list of one octet: trailing zeros go (X.690 §11.2.2). */
function namedBits(bits: readonly number[]): Uint8Array {
  const octet = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return bitString(Uint8Array.of(octet), 7 - Math.max(...bits));
}

function extensions(fields: CertificateFields): Uint8Array {
  const { authority, purposes = [], crlUrls = [], issuerUrls = [], ocspUrls = [] } = fields;
  const constraints =
    authority === undefined ? sequence() : sequence(boolean(true), authority.pathLength === undefined ? [] : integer(authority.pathLength));
  const usual: readonly KeyUsageBit[] = authority === undefined ? ['digitalSignature', 'keyEncipherment'] : ['keyCertSign', 'cRLSign'];
  const usage = namedBits((fields.keyUsage ?? usual).map((name) => usageBits[name]));
  const access = [
    ...ocspUrls.map((url) => sequence(oid('1.3.6.1.5.5.7.48.1'), uri(url))),
    ...issuerUrls.map((url) => sequence(oid('1.3.6.1.5.5.7.48.2'), uri(url))),
  ];
  return sequence(
    extension('2.5.29.19', constraints, true),
    extension('2.5.29.15', usage, true),
    purposes.length === 0 ? [] : extension('2.5.29.37', sequence(purposes.map((purpose) => oid(purposeOids[purpose] ?? purpose)))),
    alternativeNames(fields),
    extension('2.5.29.14', octetString(keyIdentifier(fields.subjectKey))),
    extension('2.5.29.35', sequence(contextPrimitive(0, keyIdentifier(fields.issuerKey)))),
    crlUrls.length === 0 ? [] : extension('2.5.29.31', sequence(crlUrls.map((url) => sequence(context(0, context(0, uri(url))))))),
    access.length === 0 ? [] : extension('1.3.6.1.5.5.7.1.1', sequence(access)),
    fields.unknownCriticalExtension === true ? extension('1.3.6.1.4.1.99999.1', nothing, true) : [],
    fields.extraExtensions ?? [],
  );
}

/** A positive serial number of 16 bytes. */
export function randomSerial(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** What is signed, its algorithm and the signature by an RSA key: certificates and CRLs alike. */
export function signed(toBeSigned: Uint8Array, issuerKey: KeyObject, hash: SignatureHash = 'sha256'): Uint8Array {
  return sequence(toBeSigned, signatureAlgorithm(hash), bitString(sign(hash, toBeSigned, issuerKey)));
}

/**
 * An X.509 version 3 certificate as DER. Nothing is checked: tests need impossible certificates, too.
 *
 * @see RFC 5280 §4.1 and §4.2
 */
export function buildCertificate(fields: CertificateFields): Uint8Array {
  const publicKey = createPublicKey(fields.subjectKey);
  const toBeSigned = sequence(
    context(0, integer(2)),
    integer(fields.serial ?? randomSerial()),
    signatureAlgorithm(fields.hash),
    encodeName(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    encodeName(fields.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, extensions(fields)),
  );
  return signed(toBeSigned, fields.issuerKey, fields.hash);
}
