import { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { SmtpStage } from './stage.js';

/** One reply of the server, all its lines. */
export interface SmtpReply {
  /** 200 to 599. */
  readonly code: number;
  /** `2.1.5` of RFC 3463, or `null`. Taken whether or not ENHANCEDSTATUSCODES was announced, if its class fits the code. */
  readonly enhancedStatus: string | null;
  /** The text of each line, without code, enhanced code and line end; not sanitised: it may repeat an address. */
  readonly lines: readonly string[];
}

/**
 * Bounds of a reply. RFC 5321 §4.5.3.1.5 allows 512 octets a line; servers that explain themselves with links need more.
 * Without a bound, a peer that never ends its line fills the memory before any deadline.
 */
const replyLimits: { readonly lineBytes: number; readonly lines: number } = Object.freeze({ lineBytes: 4096, lines: 128 });

const linePattern = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s;
const enhancedPattern = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[ \t]+|$)/;
const lineFeed = 10;

/**
 * Cuts the server's bytes into replies.
 *
 *     Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 *
 * Tolerated: a bare LF at the end of a line, 8-bit text (as UTF-8). Refused: a code outside 200 to 599, another
 * code on a continuation line, a line or a reply over {@link replyLimits}.
 *
 * @see RFC 5321 §4.2; RFC 2034; RFC 3463
 */
export class SmtpReplyReader {
  #rest: Uint8Array = new Uint8Array(0);
  #lines: string[] = [];
  #code = 0;
  #enhanced: string | null = null;

  /** Whether part of a reply has come and its end has not. */
  get isInsideReply(): boolean {
    return this.#rest.length > 0 || this.#lines.length > 0;
  }

  /**
   * The replies that these bytes complete.
   *
   * @throws MssError `ERR_MSS_SMTP_PROTOCOL`
   */
  push(chunk: Uint8Array): SmtpReply[] {
    const replies: SmtpReply[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, start);
      if (end === -1) break;
      const line = this.#takeLine(chunk.subarray(start, end));
      start = end + 1;
      const reply = this.#line(line);
      if (reply !== null) replies.push(reply);
    }
    this.#keepRest(chunk.subarray(start));
    return replies;
  }

  #takeLine(tail: Uint8Array): string {
    this.#keepRest(tail);
    let bytes = this.#rest;
    this.#rest = new Uint8Array(0);
    if (bytes.at(-1) === 13) bytes = bytes.subarray(0, -1);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  }

  #keepRest(tail: Uint8Array): void {
    if (this.#rest.length + tail.length > replyLimits.lineBytes) throw protocolError('a reply line is longer than the limit');
    if (tail.length === 0) return;
    this.#rest = this.#rest.length === 0 ? tail.slice() : Buffer.concat([this.#rest, tail]);
  }

  #line(line: string): SmtpReply | null {
    const match = linePattern.exec(line);
    if (match === null) throw protocolError('a line that is not a reply');
    const code = Number(match[1]);
    let text = match[3] ?? '';
    if (this.#lines.length > 0 && code !== this.#code) throw protocolError('a reply whose lines have different codes');
    if (this.#lines.length >= replyLimits.lines) throw protocolError('a reply with more lines than the limit');
    this.#code = code;
    const enhanced = enhancedPattern.exec(text);
    if (enhanced?.[1]?.[0] === match[1]?.[0] && enhanced?.[1] !== undefined) {
      this.#enhanced ??= enhanced[1];
      text = text.slice(enhanced[0].length);
    }
    this.#lines.push(text);
    if (match[2] === '-') return null;
    const reply: SmtpReply = { code, enhancedStatus: this.#enhanced, lines: this.#lines };
    this.#lines = [];
    this.#enhanced = null;
    return reply;
  }
}

/** 2xx. */
export const isPositive = (reply: SmtpReply): boolean => reply.code < 300;
/** 5xx: the same command fails again. */
export const isPermanent = (reply: SmtpReply): boolean => reply.code >= 500;

/** A peer that does not speak the protocol. `details.what` is ours, never the peer's bytes. */
export function protocolError(what: string, stage?: SmtpStage): MssError<SmtpErrorCode> {
  const details = stage === undefined ? { what } : { what, stage };
  return new MssError('ERR_MSS_SMTP_PROTOCOL', `the server broke the protocol: ${what}`, { permanent: false, details });
}
