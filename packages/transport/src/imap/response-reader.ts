import { imapError } from './errors.js';

/** One answer of the server: its lines as sent, line ends included, and between each two of them the literal announced by the first. */
export interface ServerResponse {
  readonly lines: readonly Uint8Array[];
  readonly literals: readonly Uint8Array[];
}

/** What is refused before it takes memory. */
export interface ResponseLimits {
  /** All lines of one answer, literals apart. */
  readonly maxLineBytes: number;
  readonly maxLiteralBytes: number;
}

const lineFeed = 10;
const [openBrace, closeBrace, zero, nine] = [0x7b, 0x7d, 0x30, 0x39];

/**
 * Cuts a stream into answers: lines that end in LF, each `{n}` before a line end followed by n bytes that are part of
 * no line. Literals are copied once, into memory of their own; nothing is searched twice.
 *
 * @see RFC 9051 §4.3, §9 literal
 */
export class ResponseReader {
  readonly #limits: ResponseLimits;
  #lines: Uint8Array[] = [];
  #literals: Uint8Array[] = [];
  /** Pieces of the line that has no end yet. */
  #pieces: Uint8Array[] = [];
  #lineBytes = 0;
  #literal: Uint8Array | null = null;
  #filled = 0;

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /** Bytes that will be copied into the literal under way: of them nothing is kept. */
  get literalLeft(): number {
    return this.#literal === null ? 0 : this.#literal.length - this.#filled;
  }

  /**
   * Takes bytes until an answer is complete.
   *
   * @param from - where in the chunk to go on
   * @returns the answer and where the next one begins; `null`: the chunk is used up
   * @throws MssError `ERR_MSS_IMAP_PROTOCOL` over a limit
   */
  read(chunk: Uint8Array, from: number): { readonly response: ServerResponse; readonly end: number } | null {
    for (let at = from; at < chunk.length;) {
      if (this.#literal !== null) {
        at = this.#fill(this.#literal, chunk, at);
        continue;
      }
      const end = chunk.indexOf(lineFeed, at) + 1;
      const piece = chunk.subarray(at, end === 0 ? chunk.length : end);
      this.#lineBytes += piece.length;
      if (this.#lineBytes > this.#limits.maxLineBytes) throw protocol('LineTooLarge');
      this.#pieces.push(piece);
      if (end === 0) return null;
      at = end;
      const line = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
      this.#pieces = [];
      this.#lines.push(line);
      const announced = literalAfter(line);
      if (announced === null) {
        const response = { lines: this.#lines, literals: this.#literals };
        [this.#lines, this.#literals, this.#lineBytes] = [[], [], 0];
        return { response, end: at };
      }
      if (announced > this.#limits.maxLiteralBytes) throw protocol('LiteralTooLarge');
      this.#begin(announced);
    }
    return null;
  }

  #begin(bytes: number): void {
    // Filled before it is given to anybody.
    const literal = Buffer.allocUnsafeSlow(bytes);
    this.#filled = 0;
    if (bytes === 0) this.#literals.push(literal);
    else this.#literal = literal;
  }

  #fill(literal: Uint8Array, chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + literal.length - this.#filled);
    literal.set(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end), this.#filled);
    this.#filled += end - at;
    if (this.#filled === literal.length) {
      this.#literals.push(literal);
      this.#literal = null;
    }
    return end;
  }
}

/** The number in `{n}` at the end of a line, or `null`. */
function literalAfter(line: Uint8Array): number | null {
  let at = line.length - 2;
  if (line[at] === 13) at -= 1;
  if (line[at] !== closeBrace) return null;
  let bytes = 0;
  let digits = 0;
  for (let unit = 1; digits < 10; digits += 1, unit *= 10) {
    at -= 1;
    const digit = line[at] ?? 0;
    if (digit < zero || digit > nine) break;
    bytes += (digit - zero) * unit;
  }
  return digits > 0 && line[digits === 10 ? at - 1 : at] === openBrace ? bytes : null;
}

export function protocol(what: string): ReturnType<typeof imapError> {
  return imapError('ERR_MSS_IMAP_PROTOCOL', 'the server broke the protocol', { details: { what } });
}
