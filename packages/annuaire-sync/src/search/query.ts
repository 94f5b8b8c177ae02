import { fieldNumber, searchFields, type SearchField } from './fields.js';
import { wordsOf } from './fold.js';
import { linkWords, peopleSynonyms, structureSynonyms, titles } from './synonyms.js';

/** One word to look for. */
export interface QueryToken {
  readonly word: string;
  /** Other words that count as this one, each a list of words of which all must be in the profession or organisation. */
  readonly synonyms: readonly (readonly string[])[];
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

/** Takes the text of a search box apart, with the texts of its filters beside it. */
export function parseQuery(
  text: string,
  filters: { readonly profession?: string | undefined; readonly place?: string | undefined } = {},
): SearchQuery {
  const words = withoutGaps(wordsOf(text.slice(0, maxQueryLength))).slice(0, maxQueryWords);
  const names = words.filter((word) => !isIdentifier(word));
  const isMeant = (word: string): boolean => !Object.hasOwn(titles, word) && !linkWords.has(word);
  const onlyLinks = !names.some(isMeant);
  return {
    tokens: [
      ...names.flatMap((word) =>
        onlyLinks || !Object.hasOwn(titles, word) ? [tokenOf(word, everyField, onlyLinks || isMeant(word))] : titleTokens(word),
      ),
      ...filterTokens(filters.profession, ['profession']),
      ...filterTokens(filters.place, ['city', 'postcode', 'joined']),
    ],
    identifiers: words.filter(isIdentifier).map((word) => word.toUpperCase()),
  };
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
    : [{ word, fields: professionField, required: false, isPerson: true, synonyms: professions.map((one) => [one]) }];
}

function filterTokens(text: string | undefined, fields: readonly SearchField[]): QueryToken[] {
  if (text === undefined) return [];
  const mask = fields.reduce((bits, field) => bits | (1 << fieldNumber[field]), 0);
  return wordsOf(text.slice(0, maxQueryLength))
    .slice(0, maxQueryWords)
    .filter((word) => !linkWords.has(word))
    .map((word) => tokenOf(word, mask, true));
}

function tokenOf(word: string, fields: number, required: boolean): QueryToken {
  const people = synonymsOf(word, peopleSynonyms);
  const others = people.length > 0 ? people : synonymsOf(word, structureSynonyms);
  return {
    word,
    fields: isLetter(word) ? fields & nameFields : fields,
    required,
    isPerson: people.length > 0,
    synonyms: others.map((one) => one.split(' ')),
  };
}

/** Also while the word is being typed: five letters of "cardiologue" are enough. */
function synonymsOf(word: string, of: Readonly<Record<string, readonly string[]>>): readonly string[] {
  if (Object.hasOwn(of, word)) return of[word] ?? [];
  if (word.length < 5) return [];
  const begun = Object.keys(of).find((key) => key.startsWith(word));
  return begun === undefined ? [] : (of[begun] ?? []);
}
