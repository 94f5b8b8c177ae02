import { foldText } from './fold.js';

/** Before the terms that are whole domains of addresses, and before the word of a query that asks for one. No other word has it. */
export const domainMark = '@';

/** Of a text `@domain`, folded: the term of the index, or its beginning. `null` for what is no domain. */
export function domainTerm(text: string): string | null {
  const folded = foldText(text);
  return /^@[a-z0-9][a-z0-9.-]{0,252}$/.test(folded) ? folded : null;
}

export const isDomainTerm = (term: string): boolean => term.startsWith(domainMark);
