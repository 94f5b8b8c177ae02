import { domainMark } from './domain.js';
import { beginsOneErrorAway } from './typing-error.js';

/** Terms `from` (included) to `to` (excluded) of a sorted list. */
export interface TermRange {
  readonly from: number;
  readonly to: number;
}

/** Where the terms that begin with `prefix` stand. */
export function prefixRange(terms: readonly string[], prefix: string, within: TermRange = { from: 0, to: terms.length }): TermRange {
  const from = lowerBound(terms, prefix, within);
  // Most ranges that are asked for are empty.
  if (from === within.to || !(terms[from] as string).startsWith(prefix)) return { from, to: from };
  return { from, to: lowerBound(terms, `${prefix}\uffff`, { from, to: within.to }) };
}

function lowerBound(terms: readonly string[], wanted: string, within: TermRange): number {
  let low = within.from;
  let high = within.to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((terms[middle] as string) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

const fewTerms = 50;

/**
 * The terms that begin with a word that `word` becomes when exactly one typing error in it is undone: a letter wrong,
 * missing, too many, or two neighbours exchanged.
 */
export function rangesOneErrorAway(terms: readonly string[], word: string): TermRange[] {
  const ranges: TermRange[] = [];
  const add = (prefix: string, rest: string, within: TermRange): void => {
    const range = prefixRange(terms, prefix + rest, within);
    if (range.from < range.to) ranges.push(range);
  };
  for (let at = 0; at <= word.length; at += 1) {
    const prefix = word.slice(0, at);
    const within = prefixRange(terms, prefix);
    if (within.to - within.from <= fewTerms) {
      // All that is left begins like this: each by itself is soon looked at.
      for (let term = within.from; term < within.to; term += 1)
        if (beginsOneErrorAway(terms[term] as string, word)) ranges.push({ from: term, to: term + 1 });
      break;
    }
    const rest = word.slice(at);
    // The last letter too many: the words that begin with the others.
    if (at < word.length) add(prefix, rest.slice(1), within);
    if (at + 1 < word.length && word[at] !== word[at + 1]) add(`${prefix}${word[at + 1]}${word[at]}`, word.slice(at + 2), within);
    for (const { letter, child } of nextLetters(terms, prefix, within)) {
      add(prefix + letter, rest, child);
      if (at < word.length && letter !== word[at]) add(prefix + letter, rest.slice(1), child);
    }
  }
  return merge(ranges);
}

/** The letters that follow a prefix, each found by a jump over the terms of the one before. */
function* nextLetters(
  terms: readonly string[],
  prefix: string,
  within: TermRange,
): Generator<{ readonly letter: string; readonly child: TermRange }> {
  let at = within.from;
  if (terms[at] === prefix) at += 1;
  while (at < within.to) {
    const letter = (terms[at] as string).charAt(prefix.length);
    const to = lowerBound(terms, `${prefix}${letter}\uffff`, { from: at, to: within.to });
    if (letter !== domainMark) yield { letter, child: { from: at, to } };
    at = to;
  }
}

function merge(ranges: TermRange[]): TermRange[] {
  ranges.sort((a, b) => a.from - b.from || b.to - a.to);
  const merged: TermRange[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to) {
      if (range.to > last.to) merged[merged.length - 1] = { from: last.from, to: range.to };
    } else merged.push(range);
  }
  return merged;
}
