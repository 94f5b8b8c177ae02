import type { QueryToken, SearchQuery } from './query.js';
import { scoreUnit } from './score.js';
import type { FacetFilter, Reading, SearchMatch, SegmentSearch } from './segment-search.js';
import { TopHits, type ScoredEntry } from './top-hits.js';

export interface EngineQuery {
  readonly query: SearchQuery;
  readonly facets: FacetFilter;
  /** Ids of the entries that an identifier or address of the query selects; null: none does. */
  readonly entryIds: readonly number[] | null;
  readonly offset: number;
  readonly limit: number;
}

export interface EngineHit {
  readonly entryId: number;
  readonly score: number;
  readonly matches: readonly SearchMatch[];
}

export interface EngineResult {
  readonly total: number;
  readonly hits: readonly EngineHit[];
}

/** Below this many hits of what was typed, a typing error is thought of. */
const fewHits = 5;
/** A hit by another reading is worth so much less. */
const otherReadingHandicap = 3 * scoreUnit;

/** Searches some segments as one index. */
export function searchSegments(segments: readonly SegmentSearch[], wanted: EngineQuery): EngineResult {
  const { query, offset, limit } = wanted;
  const { tokens } = query;
  const end = offset + limit;
  const within = segments.map((segment) => wanted.entryIds?.map((id) => segment.ordinalOf(id)).filter((ordinal) => ordinal >= 0) ?? null);
  const ranked: { readonly hit: ScoredEntry; readonly reading: Reading }[] = [];
  let total = 0;
  const run = (reading: Reading, seen: readonly Set<number>[] | null): void => {
    const top = new TopHits(end);
    for (const [at, segment] of segments.entries())
      total += segment.search({ reading, facets: wanted.facets, ordinals: within[at] ?? null, seen: seen?.[at] ?? null }, top);
    for (const hit of top.sorted()) ranked.push({ hit, reading });
  };
  // The words of a link alone select nothing; an identifier or address does.
  if (tokens.some((token) => token.required) || wanted.entryIds !== null) run({ tokens, erroneous: -1, handicap: 0 }, null);
  if (total < fewHits && tokens.length > 0) {
    const seen = segments.map(() => new Set<number>());
    total = 0;
    ranked.length = 0;
    run({ tokens, erroneous: -1, handicap: 0 }, seen);
    for (const reading of otherReadings(tokens)) run(reading, seen);
    ranked.sort((a, b) => b.hit.score - a.hit.score);
  }
  return {
    total,
    hits: ranked.slice(offset, end).map(({ hit, reading }) => {
      const found = segments[hit.segment] as SegmentSearch;
      return {
        entryId: found.segment.entryIds[hit.ordinal] as number,
        score: hit.score / scoreUnit,
        matches: found.explain(hit.ordinal, reading),
      };
    }),
  };
}

/** One typing error in one word, or a space too many between two. */
function otherReadings(tokens: readonly QueryToken[]): Reading[] {
  const readings: Reading[] = [];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (next !== undefined && next.fields === token.fields) {
      const both: QueryToken = { word: token.word + next.word, fields: token.fields, required: true, isPerson: false, synonyms: [] };
      readings.push({ tokens: tokens.toSpliced(at, 2, both), erroneous: -1, handicap: otherReadingHandicap });
    }
    if (token.required) readings.push({ tokens, erroneous: at, handicap: otherReadingHandicap });
  }
  return readings;
}
