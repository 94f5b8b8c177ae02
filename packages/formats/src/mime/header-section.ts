import { isAscii, isUtf8 } from 'node:buffer';
import { MssError, type Limits } from '@mss/core';
import type { MimeErrorCode } from '../errors.js';
import { decodeWindows1252 } from '../single-byte.js';
import { decodeHeaderWords } from './encoded-words.js';
import type { MimeHeader, MimeWarningCode } from './types.js';

export interface HeaderSection {
  readonly headers: readonly MimeHeader[];
  /** Where the body begins. */
  readonly bodyAt: number;
  readonly tolerated: readonly MimeWarningCode[];
}

const lineFeed = 0x0a;

/** Where the name of a field ends, or -1 when the line is no field. */
function nameEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x3a || byte < 0x21 || byte > 0x7e) break;
    at += 1;
  }
  if (at === start) return -1;
  let colon = at;
  while (colon < end && (bytes[colon] === 0x20 || bytes[colon] === 0x09)) colon += 1;
  return bytes[colon] === 0x3a ? at : -1;
}

/** Whether the line at `start` is a field. */
function fieldBegins(bytes: Buffer, start: number): boolean {
  const feed = bytes.indexOf(lineFeed, start);
  return nameEnd(bytes, start, feed < 0 ? bytes.length : feed) >= 0;
}

/** QUIRK: some software folds `Content-Type: …;` and forgets the space: a line that is only a parameter continues its field. */
function isLostParameter(bytes: Buffer, start: number, end: number): boolean {
  return /^[A-Za-z-]{1,40}\*?="?[^\s]*;?[ \t]*\r?\n?$/.test(bytes.toString('latin1', start, Math.min(end, start + 500)));
}

function fieldOf(bytes: Buffer): { readonly header: MimeHeader; readonly is8Bit: boolean } {
  const is8Bit = !isAscii(bytes);
  let text: string;
  if (!is8Bit) text = bytes.toString('latin1');
  else text = isUtf8(bytes) ? bytes.toString('utf8') : decodeWindows1252(bytes);
  const colon = text.indexOf(':');
  const raw = text
    .slice(colon + 1)
    .replaceAll(/\r?\n/g, '')
    .replace(/^[ \t]/, '');
  return { header: { name: text.slice(0, colon).trimEnd(), raw, value: decodeHeaderWords(raw).trim() }, is8Bit };
}

/**
 * Reads the header section that begins at `start`: up to the first empty line, or up to the first line that can be no
 * field when no field follows it (a sender that forgot the empty line).
 *
 * @throws MssError `ERR_MSS_MIME_LIMIT` (`headerBytes`)
 * @see RFC 5322 §2.2, §3.6, §4.5; RFC 6532 (UTF-8 header fields)
 */
export function readHeaderSection(bytes: Buffer, start: number, limits: Limits): HeaderSection {
  const headers: MimeHeader[] = [];
  const tolerated = new Set<MimeWarningCode>();
  let fieldAt = -1;
  let at = start;
  const endField = (end: number): void => {
    if (fieldAt < 0) return;
    const { header, is8Bit } = fieldOf(bytes.subarray(fieldAt, end));
    if (is8Bit) tolerated.add('MIME_HEADER_8BIT');
    headers.push(header);
    fieldAt = -1;
  };
  while (at < bytes.length) {
    const feed = bytes.indexOf(lineFeed, at);
    const next = feed < 0 ? bytes.length : feed + 1;
    const first = bytes[at];
    if (first === lineFeed || (first === 0x0d && bytes[at + 1] === lineFeed)) {
      endField(at);
      return { headers, bodyAt: next, tolerated: [...tolerated] };
    }
    const folded = fieldAt >= 0 && (first === 0x20 || first === 0x09);
    if (!folded) {
      const isField = nameEnd(bytes, at, next) >= 0;
      const isLost = !isField && fieldAt >= 0 && isLostParameter(bytes, at, next);
      if (!isField) tolerated.add('MIME_HEADER_MALFORMED');
      if (!isLost) endField(at);
      if (isField) fieldAt = at;
      else if (!isLost && !fieldBegins(bytes, next)) return { headers, bodyAt: at, tolerated: [...tolerated] };
    }
    if (next - start > limits.headerBytes) {
      throw new MssError<MimeErrorCode>('ERR_MSS_MIME_LIMIT', 'a header section is over the limit headerBytes', {
        details: { limit: 'headerBytes', max: limits.headerBytes },
      });
    }
    at = next;
  }
  endField(bytes.length);
  return { headers, bodyAt: bytes.length, tolerated: [...tolerated] };
}
