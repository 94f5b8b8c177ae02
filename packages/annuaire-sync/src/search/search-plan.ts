import { parseQuery, type SearchQuery } from './query.js';
import { searchSegments, type EngineResult } from './search-engine.js';
import type { FacetFilter, SearchMatch, SegmentSearch } from './segment-search.js';
import { defaultPage, maxDepth, maxPage, type SearchOptions } from './types.js';

/** Search options without what cannot cross to a thread. */
export type PlainSearchOptions = Omit<SearchOptions, 'signal'>;

/** What the text and options of a search mean. */
export interface SearchPlan {
  readonly query: SearchQuery;
  readonly facets: FacetFilter;
  readonly offset: number;
  readonly limit: number;
  /** What is looked up in the rows: an entry must begin with each of these. */
  readonly lookUps: readonly LookUp[];
}

/** A column of the rows and beginnings of its values, one of which it must have. */
export interface LookUp {
  readonly word: string;
  readonly field: 'identifier' | 'mailbox';
  readonly beginnings: readonly { readonly column: 'address' | 'person' | 'structure'; readonly text: string }[];
}

/** Rows that one beginning selects, at most. */
export const maxLookedUp = 2000;

/** Characters of a text that are looked at, at most: megabytes are not copied to a thread. */
export const maxSentLength = 1000;

/** One, two and three words, rare and common, with a typing error. */
export const warmUpTexts: readonly string[] = ['m', 'd', 'le m', 'p m', 'ma', 'mart', 'martin paul', 'medecin lyon', 'dr durnad lyon', 'cardiologue paris 3'];

/** @throws TypeError a limit or offset that is no whole number */
export function planSearch(text: string, options: PlainSearchOptions): SearchPlan {
  const limit = Math.min(whole(options.limit ?? defaultPage, 'limit'), maxPage);
  const offset = Math.min(whole(options.offset ?? 0, 'offset'), maxDepth - limit);
  const address = addressOf(text);
  // An address being typed is looked for as such; its words may be anybody's.
  const query = parseQuery(address === null ? text : '', { profession: options.profession, place: options.place });
  const lookUps = address === null ? query.identifiers.map(identifierLookUp) : [addressLookUp(address)];
  return { query, facets: facetsOf(options), offset, limit, lookUps };
}

/** Searches by a plan. @param selected - the ids each look-up found, in their order */
export function runPlan(segments: readonly SegmentSearch[], plan: SearchPlan, selected: readonly (readonly number[])[]): EngineResult {
  const [first, ...others] = selected.map((ids) => new Set(ids));
  const entryIds = first === undefined ? null : [...first].filter((id) => others.every((other) => other.has(id)));
  const { total, hits } = searchSegments(segments, { ...plan, entryIds });
  const found: SearchMatch[] = plan.lookUps.map(({ word, field }) => ({ word, field, kind: 'prefix' }));
  return { total, hits: hits.map((hit) => ({ ...hit, matches: [...found, ...hit.matches] })) };
}

function whole(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${name} is a whole number, 0 or more`);
  return value;
}

function addressOf(text: string): string | null {
  const address = text.trim().toLowerCase();
  return address.length <= maxAddressLength && /^[^\s@\0]+@[^\s@\0]*$/.test(address) ? address : null;
}

/** RFC 5321 §4.5.3.1: 64 + @ + 255. */
const maxAddressLength = 320;

function addressLookUp(text: string): LookUp {
  return { word: text, field: 'mailbox', beginnings: [{ column: 'address', text }] };
}

function identifierLookUp(word: string): LookUp {
  return {
    word,
    field: 'identifier',
    beginnings: [
      ...[`8${word}`, `0${word}`, word].map((text) => ({ column: 'person', text }) as const),
      { column: 'structure', text: word },
    ],
  };
}

function facetsOf({ types, professions, specialties, departments }: PlainSearchOptions): FacetFilter {
  return {
    ...(types === undefined ? {} : { type: types.map((type) => type.toUpperCase()) }),
    ...(professions === undefined ? {} : { profession: professions }),
    ...(specialties === undefined ? {} : { specialty: specialties }),
    ...(departments === undefined ? {} : { department: departments.map((department) => department.toUpperCase()) }),
  };
}
