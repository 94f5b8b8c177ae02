import { isDomainTerm } from './domain.js';
import { fieldCount, fieldNumber, searchFields, type SearchField } from './fields.js';
import { fieldOf, type Matcher, type MatchKind } from './matcher.js';

/** Why an entry was found: which word of the query, where, and how. */
export interface SearchMatch {
  readonly word: string;
  readonly field: SearchField | 'identifier' | 'mailbox';
  readonly kind: MatchKind;
}

/**
 * For each word of a query the place in an entry that says most, once for words that are there twice.
 *
 * Structures are called after their towns: of the two the one counts in which more of the words stand, the town when it is as many.
 *
 * @param terms - of the entry, with their fields
 */
export function reasonsOf(terms: Uint32Array, matchers: readonly Matcher[]): SearchMatch[] {
  const places = placesOf(terms, matchers);
  const isOfTown = wordsIn(city, places) >= wordsIn(organisation, places);
  const reasons: SearchMatch[] = [];
  for (let at = 0; at < matchers.length; at += 1) {
    const matcher = matchers[at] as Matcher;
    const first = at * fieldCount;
    const most = bestOf(places, first);
    if (most === -1) continue;
    const isEither =
      (most === city || most === organisation) && places.worths[first + city] !== 0 && places.worths[first + organisation] !== 0;
    const place = isEither ? (isOfTown ? city : organisation) : most;
    const { word } = matcher.token;
    const field = isDomainTerm(word) ? 'mailbox' : (searchFields[place] as SearchField);
    const kind = matcher.kindOf(places.terms[first + place] as number);
    const isKnown = reasons.some((reason) => reason.word === word && reason.field === field);
    if (kind !== null && !isKnown) reasons.push({ word, field, kind });
  }
  return reasons;
}

const { city, organisation } = fieldNumber;

/** The best places of words: for each word one a field. */
interface Places {
  /** 0: it is not there. */
  readonly worths: Uint16Array;
  /** With their fields. */
  readonly terms: Uint32Array;
}

function placesOf(terms: Uint32Array, matchers: readonly Matcher[]): Places {
  const places = { worths: new Uint16Array(matchers.length * fieldCount), terms: new Uint32Array(matchers.length * fieldCount) };
  for (let at = 0; at < matchers.length; at += 1) {
    const matcher = matchers[at] as Matcher;
    for (let next = 0; next < terms.length; next += 1) {
      const packed = terms[next] as number;
      const worth = matcher.worthOf(packed);
      const place = at * fieldCount + fieldOf(packed);
      if (worth <= (places.worths[place] as number)) continue;
      places.worths[place] = worth;
      places.terms[place] = packed;
    }
  }
  return places;
}

function wordsIn(field: number, { worths }: Places): number {
  let words = 0;
  for (let place = field; place < worths.length; place += fieldCount) if (worths[place] !== 0) words += 1;
  return words;
}

/** The field of the greatest worth of a word; -1 when it is nowhere. */
function bestOf({ worths }: Places, first: number): number {
  let best = -1;
  let most = 0;
  for (let field = 0; field < fieldCount; field += 1) {
    const worth = worths[first + field] as number;
    if (worth <= most) continue;
    best = field;
    most = worth;
  }
  return best;
}
