import { isDomainTerm } from './domain.js';

/**
 * Whether a word can be read with a typing error in it: it is long enough, and neither a number, of which each is as good as
 * another, nor a domain.
 */
export function canBeMistyped(word: string): boolean {
  return /^[a-z]{4,}$/.test(word);
}

/**
 * Whether a term begins with a word that `word` becomes when exactly one typing error in it is undone: of one term what
 * `rangesOneErrorAway` says of a dictionary.
 */
export function beginsOneErrorAway(term: string, word: string): boolean {
  // An @ is no letter that somebody left out.
  if (isDomainTerm(term)) return false;
  for (let at = 0; at <= word.length; at += 1) {
    // What stands before the error is right.
    if (at > 0 && term.charCodeAt(at - 1) !== word.charCodeAt(at - 1)) return false;
    if (isLetterTooMany(term, word, at) || isExchanged(term, word, at)) return true;
    // A letter missing, or wrong.
    if (at < term.length && (goesOn(term, at + 1, word, at) || (at < word.length && goesOn(term, at + 1, word, at + 1)))) return true;
  }
  return false;
}

const isLetterTooMany = (term: string, word: string, at: number): boolean => at < word.length && goesOn(term, at, word, at + 1);

function isExchanged(term: string, word: string, at: number): boolean {
  if (at + 1 >= word.length) return false;
  const [one, other] = [word.charCodeAt(at), word.charCodeAt(at + 1)];
  return one !== other && term.charCodeAt(at) === other && term.charCodeAt(at + 1) === one && goesOn(term, at + 2, word, at + 2);
}

/** Whether a term has, from one place, what a word has from another to its end. */
function goesOn(term: string, place: number, word: string, from: number): boolean {
  for (let at = from; at < word.length; at += 1) if (term.charCodeAt(place + at - from) !== word.charCodeAt(at)) return false;
  return true;
}
