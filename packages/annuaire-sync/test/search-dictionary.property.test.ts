import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixRange, rangesOneErrorAway } from '../src/search/dictionary.js';

const seed = 20260101;
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), minLength: 1, maxLength: 7 });
const dictionary = fc.array(word, { maxLength: 60 }).map((words) => [...new Set(words)].sort());

const placesOf = (text: string): number[] => Array.from({ length: text.length }, (_, at) => at);

/** Whether exactly one letter wrong, missing, too many or exchanged with its neighbour makes one of the other. */
function isOneErrorAway(typed: string, meant: string): boolean {
  if (typed === meant) return false;
  const without = (text: string, at: number): string => text.slice(0, at) + text.slice(at + 1);
  if (typed.length === meant.length) {
    const different = placesOf(typed).filter((at) => typed[at] !== meant[at]);
    const [first = 0, second = -1] = different;
    if (different.length === 1) return true;
    return different.length === 2 && second === first + 1 && typed[first] === meant[second] && typed[second] === meant[first];
  }
  const [shorter, longer] = typed.length < meant.length ? [typed, meant] : [meant, typed];
  return longer.length === shorter.length + 1 && placesOf(longer).some((at) => without(longer, at) === shorter);
}

describe('ranges of a sorted dictionary', () => {
  it('of a beginning are the terms that begin with it', () => {
    fc.assert(
      fc.property(dictionary, word, (terms, typed) => {
        const { from, to } = prefixRange(terms, typed);
        expect(terms.slice(from, to)).toEqual(terms.filter((term) => term.startsWith(typed)));
      }),
      { seed },
    );
  });

  it('of one typing error are the terms that begin with a word at Damerau distance one', () => {
    fc.assert(
      fc.property(dictionary, word, (terms, typed) => {
        const found = rangesOneErrorAway(terms, typed).flatMap(({ from, to }) => terms.slice(from, to));
        const wanted = terms.filter((term) =>
          Array.from({ length: term.length + 1 }, (_, end) => term.slice(0, end)).some((meant) => isOneErrorAway(typed, meant)),
        );
        expect(found).toEqual(wanted);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('do not overlap', () => {
    const ranges = rangesOneErrorAway(['aa', 'aab', 'aabb', 'ab', 'abb', 'abba', 'ba'], 'abb');
    for (const [at, { from }] of ranges.entries()) expect(from).toBeGreaterThanOrEqual(ranges[at - 1]?.to ?? 0);
  });
});
