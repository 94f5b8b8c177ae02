import { isSurelyAdult } from '@mss/message';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const noon = (year: number, month: number, day: number): Date => new Date(Date.UTC(year, month - 1, day, 12));
const two = (value: number): string => String(value).padStart(2, '0');
const day = 24 * 3_600_000;

describe('surely adult', () => {
  it.each([
    ['19580312', noon(2026, 3, 2), true],
    ['20080302', noon(2026, 3, 1), false],
    ['20080302', noon(2026, 3, 2), true],
    // Born on February 29: of age on March 1 in common years.
    ['20080229', noon(2026, 2, 28), false],
    ['20080229', noon(2026, 3, 1), true],
    ['20040229', noon(2022, 2, 28), false],
    ['20040229', noon(2022, 3, 1), true],
    // The last zone of France in which it is still the day before.
    ['20080302', new Date('2026-03-02T09:59:59Z'), false],
    ['20080302', new Date('2026-03-02T10:00:00Z'), true],
    // Partial and lunar: the latest day it may mean.
    ['2008', noon(2026, 12, 30), false],
    ['2008', noon(2026, 12, 31), true],
    ['200802', noon(2026, 2, 28), false],
    ['200802', noon(2026, 3, 1), true],
    ['20080000', noon(2026, 12, 30), false],
    ['20080200', noon(2026, 2, 28), false],
    ['20082115', noon(2026, 12, 14), false],
    ['20080015', noon(2026, 12, 15), true],
    ['20080431', noon(2026, 4, 29), false],
    // Unknown.
    [null, noon(2026, 1, 1), false],
    ['', noon(2026, 1, 1), false],
    ['abc', noon(2026, 1, 1), false],
    ['00000000', noon(2026, 1, 1), false],
    ['99990101', noon(2026, 1, 1), false],
    ['19580312', new Date(Number.NaN), false],
  ] as const)('%j at %s: %s', (birthDate, at, adult) => {
    expect(isSurelyAdult(birthDate, at)).toBe(adult);
  });

  it('is never said before the eighteenth birthday anywhere in France, always from the day after it, and stays so', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1900, max: 2020 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 0, max: 40_000 }),
        (year, month, given, later) => {
          const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
          const birthDay = Math.min(given, last);
          const text = `${year}${two(month)}${two(birthDay)}`;
          // Date.UTC makes March 1 of a missing February 29.
          const birthday = Date.UTC(year + 18, month - 1, birthDay);
          expect(isSurelyAdult(text, new Date(birthday - 1))).toBe(false);
          expect(isSurelyAdult(text, new Date(birthday + day))).toBe(true);
          expect(isSurelyAdult(text, new Date(birthday + day * (1 + later)))).toBe(true);
        },
      ),
      { seed: 20260101 },
    );
  });

  it('with less known is never said earlier', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1990, max: 2012 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: 0, max: 366 * 3 }),
        (year, month, birthDay, offset) => {
          const at = new Date(Date.UTC(year + 17, 0, 1, 12) + offset * day);
          const whole = isSurelyAdult(`${year}${two(month)}${two(birthDay)}`, at);
          for (const partial of [`${year}`, `${year}${two(month)}`, `${year}0000`, `${year}${two(month)}00`, `${year}3100`]) {
            if (isSurelyAdult(partial, at)) expect(whole).toBe(true);
          }
        },
      ),
      { seed: 20260101 },
    );
  });
});
