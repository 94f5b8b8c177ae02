import type { MssWarning } from '@mss/core';
import { ownBytes, viewAsBuffer } from '../own-bytes.js';
import type { MimeWarningCode } from './types.js';

export interface DecodedBody {
  readonly bytes: Uint8Array;
  readonly warnings: readonly MssWarning<MimeWarningCode>[];
}

const damagedBase64: MssWarning<MimeWarningCode> = {
  code: 'MIME_BASE64',
  message: 'base64 with foreign characters, inner padding or an incomplete end',
};

/** More inner paddings than this are no joined encodings. */
const maxJoined = 1000;

function decodeDamagedBase64(text: string): Buffer {
  // Some gateways join several encodings, each with its padding: every one is decoded by itself.
  const pieces = text.split(/=+/, maxJoined + 1);
  if (pieces.length > maxJoined) return Buffer.from(text, 'base64');
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece.replaceAll(/[^A-Za-z0-9+/]+/g, ''), 'base64')));
}

function decodeBase64(raw: Uint8Array): DecodedBody {
  const text = viewAsBuffer(raw).toString('latin1');
  const padding = text.indexOf('=');
  const payload = padding < 0 ? text : text.slice(0, padding);
  const regular = !/[^A-Za-z0-9+/\s]/.test(payload) && (padding < 0 || /^[=\s]*$/.test(text.slice(padding)));
  if (!regular) return { bytes: ownBytes(decodeDamagedBase64(text)), warnings: [damagedBase64] };
  const bytes = Buffer.from(text, 'base64');
  // Four characters give three bytes; a rest of one character gives none, and is the end of something cut.
  const dangling = bytes.length % 3 === 0 && payload.replaceAll(/\s+/g, '').length % 4 === 1;
  return { bytes: ownBytes(bytes), warnings: dangling ? [damagedBase64] : [] };
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const upper = byte & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : -1;
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

function decodeQuotedPrintable(raw: Uint8Array): DecodedBody {
  const target = Buffer.allocUnsafe(raw.length);
  let length = 0;
  // Where the white space at the end of the present line begins, in the target: transport may have added it.
  let blankFrom = -1;
  let damaged = false;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at] ?? 0;
    if (byte === 0x3d) {
      const high = hexValue(raw[at + 1]);
      const low = hexValue(raw[at + 2]);
      if (high >= 0 && low >= 0) {
        target[length++] = (high << 4) | low;
        at += 2;
        blankFrom = -1;
        continue;
      }
      let end = at + 1;
      while (isBlank(raw[end])) end += 1;
      if (raw[end] === 0x0d && raw[end + 1] === 0x0a) end += 1;
      if (end >= raw.length || raw[end] === 0x0a) {
        at = end;
        blankFrom = -1;
        continue;
      }
      damaged = true;
      target[length++] = byte;
      blankFrom = -1;
      continue;
    }
    if (byte === 0x0a || (byte === 0x0d && raw[at + 1] === 0x0a)) {
      if (blankFrom >= 0) length = blankFrom;
      blankFrom = -1;
    } else if (isBlank(byte)) {
      if (blankFrom < 0) blankFrom = length;
    } else blankFrom = -1;
    target[length++] = byte;
  }
  if (blankFrom >= 0) length = blankFrom;
  const bytes = ownBytes(target.subarray(0, length));
  return {
    bytes,
    warnings: damaged ? [{ code: 'MIME_QUOTED_PRINTABLE', message: '"=" before something else than two hexadecimal digits' }] : [],
  };
}

/** The word of a Content-Transfer-Encoding field, without what broken software adds to it. */
export function transferEncodingOf(raw: string | null): string {
  return /^[\s"']*([A-Za-z0-9-]+)/.exec(raw ?? '')?.[1]?.toLowerCase() ?? '7bit';
}

const identities = new Set(['7bit', '8bit', 'binary']);

/** Whether the encoding leaves the bytes as they are. */
export function isIdentity(encoding: string): boolean {
  return identities.has(encoding);
}

/**
 * Undoes a transfer encoding. Nothing is refused: what cannot be undone comes out as it is, with a warning.
 *
 * @see RFC 2045 §6
 */
export function decodeTransfer(raw: Uint8Array, encoding: string): DecodedBody {
  if (encoding === 'base64') return decodeBase64(raw);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(raw);
  const known = isIdentity(encoding);
  return {
    bytes: raw,
    warnings: known ? [] : [{ code: 'MIME_TRANSFER_ENCODING', message: 'an unknown transfer encoding: the bytes are as received' }],
  };
}
