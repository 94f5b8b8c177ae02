import { isAscii } from 'node:buffer';
import { MssError } from '@mss/core';
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

/**
 * Index of a CR without LF or a LF without CR near it, or -1.
 *
 * A bare newline is how a second message is smuggled past a server that takes `LF . LF` for the end.
 * Four bytes at a time: a base64 body has two bytes below 14 in each 78, and this runs on every byte sent.
 */
export function findBareNewline(bytes: Uint8Array): number {
  const length = bytes.length;
  // Short arrays byte by byte; a Uint32Array must begin at a multiple of four.
  const head = length < 8 ? length : -bytes.byteOffset & 3;
  for (let index = 0; index < head; index += 1) if (isBareAt(bytes, index)) return index;
  if (head === length) return -1;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (length - head) >> 2);
  for (let index = 0; index < words.length; index += 1) {
    const word = (words[index] as number) | 0;
    // The high bit of a byte of the result is set only if that byte is below 14 (or follows one that is).
    if (((word - 0x0e0e0e0e) & ~word & 0x80808080) === 0) continue;
    const at = head + index * 4;
    for (let near = at; near < at + 4; near += 1) if (isBareAt(bytes, near)) return near;
  }
  for (let index = head + words.length * 4; index < length; index += 1) if (isBareAt(bytes, index)) return index;
  return -1;
}

function isBareAt(bytes: Uint8Array, index: number): boolean {
  const byte = bytes[index];
  if (byte === lf) return bytes[index - 1] !== cr;
  return byte === cr && bytes[index + 1] !== lf;
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
