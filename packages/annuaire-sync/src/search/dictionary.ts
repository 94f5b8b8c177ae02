/** Terms `from` (included) to `to` (excluded) of a sorted list. */
export interface TermRange {
  readonly from: number;
  readonly to: number;
}

/** Where the terms that begin with `prefix` stand. */
export function prefixRange(terms: readonly string[], prefix: string, within: TermRange = { from: 0, to: terms.length }): TermRange {
  const from = lowerBound(terms, prefix, within);
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

/**
 * The terms that begin with `word` once exactly one typing error in it is undone: a letter wrong, missing, too many, or
 * two neighbours exchanged.
 *
 * The first letter is taken as right unless it was exchanged with the second: people seldom miss it, and it makes the
 * hits of an error surprising.
 */
export function rangesOneErrorAway(terms: readonly string[], word: string): TermRange[] {
  const ranges: TermRange[] = [];
  const add = (prefix: string, rest: string, within: TermRange): void => {
    if (within.from === within.to) return;
    const range = prefixRange(terms, prefix + rest, within);
    if (range.from < range.to) ranges.push(range);
  };
  const everything: TermRange = { from: 0, to: terms.length };
  if (word.length > 1) add(`${word[1]}${word[0]}`, word.slice(2), everything);
  for (let at = 1; at <= word.length; at += 1) {
    const prefix = word.slice(0, at);
    const within = prefixRange(terms, prefix, everything);
    if (within.from === within.to) break;
    const rest = word.slice(at);
    if (at < word.length) add(prefix, rest.slice(1), within);
    if (at + 1 < word.length && word[at] !== word[at + 1]) add(`${prefix}${word[at + 1]}${word[at]}`, word.slice(at + 2), within);
    for (const letter of nextLetters(terms, prefix, within)) {
      const child = prefixRange(terms, prefix + letter, within);
      // A letter missing at the very end is what a prefix search finds anyway.
      if (at < word.length) add(prefix + letter, rest, child);
      if (at < word.length && letter !== word[at]) add(prefix + letter, rest.slice(1), child);
    }
  }
  return merge(ranges);
}

/** The letters that follow a prefix, each found by a jump over the terms of the one before. */
function* nextLetters(terms: readonly string[], prefix: string, within: TermRange): Generator<string> {
  let at = within.from;
  if (terms[at] === prefix) at += 1;
  while (at < within.to) {
    const letter = (terms[at] as string).charAt(prefix.length);
    yield letter;
    at = prefixRange(terms, prefix + letter, { from: at, to: within.to }).to;
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
