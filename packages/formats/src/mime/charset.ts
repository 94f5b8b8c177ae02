import { isAscii, isUtf8 } from 'node:buffer';
import { viewAsBuffer } from '../own-bytes.js';
import { decodeIso885915, decodeWindows1252 } from '../single-byte.js';

/** Text, and what had to be assumed to get it. */
export interface DecodedText {
  readonly text: string;
  /** `null` when the bytes were what their label says. */
  readonly assumed: string | null;
}

const utf8Labels = new Set(['utf-8', 'utf8', 'unicode-1-1-utf-8', 'utf-8-sig']);
const asciiLabels = new Set(['', 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso646-us', 'unknown-8bit']);
const windows1252Labels = new Set([
  'iso-8859-1',
  'iso8859-1',
  'iso_8859-1',
  'iso88591',
  'latin1',
  'l1',
  'windows-1252',
  'cp1252',
  'x-cp1252',
]);
const latin9Labels = new Set(['iso-8859-15', 'iso8859-15', 'iso_8859-15', 'iso885915', 'latin9', 'l9']);

const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

function decodeUnlabelled(bytes: Uint8Array): DecodedText {
  const buffer = viewAsBuffer(bytes);
  if (isAscii(buffer)) return { text: buffer.toString('latin1'), assumed: null };
  if (isUtf8(buffer)) return { text: withoutMark(buffer.toString('utf8')), assumed: 'utf-8' };
  return { text: decodeWindows1252(bytes), assumed: 'windows-1252' };
}

function decodeUtf8(bytes: Uint8Array): DecodedText {
  const buffer = viewAsBuffer(bytes);
  const text = withoutMark(buffer.toString('utf8'));
  if (isUtf8(buffer)) return { text, assumed: null };
  // Damaged UTF-8 still has whole characters; bytes without a single one are another encoding under a wrong label.
  const hasWholeCharacter = /[^\u0000-\u007f\ufffd]/.test(text);
  return hasWholeCharacter
    ? { text, assumed: 'utf-8 with replacement characters' }
    : { text: decodeWindows1252(bytes), assumed: 'windows-1252' };
}

/**
 * Bytes as text by the label that came with them; never throws.
 *
 * | label | read as |
 * |---|---|
 * | UTF-8 | UTF-8; windows-1252 when not one character is well-formed UTF-8 |
 * | none, US-ASCII | ASCII, else UTF-8, else windows-1252 |
 * | ISO-8859-1, windows-1252 | windows-1252 |
 * | ISO-8859-15 | ISO-8859-15 |
 * | another label of the WHATWG Encoding Standard | what it says |
 * | anything else | like no label |
 */
export function decodeCharset(bytes: Uint8Array, label: string | null): DecodedText {
  const charset = (label ?? '').trim().toLowerCase();
  if (utf8Labels.has(charset)) return decodeUtf8(bytes);
  if (asciiLabels.has(charset)) return decodeUnlabelled(bytes);
  if (windows1252Labels.has(charset)) return { text: decodeWindows1252(bytes), assumed: null };
  if (latin9Labels.has(charset)) return { text: decodeIso885915(bytes), assumed: null };
  try {
    return { text: new TextDecoder(charset).decode(bytes), assumed: null };
  } catch {
    const { text, assumed } = decodeUnlabelled(bytes);
    return { text, assumed: assumed ?? 'us-ascii' };
  }
}
