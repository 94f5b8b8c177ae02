import { plainToken, type QueryToken, type SearchQuery } from './query.js';
import { scoreUnit } from './score.js';
import type { SearchMatch } from './reasons.js';
import type { ErrorQuery, FacetFilter, Reading, SegmentSearch } from './segment-search.js';
import { TopHits, type ScoredEntry } from './top-hits.js';
import { maxDepth } from './types.js';

export interface EngineQuery {
  readonly query: SearchQuery;
  readonly facets: FacetFilter;
  /** Only these entries, by id, with what each is worth beforehand: an identifier or address of the query selects them. */
  readonly within: ReadonlyMap<number, number> | null;
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

/** By segment, the ordinals that were found already. */
type Seen = readonly Set<number>[];

/** Searches some segments as one index. */
export function searchSegments(segments: readonly SegmentSearch[], wanted: EngineQuery): EngineResult {
  const { query, offset, limit } = wanted;
  const { tokens } = query;
  const end = offset + limit;
  const selected = segments.map((segment) => (wanted.within === null ? null : segment.select(wanted.within)));
  const ranked: { readonly hit: ScoredEntry; readonly reading: Reading }[] = [];
  let total = 0;
  // Words that only help to rank change the order of the best, the same ones for every page.
  const isHelped = tokens.some((token) => !token.required);
  const rank = (top: TopHits, reading: Reading): void => {
    const helped = isHelped
      ? top.sorted().map((hit) => ({ ...hit, score: hit.score + (segments[hit.segment] as SegmentSearch).help(hit.ordinal, reading) }))
      : top.sorted();
    for (const hit of helped) ranked.push({ hit, reading });
  };
  const search = (segment: number, seen: Seen | null): Omit<ErrorQuery, 'readings'> => ({
    facets: wanted.facets,
    selected: selected[segment] ?? null,
    seen: seen?.[segment] ?? null,
  });
  // All of a few are known, whatever the page.
  const size = isHelped ? maxDepth : Math.max(end, fewHits);
  const run = (reading: Reading, seen: Seen | null): void => {
    const top = new TopHits(size);
    for (const [at, segment] of segments.entries()) total += segment.search({ reading, ...search(at, seen) }, top);
    rank(top, reading);
  };
  // The words of a link alone select nothing; an identifier or address does.
  if (tokens.some((token) => token.required) || wanted.within !== null) run({ tokens, erroneous: -1, handicap: 0 }, null);
  if (total < fewHits && tokens.length > 0) {
    const seen = segments.map(() => new Set<number>());
    for (const { hit } of ranked) seen[hit.segment]?.add(hit.ordinal);
    for (const reading of gluedReadings(tokens)) run(reading, seen);
    const readings = mistypedReadings(tokens);
    const tops = readings.map(() => new TopHits(size));
    for (const [at, segment] of segments.entries()) total += segment.searchWithError({ readings, ...search(at, seen) }, tops);
    for (const [at, reading] of readings.entries()) rank(tops[at] as TopHits, reading);
  }
  // Stable: what is equal stays in its order.
  ranked.sort((a, b) => b.hit.score - a.hit.score);
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

/** Spaces too many: between two words, or after the particles of a name. */
function gluedReadings(tokens: readonly QueryToken[]): Reading[] {
  const readings: Reading[] = [];
  for (const [at, token] of tokens.entries()) {
    // "de la tour" is read as "delatour" and as "latour", "martin de paris" not as "martinde".
    const next = tokens.findIndex((one, place) => place > at && one.required);
    if (next > at && (!token.required || next === at + 1) && tokens[next]?.fields === token.fields)
      readings.push({ tokens: glued(tokens, at, next), erroneous: -1, handicap: otherReadingHandicap });
  }
  return readings;
}

/** One typing error in one word. */
function mistypedReadings(tokens: readonly QueryToken[]): Reading[] {
  return tokens.flatMap((token, at) => (token.required ? [{ tokens, erroneous: at, handicap: otherReadingHandicap }] : []));
}

function glued(tokens: readonly QueryToken[], from: number, to: number): readonly QueryToken[] {
  const word = tokens
    .slice(from, to + 1)
    .map((token) => token.word)
    .join('');
  return tokens.toSpliced(from, to + 1 - from, plainToken(word, tokens[from]?.fields ?? 0));
}
