import { fieldBits, fieldCount, fieldMask } from './fields.js';
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
export function countTerms({ terms, forward }: Forward): Pick<Segment, 'termPostings' | 'shares'> {
  const uses = new Uint32Array(terms * fieldCount);
  for (const chunk of forward.chunks()) for (let at = 0; at < chunk.length; at += 1) uses[chunk[at] as number]! += 1;
  const termPostings = new Uint32Array(terms + 1);
  const shares = new Uint8Array(terms * fieldCount);
  for (let term = 0; term < terms; term += 1) {
    let count = 0;
    for (let field = 0; field < fieldCount; field += 1) count += uses[(term << fieldBits) | field] as number;
    termPostings[term + 1] = (termPostings[term] as number) + count;
    for (let at = term << fieldBits; at < (term + 1) << fieldBits; at += 1) {
      const use = uses[at] as number;
      if (use > 0) shares[at] = Math.max(1, Math.round((255 * use) / count));
    }
  }
  return { termPostings, shares };
}

/** So many postings are made at once, if no term has more: each turn reads the whole of the forward list. */
const postingsOfTurn = 1 << 21;

/** From "the terms of each entry" to "the entries of each term", piece by piece. */
export function* invert(of: Forward, termPostings: Uint32Array): Generator<Uint32Array> {
  for (let from = 0; from < of.terms;) {
    const first = termPostings[from] as number;
    let to = from + 1;
    while (to < of.terms && (termPostings[to + 1] as number) - first <= postingsOfTurn) to += 1;
    const next = termPostings.slice(from, to);
    const postings = new Uint32Array((termPostings[to] as number) - first);
    fill(of, { from, to, first, next, postings });
    yield postings;
    from = to;
  }
}

interface Turn {
  readonly from: number;
  readonly to: number;
  /** The place of the first posting of the turn among all. */
  readonly first: number;
  /** By `term - from`: where its next posting goes. */
  readonly next: Uint32Array;
  readonly postings: Uint32Array;
}

function fill({ forward, forwardStart, forwardLength }: Forward, { from, to, first, next, postings }: Turn): void {
  for (let ordinal = 0; ordinal < forwardStart.length; ordinal += 1) {
    const start = forwardStart[ordinal] as number;
    const end = start + (forwardLength[ordinal] as number);
    for (let at = start; at < end; at += 1) {
      const packed = forward.get(at);
      const term = packed >>> fieldBits;
      if (term < from || term >= to) continue;
      const place = next[term - from] as number;
      postings[place - first] = (ordinal << fieldBits) | (packed & fieldMask);
      next[term - from] = place + 1;
    }
  }
}
