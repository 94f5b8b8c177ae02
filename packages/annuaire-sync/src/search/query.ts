import { domainMark, domainTerm } from './domain.js';
import { fieldNumber, searchFields, type SearchField } from './fields.js';
import { wordsOf } from './fold.js';
import { disciplineSynonyms, linkWords, peopleSynonyms, structureSynonyms, titles } from './synonyms.js';

/** One word to look for. */
export interface QueryToken {
  readonly word: string;
  /** Its beginning does not match: only all of it. */
  readonly isWhole: boolean;
  /** Other words that count as this one, each a list of words of which all must be in the profession or organisation. */
  readonly synonyms: readonly (readonly string[])[];
  /** A word that this may be the plural of, in a profession; `null` for none. */
  readonly singular: string | null;
  /** It is what somebody of a profession is called. */
  readonly isPerson: boolean;
  /** Bit f set: field f may match. */
  readonly fields: number;
  /** `false`: it only helps to rank. */
  readonly required: boolean;
}

/** A query taken apart. */
export interface SearchQuery {
  readonly tokens: readonly QueryToken[];
  /** Beginnings of an RPPS, ADELI, FINESS or SIRET, six figures and more; upper case. */
  readonly identifiers: readonly string[];
}

/** Words beyond these are ignored: nobody types more. */
export const maxQueryWords = 12;
/** Characters beyond these are ignored. */
export const maxQueryLength = 200;
const everyField = (1 << searchFields.length) - 1;
/** One letter begins a name or town, or it says nothing. */
const nameFields = (1 << fieldNumber.family) | (1 << fieldNumber.given) | (1 << fieldNumber.city);
const isLetter = (word: string): boolean => /^[a-z]$/.test(word);
const professionField = 1 << fieldNumber.profession;
const givenField = 1 << fieldNumber.given;
const addressField = 1 << fieldNumber.address;

/** Takes the text of a search box apart, with the texts of its filters beside it. */
export function parseQuery(
  text: string,
  filters: { readonly profession?: string | undefined; readonly place?: string | undefined } = {},
): SearchQuery {
  const typed = text.slice(0, maxQueryLength);
  const words = [...new Set(withoutGaps(wordsOf(typed.replaceAll(domainPattern, ' '))))].slice(0, maxQueryWords);
  const identifiers = words.filter(isIdentifier).map((word) => word.toUpperCase());
  const domains = domainTokens(typed);
  return {
    tokens: [
      ...nameTokens(
        words.filter((word) => !isIdentifier(word)),
        { isAlone: identifiers.length + domains.length === 0 },
      ),
      ...domains,
      ...filterTokens(filters.profession, ['profession']),
      ...filterTokens(filters.place, ['city', 'postcode', 'joined']),
    ],
    identifiers,
  };
}

/** @param isAlone - nothing else says who is meant: then titles and particles do */
function nameTokens(words: readonly string[], { isAlone }: { readonly isAlone: boolean }): QueryToken[] {
  const isMeant = (word: string): boolean => !Object.hasOwn(titles, word) && !linkWords.has(word);
  if (isAlone && !words.some(isMeant)) return words.map((word) => tokenOf(word, everyField, { required: true }));
  return words.flatMap((word, at) => {
    if (Object.hasOwn(titles, word)) return titleTokens(word);
    // A particle is typed as a whole, the last word perhaps not yet; "m" before a name is an initial, or "monsieur".
    if (linkWords.has(word)) return [tokenOf(word, everyField, { required: false, isWhole: at < words.length - 1 })];
    const isInitial = word === 'm' && at === 0 && words.some((other) => other.length > 1 && isMeant(other));
    return [isInitial ? { ...plainToken(word, givenField), required: false } : tokenOf(word, everyField, { required: true })];
  });
}

/** What begins with an `@`. */
const domainPattern = /(?<=^|\s)@\S*/g;

/** The beginnings of domains that a text asks for, as a whole each: nobody means another one that has their words. */
function domainTokens(text: string): QueryToken[] {
  const terms = (text.match(domainPattern) ?? [])
    .filter((domain) => domain !== domainMark)
    .map((domain) => domainTerm(domain) ?? domainMark.repeat(2));
  return [...new Set(terms)].slice(0, maxQueryWords).map((word) => plainToken(word, addressField));
}

/** Six figures and more; a FINESS of Corsica begins with 2A or 2B. */
const isIdentifier = (word: string): boolean => /^(?:\d{6,15}|2[ab]\d{4,7})$/.test(word);

/** Numbers are dictated and printed in groups: "10 001 234 567". */
function withoutGaps(words: readonly string[]): string[] {
  const joined: string[] = [];
  let group: string[] = [];
  const close = (): void => {
    const whole = group.join('');
    if (group.length > 1 && whole.length >= 9 && whole.length <= 15) joined.push(whole);
    else joined.push(...group);
    group = [];
  };
  for (const word of words) {
    if (/^\d{1,5}$/.test(word)) group.push(word);
    else {
      close();
      joined.push(word);
    }
  }
  close();
  return joined;
}

function titleTokens(word: string): QueryToken[] {
  const professions = titles[word] ?? [];
  return professions.length === 0
    ? []
    : [
        {
          ...plainToken(word, professionField),
          required: false,
          isWhole: true,
          isPerson: true,
          synonyms: professions.map((one) => one.split(' ')),
        },
      ];
}

function filterTokens(text: string | undefined, fields: readonly SearchField[]): QueryToken[] {
  if (text === undefined) return [];
  const mask = fields.reduce((bits, field) => bits | (1 << fieldNumber[field]), 0);
  return wordsOf(text.slice(0, maxQueryLength))
    .slice(0, maxQueryWords)
    .filter((word) => !linkWords.has(word))
    .map((word) => tokenOf(word, mask, { required: true }));
}

/** A word that stands for nothing else. */
export function plainToken(word: string, fields: number): QueryToken {
  return { word, fields, required: true, isWhole: false, isPerson: false, synonyms: [], singular: null };
}

function tokenOf(
  word: string,
  fields: number,
  { required, isWhole = false }: { readonly required: boolean; readonly isWhole?: boolean },
): QueryToken {
  const singular = singularOf(word);
  const people = synonymsOf(word, singular, peopleSynonyms);
  const disciplines = people.length > 0 ? [] : synonymsOf(word, singular, disciplineSynonyms);
  const others = people.length + disciplines.length > 0 ? [...people, ...disciplines] : synonymsOf(word, singular, structureSynonyms);
  return {
    ...plainToken(word, isLetter(word) ? fields & nameFields : fields),
    required,
    isWhole,
    isPerson: people.length > 0,
    synonyms: others.map((one) => one.split(' ')),
    singular,
  };
}

/** Of words of four letters and more: "CHUs", "kinés". */
const singularOf = (word: string): string | null => (/^[a-z]{3,}s$/.test(word) ? word.slice(0, -1) : null);

/** Also while the word is being typed: five letters of "cardiologue" are enough. */
function synonymsOf(word: string, singular: string | null, of: Readonly<Record<string, readonly string[]>>): readonly string[] {
  for (const one of [word, singular]) if (one !== null && Object.hasOwn(of, one)) return of[one] ?? [];
  if (word.length < 5) return [];
  const begun = Object.keys(of).find((key) => key.startsWith(word));
  return begun === undefined ? [] : (of[begun] ?? []);
}
