/** Bytes joined; the parts may be nested lists. */
export type DerContent = Uint8Array | readonly DerContent[];

function flatten(content: DerContent, into: Uint8Array[]): void {
  if (content instanceof Uint8Array) into.push(content);
  else for (const part of content) flatten(part, into);
}

/** One tag-length-value with a definite length. */
export function tlv(tag: number, content: DerContent): Uint8Array {
  const parts: Uint8Array[] = [];
  flatten(content, parts);
  let length = 0;
  for (const part of parts) length += part.length;
  const header = [tag];
  if (length < 0x80) header.push(length);
  else {
    const digits: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
    header.push(0x80 | digits.length, ...digits);
  }
  return Buffer.concat([Uint8Array.from(header), ...parts], header.length + length);
}

export const sequence = (...content: DerContent[]): Uint8Array => tlv(0x30, content);
export const set = (...content: DerContent[]): Uint8Array => tlv(0x31, content);
export const octetString = (content: DerContent): Uint8Array => tlv(0x04, content);
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array => tlv(0x03, [Uint8Array.of(unusedBits), bytes]);
export const boolean = (value: boolean): Uint8Array => Uint8Array.of(0x01, 0x01, value ? 0xff : 0x00);
export const nothing: Uint8Array = Uint8Array.of(0x05, 0x00);
export const utf8String = (text: string): Uint8Array => tlv(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Uint8Array => tlv(0x13, Buffer.from(text, 'latin1'));
export const ia5Bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
export const enumerated = (value: number): Uint8Array => Uint8Array.of(0x0a, 0x01, value);
/** `[n]` with its own content: `EXPLICIT`, or an implicit constructed type. */
export const context = (n: number, ...content: DerContent[]): Uint8Array => tlv(0xa0 | n, content);
/** `[n] IMPLICIT` of a primitive type. */
export const contextPrimitive = (n: number, content: DerContent): Uint8Array => tlv(0x80 | n, content);

/** A non-negative INTEGER from its big-endian bytes: superfluous zeros go, the sign byte comes when needed. */
export function integer(value: number | Uint8Array): Uint8Array {
  const hex = typeof value === 'number' ? value.toString(16) : '';
  let bytes = typeof value === 'number' ? Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex') : Buffer.from(value);
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1);
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? [Uint8Array.of(0), bytes] : bytes);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const bytes: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Uint8Array.from(bytes));
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5), to the second. */
export function time(instant: Date): Uint8Array {
  const digits = instant.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const year = instant.getUTCFullYear();
  return year >= 1950 && year < 2050 ? tlv(0x17, ia5Bytes(digits.slice(2))) : tlv(0x18, ia5Bytes(digits));
}

/** PEM armour around DER bytes. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
