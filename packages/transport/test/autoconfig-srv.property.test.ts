import type { RandomSource } from '@mss/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderSrvRecords, type SrvRecord } from '../src/autoconfig/srv.js';

const run = { seed: 20260101, numRuns: 200 };

/** The same numbers each time (mulberry32). */
function seeded(seed: number): RandomSource {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { uuid: () => '', bytes: (count) => Uint8Array.from({ length: count }, () => next() & 255) };
}

const record = fc.record({
  priority: fc.nat({ max: 3 }),
  weight: fc.oneof(fc.constant(0), fc.nat({ max: 65_535 })),
  port: fc.integer({ min: 1, max: 65_535 }),
  target: fc.constantFrom('a.test', 'b.test', 'c.test'),
});

describe('the order of SRV records [RFC 2782]', () => {
  it('holds each record once, lower priorities first', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), fc.integer(), (records, seed) => {
        const ordered = orderSrvRecords(records, seeded(seed));
        expect(ordered.map(({ priority }) => priority)).toEqual(records.map(({ priority }) => priority).sort((a, b) => a - b));
        expect(new Set(ordered)).toEqual(new Set(records));
        expect(ordered).toHaveLength(records.length);
      }),
      run,
    );
  });

  it('puts each record first as often as its weight says', () => {
    const random = seeded(1);
    const weights = [10, 30, 60];
    const records: SrvRecord[] = weights.map((weight, index) => ({ priority: 0, weight, port: 1 + index, target: 'a.test' }));
    const rounds = 20_000;
    const first = [0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const index = (orderSrvRecords(records, random)[0]?.port ?? 1) - 1;
      first[index] = (first[index] ?? 0) + 1;
    }
    // Chi-squared with 2 degrees of freedom, 0.1 %: 13.8. RFC 2782 draws from 0 to the sum, which gives the first one more chance in 101.
    const expected = [11, 30, 60].map((share) => (rounds * share) / 101);
    const deviation = first.reduce((sum, count, index) => sum + (count - (expected[index] ?? 0)) ** 2 / (expected[index] ?? 1), 0);
    expect(deviation).toBeLessThan(13.8);
  });

  it('gives a weight of 0 a very small chance, and all of 0 some order', () => {
    const random = seeded(2);
    const records: SrvRecord[] = [
      { priority: 0, weight: 0, port: 1, target: 'a.test' },
      { priority: 0, weight: 65_535, port: 2, target: 'b.test' },
    ];
    let light = 0;
    for (let round = 0; round < 5_000; round++) light += Number(orderSrvRecords(records, random)[0]?.port === 1);
    expect(light).toBeLessThan(10);
    expect(
      orderSrvRecords(
        records.map((one) => ({ ...one, weight: 0 })),
        random,
      ),
    ).toHaveLength(2);
  });
});
