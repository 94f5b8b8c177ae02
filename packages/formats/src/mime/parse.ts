import { MssError, resolveLimits, type Limits, type MssWarning, type ReadResult } from '@mss/core';
import type { MimeErrorCode } from '../errors.js';
import { viewAsBuffer } from '../own-bytes.js';
import { readHeaderSection } from './header-section.js';
import { splitMultipart } from './multipart.js';
import { parseHeaderParameters, type HeaderParameters } from './parameters.js';
import { ParsedMessage, ParsedPart, type PartFields } from './part.js';
import { decodeTransfer, isIdentity, transferEncodingOf } from './transfer-encoding.js';
import type { MimeHeader, MimeMessage, MimePart, MimeWarningCode } from './types.js';

export interface MimeReadOptions {
  /** Used: `messageBytes`, `headerBytes` (each header section), `mimeParts` (leaves), `mimeDepth`. */
  readonly limits?: Partial<Limits>;
}

interface Walk {
  readonly limits: Limits;
  readonly warnings: MssWarning<MimeWarningCode>[];
  leaves: number;
}

/** Where the walk stands. */
interface Place {
  /** IMAP-like part number, `''` for the message itself. */
  readonly path: string;
  readonly depth: number;
  /** Inside a multipart/digest parts are messages unless they say otherwise. */
  readonly defaultType: string;
}

const mediaTypePattern = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;
const nestedMessages = new Set(['message/rfc822', 'message/global', 'message/news']);

const messages: Readonly<Partial<Record<MimeWarningCode, string>>> = {
  MIME_LEADING_LINES: 'a mailbox separator or empty lines before the header section',
  MIME_HEADER_MALFORMED: 'a line in a header section that is no field',
  MIME_HEADER_8BIT: 'bytes above 127 in a header section',
  MIME_HEADER_REPEATED: 'a Content- field given twice; the first one counts',
  MIME_CONTENT_TYPE: 'a Content-Type that is no media type; read as what it begins with, or text/plain',
  MIME_BOUNDARY_MISSING: 'a multipart whose boundary is not given or never appears',
  MIME_BOUNDARY_UNCLOSED: 'a multipart without its last delimiter',
  MIME_MESSAGE_ENCODED: 'an encoded message inside the message',
  MIME_MESSAGE_WITHOUT_HEADER: 'a message inside the message without header field',
  MIME_TRANSFER_ENCODING: 'a transfer encoding that is not allowed there',
};

function tolerate(walk: Walk, code: MimeWarningCode, path: string): void {
  const message = messages[code] ?? 'tolerated';
  walk.warnings.push(path === '' ? { code, message } : { code, message, where: path });
}

function overLimit(limit: 'messageBytes' | 'mimeParts' | 'mimeDepth', limits: Limits): never {
  throw new MssError<MimeErrorCode>('ERR_MSS_MIME_LIMIT', `the message is over the limit ${limit}`, {
    details: { limit, max: limits[limit] },
  });
}

function contentFields(
  headers: readonly MimeHeader[],
  walk: Walk,
  path: string,
): { readonly type: string | null; readonly disposition: string | null; readonly encoding: string | null; readonly id: string | null } {
  const found = new Map<string, string>();
  for (const { name, raw } of headers) {
    const key = name.toLowerCase();
    if (!key.startsWith('content-')) continue;
    if (!found.has(key)) found.set(key, raw);
    else if (key === 'content-type' || key === 'content-transfer-encoding' || key === 'content-disposition')
      tolerate(walk, 'MIME_HEADER_REPEATED', path);
  }
  return {
    type: found.get('content-type') ?? null,
    disposition: found.get('content-disposition') ?? null,
    encoding: found.get('content-transfer-encoding') ?? null,
    id: found.get('content-id') ?? null,
  };
}

function mediaTypeOf(raw: string | null, place: Place, walk: Walk): HeaderParameters {
  if (raw === null || raw.trim() === '') return { value: place.defaultType, parameters: {} };
  const parsed = parseHeaderParameters(raw);
  if (mediaTypePattern.test(parsed.value)) return parsed;
  tolerate(walk, 'MIME_CONTENT_TYPE', place.path);
  const [first = ''] = parsed.value.split(/[\s,]/);
  return { value: mediaTypePattern.test(first) ? first : 'text/plain', parameters: parsed.parameters };
}

/** Parts of a multipart. */
function readMultipart(body: Buffer, type: HeaderParameters, place: Place, walk: Walk): MimePart[] {
  const boundary = type.parameters['boundary'] ?? '';
  const { parts, closed } =
    boundary === '' ? { parts: [], closed: true } : splitMultipart(body, boundary, { maxParts: walk.limits.mimeParts });
  if (parts.length === 0) tolerate(walk, 'MIME_BOUNDARY_MISSING', place.path);
  else if (!closed) tolerate(walk, 'MIME_BOUNDARY_UNCLOSED', place.path);
  const defaultType = type.value === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  return parts.map(([start, end], index) => {
    const path = place.path === '' ? String(index + 1) : `${place.path}.${index + 1}`;
    return new ParsedPart(readPart(body.subarray(start, end), { path, depth: place.depth + 1, defaultType }, walk));
  });
}

/** The message inside a message/rfc822 part. */
function readNested(body: Buffer, encoding: string, place: Place, walk: Walk): MimePart[] {
  let bytes = body;
  if (!isIdentity(encoding)) {
    tolerate(walk, 'MIME_MESSAGE_ENCODED', place.path);
    const decoded = decodeTransfer(body, encoding);
    walk.warnings.push(...decoded.warnings.map((warning) => ({ ...warning, where: place.path })));
    bytes = viewAsBuffer(decoded.bytes);
  }
  const leading = leadingLength(bytes);
  if (leading > 0 && leading < bytes.length) {
    tolerate(walk, 'MIME_LEADING_LINES', place.path);
    bytes = bytes.subarray(leading);
  }
  const fields = readPart(bytes, { path: place.path, depth: place.depth + 1, defaultType: 'text/plain' }, walk);
  if (fields.headers.length === 0) tolerate(walk, 'MIME_MESSAGE_WITHOUT_HEADER', place.path);
  return [new ParsedMessage(fields)];
}

function readPart(bytes: Buffer, place: Place, walk: Walk): PartFields {
  const { limits } = walk;
  if (place.depth > limits.mimeDepth) overLimit('mimeDepth', limits);
  const { headers, bodyAt, tolerated } = readHeaderSection(bytes, 0, limits);
  for (const code of tolerated) tolerate(walk, code, place.path);
  const body = bytes.subarray(bodyAt);
  const fields = contentFields(headers, walk, place.path);
  const type = mediaTypeOf(fields.type, place, walk);
  const disposition = fields.disposition === null ? null : parseHeaderParameters(fields.disposition);
  let encoding = transferEncodingOf(fields.encoding);
  let children: MimePart[] = [];
  if (type.value.startsWith('multipart/')) {
    if (!isIdentity(encoding)) {
      tolerate(walk, 'MIME_TRANSFER_ENCODING', place.path);
      encoding = '7bit';
    }
    children = readMultipart(body, type, place, walk);
  } else if (nestedMessages.has(type.value)) children = readNested(body, encoding, place, walk);
  if (children.length === 0) {
    walk.leaves += 1;
    if (walk.leaves > limits.mimeParts) overLimit('mimeParts', limits);
  }
  const fileName = disposition?.parameters['filename'] ?? type.parameters['name'] ?? null;
  return {
    headers,
    mediaType: type.value,
    parameters: type.parameters,
    disposition: disposition === null || disposition.value === '' ? null : disposition.value,
    fileName: fileName === null || fileName.trim() === '' ? null : fileName,
    contentId: fields.id === null ? null : fields.id.trim().replace(/^<(.*)>$/s, '$1'),
    children,
    source: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    raw: new Uint8Array(body.buffer, body.byteOffset, body.length),
    encoding,
  };
}

/** Bytes before the first header field that are no field: a mailbox separator, empty lines, a byte order mark. */
function leadingLength(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === 0x0a || (bytes[at] === 0x0d && bytes[at + 1] === 0x0a)) at += bytes[at] === 0x0a ? 1 : 2;
  if (/^>?From /.test(bytes.toString('latin1', at, at + 6))) {
    const feed = bytes.indexOf(0x0a, at);
    at = feed < 0 ? bytes.length : feed + 1;
  }
  return at;
}

/**
 * Reads a message into the tree of its parts, under limits, without decoding any body.
 *
 * The tree is walked by this package and not by postal-mime (the library chosen for MIME), because postal-mime 4 gives
 * a flat list of decoded attachments: it has no parts with their raw bytes (receipts, signatures and hashes need them), no
 * limit on the size or the number of parts, decodes everything at once, and its ISO-8859-1 decoding follows Node's
 * `TextDecoder`, which is wrong in part of the supported range. It is a peer in the tests.
 *
 * Tolerated, each with a warning: lines that end with LF, a missing last delimiter, a missing or broken Content-Type,
 * 8-bit header fields, encoded message/rfc822, repeated Content- fields, a mailbox separator before the header.
 *
 * Not done: format=flowed, uuencode, message/partial, message/external-body (never fetched), S/MIME, HTML.
 *
 * @throws MssError `ERR_MSS_MIME_LIMIT` over a limit; the size is checked before anything else.
 * @throws MssError `ERR_MSS_MIME_NOT_A_MESSAGE` empty, or no header field.
 * @see RFC 5322, RFC 2045, RFC 2046, RFC 2047, RFC 2231, RFC 2183, RFC 6532
 */
export function parseMime(bytes: Uint8Array, options: MimeReadOptions = {}): ReadResult<MimeMessage, MimeWarningCode> {
  const limits = resolveLimits(options.limits);
  if (bytes.length > limits.messageBytes) overLimit('messageBytes', limits);
  const walk: Walk = { limits, warnings: [], leaves: 0 };
  const buffer = viewAsBuffer(bytes);
  const leading = leadingLength(buffer);
  if (leading > 0) tolerate(walk, 'MIME_LEADING_LINES', '');
  const fields = readPart(buffer.subarray(leading), { path: '', depth: 0, defaultType: 'text/plain' }, walk);
  if (fields.headers.length === 0) throw new MssError<MimeErrorCode>('ERR_MSS_MIME_NOT_A_MESSAGE', 'no header field: not a message');
  return { value: new ParsedMessage({ ...fields, source: bytes }), warnings: walk.warnings };
}
