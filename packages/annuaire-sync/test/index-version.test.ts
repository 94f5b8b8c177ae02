import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory, openDirectorySearch, type SyncOptions } from '../src/index.js';
import { searchIndexVersion } from '../src/search/index-build.js';
import { createSample, syncHere, type Sample } from './sample-directory.js';

const day = { lines: 100, seed: 1 };
const lines = [...generateExtraction(day)];
const address = lines[1]?.split('|')[1] ?? '';

/** As if another release, whose segments have other parts, had written the index. */
function writtenBy(sample: Sample, version: number): void {
  const generation = new DatabaseSync(`${sample.db}.g1`);
  generation.exec(`
    UPDATE state SET value = ${version} WHERE name = 'search_version';
    UPDATE search_part SET name = 'another' WHERE name = 'postings';
  `);
  generation.close();
}

describe('a search index of another release', () => {
  it.each([
    ['an older', searchIndexVersion - 1, 'ERR_MSS_ANNUAIRE_NO_DIRECTORY'],
    ['a newer', searchIndexVersion + 1, 'ERR_MSS_ANNUAIRE_NEWER_DIRECTORY'],
  ])('is not taken for a damaged one; entries are read all the same: %s', async (_, version, code) => {
    await using sample = await createSample();
    await syncHere({ source: sample.extraction(day), db: sample.db });
    writtenBy(sample, version);
    await expect(openDirectorySearch({ db: sample.db })).rejects.toMatchObject({ code });
    await using directory = await openDirectory(sample.db);
    expect(await directory.entriesOf(address)).toHaveLength(1);
  });

  it('is made anew by the next synchronisation, of the same file and when the server has nothing new', async () => {
    const policy: NonNullable<SyncOptions['policy']> = {
      fetch: async (_, init) =>
        new Response(init?.method === 'HEAD' ? null : `${lines.join('\n')}\n`, {
          headers: { etag: '"1"', 'last-modified': 'Sun, 22 Nov 2026 03:00:00 GMT' },
        }),
    };
    for (const from of ['file', 'server'] as const) {
      await using sample = await createSample();
      const source =
        from === 'file' ? sample.extraction(day) : 'https://annuaire.example/Extraction_Correspondance_MSSante_202611220300.txt';
      await syncHere({ source, db: sample.db, policy });
      writtenBy(sample, searchIndexVersion - 1);
      expect(await syncHere({ source, db: sample.db, policy })).toMatchObject({ rows: 100, unchanged: 100 });
      await using search = await openDirectorySearch({ db: sample.db });
      expect((await search.search(address)).hits.map(({ entry }) => entry.address)).toContain(address);
    }
  });
});
