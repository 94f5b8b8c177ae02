import { Buffer } from 'node:buffer';
import { LineHasher } from '../line/line-hash.js';
import type { LineTable } from './line-table.js';

/** The lines of the state before, by rank: 0 is the first. */
export interface OldLines {
  /** About how many. */
  readonly expected: number;
  /** Adds the hash of every line to the table, in order. */
  index(table: LineTable): Promise<void>;
  /** Lines `first` to `last`, both included, joined by LF. Valid until the next call. */
  range(first: number, last: number): Buffer | Promise<Buffer>;
  /** What {@link Scratch.gone} is told as the line's number. */
  idAt(rank: number): number;
}

/** Adds the hash of every line of a text whose lines are joined by LF. @returns how many */
export function indexLines(table: LineTable, joined: Buffer): number {
  const hasher = new LineHasher(joined);
  let count = 0;
  for (let start = 0; start <= joined.length; count++) {
    const found = joined.indexOf(10, start);
    const end = found === -1 ? joined.length : found;
    table.add(hasher.hash(start, end));
    start = end + 1;
  }
  return count;
}

/** A view on bytes as Buffer. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
