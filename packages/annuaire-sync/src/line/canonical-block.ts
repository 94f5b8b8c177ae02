import { Buffer, isUtf8 } from 'node:buffer';
import { mailboxColumns } from '../directory/mailbox-format.js';
import type { LineLayout } from './header.js';
import { grown, type LineBlock } from './line-block.js';

/** Why a line was put aside. */
export type RejectionReason =
  /** Fewer or more columns than the heading. */
  | 'columns'
  /** Not UTF-8. */
  | 'encoding'
  /** A control character, NUL for one. */
  | 'control-character'
  /** No address where one must be, or none that mail can be sent to. */
  | 'address'
  /** A mailbox without its type, or a professional without an identifier. */
  | 'identity'
  /** Longer than any line of an extraction. */
  | 'too-long'
  /** The same line a second time. */
  | 'duplicate';

/** A line that was put aside. */
export interface RejectedLine {
  /** The heading is line 1. */
  readonly lineNumber: number;
  readonly reason: RejectionReason;
  /** At most {@link maxRejectedBytes} bytes of it. */
  readonly line: Uint8Array;
}

/** What is kept of a rejected line. */
const maxRejectedBytes = 1024;

/** Good lines in their canonical form, cut into fields. */
export interface CanonicalBlock {
  readonly bytes: Buffer;
  readonly count: number;
  /** Columns of every line. */
  readonly columns: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** `fieldEnds[line * columns + i]`: the place in `bytes` just after field i. */
  readonly fieldEnds: Uint32Array;
  readonly lineNumbers: Uint32Array;
  /** Position in the text of the first of these bytes, where they are the text's own; `null` where lines were written anew. */
  readonly offset: number | null;
}

const separator = 124;
/** What no address holds outside quotes, besides control characters: more is for the mail software to judge. */
const notInAddress: ReadonlySet<number> = new Set(Buffer.from(' "(),:;<>\\'));

/** `local@domain`, spaces around it left out. */
function isAddress(bytes: Buffer, from: number, to: number): boolean {
  let start = from;
  let end = to;
  while (start < end && bytes[start] === 32) start++;
  while (end > start && bytes[end - 1] === 32) end--;
  let at = -1;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number;
    if (byte === 64) {
      if (at !== -1) return false;
      at = index;
    } else if (byte < 65 && notInAddress.has(byte)) return false;
    else if (byte === 92) return false;
  }
  return at > start && at < end - 1 && end - start <= 320;
}

function hasFigure(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57) return true;
  }
  return false;
}

/** Bytes of a field as text. */
export function fieldText(bytes: Buffer, start: number, end: number): string {
  if (start >= end) return '';
  const text = bytes.toString('latin1', start, end);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return bytes.toString('utf8', start, end).trim();
  return text.trim();
}

/**
 * Judges the lines of one file and gives those that are good in canonical form. The block it returns is valid until the next call.
 */
export class LineJudge {
  readonly #layout: LineLayout;
  readonly #maxLineBytes: number;
  readonly #reject: (line: RejectedLine) => void;
  /** Ends of the file's own columns, of the line at hand. */
  readonly #fileEnds: Uint32Array;
  #starts: Uint32Array = new Uint32Array(2048);
  #ends: Uint32Array = new Uint32Array(2048);
  #fieldEnds: Uint32Array = new Uint32Array(65_536);
  #lineNumbers: Uint32Array = new Uint32Array(2048);
  #rewritten: Buffer = Buffer.alloc(0);

  constructor(layout: LineLayout, options: { readonly maxLineBytes: number; readonly reject: (line: RejectedLine) => void }) {
    this.#layout = layout;
    this.#maxLineBytes = options.maxLineBytes;
    this.#reject = options.reject;
    this.#fileEnds = new Uint32Array(layout.fileColumns + 2);
  }

  /** @param from - index of the first line to judge: 1 to leave out the heading. */
  judge(block: LineBlock, from = 0): CanonicalBlock {
    const { bytes } = block;
    const { format } = this.#layout;
    const isCanonical = this.#layout.isCanonical && !block.hasReturns;
    const columns = format.columns.length;
    const textIsGood = isUtf8(bytes);
    this.#starts = grown(this.#starts, block.count);
    this.#ends = grown(this.#ends, block.count);
    this.#lineNumbers = grown(this.#lineNumbers, block.count);
    this.#fieldEnds = grown(this.#fieldEnds, block.count * columns + 1);
    if (!isCanonical && this.#rewritten.length < bytes.length + block.count * (columns + 1)) {
      this.#rewritten = Buffer.allocUnsafe(2 * bytes.length + block.count * (columns + 1));
    }
    let count = 0;
    let writeAt = 0;
    for (let index = from; index < block.count; index++) {
      const start = block.starts[index] ?? 0;
      const end = block.ends[index] ?? 0;
      // An empty line is no line: files end with some.
      if (start === end) continue;
      const lineNumber = block.firstLineNumber + index;
      const canonicalEnd = this.#fieldsOf(bytes, start, end, textIsGood, lineNumber);
      if (canonicalEnd === -1) continue;
      const fieldsAt = count * columns;
      if (isCanonical) {
        for (let column = 0; column < columns; column++) this.#fieldEnds[fieldsAt + column] = this.#fileEnds[column] as number;
        this.#starts[count] = start;
        this.#ends[count] = canonicalEnd;
      } else {
        this.#starts[count] = writeAt;
        writeAt = this.#rewrite(bytes, start, writeAt, fieldsAt);
        this.#ends[count] = writeAt++;
      }
      const target = isCanonical ? bytes : this.#rewritten;
      const problem = this.#problemOf(target, this.#starts[count] ?? 0, fieldsAt);
      if (problem !== null) {
        if (!isCanonical) writeAt = this.#starts[count] ?? 0;
        this.#put(problem, lineNumber, bytes, start, end);
        continue;
      }
      this.#lineNumbers[count++] = lineNumber;
    }
    return {
      bytes: isCanonical ? bytes : this.#rewritten,
      count,
      columns,
      starts: this.#starts,
      ends: this.#ends,
      fieldEnds: this.#fieldEnds,
      lineNumbers: this.#lineNumbers,
      offset: isCanonical ? block.offset : null,
    };
  }

  #put(reason: RejectionReason, lineNumber: number, bytes: Buffer, start: number, end: number): void {
    this.#reject({ reason, lineNumber, line: Uint8Array.from(bytes.subarray(start, Math.min(end, start + maxRejectedBytes))) });
  }

  /** Finds the file's columns. @returns where the line ends, a trailing `|` left out; -1 when it was rejected */
  #fieldsOf(bytes: Buffer, start: number, end: number, textIsGood: boolean, lineNumber: number): number {
    if (end - start > this.#maxLineBytes) {
      this.#put('too-long', lineNumber, bytes, start, end);
      return -1;
    }
    const { fileColumns } = this.#layout;
    const ends = this.#fileEnds;
    let count = 0;
    let hasControl = false;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === separator) {
        if (count < fileColumns) ends[count] = at;
        count++;
      } else if (byte < 32 || byte === 127) hasControl = true;
    }
    let lineEnd = end;
    // One `|` too many, at the end: a habit of some exports.
    if (count === fileColumns && bytes[end - 1] === separator) lineEnd = end - 1;
    else {
      if (count < fileColumns) ends[count] = end;
      count++;
    }
    const reason = count !== fileColumns ? 'columns' : hasControl ? 'control-character' : null;
    if (reason !== null || (!textIsGood && !isUtf8(bytes.subarray(start, end)))) {
      this.#put(reason ?? 'encoding', lineNumber, bytes, start, end);
      return -1;
    }
    return lineEnd;
  }

  /** Writes the canonical line at `writeAt`. @returns its end */
  #rewrite(bytes: Buffer, start: number, writeAt: number, fieldsAt: number): number {
    const { sources } = this.#layout;
    let at = writeAt;
    for (let column = 0; column < sources.length; column++) {
      if (column > 0) this.#rewritten[at++] = separator;
      const source = sources[column] ?? -1;
      if (source !== -1) {
        const fieldStart = source === 0 ? start : (this.#fileEnds[source - 1] ?? 0) + 1;
        at += bytes.copy(this.#rewritten, at, fieldStart, this.#fileEnds[source]);
      }
      this.#fieldEnds[fieldsAt + column] = at;
    }
    this.#rewritten[at] = 10;
    return at;
  }

  #problemOf(bytes: Buffer, start: number, fieldsAt: number): RejectionReason | null {
    const ends = this.#fieldEnds;
    const firstEnd = ends[fieldsAt] ?? 0;
    if (this.#layout.format.kind !== 'mailboxes') {
      // The number, or the national identifier. Headings in the middle, of files put one behind the other, have neither.
      return hasFigure(bytes, firstEnd + 1, ends[fieldsAt + 2] ?? 0) ? null : 'identity';
    }
    const addressEnd = ends[fieldsAt + mailboxColumns.address] ?? 0;
    if (!isAddress(bytes, firstEnd + 1, addressEnd)) return 'address';
    return firstEnd > start ? null : 'identity';
  }
}
