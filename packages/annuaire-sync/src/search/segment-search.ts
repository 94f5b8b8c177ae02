import { CandidateFinder, type Selected } from './candidates.js';
import { EntryPlaces } from './entry-places.js';
import { searchFields, type SearchField } from './fields.js';
import { fieldOf, TokenMatcher, type MatchKind } from './matcher.js';
import type { QueryToken } from './query.js';
import { costUnit } from './score.js';
import { facetNames, type Facet, type Segment } from './segment.js';
import type { TopHits } from './top-hits.js';

/** Why an entry was found: which word of the query, where, and how. */
export interface SearchMatch {
  readonly word: string;
  readonly field: SearchField | 'identifier' | 'mailbox';
  readonly kind: MatchKind;
}

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

/** One segment of the index with what it needs to be searched; not for two searches at once. */
export class SegmentSearch {
  readonly segment: Segment;
  readonly number: number;
  readonly #isDead: Uint8Array | null;
  readonly #finder: CandidateFinder;
  readonly #matchers = new WeakMap<QueryToken, TokenMatcher>();
  readonly #mistyped = new WeakMap<QueryToken, TokenMatcher>();
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
    const matchers = this.#matchersOf(reading);
    const required = matchers.filter((matcher) => matcher.token.required);
    const accepts = this.#facetTest(facets);
    if (accepts === 'nothing' || required.some((matcher) => matcher.cost === 0)) return 0;
    const finder = this.#finder;
    finder.find(required, selected);
    const { ordinals, worths, count } = finder;
    const { costs, nameKeys } = this.segment;
    const isDead = this.#isDead;
    let total = 0;
    for (let at = 0; at < count; at += 1) {
      const ordinal = ordinals[at] as number;
      if (isDead !== null && isDead[ordinal] === 1) continue;
      if (accepts !== 'all' && !accepts(ordinal)) continue;
      if (seen !== null && isSeen(seen, ordinal)) continue;
      total += 1;
      top.offer(this.number, ordinal, (worths[at] as number) - (costs[ordinal] as number) * costUnit - reading.handicap, nameKeys);
    }
    return total;
  }

  /** Those of some entries that are in this segment. @param worths - by id */
  select(worths: ReadonlyMap<number, number>): Selected[] {
    const places = (this.#places ??= new EntryPlaces(this.segment.entryIds));
    return [...worths].map(([id, worth]) => ({ ordinal: places.placeOf(id), worth })).filter(({ ordinal }) => ordinal >= 0);
  }

  /** What the words that only help to rank add. */
  help(ordinal: number, reading: Reading): number {
    const helpers = this.#matchersOf(reading).filter((matcher) => !matcher.token.required);
    const terms = this.#termsOf(ordinal);
    let help = 0;
    for (const helper of helpers) {
      let best = 0;
      for (const packed of terms) best = Math.max(best, helper.worthOf(packed));
      help += best;
    }
    return help;
  }

  /** Why an entry matches: for each word its best place. */
  explain(ordinal: number, reading: Reading): SearchMatch[] {
    const terms = this.#termsOf(ordinal);
    return this.#matchersOf(reading).flatMap((matcher) => {
      let best = 0;
      let found: SearchMatch | null = null;
      for (const packed of terms) {
        const worth = matcher.worthOf(packed);
        const kind = worth > best ? matcher.kindOf(packed) : null;
        if (kind === null) continue;
        best = worth;
        found = { word: matcher.token.word, field: searchFields[fieldOf(packed)] as SearchField, kind };
      }
      return found === null ? [] : [found];
    });
  }

  /** A token is the same in several readings of a query, but for the one that is read with an error. */
  #matchersOf({ tokens, erroneous }: Reading): readonly TokenMatcher[] {
    return tokens.map((token, at) => {
      const withError = at === erroneous;
      const known = withError ? this.#mistyped : this.#matchers;
      let matcher = known.get(token);
      if (matcher === undefined) known.set(token, (matcher = new TokenMatcher(this.segment, token, { withError })));
      return matcher;
    });
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
