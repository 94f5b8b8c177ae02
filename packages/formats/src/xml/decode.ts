import { isUtf8 } from 'node:buffer';
import { MssError, type MssWarning } from '@mss/core';
import type { XmlErrorCode } from '../errors.js';
import { viewAsBuffer } from '../own-bytes.js';
import { decodeIso885915, decodeWindows1252 } from '../single-byte.js';
import type { XmlWarningCode } from './types.js';

/**
 * Characters handed to the parser at once: small, so that a pruned part of a large document is not kept alive, and because
 * pieces of 4 to 16 Ki are read fastest (V8 optimises the parser's loop anew for each long piece).
 */
const pieceLength = 8 * 1024;

export interface DecodedXml {
  readonly encoding: string;
  readonly warnings: MssWarning<XmlWarningCode>[];
  /** The text without byte order mark and leading white space, in pieces that never split a character. */
  readonly pieces: Iterable<string>;
}

function refuse(message: string, details?: Readonly<Record<string, unknown>>): never {
  throw new MssError<XmlErrorCode>('ERR_MSS_XML_ENCODING', message, details === undefined ? {} : { details });
}

function* piecesOfText(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength);
}

function* piecesOfUtf8(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    let end = Math.min(at + pieceLength, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    yield bytes.toString('utf8', at, end);
    at = end;
  }
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** The encoding that the declaration names, in lower case, or `null`. Only for encodings that extend ASCII. */
function declaredEncoding(text: string): string | null {
  const declaration = /^<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._:-]{1,40})["']/.exec(text);
  return declaration?.[1]?.toLowerCase() ?? null;
}

const singleByte: ReadonlyMap<string, readonly [encoding: string, decode: (bytes: Uint8Array) => string]> = new Map([
  ['iso-8859-1', ['windows-1252', decodeWindows1252]],
  ['iso8859-1', ['windows-1252', decodeWindows1252]],
  ['iso_8859_1', ['windows-1252', decodeWindows1252]],
  ['latin1', ['windows-1252', decodeWindows1252]],
  ['windows-1252', ['windows-1252', decodeWindows1252]],
  ['cp1252', ['windows-1252', decodeWindows1252]],
  ['iso-8859-15', ['iso-8859-15', decodeIso885915]],
  ['iso8859-15', ['iso-8859-15', decodeIso885915]],
]);

function decodeUtf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): DecodedXml {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MssError<XmlErrorCode>('ERR_MSS_XML_ENCODING', 'the byte order mark says UTF-16, and the bytes are not UTF-16', { cause });
  }
  const trimmed = text.replace(/^[ \t\r\n]+/, '');
  const warnings: MssWarning<XmlWarningCode>[] = [{ code: 'XML_ENCODING', message: 'the document is in UTF-16; UTF-8 is expected' }];
  if (trimmed.length !== text.length) warnings.push({ code: 'XML_LEADING_SPACE', message: 'white space before the first markup' });
  return { encoding, warnings, pieces: piecesOfText(trimmed) };
}

/**
 * Finds the encoding of a document and decodes it, never inventing a character.
 *
 * | bytes | read as |
 * |---|---|
 * | no declaration, or `encoding="UTF-8"`, or `US-ASCII` | UTF-8, malformed sequences refused |
 * | EF BB BF | UTF-8, warning `XML_BOM` |
 * | FF FE, FE FF | UTF-16, warning `XML_ENCODING` |
 * | `encoding="ISO-8859-1"`, `"windows-1252"` | windows-1252, warning `XML_ENCODING` |
 * | `encoding="ISO-8859-15"` | ISO-8859-15, warning `XML_ENCODING` |
 * | `encoding="UTF-16"` in bytes that are UTF-8 | UTF-8, warning `XML_ENCODING_MISMATCH` (.NET's `StringWriter` makes these) |
 *
 * @throws MssError `ERR_MSS_XML_ENCODING` for any other encoding, and for bytes that are not text in their encoding.
 * @see XML 1.0 5th edition, §4.3.3 and appendix F
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  let buffer = viewAsBuffer(bytes);
  const [first, second, third, fourth] = buffer;
  if (first === 0xff && second === 0xfe) {
    if (third === 0 && fourth === 0) refuse('UTF-32 is not read');
    return decodeUtf16(buffer, 'utf-16le');
  }
  if (first === 0xfe && second === 0xff) return decodeUtf16(buffer, 'utf-16be');
  if (first === 0 || second === 0) refuse('UTF-16 or UTF-32 without byte order mark is not read');

  const warnings: MssWarning<XmlWarningCode>[] = [];
  const hasMark = first === 0xef && second === 0xbb && third === 0xbf;
  let start = hasMark ? 3 : 0;
  if (hasMark) warnings.push({ code: 'XML_BOM', message: 'a UTF-8 byte order mark stands before the document' });
  const markEnd = start;
  while (isSpace(buffer[start])) start += 1;
  if (start > markEnd) warnings.push({ code: 'XML_LEADING_SPACE', message: 'white space before the first markup' });
  buffer = buffer.subarray(start);

  const declared = declaredEncoding(buffer.toString('latin1', 0, Math.min(buffer.length, 1024)));
  const legacy = declared === null || hasMark ? undefined : singleByte.get(declared);
  if (legacy !== undefined) {
    warnings.push({ code: 'XML_ENCODING', message: `the document is in ${declared}; UTF-8 is expected` });
    return { encoding: legacy[0], warnings, pieces: piecesOfText(legacy[1](buffer)) };
  }
  const saysUtf8 = declared === null || declared === 'utf-8' || declared === 'utf8' || declared === 'us-ascii' || declared === 'ascii';
  if (!saysUtf8) {
    const tolerable = hasMark || declared.startsWith('utf-16') || declared === 'unicode';
    if (!tolerable) refuse('the declared encoding is not read', { encoding: declared });
    warnings.push({ code: 'XML_ENCODING_MISMATCH', message: 'the declaration names another encoding than that of the bytes, UTF-8' });
  }
  if (!isUtf8(buffer)) refuse('the bytes are not UTF-8');
  return { encoding: 'utf-8', warnings, pieces: piecesOfUtf8(buffer) };
}
