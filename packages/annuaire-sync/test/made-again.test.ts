import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory, openDirectorySearch } from '../src/index.js';
import { DirectoryReader } from '../src/search/directory-reader.js';
import { createSample, syncHere, type Sample } from './sample-directory.js';

const day = { lines: 100, seed: 1 };
const [, line = ''] = [...generateExtraction(day)];
const [, otherLine = ''] = [...generateExtraction({ lines: 100, seed: 2 })];
const addressOf = (text: string): string => text.split('|')[1] ?? '';

async function deleteDirectory({ folder }: Sample): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith('annuaire.db')) await rm(join(folder, name), { recursive: true });
}

/** As if so much time had passed for the readers of this thread. */
function pass(ms: number): void {
  const now = performance.now() + ms;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.skipIf(process.platform === 'win32')('readers of a directory that is deleted and made again', () => {
  it('show the state before until there is another, and the new one a second after', async () => {
    await using sample = await createSample();
    await syncHere({ source: sample.extraction(day), db: sample.db });
    await using directory = await openDirectory(sample.db);
    await using search = await openDirectorySearch({ db: sample.db });
    const words = new DirectoryReader(sample.db);
    const found = async (text: string): Promise<readonly number[]> => [
      (await directory.entriesOf(addressOf(text))).length,
      (await search.findByAddress(addressOf(text))).length,
      words.search(addressOf(text), {}).hits.length,
    ];
    expect([await found(line), await found(otherLine)]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    await deleteDirectory(sample);
    pass(2000);
    expect(await found(line)).toEqual([1, 1, 1]);
    // What a synchronisation makes first has no table yet.
    new DatabaseSync(sample.db).exec('PRAGMA journal_mode = WAL');
    pass(2000);
    expect(await found(line)).toEqual([1, 1, 1]);
    await syncHere({ source: sample.extraction({ lines: 100, seed: 2 }, 'other.txt'), db: sample.db });
    pass(2000);
    expect([await found(line), await found(otherLine)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    words.close();
  });

  it('are told that it is none of this toolkit any more', async () => {
    await using sample = await createSample();
    await syncHere({ source: sample.extraction(day), db: sample.db });
    await using directory = await openDirectory(sample.db);
    await deleteDirectory(sample);
    new DatabaseSync(sample.db).exec('CREATE TABLE other (id INTEGER)');
    pass(2000);
    for (let turn = 0; turn < 2; turn++) {
      await expect(directory.entriesOf(addressOf(line))).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY' });
    }
  });
});

describe('a file that a killed synchronisation left without a table', () => {
  it('is no directory yet, and becomes one', async () => {
    await using sample = await createSample();
    const empty = new DatabaseSync(sample.db);
    empty.exec('PRAGMA journal_mode = WAL');
    empty.close();
    await expect(openDirectory(sample.db)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' });
    expect(await syncHere({ source: sample.extraction(day), db: sample.db })).toMatchObject({ rows: 100, snapshot: 1 });
  });
});

describe.skipIf(process.platform === 'win32')('a directory behind a symbolic link', () => {
  /** A link in another folder, and what it names. */
  async function linked(sample: Sample): Promise<{ readonly link: string; readonly real: string }> {
    await mkdir(join(sample.folder, 'data'));
    await mkdir(join(sample.folder, 'links'));
    const real = join(sample.folder, 'data', 'real.db');
    const link = join(sample.folder, 'links', 'link.db');
    await symlink(join('..', 'data', 'real.db'), link);
    return { link, real };
  }
  const names = async (sample: Sample, folder: string): Promise<readonly string[]> => (await readdir(join(sample.folder, folder))).sort();

  it('is one directory by both names, made by either', async () => {
    for (const first of ['link', 'real'] as const) {
      await using sample = await createSample();
      const places = await linked(sample);
      const source = sample.extraction(day);
      expect(await syncHere({ source, db: places[first] })).toMatchObject({ outcome: 'updated', snapshot: 1 });
      for (const db of Object.values(places)) {
        expect(await syncHere({ source, db })).toMatchObject({ outcome: 'unchanged', snapshot: 1 });
        await using directory = await openDirectory(db);
        expect(await directory.entriesOf(addressOf(line))).toHaveLength(1);
      }
      expect(await names(sample, 'links')).toEqual(['link.db']);
      expect(await names(sample, 'data')).toEqual(expect.arrayContaining(['real.db', 'real.db.g1', 'real.db.lock', 'real.db.work']));
    }
  });

  it('is synchronised by one at a time, whatever the name', async () => {
    await using sample = await createSample();
    const { link, real } = await linked(sample);
    const source = sample.extraction(day);
    let refusal: unknown;
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      refusal = await syncHere({ source, db: real }).catch((error: unknown) => error);
      yield Buffer.from(`${[...generateExtraction(day)].join('\n')}\n`);
    };
    expect(await syncHere({ source: slow(), db: link })).toMatchObject({ rows: 100 });
    expect(refusal).toMatchObject({ code: 'ERR_MSS_ANNUAIRE_BUSY' });
  });

  it('is followed by its readers when the link is set to another', async () => {
    await using sample = await createSample();
    const { link } = await linked(sample);
    await syncHere({ source: sample.extraction(day), db: link });
    await using directory = await openDirectory(link);
    const other = join(sample.folder, 'data', 'other.db');
    await syncHere({ source: sample.extraction({ lines: 100, seed: 2 }, 'other.txt'), db: other });
    await symlink(other, `${link}.new`);
    await rename(`${link}.new`, link);
    pass(2000);
    expect(
      [await directory.entriesOf(addressOf(line)), await directory.entriesOf(addressOf(otherLine))].map(({ length }) => length),
    ).toEqual([0, 1]);
  });
});
