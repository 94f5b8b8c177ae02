import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixRange, rangesOneErrorAway } from '../src/search/dictionary.js';
import { beginsOneErrorAway } from '../src/search/typing-error.js';
import { isOneErrorAway } from './one-error-away.js';

const seed = 20260101;
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), minLength: 1, maxLength: 7 });
const dictionary = fc.array(word, { maxLength: 60 }).map((words) => [...new Set(words)].sort());

/** So many that the ranges of short beginnings are not looked through term by term. */
const largeDictionary = fc.array(word, { minLength: 300, maxLength: 900 }).map((words) => [...new Set(words)].sort());

const beginningsOf = (term: string): string[] => Array.from({ length: term.length + 1 }, (_, end) => term.slice(0, end));
const beginsMistyped = (term: string, typed: string): boolean => beginningsOf(term).some((meant) => isOneErrorAway(typed, meant));

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

  it.each([
    ['small', dictionary, 500],
    ['large', largeDictionary, 100],
  ] as const)('of one typing error are the terms that begin with a word at Damerau distance one: a %s dictionary', (_, some, numRuns) => {
    fc.assert(
      fc.property(some, word, (terms, typed) => {
        const found = rangesOneErrorAway(terms, typed).flatMap(({ from, to }) => terms.slice(from, to));
        expect(found).toEqual(terms.filter((term) => beginsMistyped(term, typed)));
      }),
      { seed, numRuns },
    );
  });

  it('of one typing error hold a term that begins so, asked by itself', () => {
    fc.assert(
      fc.property(word, word, (term, typed) => {
        expect(beginsOneErrorAway(term, typed)).toBe(beginsMistyped(term, typed));
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('do not overlap', () => {
    const ranges = rangesOneErrorAway(['aa', 'aab', 'aabb', 'ab', 'abb', 'abba', 'ba'], 'abb');
    for (const [at, { from }] of ranges.entries()) expect(from).toBeGreaterThanOrEqual(ranges[at - 1]?.to ?? 0);
  });
});
