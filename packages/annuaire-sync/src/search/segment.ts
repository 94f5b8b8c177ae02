/**
 * A part of the search index: an inverted index over some entries, written once, never changed.
 *
 * Terms are sorted. Entries are numbered (ordinal) in the order of family name and given name, so that equal hits come
 * alphabetically. A term packed with a field is `term << 3 | field`. Postings stand in *runs*, one for each term and field, in
 * the order of these: whoever looks for a name passes over the addresses, and all of a run is worth the same.
 */
export interface Segment {
  /** Sorted by code unit; folded words of `a-z0-9`, and domains with an `@` before them. */
  readonly terms: readonly string[];
  /** Where the run of each packed term begins in `postings`; at last where the last one ends. */
  readonly runs: Uint32Array;
  /** Ordinals, rising within a run. */
  readonly postings: Uint32Array;
  /** For each term and field (`t * 8 + field`): how much of the term's use is in this field, 255 for all. */
  readonly shares: Uint8Array;
  /** Terms of ordinal o: `forwardLength[o]` numbers from `forwardStart[o]`. */
  readonly forwardStart: Uint32Array;
  readonly forwardLength: Uint8Array;
  /** Packed terms. */
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
