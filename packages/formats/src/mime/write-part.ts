import { utf8Encode } from '@mss/core';
import { ownBytes, viewAsBuffer } from '../own-bytes.js';
import { base64Lines, encodeQuotedPrintable, lineFacts, withCrlf, type LazyPiece } from './encode-body.js';
import { encodeLegacyParameter, encodeParameter } from './encode-parameter.js';
import type { MimePartDraft } from './draft.js';
import { maxSmtpLine } from './fold.js';
import { textHeader, writeHeader } from './header-fields.js';
import { refuseDraft } from './refuse.js';

export type MimePiece = Uint8Array | LazyPiece;

/** A part whose body is encoded. */
export interface EncodedPart {
  /** Header section with its last empty line, then body, in pieces. */
  readonly pieces: readonly MimePiece[];
  /** Bytes above 127 are in the body. */
  readonly is8Bit: boolean;
}

interface EncodedBody {
  readonly bytes: MimePiece;
  readonly encoding: '7bit' | '8bit' | 'quoted-printable' | 'base64';
}

const mediaTypePattern = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/;
const reserved = new Set([
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
  'content-description',
]);

const ascii = (text: string): Uint8Array => ownBytes(Buffer.from(text, 'latin1'));

function encodeText(text: string): EncodedBody {
  if (/\p{Surrogate}/u.test(text)) refuseDraft('a lone surrogate in a text part');
  if (text.includes('\0')) refuseDraft('a NUL in a text part');
  const body = withCrlf(text);
  // Trailing spaces get lost, a "From " or a lone dot may be changed on the way: these need quoted-printable too.
  const plain = /^[\t\r\n -~]*$/.test(body) && !/[ \t]\r\n|[ \t]$|^From |^\.\r?$/m.test(body) && !/[^\r\n]{79}/.test(body);
  return plain ? { bytes: ascii(body), encoding: '7bit' } : { bytes: encodeQuotedPrintable(body), encoding: 'quoted-printable' };
}

/** A message/* body goes as it is; only its line ends are made CRLF. */
function encodeMessage(content: Uint8Array): EncodedBody {
  let bytes = content;
  let facts = lineFacts(bytes);
  if (facts.hasBareBreak) {
    bytes = ascii(withCrlf(viewAsBuffer(bytes).toString('latin1')));
    facts = lineFacts(bytes);
  }
  if (facts.hasNul) refuseDraft('a NUL in a part that may not be encoded');
  if (facts.longest > maxSmtpLine) refuseDraft('a line over 998 octets in a part that may not be encoded');
  return { bytes, encoding: facts.is8Bit ? '8bit' : '7bit' };
}

function encodeBody(draft: MimePartDraft): EncodedBody {
  const { text, bytes, mediaType } = draft;
  if (mediaType.startsWith('message/')) return encodeMessage(bytes ?? utf8Encode(text ?? ''));
  if (text !== undefined) {
    if (!mediaType.startsWith('text/')) refuseDraft('text in a part that is not text/* or message/*');
    return encodeText(text);
  }
  return { bytes: base64Lines(bytes ?? new Uint8Array()), encoding: 'base64' };
}

function contentType(draft: MimePartDraft, extra: readonly string[]): string {
  const { mediaType, fileName } = draft;
  if (!mediaTypePattern.test(mediaType)) refuseDraft('a media type that is none (lower case, one "/")');
  const parts = [mediaType];
  for (const [name, value] of Object.entries(draft.parameters ?? {})) {
    if (/^(?:boundary|name)$/i.test(name) || (draft.text !== undefined && /^charset$/i.test(name)))
      refuseDraft('a parameter that the writer sets', { parameter: name });
    parts.push(encodeParameter(name, value));
  }
  parts.push(...extra);
  if (fileName !== undefined) parts.push(encodeLegacyParameter('name', fileName));
  return parts.join('; ');
}

function headerSection(
  draft: MimePartDraft,
  options: { readonly isRoot: boolean; readonly encoding: string; readonly typeParameters: readonly string[] },
): Uint8Array {
  let text = '';
  for (const header of draft.headers ?? []) {
    if (reserved.has(header.name.toLowerCase())) refuseDraft('a header that the writer sets', { header: header.name });
    text += writeHeader(header);
  }
  if (options.isRoot) text += 'MIME-Version: 1.0\r\n';
  text += writeHeader({ name: 'Content-Type', value: contentType(draft, options.typeParameters) });
  if (options.encoding !== '') text += writeHeader({ name: 'Content-Transfer-Encoding', value: options.encoding });
  if (draft.disposition !== undefined || draft.fileName !== undefined) {
    const value = draft.disposition ?? 'attachment';
    text += writeHeader({
      name: 'Content-Disposition',
      value: draft.fileName === undefined ? value : `${value}; ${encodeParameter('filename', draft.fileName)}`,
    });
  }
  if (draft.contentId !== undefined) {
    if (!/^[!-;=?-~]{1,900}$/.test(draft.contentId)) refuseDraft('a Content-ID that is none');
    text += writeHeader({ name: 'Content-ID', value: `<${draft.contentId}>` });
  }
  if (draft.description !== undefined) text += writeHeader(textHeader('Content-Description', draft.description));
  return ascii(`${text}\r\n`);
}

/** What is still to be encoded is base64, in which no boundary can be. */
function isInside(pieces: readonly MimePiece[], delimiter: string): boolean {
  return pieces.some((piece) => piece instanceof Uint8Array && viewAsBuffer(piece).includes(delimiter));
}

/** A boundary that begins no line of the children. `=_` is in no base64 and in no quoted-printable text. */
function freshBoundary(pieces: readonly MimePiece[], draw: () => Uint8Array): string {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const boundary = `=_${Buffer.from(draw()).toString('hex')}`;
    if (!isInside(pieces, `--${boundary}`)) return boundary;
  }
  return refuseDraft('no boundary that is not in the content: the source of randomness repeats itself');
}

/** Deeper drafts are refused. */
const maxDepth = 50;

/**
 * Encodes a part and everything below it.
 *
 * @param options.draw - random bytes for boundaries.
 */
export function encodePart(
  draft: MimePartDraft,
  options: { readonly isRoot: boolean; readonly depth: number; readonly draw: () => Uint8Array },
): EncodedPart {
  const given = [draft.text, draft.bytes, draft.children].filter((content) => content !== undefined).length;
  if (given !== 1) refuseDraft('a part has exactly one of text, bytes and children');
  if (options.depth > maxDepth) refuseDraft('more levels than can be written');
  const { children } = draft;
  if (draft.mediaType.startsWith('multipart/') !== (children !== undefined)) refuseDraft('children go with multipart/*, and only there');
  if (children === undefined) {
    const { bytes, encoding } = encodeBody(draft);
    const typeParameters = draft.text !== undefined && draft.mediaType.startsWith('text/') ? ['charset=utf-8'] : [];
    return { pieces: [headerSection(draft, { isRoot: options.isRoot, encoding, typeParameters }), bytes], is8Bit: encoding === '8bit' };
  }
  if (children.length === 0) refuseDraft('a multipart without parts');
  const encoded = children.map((child) => encodePart(child, { isRoot: false, depth: options.depth + 1, draw: options.draw }));
  const boundary = freshBoundary(
    encoded.flatMap((part) => part.pieces),
    options.draw,
  );
  const is8Bit = encoded.some((part) => part.is8Bit);
  const pieces: MimePiece[] = [
    headerSection(draft, { isRoot: options.isRoot, encoding: is8Bit ? '8bit' : '', typeParameters: [`boundary="${boundary}"`] }),
  ];
  for (const [index, part] of encoded.entries()) {
    pieces.push(ascii(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n`), ...part.pieces);
  }
  pieces.push(ascii(`\r\n--${boundary}--\r\n`));
  return { pieces, is8Bit };
}
