import { systemRandom, type RandomSource } from '@mss/core';
import type { MimePartDraft } from './draft.js';
import { encodePart, type MimePiece } from './write-part.js';

export interface MimeWriteOptions {
  /** For boundaries. Default: that of the operating system. */
  readonly random?: RandomSource;
}

/**
 * Writes a message. What comes out may be sent as it is: CRLF everywhere, no line over 998 octets, ASCII header fields,
 * ASCII bodies but for 8-bit messages attached as message/rfc822 (then `Content-Transfer-Encoding: 8bit` says so on every
 * level, and the server must offer 8BITMIME).
 *
 * The writer is our own and not nodemailer's (the library chosen for composing): nodemailer takes three times as long for
 * a message with two attachments, encodes a whole Subject as soon as one character needs it (the `XDM/1.0/DDM+` that
 * announces health documents is then hidden from raw readers), and offers no multipart/report. Its parser is a peer in
 * the tests.
 *
 * The last line is always ended; in a message of one part that adds a line break to a text that had none.
 *
 * The writer adds MIME-Version and the Content- fields; From, Date and the others are the caller's, made with
 * {@link addressHeader}, {@link dateHeader}, {@link textHeader}, {@link messageIdHeader}, {@link plainHeader}.
 *
 * @throws MssError `ERR_MSS_MIME_WRITE` for a draft that cannot be written: no or two contents, a media type, parameter or
 * header name that is none, a field that the writer sets, a line over 998 octets or a NUL where encoding is forbidden.
 * @throws MssError `ERR_MSS_MIME_HEADER_INJECTION` for a control character in a header value, file name or parameter.
 * @see RFC 5322, RFC 2045, RFC 2046, RFC 2183, RFC 2231, RFC 6522, RFC 5321 §4.5.3.1
 */
export function writeMime(draft: MimePartDraft, options: MimeWriteOptions = {}): Uint8Array {
  const random = options.random ?? systemRandom;
  const { pieces } = encodePart(draft, { isRoot: true, depth: 0, draw: () => random.bytes(16) });
  const last = pieces.at(-1);
  const isEnded = last instanceof Uint8Array && last.at(-2) === 0x0d && last.at(-1) === 0x0a;
  return writeWhole(isEnded ? pieces : [...pieces, Uint8Array.of(0x0d, 0x0a)]);
}

/** Every piece is written to its final place: a message of many megabytes is in memory once. */
function writeWhole(pieces: readonly MimePiece[]): Uint8Array {
  const whole = Buffer.allocUnsafeSlow(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) whole.set(piece, at);
    else piece.writeTo(whole, at);
    at += piece.length;
  }
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
}
