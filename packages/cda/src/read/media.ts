import { MssError, utf8Encode } from '@mss/core';
import { textOf, type XmlElement } from '@mss/formats/xml';

import type { CdaErrorCode } from '../errors.js';
import { looksTextual, sniffedBytes, sniffMediaType } from '../sniff-media-type.js';
import type { CdaMedia } from '../types/document.js';
import { attribute } from './header-reader.js';

/** Why an ED cannot be had as bytes. */
export type MediaProblem = 'empty' | 'external' | 'compressed' | 'base64';

export interface ReadMedia {
  readonly media: CdaMedia;
  /** The content was base64 without saying so. */
  readonly assumedBase64: boolean;
  /** The first bytes contradict `@mediaType`. */
  readonly typeMismatch: boolean;
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Characters of base64 before its padding of at most two. */
function unpaddedLength(compact: string): number {
  return compact.length - (compact.endsWith('==') ? 2 : compact.endsWith('=') ? 1 : 0);
}

/** Base64 without white space, or `null` when it is none. */
function compactBase64(text: string): string | null {
  // Most senders write one line: it is looked through once.
  const oneLine = base64.test(text);
  const compact = oneLine ? text : text.replaceAll(/\s+/g, '');
  if (!oneLine && !base64.test(compact)) return null;
  const unpadded = unpaddedLength(compact);
  return unpadded % 4 === 1 || (compact.length !== unpadded && compact.length % 4 !== 0) ? null : compact;
}

/** A type without parameters and in lower case. */
function plainType(type: string | null): string | null {
  return type === null ? null : (type.split(';')[0] ?? '').trim().toLowerCase();
}

const aliases: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/tif', 'image/tiff'],
  ['text/rtf', 'application/rtf'],
  ['application/x-pdf', 'application/pdf'],
]);

/** What can be inside a container whose first bytes are those of another type. */
function contradicts(declared: string, sniffed: string): boolean {
  if (declared === sniffed) return false;
  return (
    !(sniffed === 'application/zip' && declared.startsWith('application/vnd.')) &&
    !(sniffed === 'application/msword' && declared.includes('ms'))
  );
}

function typeOf(declared: string | null, head: Uint8Array): { readonly mediaType: string; readonly mismatch: boolean } {
  const known = declared === null ? null : (aliases.get(declared) ?? declared);
  const sniffed = sniffMediaType(head);
  if (sniffed !== null) {
    const mismatch = known !== null && contradicts(known, sniffed);
    return { mediaType: mismatch || known === null ? sniffed : known, mismatch };
  }
  if (known !== null && known !== '') return { mediaType: known, mismatch: false };
  return { mediaType: looksTextual(head) ? 'text/plain' : 'application/octet-stream', mismatch: false };
}

function overLimit(max: number): never {
  throw new MssError<CdaErrorCode>('ERR_MSS_CDA_EMBEDDED_LIMIT', 'an embedded body or image is over the limit embeddedBytes', {
    details: { limit: 'embeddedBytes', max },
  });
}

/**
 * An ED (`nonXMLBody/text`, `observationMedia/value`) as media. The base64 text is kept and decoded at each call of
 * `bytes()`: a document with many images costs its own size, not twice that.
 *
 * @throws MssError `ERR_MSS_CDA_EMBEDDED_LIMIT` over `maxBytes` once decoded.
 */
export function readMedia(value: XmlElement, options: { readonly id: string | null; readonly maxBytes: number }): ReadMedia | MediaProblem {
  if (attribute(value, 'compression') !== null) return 'compressed';
  const content = textOf(value);
  if (content.trim() === '') return value.children.some((child) => typeof child !== 'string') ? 'external' : 'empty';
  const declared = plainType(attribute(value, 'mediaType'));
  const representation = attribute(value, 'representation')?.toUpperCase() ?? null;
  const binary = declared !== null && !declared.startsWith('text/') && declared !== 'application/xml' && declared !== 'application/rtf';
  const compact = representation === 'B64' || (representation === null && binary) ? compactBase64(content) : null;
  if (representation === 'B64' && compact === null) return 'base64';
  const bytes = compact === null ? (): Uint8Array => utf8Encode(content) : (): Uint8Array => new Uint8Array(Buffer.from(compact, 'base64'));
  const byteLength = compact === null ? Buffer.byteLength(content) : Math.floor((unpaddedLength(compact) * 3) / 4);
  if (byteLength > options.maxBytes) overLimit(options.maxBytes);
  // Four characters are three bytes; a text is at least as many bytes as characters.
  const head =
    compact === null
      ? utf8Encode(content.slice(0, sniffedBytes))
      : Buffer.from(compact.slice(0, Math.ceil(sniffedBytes / 3) * 4), 'base64');
  const { mediaType, mismatch } = typeOf(declared, head);
  return {
    media: { id: options.id, declaredMediaType: attribute(value, 'mediaType'), mediaType, bytes, byteLength },
    assumedBase64: compact !== null && representation === null,
    typeMismatch: mismatch,
  };
}
