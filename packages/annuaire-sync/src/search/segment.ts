/**
 * A part of the search index: an inverted index over some entries, written once, never changed.
 *
 * Terms are sorted, and postings stand in the order of their terms, so that all postings of a prefix are one slice.
 * Entries are numbered (ordinal) in the order of family name and given name, so that equal hits come alphabetically.
 * A number packed with a field is `number << 3 | field`.
 */
export interface Segment {
  /** Sorted by code unit; folded words of `a-z0-9`. */
  readonly terms: readonly string[];
  /** Postings of term t: `termPostings[t]` to `termPostings[t + 1]`. */
  readonly termPostings: Uint32Array;
  /** Ordinal and field, rising within a term. */
  readonly postings: Uint32Array;
  /** For each term and field (`t * 8 + field`): how much of the term's use is in this field, 255 for all. */
  readonly shares: Uint8Array;
  /** Terms of ordinal o: `forwardLength[o]` numbers from `forwardStart[o]`. */
  readonly forwardStart: Uint32Array;
  readonly forwardLength: Uint8Array;
  /** Term and field. */
  readonly forward: Uint32Array;
  /** What an entry's names cost, by ordinal: see `score.ts`. */
  readonly costs: Uint8Array;
  /** The beginning of each family name, by ordinal, rising: equal hits of several segments come alphabetically by it. */
  readonly nameKeys: Uint32Array;
  /** The entry's id by ordinal. */
  readonly entryIds: Uint32Array;
  /** Four numbers an ordinal: type, profession, speciality, department; 0 for none, else place in `facetValues` + 1. */
  readonly facets: Uint16Array;
  readonly facetValues: FacetValues;
}

/** The filterable values of a segment, in the order of first use. */
export interface FacetValues {
  readonly type: readonly string[];
  readonly profession: readonly string[];
  readonly specialty: readonly string[];
  readonly department: readonly string[];
}

export type Facet = keyof FacetValues;

/** The order in `Segment.facets`. */
export const facetNames: readonly Facet[] = ['type', 'profession', 'specialty', 'department'];
