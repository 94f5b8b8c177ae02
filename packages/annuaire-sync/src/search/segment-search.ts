import { CandidateFinder, type Selected } from './candidates.js';
import { EntryPlaces } from './entry-places.js';
import { ErrorMatcher, TokenMatcher, type Matcher } from './matcher.js';
import type { QueryToken } from './query.js';
import { reasonsOf, type SearchMatch } from './reasons.js';
import { costUnit } from './score.js';
import { facetNames, type Facet, type Segment } from './segment.js';
import type { TopHits } from './top-hits.js';
import { canBeMistyped } from './typing-error.js';

/** Wanted values of facets, as published; an entry must have one of each list. */
export type FacetFilter = Readonly<Partial<Record<Facet, readonly string[]>>>;

/** One way to read a query: its tokens, one of them perhaps with a typing error. */
export interface Reading {
  readonly tokens: readonly QueryToken[];
  /** The token to be read with a typing error; -1 for none. */
  readonly erroneous: number;
  /** Taken off every score. */
  readonly handicap: number;
}

export interface SegmentQuery {
  readonly reading: Reading;
  readonly facets: FacetFilter;
  /** Only these, when an identifier or address of the query selects them. */
  readonly selected: readonly Selected[] | null;
  /** Ordinals that were counted already are passed over, new ones added to it. */
  readonly seen: Set<number> | null;
}

/** How entries are found that lack one word of a query, which stands in them with a typing error. */
export interface ErrorQuery extends Omit<SegmentQuery, 'reading'> {
  /** For each word that must match, in the order of the tokens, the reading in which it is the wrong one. */
  readonly readings: readonly Reading[];
}

/** Reading so many entries is as much work as searching the dictionary for the words that a wrong one may mean. */
const maxReadThrough = 600;
/** Of so many, those that lack a word are kept beside those that have all. */
const maxKept = 3000;
/** So many postings are worth a try: what the other words leave of them is much less. */
const maxTried = 30_000;

interface ErrorTokens {
  /** In the order of the readings. */
  readonly tokens: readonly TokenMatcher[];
  readonly rarest: TokenMatcher;
  /** Rising by cost. */
  readonly others: readonly TokenMatcher[];
}

/** One segment of the index with what it needs to be searched; not for two searches at once. */
export class SegmentSearch {
  readonly segment: Segment;
  readonly number: number;
  readonly #isDead: Uint8Array | null;
  readonly #finder: CandidateFinder;
  readonly #matchers = new WeakMap<QueryToken, TokenMatcher>();
  readonly #mistyped = new WeakMap<QueryToken, TokenMatcher>();
  readonly #errors = new WeakMap<QueryToken, ErrorMatcher>();
  #places: EntryPlaces | null = null;

  /** @param dead - entry ids that are gone or replaced in a later segment */
  constructor(segment: Segment, number: number, dead: ReadonlySet<number>) {
    this.segment = segment;
    this.number = number;
    this.#finder = new CandidateFinder(segment);
    this.#isDead = dead.size === 0 ? null : Uint8Array.from(segment.entryIds, (id) => (dead.has(id) ? 1 : 0));
  }

  /** @returns how many entries match; the best of them, by the words that must match, are in `top`. */
  search({ reading, facets, selected, seen }: SegmentQuery, top: TopHits): number {
    const required = this.#requiredOf(reading);
    const accepts = this.#facetTest(facets);
    if (accepts === 'nothing' || required.some((matcher) => matcher.cost === 0)) return 0;
    const finder = this.#finder;
    // Few entries with the rarest word: those that lack another are perhaps asked for next.
    const isNearly = selected === null && seen === null && Math.min(...required.map((matcher) => matcher.cost)) <= maxKept;
    if (isNearly) finder.findNearly(required, selected);
    else finder.find(required, selected);
    const { ordinals, worths, lacking, count } = finder;
    const { costs, nameKeys } = this.segment;
    const isDead = this.#isDead;
    let total = 0;
    for (let at = 0; at < count; at += 1) {
      if (isNearly && lacking[at] !== 0) continue;
      const ordinal = ordinals[at] as number;
      if (isDead !== null && isDead[ordinal] === 1) continue;
      if (accepts !== 'all' && !accepts(ordinal)) continue;
      if (seen !== null && isSeen(seen, ordinal)) continue;
      total += 1;
      const score = (worths[at] as number) - (costs[ordinal] as number) * costUnit - reading.handicap;
      if (score >= top.floor) top.offer(this.number, ordinal, score, nameKeys);
    }
    return total;
  }

  /**
   * Entries that lack one word, which stands in them with a typing error. Those that have all words must be in `seen`.
   *
   * Few entries lack but one word: these are read, rather than all entries found that have any word one error away.
   *
   * @param tops - for each reading
   * @returns how many entries match
   */
  searchWithError(query: ErrorQuery, tops: readonly TopHits[]): number {
    const { readings, selected } = query;
    const [first] = readings;
    if (first === undefined) return 0;
    const tokens = this.#requiredOf({ ...first, erroneous: -1 });
    // One word can be wrong, the others stand there.
    if (tokens.filter((token) => token.cost === 0).length > 1) return 0;
    if (selected !== null) {
      this.#finder.findNearly(tokens, selected);
      return this.#offerLacking(query, tops, -1);
    }
    const [rarest, ...others] = tokens.toSorted((a, b) => a.cost - b.cost);
    if (rarest === undefined) return 0;
    // First what the search for all words may have left.
    const lackingOther = rarest.cost === 0 ? 0 : this.#searchLackingOther(query, tops, { tokens, rarest, others });
    return lackingOther + this.#searchLackingRarest(query, tops, { tokens, rarest, others });
  }

  #searchLackingOther(query: ErrorQuery, tops: readonly TopHits[], { tokens, rarest, others }: ErrorTokens): number {
    if (others.length === 0) return 0;
    if (others.length > 1 || rarest.cost <= maxReadThrough) {
      this.#finder.findNearly(tokens, null);
      if (this.#finder.count <= maxReadThrough * tokens.length) return this.#offerLacking(query, tops, -1);
    }
    return others.reduce((sum, token) => sum + this.#searchByDictionary(query, tops, tokens.indexOf(token)), 0);
  }

  #searchLackingRarest(query: ErrorQuery, tops: readonly TopHits[], { tokens, rarest, others }: ErrorTokens): number {
    if (!canBeMistyped(rarest.token.word)) return 0;
    const [second] = others;
    const place = tokens.indexOf(rarest);
    if (second === undefined || second.cost > (others.length === 1 ? maxReadThrough : maxTried))
      return this.#searchByDictionary(query, tops, place);
    this.#finder.find(others, null);
    return this.#finder.count <= maxReadThrough ? this.#offerLacking(query, tops, place) : this.#searchByDictionary(query, tops, place);
  }

  #searchByDictionary(query: ErrorQuery, tops: readonly TopHits[], place: number): number {
    return this.search({ ...query, reading: query.readings[place] as Reading }, tops[place] as TopHits);
  }

  /** @param lacked - the place of the token that all lack; -1: each lacks another */
  #offerLacking({ readings, facets, seen }: ErrorQuery, tops: readonly TopHits[], lacked: number): number {
    const { ordinals, worths, lacking, count } = this.#finder;
    const { costs, nameKeys } = this.segment;
    const accepts = this.#facetTest(facets);
    if (accepts === 'nothing') return 0;
    const matchers = readings.map(({ tokens, erroneous }) => this.#errorMatcher(tokens[erroneous] as QueryToken));
    let total = 0;
    for (let at = 0; at < count; at += 1) {
      const ordinal = ordinals[at] as number;
      const place = lacked === -1 ? (lacking[at] as number) - 1 : lacked;
      if (place === -1 || seen?.has(ordinal) === true || this.#isDead?.[ordinal] === 1 || (accepts !== 'all' && !accepts(ordinal)))
        continue;
      const matcher = matchers[place] as Matcher;
      const worth = canBeMistyped(matcher.token.word) ? this.#finder.bestOf(ordinal, matcher) : 0;
      if (worth === 0) continue;
      total += 1;
      const score = (worths[at] as number) + worth - (costs[ordinal] as number) * costUnit - (readings[place] as Reading).handicap;
      (tops[place] as TopHits).offer(this.number, ordinal, score, nameKeys);
    }
    return total;
  }

  /** Those of some entries that are in this segment. @param worths - by id */
  select(worths: ReadonlyMap<number, number>): Selected[] {
    const places = (this.#places ??= new EntryPlaces(this.segment.entryIds));
    return [...worths].map(([id, worth]) => ({ ordinal: places.placeOf(id), worth })).filter(({ ordinal }) => ordinal >= 0);
  }

  /** What the words that only help to rank add. */
  help(ordinal: number, { tokens }: Reading): number {
    let help = 0;
    for (const token of tokens) if (!token.required) help += this.#finder.bestOf(ordinal, this.#matcher(token));
    return help;
  }

  /** Why an entry matches: for each word its best place, once. */
  explain(ordinal: number, { tokens, erroneous }: Reading): SearchMatch[] {
    const terms = this.#termsOf(ordinal);
    const matchers = tokens.map((token, at): Matcher => (at === erroneous ? this.#errorMatcher(token) : this.#matcher(token)));
    return reasonsOf(terms, matchers);
  }

  /** A token is the same in several readings of a query, but for the one that is read with an error. */
  #requiredOf({ tokens, erroneous }: Reading): readonly TokenMatcher[] {
    return tokens.flatMap((token, at) => (!token.required ? [] : [at === erroneous ? this.#mistypedMatcher(token) : this.#matcher(token)]));
  }

  #matcher(token: QueryToken): TokenMatcher {
    let matcher = this.#matchers.get(token);
    if (matcher === undefined) this.#matchers.set(token, (matcher = new TokenMatcher(this.segment, token, { withError: false })));
    return matcher;
  }

  #mistypedMatcher(token: QueryToken): TokenMatcher {
    let matcher = this.#mistyped.get(token);
    if (matcher === undefined) this.#mistyped.set(token, (matcher = new TokenMatcher(this.segment, token, { withError: true })));
    return matcher;
  }

  #errorMatcher(token: QueryToken): ErrorMatcher {
    let matcher = this.#errors.get(token);
    if (matcher === undefined) this.#errors.set(token, (matcher = new ErrorMatcher(this.segment, token)));
    return matcher;
  }

  #termsOf(ordinal: number): Uint32Array {
    const { forward, forwardStart, forwardLength } = this.segment;
    const start = forwardStart[ordinal] as number;
    return forward.subarray(start, start + (forwardLength[ordinal] as number));
  }

  #facetTest(filter: FacetFilter): ((ordinal: number) => boolean) | 'all' | 'nothing' {
    const tests: { readonly at: number; readonly ids: ReadonlySet<number> }[] = [];
    for (const [at, facet] of facetNames.entries()) {
      const wanted = filter[facet];
      if (wanted === undefined || wanted.length === 0) continue;
      const ids = new Set(wanted.map((value) => this.segment.facetValues[facet].indexOf(value) + 1).filter((id) => id > 0));
      if (ids.size === 0) return 'nothing';
      tests.push({ at, ids });
    }
    if (tests.length === 0) return 'all';
    const { facets } = this.segment;
    return (ordinal) => tests.every(({ at, ids }) => ids.has(facets[ordinal * facetNames.length + at] as number));
  }
}

function isSeen(seen: Set<number>, ordinal: number): boolean {
  const before = seen.size;
  seen.add(ordinal);
  return seen.size === before;
}
