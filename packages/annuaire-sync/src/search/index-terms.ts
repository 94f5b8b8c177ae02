import { departmentOfPostcode } from '../directory/index.js';
import { domainTerm } from './domain.js';
import { fieldNumber, type SearchField } from './fields.js';
import { wordsOf } from './fold.js';

/** A term of the index and the number of the field it stands in. */
export interface IndexTerm {
  readonly term: string;
  readonly field: number;
}

/** The kinds of values that are indexed, each with its own rule. */
export const valueKinds = ['family', 'given', 'city', 'postcode', 'profession', 'organisation', 'address'] as const;
export type ValueKind = (typeof valueKinds)[number];

/** Words that name nothing by themselves in labels, names of structures and addresses. */
const fillers: ReadonlySet<string> = new Set([
  'de',
  'du',
  'des',
  'la',
  'le',
  'les',
  'l',
  'd',
  'et',
  'en',
  'a',
  'au',
  'aux',
  'sur',
  'pour',
  'par',
]);
/** Labels every address of the trust space may have. */
const commonLabels: ReadonlySet<string> = new Set(['mssante', 'fr', 'formation']);
/** Two ways of writing, both found. */
const twins: Readonly<Record<string, string>> = { st: 'saint', ste: 'sainte', saint: 'st', sainte: 'ste' };
/** More words than this in one value are not indexed. */
const maxWords = 24;

/** The terms of one value of an entry. Of an address it is a word, or `@` with the domain, which is a term as a whole too. */
export function termsOfValue(kind: ValueKind, value: string): IndexTerm[] {
  const words = wordsOf(value).slice(0, maxWords);
  switch (kind) {
    case 'family':
    case 'given':
      return [...inField(withTwins(words), kind), ...joined(words, 'joined')];
    case 'city': {
      // The line of the postcode as it stands on an envelope: 69003 LYON CEDEX 03.
      const names = words.filter((word) => word !== 'cedex' && !isPostcode(word));
      const postcodes = words.filter(isPostcode);
      return [...inField(withTwins(names), 'city'), ...postcodes.flatMap((word) => termsOfPostcode(word)), ...joined(names, 'city')];
    }
    case 'postcode':
      return words.flatMap((word) => termsOfPostcode(word));
    case 'profession':
    case 'organisation':
      return inField(withTwins(words.filter((word) => !fillers.has(word))), kind);
    case 'address':
    default: {
      const domain = domainTerm(value);
      const names = words.filter((word) => word.length > 2 && !/\d/.test(word) && !commonLabels.has(word) && !fillers.has(word));
      return inField(domain === null ? names : [...names, domain], 'address');
    }
  }
}

const isPostcode = (word: string): boolean => /^\d{5}$/.test(word);

/** The postcode; Corsica's departments, which its postcodes do not begin with; 75011: "11", "11e", "11eme" of Paris. */
function termsOfPostcode(postcode: string): IndexTerm[] {
  const department = departmentOfPostcode(postcode)?.toLowerCase();
  const isBeginning = department === undefined || postcode.startsWith(department);
  const codes = inField(isBeginning ? [postcode] : [postcode, department], 'postcode');
  const borough = /^(?:75[01]|1300|130(?=1)|6900)(\d{1,2})$/.exec(postcode)?.[1];
  const number = Number(borough ?? 0);
  if (number === 0) return codes;
  return [...codes, ...inField([`${number}`, `${number}e`, `${number}eme`, ...(number === 1 ? ['1er'] : [])], 'city')];
}

function inField(words: readonly string[], field: SearchField): IndexTerm[] {
  return [...new Set(words)].map((term) => ({ term, field: fieldNumber[field] }));
}

function withTwins(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const twin = twins[word];
    return twin === undefined ? [word] : [word, twin];
  });
}

/** "Le Goff": legoff. "Jean-Pierre Marie": jeanpierre, pierremarie, jeanpierremarie. */
function joined(words: readonly string[], field: SearchField): IndexTerm[] {
  if (words.length < 2) return [];
  const forms = new Set(words.slice(1).map((word, at) => `${words[at]}${word}`));
  forms.add(words.join(''));
  return inField([...forms], field);
}
