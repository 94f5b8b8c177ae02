import { pkiError } from '../errors.js';
import { tags, type Tlv } from './reader.js';

const bad = (message: string): Error => pkiError('ERR_MSS_PKI_DER', message);

/** An OBJECT IDENTIFIER in dotted form. At most 64 bytes. */
export function oidOf(bytes: Uint8Array, tlv: Tlv): string {
  if (tlv.tag !== tags.oid || tlv.end === tlv.start || tlv.end - tlv.start > 64) throw bad('an OBJECT IDENTIFIER is not readable');
  const arcs: string[] = [];
  let value = 0n;
  for (let at = tlv.start; at < tlv.end; at++) {
    const octet = bytes[at] ?? 0;
    if (value === 0n && octet === 0x80) throw bad('an OBJECT IDENTIFIER is not in its shortest form');
    value = (value << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) {
      if (at + 1 === tlv.end) throw bad('an OBJECT IDENTIFIER is cut off');
      continue;
    }
    if (arcs.length === 0) {
      const first = value < 40n ? 0n : value < 80n ? 1n : 2n;
      arcs.push(String(first), String(value - first * 40n));
    } else arcs.push(String(value));
    value = 0n;
  }
  return arcs.join('.');
}

/**
 * A Time of RFC 5280 §4.1.2.5: UTCTime `YYMMDDhhmmssZ` (50 to 99 are 19xx) or GeneralizedTime `YYYYMMDDhhmmssZ`,
 * seconds always present, no fraction.
 */
export function timeOf(bytes: Uint8Array, tlv: Tlv): Date {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + tlv.start, tlv.end - tlv.start).toString('latin1');
  const utc = tlv.tag === tags.utcTime;
  if (!utc && tlv.tag !== tags.generalizedTime) throw bad('a time is neither UTCTime nor GeneralizedTime');
  if (!(utc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) throw bad('a time is not written as RFC 5280 asks');
  const digits = utc ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text : text;
  const part = (from: number, to: number): number => Number(digits.slice(from, to));
  const [year, month, day, hour, minute, second] = [part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14)];
  const instant = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  instant.setUTCFullYear(year, month - 1, day);
  const real = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!real) throw bad('a time does not exist in the calendar');
  return instant;
}

/** Text of a directory string or IA5String; `null` for another type. */
export function textOf(bytes: Uint8Array, tlv: Tlv): string | null {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset + tlv.start, tlv.end - tlv.start);
  switch (tlv.tag) {
    case tags.utf8String:
      return content.toString('utf8');
    case tags.printableString:
    case tags.ia5String:
    case tags.t61String:
      return content.toString('latin1');
    case tags.bmpString:
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : null;
    default:
      return null;
  }
}

/** Lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
