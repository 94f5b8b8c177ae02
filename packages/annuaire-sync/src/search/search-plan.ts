import type { ExactKey } from './exact-keys.js';
import { parseQuery, type SearchQuery } from './query.js';
import { scoreUnit } from './score.js';
import { searchSegments, type EngineResult } from './search-engine.js';
import type { SearchMatch } from './reasons.js';
import type { FacetFilter, SegmentSearch } from './segment-search.js';
import { defaultPage, maxDepth, maxPage, type SearchOptions } from './types.js';

/** Search options without what cannot cross to a thread. */
export type PlainSearchOptions = Omit<SearchOptions, 'signal'>;

/** What the text and options of a search mean. */
export interface SearchPlan {
  readonly query: SearchQuery;
  /** Comes first, when it finds something: the text may be a domain whose `@` was not typed. */
  readonly domain: SearchQuery | null;
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
  readonly beginnings: readonly { readonly column: ExactKey; readonly text: string; readonly worth: number }[];
}

/** Rows that one beginning selects, at most. */
export const maxLookedUp = 500;

/** Characters of a text that are looked at, at most: megabytes are not copied to a thread. */
export const maxSentLength = 1000;

/** One, two and three words, rare and common, with a typing error; a number, for which entries are found by their id. */
export const warmUpTexts: readonly string[] = [
  'm',
  'd',
  'le m',
  'p m',
  'ma',
  'mart',
  'martin paul',
  'medecin lyon',
  'dr durnad lyon',
  'cardiologue paris 3',
  '100000',
];

/** @throws TypeError a limit or offset that is no whole number */
export function planSearch(text: string, options: PlainSearchOptions): SearchPlan {
  const limit = Math.min(whole(options.limit ?? defaultPage, 'limit'), maxPage);
  const offset = Math.min(whole(options.offset ?? 0, 'offset'), maxDepth - limit);
  const address = addressOf(text);
  // An address being typed is looked for as such; its words may be anybody's.
  const filters = { profession: options.profession, place: options.place };
  const query = parseQuery(address === null ? text : '', filters);
  const domain = isLikeDomain(text) ? parseQuery(`@${text.trim()}`, filters) : null;
  const lookUps = address === null ? query.identifiers.map(identifierLookUp) : [addressLookUp(address)];
  return { query, domain, facets: facetsOf(options), offset, limit, lookUps };
}

/** Searches by a plan. @param selected - for each look-up, for each of its beginnings, the ids that were found */
export function runPlan(
  segments: readonly SegmentSearch[],
  plan: SearchPlan,
  selected: readonly (readonly (readonly number[])[])[],
): EngineResult {
  if (plan.domain !== null) {
    const found = searchSegments(segments, { ...plan, query: plan.domain, within: null });
    if (found.total > 0) return found;
  }
  const { total, hits } = searchSegments(segments, { ...plan, within: selectedBy(plan.lookUps, selected) });
  const found: SearchMatch[] = plan.lookUps.map(({ word, field }) => ({ word, field, kind: 'prefix' }));
  return { total, hits: hits.map((hit) => ({ ...hit, matches: [...found, ...hit.matches] })) };
}

/** What each selected entry is worth; null when nothing selects. */
function selectedBy(lookUps: readonly LookUp[], selected: readonly (readonly (readonly number[])[])[]): ReadonlyMap<number, number> | null {
  const [first, ...others] = lookUps.map(({ beginnings }, at) => {
    const found = new Map<number, number>();
    for (const [place, { worth }] of beginnings.entries())
      for (const id of selected[at]?.[place] ?? []) found.set(id, Math.max(worth, found.get(id) ?? 0));
    return found;
  });
  if (first === undefined) return null;
  const worthOf = (id: number): number => others.reduce((sum, other) => sum + (other.get(id) ?? 0), first.get(id) ?? 0);
  return new Map([...first.keys()].filter((id) => others.every((other) => other.has(id))).map((id) => [id, worthOf(id)]));
}

function whole(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${name} is a whole number, 0 or more`);
  return value;
}

function addressOf(text: string): string | null {
  const address = text.trim().toLowerCase();
  return address.length <= maxAddressLength && /^[^\s@\0]+@[^\s@\0]*$/.test(address) ? address : null;
}

/** "chu-rennes.mssante.fr", and "paul.martin", which no domain begins like. */
const isLikeDomain = (text: string): boolean => /^[^\s@.]{2,}\.[^\s@]*$/.test(text.trim().slice(0, maxAddressLength));

/** RFC 5321 §4.5.3.1: 64 + @ + 255. */
const maxAddressLength = 320;

function addressLookUp(text: string): LookUp {
  return { word: text, field: 'mailbox', beginnings: [{ column: 'address', text, worth: worthOfBeginning }] };
}

/** Numbers of a length that is whole are taken as whole: nine figures are a FINESS or ADELI before they begin an RPPS. */
function identifierLookUp(word: string): LookUp {
  const worthFor = (...lengths: readonly number[]): number => (lengths.includes(word.length) ? worthOfWhole : worthOfBeginning);
  return {
    word,
    field: 'identifier',
    beginnings: [
      { column: 'person', text: `8${word}`, worth: worthFor(11) },
      { column: 'person', text: `0${word}`, worth: worthFor(9) },
      { column: 'person', text: word, worth: worthFor(12) },
      { column: 'structure', text: word, worth: worthFor(9, 14) - scoreUnit },
    ],
  };
}

/** More than names cost. */
const worthOfBeginning = 20 * scoreUnit;
const worthOfWhole = 40 * scoreUnit;

function facetsOf({ types, professions, specialties, departments }: PlainSearchOptions): FacetFilter {
  return {
    ...(types === undefined ? {} : { type: types.map((type) => type.toUpperCase()) }),
    ...(professions === undefined ? {} : { profession: professions }),
    ...(specialties === undefined ? {} : { specialty: specialties }),
    ...(departments === undefined ? {} : { department: departments.map((department) => department.toUpperCase()) }),
  };
}
