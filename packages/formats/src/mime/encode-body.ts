import { ownBytes, viewAsBuffer } from '../own-bytes.js';

const columns = 76;

/** A piece of a message that is not in memory before it is written to its place: a large attachment exists once. */
export interface LazyPiece {
  readonly length: number;
  /** Writes {@link LazyPiece.length} bytes. */
  writeTo(target: Buffer, at: number): void;
}

/** Bytes encoded at once: their text stays below what V8 keeps as large objects. Whole lines of 57. */
const encodedAtOnce = 57 * 1024;

/** Bytes as base64 in lines of 76 characters; the last one is not ended. */
export function base64Lines(bytes: Uint8Array): LazyPiece {
  const source = viewAsBuffer(bytes);
  const flat = Math.ceil(bytes.length / 3) * 4;
  const length = flat === 0 ? 0 : flat + Math.floor((flat - 1) / columns) * 2;
  return {
    length,
    writeTo(target, at) {
      const end = at + length;
      // First at the end of its place, without line ends; then each line moves forward to where it belongs.
      let from = end - flat;
      for (let start = 0, to = from; start < source.length; start += encodedAtOnce) {
        to += target.write(source.toString('base64', start, start + encodedAtOnce), to, 'latin1');
      }
      for (let to = at; from < end; from += columns) {
        if (to > at) {
          target[to++] = 0x0d;
          target[to++] = 0x0a;
        }
        target.copyWithin(to, from, Math.min(from + columns, end));
        to += columns;
      }
    },
  };
}

/** Any mixture of CRLF, CR and LF as CRLF. */
export function withCrlf(text: string): string {
  return text.replaceAll(/\r\n?|\n/g, '\r\n');
}

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** One line without its end. "From " and a lone dot at the beginning are encoded: mail stores and SMTP treat them specially. */
function encodeLine(line: string): string {
  let written = '';
  let column = 0;
  const characters = Buffer.from(line, 'utf8');
  for (let at = 0; at < characters.length; at += 1) {
    const byte = characters[at] ?? 0;
    const last = at === characters.length - 1;
    const blank = byte === 0x20 || byte === 0x09;
    const special = at === 0 && ((byte === 0x2e && last) || line.startsWith('From '));
    const literal = byte >= 0x20 && byte <= 0x7e && byte !== 0x3d;
    const piece = (literal || byte === 0x09) && !(blank && last) && !special ? String.fromCharCode(byte) : hex(byte);
    // The "=" of a soft break needs a column too, unless the line ends here.
    if (column + piece.length > (last ? columns : columns - 1)) {
      written += '=\r\n';
      column = 0;
    }
    written += piece;
    column += piece.length;
  }
  return written;
}

/**
 * Text as quoted-printable UTF-8; line breaks as CRLF.
 *
 * @see RFC 2045 §6.7
 */
export function encodeQuotedPrintable(text: string): Uint8Array {
  return ownBytes(Buffer.from(withCrlf(text).split('\r\n').map(encodeLine).join('\r\n'), 'latin1'));
}

/** What the lines of a body are like. */
export interface LineFacts {
  readonly is8Bit: boolean;
  readonly hasNul: boolean;
  /** A CR or LF that is not part of CRLF. */
  readonly hasBareBreak: boolean;
  /** Octets of the longest line, without its end. */
  readonly longest: number;
}

/** Looks at every byte once. */
export function lineFacts(bytes: Uint8Array): LineFacts {
  let is8Bit = false;
  let hasNul = false;
  let hasBareBreak = false;
  let longest = 0;
  let lineAt = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f) is8Bit = true;
    else if (byte === 0) hasNul = true;
    else if (byte === 0x0d) {
      if (bytes[at + 1] !== 0x0a) hasBareBreak = true;
    } else if (byte === 0x0a) {
      const crlf = at > 0 && bytes[at - 1] === 0x0d;
      if (!crlf) hasBareBreak = true;
      longest = Math.max(longest, at - lineAt - (crlf ? 1 : 0));
      lineAt = at + 1;
    }
  }
  return { is8Bit, hasNul, hasBareBreak, longest: Math.max(longest, bytes.length - lineAt) };
}
