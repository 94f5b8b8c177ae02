import { isAscii } from 'node:buffer';
import { MssError } from '@mss/core';
import { findBareNewline } from '@mss/formats/mime';
import type { SmtpErrorCode } from '../errors.js';

/**
 * What DATA carries: the message with dots stuffed, and the terminator apart, because from the terminator on the
 * server may have taken the message.
 *
 * @see RFC 5321 §4.5.2
 */
export interface PreparedContent {
  /** Dot-stuffed. The very array that was given when it has no line that begins with a dot. */
  readonly body: Uint8Array;
  /** `CRLF . CRLF`, without the first CRLF when the body ends with one. */
  readonly terminator: string;
  /** RFC 1870 §5: octets of the message, every CRLF counted, before dot-stuffing. */
  readonly sizeBytes: number;
  /** Some byte is above 127. */
  readonly eightBit: boolean;
  /** Some byte of the header section is above 127 (RFC 6532): needs SMTPUTF8. */
  readonly eightBitHeader: boolean;
}

const cr = 13;
const lf = 10;
const dot = 46;

/**
 * Examines and dot-stuffs a whole message.
 *
 * @throws MssError `ERR_MSS_SMTP_BARE_NEWLINE`
 */
export function prepareContent(message: Uint8Array): PreparedContent {
  if (findBareNewline(message) !== -1) throw bareNewlineError();
  const bytes = asBuffer(message);
  const eightBit = !isAscii(bytes);
  const body = stuffDots(bytes, true);
  const endsWithLine = bytes.at(-1) === lf;
  const headerEnd = eightBit ? bytes.indexOf('\r\n\r\n') : -1;
  return {
    body,
    terminator: endsWithLine || bytes.length === 0 ? '.\r\n' : '\r\n.\r\n',
    sizeBytes: bytes.length + (endsWithLine ? 0 : 2),
    eightBit,
    eightBitHeader: eightBit && !isAscii(headerEnd === -1 ? bytes : bytes.subarray(0, headerEnd)),
  };
}

/** Dot-stuffs a message that comes in chunks. */
export class ContentStuffer {
  #atLineStart = true;
  #afterCr = false;
  #headerDone = false;
  #tail = '';
  /** Octets given so far. */
  sizeBytes = 0;
  eightBit = false;
  eightBitHeader = false;

  /**
   * The bytes to send for a chunk; none of a chunk's trailing CR is held back.
   *
   * @throws MssError `ERR_MSS_SMTP_BARE_NEWLINE`
   */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = asBuffer(chunk);
    if (bytes.length === 0) return bytes;
    // A CRLF may be cut in two by the chunks: the ends are judged here, the middle by the scan.
    if (this.#afterCr !== (bytes[0] === lf)) throw bareNewlineError();
    const endsWithCr = bytes.at(-1) === cr;
    const middle = bytes.subarray(this.#afterCr ? 1 : 0, endsWithCr ? -1 : undefined);
    if (findBareNewline(middle) !== -1) throw bareNewlineError();
    this.#watchEightBit(bytes);
    const out = stuffDots(bytes, this.#atLineStart);
    this.sizeBytes += bytes.length;
    this.#afterCr = endsWithCr;
    this.#atLineStart = bytes.at(-1) === lf;
    return out;
  }

  /**
   * The terminator.
   *
   * @throws MssError `ERR_MSS_SMTP_BARE_NEWLINE` when the last byte was a CR
   */
  terminator(): string {
    if (this.#afterCr) throw bareNewlineError();
    return this.#atLineStart ? '.\r\n' : '\r\n.\r\n';
  }

  #watchEightBit(bytes: Buffer): void {
    if (!this.#headerDone) {
      const window = Buffer.concat([Buffer.from(this.#tail, 'latin1'), bytes]);
      const end = window.indexOf('\r\n\r\n');
      this.#headerDone = end !== -1;
      if (!isAscii(this.#headerDone ? window.subarray(0, end) : window)) this.eightBitHeader = true;
      this.#tail = window.subarray(-3).toString('latin1');
    }
    this.eightBit ||= !isAscii(bytes);
  }
}

function stuffDots(bytes: Buffer, atLineStart: boolean): Uint8Array {
  const places: number[] = atLineStart && bytes[0] === dot ? [0] : [];
  for (let at = bytes.indexOf('\n.'); at !== -1; at = bytes.indexOf('\n.', at + 2)) places.push(at + 1);
  if (places.length === 0) return bytes;
  const stuffed = new Uint8Array(bytes.length + places.length);
  let from = 0;
  places.forEach((place, already) => {
    stuffed.set(bytes.subarray(from, place), from + already);
    stuffed[place + already] = dot;
    from = place;
  });
  stuffed.set(bytes.subarray(from), from + places.length);
  return stuffed;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bareNewlineError(): MssError<SmtpErrorCode> {
  return new MssError('ERR_MSS_SMTP_BARE_NEWLINE', 'the message has a CR or a LF that is not part of a CRLF');
}
