import { pkiError } from '../errors.js';

/** One tag-length-value inside a larger array: nothing is copied. */
export interface Tlv {
  /** The identifier octet: class, constructed bit and number (high tag numbers are refused). */
  readonly tag: number;
  /** Offset of the identifier octet. */
  readonly at: number;
  /** First byte of the content. */
  readonly start: number;
  /** First byte after the content. */
  readonly end: number;
}

/** Identifier octets that certificates and CRLs use. */
export const tags: Readonly<
  Record<
    | 'boolean'
    | 'integer'
    | 'bitString'
    | 'octetString'
    | 'null'
    | 'oid'
    | 'enumerated'
    | 'utf8String'
    | 'printableString'
    | 't61String'
    | 'ia5String'
    | 'utcTime'
    | 'generalizedTime'
    | 'bmpString'
    | 'sequence'
    | 'set',
    number
  >
> = Object.freeze({
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
});

const bad = (message: string): Error => pkiError('ERR_MSS_PKI_DER', message);

/**
 * Reads the header of the element at `at`, which must end at or before `limit`.
 *
 * Definite lengths in their shortest form only (DER), at most four length octets: the indefinite form of BER and lengths
 * that lie are refused before anything is followed.
 */
export function readTlv(bytes: Uint8Array, at: number, limit: number): Tlv {
  if (at + 2 > limit) throw bad('an element is cut off');
  const tag = bytes[at] ?? 0;
  if ((tag & 0x1f) === 0x1f) throw bad('a high tag number is not used in certificates');
  let length = bytes[at + 1] ?? 0;
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw bad('a length is indefinite or too long');
    if (start + count > limit) throw bad('an element is cut off');
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + (bytes[start + index] ?? 0);
    start += count;
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw bad('a length is not in its shortest form');
  }
  if (length > limit - start) throw bad('an element is longer than what holds it');
  return { tag, at, start, end: start + length };
}

/** {@link readTlv} with the identifier octet that must stand there. */
export function expectTlv(bytes: Uint8Array, at: number, limit: number, tag: number): Tlv {
  const found = readTlv(bytes, at, limit);
  if (found.tag !== tag) throw bad(`an element has tag 0x${found.tag.toString(16)} instead of 0x${tag.toString(16)}`);
  return found;
}

/** The elements inside a constructed one, in order, and nothing after the last. At most `most`. */
export function childrenOf(bytes: Uint8Array, parent: Tlv, most = 1000): Tlv[] {
  const children: Tlv[] = [];
  let at = parent.start;
  while (at < parent.end) {
    if (children.length === most) throw bad('a constructed element has too many parts');
    const child = readTlv(bytes, at, parent.end);
    children.push(child);
    at = child.end;
  }
  return children;
}

/** The only element of an array: trailing bytes are refused. */
export function readWhole(bytes: Uint8Array, tag: number): Tlv {
  const found = expectTlv(bytes, 0, bytes.length, tag);
  if (found.end !== bytes.length) throw bad('there are bytes after the end');
  return found;
}

/** Content bytes. */
export function contentOf(bytes: Uint8Array, tlv: Tlv): Uint8Array {
  return bytes.subarray(tlv.start, tlv.end);
}

/** Header and content. */
export function wholeOf(bytes: Uint8Array, tlv: Tlv): Uint8Array {
  return bytes.subarray(tlv.at, tlv.end);
}

/** A BOOLEAN: DER knows 0x00 and 0xff. */
export function booleanOf(bytes: Uint8Array, tlv: Tlv): boolean {
  const value = bytes[tlv.start];
  if (tlv.end - tlv.start !== 1 || (value !== 0 && value !== 0xff)) throw bad('a BOOLEAN is neither true nor false');
  return value === 0xff;
}

/** A small non-negative INTEGER: path lengths, versions. */
export function smallIntegerOf(bytes: Uint8Array, tlv: Tlv): number {
  const length = tlv.end - tlv.start;
  if (length === 0 || length > 4 || (bytes[tlv.start] ?? 0) >= 0x80) throw bad('an INTEGER is not a small positive number');
  let value = 0;
  for (let at = tlv.start; at < tlv.end; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** The bytes of a BIT STRING without unused bits: signatures and keys. */
export function octetsOfBitString(bytes: Uint8Array, tlv: Tlv): Uint8Array {
  if (tlv.end - tlv.start < 1 || bytes[tlv.start] !== 0) throw bad('a BIT STRING does not hold whole octets');
  return bytes.subarray(tlv.start + 1, tlv.end);
}

/** Whether a named bit is set: bit 0 is the first. */
export function hasNamedBit(bytes: Uint8Array, tlv: Tlv, bit: number): boolean {
  const octet = tlv.start + 1 + (bit >> 3);
  return octet < tlv.end && ((bytes[octet] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
