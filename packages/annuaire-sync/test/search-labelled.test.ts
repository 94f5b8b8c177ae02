import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DirectoryEntry } from '../src/index.js';
import { allLines, labelledQueries, searchedDirectory, type LabelledQuery, type SearchedDirectory } from './search-directory.js';

let directory: SearchedDirectory;
beforeAll(async () => {
  directory = await searchedDirectory(allLines());
});
afterAll(() => directory[Symbol.asyncDispose]());

const isWanted = (entry: DirectoryEntry, { wants }: LabelledQuery): boolean =>
  Object.entries(wants).every(([field, value]) => entry[field as keyof DirectoryEntry] === value);

async function measure(queries: readonly LabelledQuery[]): Promise<{ first: number; amongFive: number; missed: readonly string[] }> {
  let first = 0;
  let amongFive = 0;
  const missed: string[] = [];
  for (const labelled of queries) {
    const { hits } = await directory.search.search(labelled.query, { limit: 5 });
    const place = hits.findIndex(({ entry }) => isWanted(entry, labelled));
    if (place === 0) first += 1;
    if (place >= 0) amongFive += 1;
    if (place !== 0) missed.push(labelled.query);
  }
  return { first: (100 * first) / queries.length, amongFive: (100 * amongFive) / queries.length, missed };
}

describe('200 labelled queries over 5,000 entries', () => {
  // Weights were chosen on one half; the other half was never looked at while choosing.
  const queries = labelledQueries();
  const halves: readonly (readonly [string, number])[] = [
    ['on which weights were chosen', 0],
    ['held out', 1],
  ];

  it('are 200 and more, in every way of typing', () => {
    expect(queries.length).toBeGreaterThanOrEqual(200);
  });

  it.each(halves)('find what is wanted, in the half %s, first in nine of ten and among five in 98 of 100', async (name, half) => {
    const { first, amongFive, missed } = await measure(queries.filter((_, at) => at % 2 === half));
    process.stdout.write(`labelled queries, half ${name}: first ${first.toFixed(1)} %, among five ${amongFive.toFixed(1)} %\n`);
    expect(first, missed.join('; ')).toBeGreaterThanOrEqual(90);
    expect(amongFive, missed.join('; ')).toBeGreaterThanOrEqual(98);
  });
});
