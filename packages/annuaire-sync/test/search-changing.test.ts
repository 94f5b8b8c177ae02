import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailboxHeader } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectorySearch, type SearchOptions, type SearchResult } from '../src/index.js';
import { createSample, writeSampleDirectory } from './sample-directory.js';
import { allLines, difficultLines, searchedDirectory, type SearchedDirectory } from './search-directory.js';

let directory: SearchedDirectory;
beforeAll(async () => {
  directory = await searchedDirectory(difficultLines());
});
afterAll(() => directory[Symbol.asyncDispose]());

const find = (text: string, options?: SearchOptions): Promise<SearchResult> => directory.search.search(text, options);

describe('a search while the directory changes', () => {
  it('answers from one snapshot, the newest, before and after an update and a switch of generations', async () => {
    const lines = allLines();
    await using changing = await searchedDirectory(lines);
    const seen = new Set<number>();
    const done = new AbortController();
    const typing = (async () => {
      while (!done.signal.aborted) {
        const { hits, snapshot } = await changing.search.search('martin', { limit: 50 });
        seen.add(snapshot);
        for (const { entry } of hits) expect(entry.id === 0 || entry.familyName !== null || entry.organisation !== null).toBe(true);
      }
    })();
    // A small change stays in the generation, a large one makes another.
    await changing.sync(lines.slice(0, -20));
    const updated = await changing.search.search('dales bordeaux');
    await changing.sync([mailboxHeader, ...lines.slice(3000)]);
    done.abort();
    await typing;
    const last = await changing.search.search('vandewalle lille');
    expect(updated.snapshot).toBe(2);
    expect(last.snapshot).toBe(3);
    expect(last.total).toBe(1);
    expect(seen.has(1) || seen.has(2)).toBe(true);
  });

  it('is followed by look-ups, which see the old state or the new one while it changes, and the new one afterwards', async () => {
    const lines = allLines();
    await using changing = await searchedDirectory(lines);
    const people = lines.slice(1, 200).map((line) => line.split('|'));
    const [address = '', rpps = '', finess = ''] = [1, 3, 6].map(
      (column) => people.find((fields) => fields[3] !== '' && fields[6] !== '')?.[column],
    );
    const before = [
      (await changing.search.findByAddress(address)).length,
      (await changing.search.findByPerson(rpps)).length,
      (await changing.search.findByStructure(finess)).length,
    ];
    expect(Math.min(...before)).toBeGreaterThan(0);
    const remaining = lines.filter((line, at) => at === 0 || !line.split('|').includes(finess));
    const of = (some: readonly string[]): number => some.filter((line) => line.split('|')[6] === finess).length;
    expect([of(lines), of(remaining)]).toEqual([before[2], 0]);
    // A small change stays in the generation, a large one makes another.
    for (const [next, wanted] of [
      [remaining, 0],
      [lines, before[2]],
      [[mailboxHeader, ...remaining.slice(3000)], 0],
    ] as const) {
      const done = new AbortController();
      const counts = new Set<number | undefined>();
      const looking = (async () => {
        while (!done.signal.aborted) {
          counts.add((await changing.search.findByStructure(finess)).length);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await changing.sync(next);
      done.abort();
      await looking;
      expect([...counts].every((count) => count === 0 || count === before[2])).toBe(true);
      await expect.poll(async () => (await changing.search.findByStructure(finess)).length).toBe(wanted);
    }
  });

  it('does not begin what was aborted, and goes on', async () => {
    const aborted = AbortSignal.abort(new Error('typed on'));
    await expect(find('martin', { signal: aborted })).rejects.toThrow('typed on');
    const controller = new AbortController();
    const answers = ['m', 'ma', 'mar', 'mart'].map((text) => find(text, { signal: controller.signal }));
    controller.abort(new Error('typed on'));
    for (const answer of await Promise.allSettled(answers)) expect(answer.status).toBe('rejected');
    expect((await find('martin paul')).total).toBeGreaterThan(3);
  });

  it('answers from two threads at once, and what was asked before the close', async () => {
    const [one, other] = await Promise.all([openDirectorySearch({ db: directory.db }), openDirectorySearch({ db: directory.db })]);
    const asked = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : other).search('le goff'));
    const closed = [one.close(), other.close()];
    expect(new Set((await Promise.all(asked)).map(({ total }) => total)).size).toBe(1);
    await Promise.all(closed);
    await one.close();
    await expect(one.search('le goff')).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_WORKER' });
  });
});

describe('a directory that cannot be searched', () => {
  it('is refused with a code: none, no directory, a damaged index', async () => {
    await using sample = await createSample();
    await expect(openDirectorySearch({ db: sample.db })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' });
    await expect(openDirectorySearch({ db: sample.file('text.db', ['no database at all']) })).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY',
    });
    await writeSampleDirectory(sample.db, { lines: 50, seed: 3 });
    const damages = [
      "UPDATE search_part SET bytes = zeroblob(length(bytes)) WHERE name = 'postings'",
      "UPDATE search_part SET bytes = 'x' WHERE name = 'facetValues'",
      "DELETE FROM search_part WHERE name = 'sums'",
      'DELETE FROM search_state',
      'DROP TABLE search_segment',
    ];
    for (const damage of damages) {
      const generation = new DatabaseSync(`${sample.db}.g1`);
      generation.exec(damage);
      generation.close();
      await expect(openDirectorySearch({ db: sample.db }), damage).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_DAMAGED' });
    }
  });
});
