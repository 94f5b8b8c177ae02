import { describeMatricule, isValidMatricule, matriculeKey, parseMatricule } from '@mss/ins-address';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const seed = 20260101;
const digits = (count: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 10 ** count - 1 }).map((n) => String(n).padStart(count, '0'));
const body = fc
  .tuple(
    fc.constantFrom('1', '2', '3', '4', '7', '8'),
    digits(2),
    fc
      .oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 20, max: 42 }), fc.integer({ min: 50, max: 99 }))
      .map((n) => String(n).padStart(2, '0')),
    fc.oneof(
      fc.constantFrom('2A', '2B', '97', '98', '99'),
      fc.integer({ min: 1, max: 95 }).map((n) => String(n).padStart(2, '0')),
    ),
    digits(6),
  )
  .map((parts) => parts.join(''));

// 2A and 2B count as 19 and 18: a letter may be replaced by the digit that gives the same number.
const number = (text: string): string => text.replace(/^(.{5})2A/, '$119').replace(/^(.{5})2B/, '$118');

describe(`matricules, seed ${seed}`, () => {
  it('are valid with their key and with no other', () => {
    fc.assert(
      fc.property(body, (first13) => {
        const key = matriculeKey(first13) ?? '';
        const accepted = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0')).filter((other) =>
          isValidMatricule(first13 + other),
        );
        expect(accepted).toEqual([key]);
      }),
      { seed, numRuns: 300 },
    );
  });
  it('notice one changed digit, and two neighbours exchanged', () => {
    fc.assert(
      fc.property(body, fc.nat({ max: 12 }), fc.nat({ max: 9 }), (first13, place, digit) => {
        const matricule = first13 + matriculeKey(first13);
        const changed = matricule.slice(0, place) + digit + matricule.slice(place + 1);
        const swapped = matricule.slice(0, place) + (matricule[place + 1] ?? '') + (matricule[place] ?? '') + matricule.slice(place + 2);
        if (number(changed) !== number(matricule)) expect(isValidMatricule(changed)).toBe(false);
        if (place < 12 && number(swapped) !== number(matricule)) expect(isValidMatricule(swapped)).toBe(false);
      }),
      { seed, numRuns: 1000 },
    );
  });
  it('survive any spacing and case on reading', () => {
    fc.assert(
      fc.property(body, fc.array(fc.constantFrom('', ' ', '\u00a0', '\t'), { minLength: 16, maxLength: 16 }), (first13, spaces) => {
        const matricule = first13 + matriculeKey(first13);
        const written =
          matricule
            .toLowerCase()
            .split('')
            .map((char, index) => (spaces[index] ?? '') + char)
            .join('') + (spaces[15] ?? '');
        expect(parseMatricule(written).value).toBe(matricule);
        expect(describeMatricule(written).ok).toBe(true);
      }),
      { seed, numRuns: 300 },
    );
  });
  it('never make a reader throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => [parseMatricule(text), describeMatricule(text, { oid: text })]).not.toThrow();
      }),
      { seed, numRuns: 500 },
    );
  });
});
