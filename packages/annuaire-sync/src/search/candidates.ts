import { fieldBits, fieldMask } from './fields.js';
import type { TokenMatcher } from './matcher.js';
import type { Segment } from './segment.js';

/** Reading the terms of an entry costs about as much as reading so many postings. */
const costOfEntry = 16;
/** The lower half of a stamp is a worth, the upper half the turn in which it was noted. */
const worthBits = 16;
const worthMask = 0xffff;
const maxTurn = 0xffff;

/** An entry that something else selected, with what that is worth. */
export interface Selected {
  readonly ordinal: number;
  readonly worth: number;
}

/**
 * The entries that match all of some tokens, with the sum of their worths.
 *
 * The rarest token leads. Each further one is either looked up in the entries left, or its postings are read and
 * crossed with them, whichever is less work. The arrays are made once for a segment and used again for each query.
 */
export class CandidateFinder {
  /** The first `count` of them are valid until the next call. */
  readonly ordinals: Uint32Array;
  readonly worths: Uint32Array;
  readonly #segment: Segment;
  /** By ordinal: the best worth for one token, and its turn. */
  readonly #stamps: Uint32Array;
  #turn = 0;
  #count = 0;

  constructor(segment: Segment) {
    const entries = segment.entryIds.length;
    this.#segment = segment;
    this.ordinals = new Uint32Array(entries);
    this.worths = new Uint32Array(entries);
    this.#stamps = new Uint32Array(entries);
  }

  get count(): number {
    return this.#count;
  }

  /** @param selected - only these, when there are such */
  find(tokens: readonly TokenMatcher[], selected: readonly Selected[] | null): void {
    const [lead, ...others] = tokens.toSorted((a, b) => a.cost - b.cost);
    this.#count = 0;
    if (selected !== null) {
      this.#startWith(selected);
      for (const token of tokens) this.#lookUp(token);
      return;
    }
    if (lead === undefined) return;
    this.#startFrom(lead);
    for (const token of others) {
      if (this.#count === 0) return;
      if (token.cost < this.#count * costOfEntry) this.#cross(token);
      else this.#lookUp(token);
    }
  }

  #startWith(selected: readonly Selected[]): void {
    for (const { ordinal, worth } of selected) {
      this.ordinals[this.#count] = ordinal;
      this.worths[this.#count] = worth;
      this.#count += 1;
    }
  }

  #startFrom(token: TokenMatcher): void {
    const { ordinals, worths } = this;
    this.#count = this.#read(token);
    for (let at = 0; at < this.#count; at += 1) worths[at] = (this.#stamps[ordinals[at] as number] as number) & worthMask;
  }

  #cross(token: TokenMatcher): void {
    const { ordinals, worths } = this;
    const stamps = this.#stamps;
    const count = this.#count;
    this.#stamp(token);
    const base = (this.#turn << worthBits) >>> 0;
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const ordinal = ordinals[at] as number;
      const stamp = stamps[ordinal] as number;
      if (stamp < base) continue;
      ordinals[kept] = ordinal;
      worths[kept] = (worths[at] as number) + (stamp & worthMask);
      kept += 1;
    }
    this.#count = kept;
  }

  #lookUp(token: TokenMatcher): void {
    const { ordinals, worths } = this;
    const { forward, forwardStart, forwardLength } = this.#segment;
    let kept = 0;
    for (let at = 0; at < this.#count; at += 1) {
      const ordinal = ordinals[at] as number;
      const start = forwardStart[ordinal] as number;
      const end = start + (forwardLength[ordinal] as number);
      let best = 0;
      for (let place = start; place < end; place += 1) {
        const worth = token.worthOf(forward[place] as number);
        if (worth > best) best = worth;
      }
      if (best === 0) continue;
      ordinals[kept] = ordinal;
      worths[kept] = (worths[at] as number) + best;
      kept += 1;
    }
    this.#count = kept;
  }

  #nextTurn(): number {
    if (this.#turn === maxTurn) {
      this.#stamps.fill(0);
      this.#turn = 0;
    }
    this.#turn += 1;
    return (this.#turn << worthBits) >>> 0;
  }

  /** Notes the best worth of each entry for one token, and lists the entries. @returns how many there are */
  #read(token: TokenMatcher): number {
    const { termPostings, postings } = this.#segment;
    const { ordinals } = this;
    const stamps = this.#stamps;
    const base = this.#nextTurn();
    let count = 0;
    for (const { from, to, worths, counts } of token.ways) {
      for (let term = from, row = 0; term < to; term += 1, row += 1 << fieldBits) {
        if (counts[term - from] === 0) continue;
        const end = termPostings[term + 1] as number;
        for (let at = termPostings[term] as number; at < end; at += 1) {
          const packed = postings[at] as number;
          const worth = worths[row + (packed & fieldMask)] as number;
          if (worth === 0) continue;
          const ordinal = packed >>> fieldBits;
          const known = stamps[ordinal] as number;
          if (known < base) {
            ordinals[count] = ordinal;
            count += 1;
            stamps[ordinal] = base | worth;
          } else if (worth > (known & worthMask)) stamps[ordinal] = base | worth;
        }
      }
    }
    return count;
  }

  /** As {@link #read}, without the list. */
  #stamp(token: TokenMatcher): void {
    const { termPostings, postings } = this.#segment;
    const stamps = this.#stamps;
    const base = this.#nextTurn();
    for (const { from, to, worths, counts } of token.ways) {
      for (let term = from, row = 0; term < to; term += 1, row += 1 << fieldBits) {
        if (counts[term - from] === 0) continue;
        const end = termPostings[term + 1] as number;
        for (let at = termPostings[term] as number; at < end; at += 1) {
          const packed = postings[at] as number;
          const worth = worths[row + (packed & fieldMask)] as number;
          const stamp = (base | worth) >>> 0;
          const ordinal = packed >>> fieldBits;
          if (worth > 0 && (stamps[ordinal] as number) < stamp) stamps[ordinal] = stamp;
        }
      }
    }
  }
}
