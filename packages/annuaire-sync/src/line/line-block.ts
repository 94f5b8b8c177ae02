import { Buffer } from 'node:buffer';

/** Whole lines of a text, as they came, without their line ends. */
export interface LineBlock {
  readonly bytes: Buffer;
  /** Position of the first of these bytes in the text. */
  readonly offset: number;
  readonly count: number;
  /** Line `i` is `bytes[starts[i] … ends[i]]`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Number of the first line, the heading being 1. */
  readonly firstLineNumber: number;
  /** Lines end with CR LF. */
  readonly hasReturns: boolean;
  /** The text ended without a line end after the last line of this block. */
  readonly unterminated: boolean;
  /** Bytes of the text read so far. */
  readonly readBytes: number;
}

const lineFeed = 10;
const carriageReturn = 13;
/** Pieces are not all of one size. */
const pieceRoom = 64 * 1024;

/** Grows by doubling. */
export function grown(array: Uint32Array, needed: number): Uint32Array {
  if (needed <= array.length) return array;
  const larger = new Uint32Array(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}

/**
 * Cuts a stream into blocks of whole lines; LF and CRLF end a line. Memory: one piece of the stream and one line.
 *
 * A line longer than `maxLineBytes` comes out as its first `maxLineBytes + 1` bytes: nobody takes it for a good one.
 * The block is valid until the next one is asked for.
 */
export async function* readLineBlocks(
  pieces: AsyncIterable<Uint8Array>,
  options: { readonly maxLineBytes: number },
): AsyncGenerator<LineBlock, void, undefined> {
  const { maxLineBytes } = options;
  let starts: Uint32Array = new Uint32Array(4096);
  let ends: Uint32Array = new Uint32Array(4096);
  let carry: Buffer = Buffer.alloc(0);
  let skipping = false;
  let lineNumber = 1;
  let readBytes = 0;
  /** Position in the text of the end of what is cut. */
  let endOffset = 0;
  let room: Buffer = Buffer.alloc(0);

  /** What was left of the piece before, then this one, in memory that is used again and again. */
  function join(bytes: Buffer): Buffer {
    if (carry.length === 0) return bytes;
    const length = carry.length + bytes.length;
    if (room.length < length) room = Buffer.allocUnsafe(length + pieceRoom);
    carry.copy(room);
    bytes.copy(room, carry.length);
    return room.subarray(0, length);
  }

  function cut(bytes: Buffer, isEnd: boolean): LineBlock {
    let count = 0;
    let start = 0;
    let hasReturns = false;
    for (;;) {
      let end = bytes.indexOf(lineFeed, start);
      const terminated = end !== -1;
      if (!terminated) {
        if (!isEnd || start === bytes.length) break;
        end = bytes.length;
      }
      const trimmed = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
      if (trimmed !== end) hasReturns = true;
      starts = grown(starts, count + 1);
      ends = grown(ends, count + 1);
      starts[count] = start;
      ends[count++] = Math.min(trimmed, start + maxLineBytes + 1);
      start = end + 1;
      if (!terminated) break;
    }
    carry = start >= bytes.length ? Buffer.alloc(0) : bytes.subarray(start);
    const firstLineNumber = lineNumber;
    const offset = endOffset - bytes.length;
    lineNumber += count;
    return { bytes, offset, count, starts, ends, firstLineNumber, hasReturns, unterminated: isEnd && start > bytes.length, readBytes };
  }

  for await (const piece of pieces) {
    readBytes += piece.length;
    endOffset = readBytes;
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (skipping) {
      const end = bytes.indexOf(lineFeed);
      if (end === -1) continue;
      skipping = false;
      bytes = bytes.subarray(end);
    }
    const block = cut(join(bytes), false);
    if (carry.length > maxLineBytes + 2) {
      carry = Buffer.from(carry.subarray(0, maxLineBytes + 1));
      skipping = true;
    } else if (carry.length > 0) carry = Buffer.from(carry);
    if (block.count > 0) yield block;
  }
  if (carry.length > 0) yield cut(carry, true);
}
