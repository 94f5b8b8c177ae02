import { fieldBits } from './fields.js';
import type { Matcher, TokenMatcher } from './matcher.js';
import type { Segment } from './segment.js';

/** Reading the terms of an entry costs about as much as reading so many postings. */
const costOfEntry = 64;
/** When one posting in so many entries is read, all entries are looked through afterwards: in their order, and without a list. */
const denseShare = 8;

/** 0 for 0, 1 for any other worth: without a branch, which a processor foresees badly where every other entry counts. */
const oneIfWorth = (worth: number): number => (worth + 0xffff) >>> 16;

/** An entry that something else selected, with what that is worth. */
export interface Selected {
  readonly ordinal: number;
  readonly worth: number;
}

/**
 * The entries that match all of some tokens, or all but one, with the sum of their worths.
 *
 * The rarest token leads. Each further one is either looked up in the entries left, or its postings are read and
 * crossed with them, whichever is less work. The arrays are made once for a segment and used again for each query.
 */
export class CandidateFinder {
  /** The first `count` of them are valid until the next call, so are `worths` and `lacking`. */
  readonly ordinals: Uint32Array;
  readonly worths: Uint32Array;
  /** Of {@link findNearly}: the place of the token that an entry lacks, + 1; 0 for none. */
  readonly lacking: Uint8Array;
  readonly #segment: Segment;
  /** By ordinal: the best worth for the token at hand. All 0 between two tokens. */
  readonly #best: Uint16Array;
  /** By ordinal, a bit: it is among those left. So small that it stays near the processor. All 0 between two tokens. */
  readonly #isLeft: Uint32Array;
  #count = 0;
  /** The tokens of the last {@link findNearly}, as long as what it found stands. */
  #nearly: readonly TokenMatcher[] = [];

  constructor(segment: Segment) {
    const entries = segment.entryIds.length;
    this.#segment = segment;
    this.ordinals = new Uint32Array(entries);
    this.worths = new Uint32Array(entries);
    this.lacking = new Uint8Array(entries);
    this.#best = new Uint16Array(entries);
    this.#isLeft = new Uint32Array((entries >>> 5) + 1);
  }

  get count(): number {
    return this.#count;
  }

  /** Entries with all tokens. @param selected - only these, when there are such */
  find(tokens: readonly TokenMatcher[], selected: readonly Selected[] | null): void {
    this.#nearly = [];
    const rest = this.#start(tokens, selected);
    for (const token of rest) this.#narrow(token, 0);
  }

  /** Entries that lack at most one of the tokens; but, unless they are selected, not the rarest. */
  findNearly(tokens: readonly TokenMatcher[], selected: readonly Selected[] | null): void {
    const isFound = selected === null && tokens.length === this.#nearly.length && tokens.every((token, at) => token === this.#nearly[at]);
    if (isFound) return;
    const rest = this.#start(tokens, selected);
    this.lacking.fill(0, 0, this.#count);
    for (const token of rest) this.#narrow(token, tokens.indexOf(token) + 1);
    this.#nearly = selected === null ? tokens : [];
  }

  /** What the best of an entry's terms is worth. */
  bestOf(ordinal: number, matcher: Matcher): number {
    const { forward, forwardStart, forwardLength } = this.#segment;
    const start = forwardStart[ordinal] as number;
    const end = start + (forwardLength[ordinal] as number);
    let best = 0;
    for (let place = start; place < end; place += 1) {
      const worth = matcher.worthOf(forward[place] as number);
      if (worth > best) best = worth;
    }
    return best;
  }

  /** @returns the tokens that are still to be applied */
  #start(tokens: readonly TokenMatcher[], selected: readonly Selected[] | null): readonly TokenMatcher[] {
    if (selected !== null) {
      for (const [at, { ordinal, worth }] of selected.entries()) {
        this.ordinals[at] = ordinal;
        this.worths[at] = worth;
      }
      this.#count = selected.length;
      return tokens;
    }
    this.#count = 0;
    const [lead, ...others] = tokens.toSorted((a, b) => a.cost - b.cost);
    if (lead === undefined) return [];
    if (lead.cost * denseShare > this.#best.length) this.#startDense(lead);
    else this.#startSparse(lead);
    return others;
  }

  #startDense(token: TokenMatcher): void {
    const { ordinals, worths } = this;
    const best = this.#best;
    this.#read(token);
    let count = 0;
    for (let ordinal = 0; ordinal < best.length; ordinal += 1) {
      const worth = best[ordinal] as number;
      ordinals[count] = ordinal;
      worths[count] = worth;
      count += oneIfWorth(worth);
    }
    best.fill(0);
    this.#count = count;
  }

  #startSparse(token: TokenMatcher): void {
    const { ordinals, worths } = this;
    const best = this.#best;
    const { postings } = this.#segment;
    let count = 0;
    this.#eachRun(token, (start, end, worth) => {
      for (let at = start; at < end; at += 1) {
        const ordinal = postings[at] as number;
        const known = best[ordinal] as number;
        if (worth <= known) continue;
        if (known === 0) {
          ordinals[count] = ordinal;
          count += 1;
        }
        best[ordinal] = worth;
      }
    });
    for (let at = 0; at < count; at += 1) {
      const ordinal = ordinals[at] as number;
      worths[at] = best[ordinal] as number;
      best[ordinal] = 0;
    }
    this.#count = count;
  }

  /** Notes the best worth of each entry for one token. */
  #read(token: TokenMatcher): void {
    const best = this.#best;
    const { postings } = this.#segment;
    this.#eachRun(token, (start, end, worth) => {
      for (let at = start; at < end; at += 1) {
        const ordinal = postings[at] as number;
        if (worth > (best[ordinal] as number)) best[ordinal] = worth;
      }
    });
  }

  /** The runs in which a token is worth something. */
  #eachRun(token: TokenMatcher, visit: (start: number, end: number, worth: number) => void): void {
    const { runs } = this.#segment;
    for (const way of token.ways) {
      const last = way.to << fieldBits;
      for (let packed = way.from << fieldBits; packed < last; packed += 1) {
        const start = runs[packed] as number;
        const end = runs[packed + 1] as number;
        const worth = start === end ? 0 : token.worthBy(way, packed);
        if (worth > 0) visit(start, end, worth);
      }
    }
  }

  /** @param mark - 0: entries without the token go; else they stay if they lack no other, marked with it */
  #narrow(token: TokenMatcher, mark: number): void {
    if (this.#count === 0) return;
    if (token.cost < this.#count * costOfEntry) this.#cross(token, mark);
    else this.#lookUp(token, mark);
  }

  #cross(token: TokenMatcher, mark: number): void {
    const { ordinals } = this;
    const best = this.#best;
    const isLeft = this.#isLeft;
    const count = this.#count;
    for (let at = 0; at < count; at += 1) {
      const ordinal = ordinals[at] as number;
      isLeft[ordinal >>> 5]! |= 1 << (ordinal & 31);
    }
    this.#readLeft(token);
    this.#keep(mark, (ordinal) => {
      const worth = best[ordinal] as number;
      best[ordinal] = 0;
      isLeft[ordinal >>> 5] = 0;
      return worth;
    });
  }

  /** As {@link #read}, of the entries left. */
  #readLeft(token: TokenMatcher): void {
    const best = this.#best;
    const isLeft = this.#isLeft;
    const { postings } = this.#segment;
    this.#eachRun(token, (start, end, worth) => {
      for (let at = start; at < end; at += 1) {
        const ordinal = postings[at] as number;
        if ((((isLeft[ordinal >>> 5] as number) >>> (ordinal & 31)) & 1) === 1 && worth > (best[ordinal] as number)) best[ordinal] = worth;
      }
    });
  }

  #lookUp(token: TokenMatcher, mark: number): void {
    this.#keep(mark, (ordinal) => this.bestOf(ordinal, token));
  }

  /** Adds what a token is worth to the entries left, and drops those that do not stay. */
  #keep(mark: number, worthOf: (ordinal: number) => number): void {
    const { ordinals, worths, lacking } = this;
    const count = this.#count;
    let kept = 0;
    for (let at = 0; at < count; at += 1) {
      const ordinal = ordinals[at] as number;
      const worth = worthOf(ordinal);
      ordinals[kept] = ordinal;
      worths[kept] = (worths[at] as number) + worth;
      if (mark === 0) kept += oneIfWorth(worth);
      else if (worth > 0 || lacking[at] === 0) {
        lacking[kept] = worth > 0 ? (lacking[at] as number) : mark;
        kept += 1;
      }
    }
    this.#count = kept;
  }
}
