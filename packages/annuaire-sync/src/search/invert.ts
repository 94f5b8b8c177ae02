import { fieldBits, fieldCount } from './fields.js';
import type { GrowingUint32Array } from './growing-array.js';
import type { Segment } from './segment.js';

/** The terms of entries, by ordinal. */
export interface Forward {
  /** How many different terms there are. */
  readonly terms: number;
  readonly forward: GrowingUint32Array;
  readonly forwardStart: Uint32Array;
  readonly forwardLength: Uint8Array;
}

/** How often each term is used, and in which field. */
export function countTerms({ terms, forward }: Forward): Pick<Segment, 'runs' | 'shares'> {
  // Counted one place further on, so that sums make the beginnings of it.
  const runs = new Uint32Array(terms * fieldCount + 1);
  for (const chunk of forward.chunks()) for (let at = 0; at < chunk.length; at += 1) runs[(chunk[at] as number) + 1]! += 1;
  const shares = new Uint8Array(terms * fieldCount);
  for (let term = 0; term < terms; term += 1) {
    const first = term << fieldBits;
    let count = 0;
    for (let packed = first; packed < first + fieldCount; packed += 1) count += runs[packed + 1] as number;
    for (let packed = first; packed < first + fieldCount; packed += 1) {
      const use = runs[packed + 1] as number;
      if (use > 0) shares[packed] = Math.max(1, Math.round((255 * use) / count));
    }
  }
  for (let packed = 0; packed < shares.length; packed += 1) runs[packed + 1]! += runs[packed] as number;
  return { runs, shares };
}

/** So many postings are made at once, if no run has more: each turn reads the whole of the forward list. */
const postingsOfTurn = 1 << 21;

/** From "the terms of each entry" to "the entries of each term", piece by piece. */
export function* invert(of: Forward, runs: Uint32Array): Generator<Uint32Array> {
  const count = runs.length - 1;
  for (let from = 0; from < count;) {
    const first = runs[from] as number;
    let to = from + 1;
    while (to < count && (runs[to + 1] as number) - first <= postingsOfTurn) to += 1;
    const next = runs.slice(from, to);
    const postings = new Uint32Array((runs[to] as number) - first);
    fill(of, { from, to, first, next, postings });
    yield postings;
    from = to;
  }
}

interface Turn {
  /** Packed terms `from` (included) to `to` (excluded). */
  readonly from: number;
  readonly to: number;
  /** The place of the first posting of the turn among all. */
  readonly first: number;
  /** By `packed - from`: where its next posting goes. */
  readonly next: Uint32Array;
  readonly postings: Uint32Array;
}

function fill({ forward, forwardStart, forwardLength }: Forward, { from, to, first, next, postings }: Turn): void {
  for (let ordinal = 0; ordinal < forwardStart.length; ordinal += 1) {
    const start = forwardStart[ordinal] as number;
    const end = start + (forwardLength[ordinal] as number);
    for (let at = start; at < end; at += 1) {
      const packed = forward.get(at);
      if (packed < from || packed >= to) continue;
      const place = next[packed - from] as number;
      postings[place - first] = ordinal;
      next[packed - from] = place + 1;
    }
  }
}
