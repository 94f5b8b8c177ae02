import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectorySearch, syncExtraction, type DirectorySearch, type SearchResult } from '@mss/annuaire-sync';
import type { Store } from '@mss/store';
import { openPostgresStore } from '@mss/store/postgres';
import { createTempDirectory } from '@mss/testkit';
import { allLines, labelledQueries } from '../../packages/annuaire-sync/test/search-directory.js';
import { generateActivities, writeLines } from '../benchmarks/annuaire-generator/index.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** The same extractions in both databases. */
class Both implements AsyncDisposable {
  readonly store: Store;
  readonly #folder: Awaited<ReturnType<typeof createTempDirectory>>;
  readonly #searches: DirectorySearch[] = [];
  #day = 0;

  private constructor(store: Store, folder: Awaited<ReturnType<typeof createTempDirectory>>) {
    this.store = store;
    this.#folder = folder;
  }

  static async create(): Promise<Both> {
    databases += 1;
    const store = await openPostgresStore({ connectionString: await server.createDatabase(`search${databases}`) });
    return new Both(store, await createTempDirectory());
  }

  async sync(lines: Iterable<string>, name = 'Extraction_Correspondance_MSSante'): Promise<void> {
    this.#day += 1;
    const source = join(this.#folder.path, `${name}_${202611220300 + this.#day}.txt`);
    writeLines(source, lines);
    for (const db of [this.store, join(this.#folder.path, 'annuaire.db')])
      await syncExtraction({ source, db, workFolder: this.#folder.path, maxChangePercent: 100 });
  }

  async open(): Promise<readonly [postgres: DirectorySearch, sqlite: DirectorySearch]> {
    const postgres = await openDirectorySearch({ db: this.store });
    const sqlite = await openDirectorySearch({ db: join(this.#folder.path, 'annuaire.db') });
    this.#searches.push(postgres, sqlite);
    return [postgres, sqlite];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const search of this.#searches) await search.close();
    await this.store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

const shown = ({ total, hits }: SearchResult): object => ({
  total,
  hits: hits.map(({ entry, ...rest }) => ({ ...rest, entry: { ...entry, id: 0 } })),
});

async function expectSame([postgres, sqlite]: readonly [DirectorySearch, DirectorySearch], texts: readonly string[]): Promise<void> {
  for (const text of texts) expect(shown(await postgres.search(text)), text).toEqual(shown(await sqlite.search(text)));
}

describe('a search in PostgreSQL', () => {
  const lines = allLines();

  it('of an index that another release made says so, until the next synchronisation, which makes it anew', async () => {
    await using both = await Both.create();
    await both.sync(lines);
    const version = async (change: string): Promise<unknown> =>
      both.store.batch([{ sql: `UPDATE annuaire_search_state SET version = version ${change}` }]);
    for (const [change, code] of [
      ['+ 1', 'ERR_MSS_ANNUAIRE_NEWER_DIRECTORY'],
      ['- 2', 'ERR_MSS_ANNUAIRE_NO_DIRECTORY'],
    ] as const) {
      await version(change);
      await expect(openDirectorySearch({ db: both.store })).rejects.toMatchObject({ code });
    }
    await both.sync(lines);
    await expectSame(await both.open(), ['martin']);
  });

  const texts = [...labelledQueries().map(({ query }) => query), 'm', 'ma p', 'martim', '', '.'];

  it('ranks as SQLite does: after a load, updates, and a new generation', async () => {
    await using both = await Both.create();
    await expect(openDirectorySearch({ db: both.store })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_NO_DIRECTORY' });
    await both.sync(lines);
    const searches = await both.open();
    await expectSame(searches, texts);
    // Ten small updates: segments are merged.
    for (let day = 1; day <= 10; day += 1) await both.sync(lines.slice(0, -day * 3));
    await expectSame(searches, texts.slice(0, 100));
    await both.sync([lines[0] ?? '', ...lines.slice(2500)]);
    await expectSame(searches, texts.slice(0, 100));
    await both.sync(generateActivities({ lines: 500, seed: 9 }), 'PS_LibreAcces_Personne_activite');
    await expectSame(searches, texts.slice(0, 100));
    const [postgres, sqlite] = searches;
    for (const text of ['yann.le-goff@medecin.mssante.example', '990800040', '2A9900033', "' OR 1=1 --", 'a\0b']) {
      const found = async (search: DirectorySearch): Promise<unknown> =>
        (await Promise.all([search.findByAddress(text), search.findByPerson(text), search.findByStructure(text)])).map((entries) =>
          entries.map((entry) => ({ ...entry, id: 0 })),
        );
      expect(await found(postgres)).toEqual(await found(sqlite));
    }
  });

  it('answers from one snapshot while a synchronisation runs', async () => {
    await using both = await Both.create();
    await both.sync(lines);
    const [postgres] = await both.open();
    const done = new AbortController();
    const snapshots = new Set<number>();
    const typing = (async () => {
      while (!done.signal.aborted) {
        const { hits, snapshot } = await postgres.search('martin', { limit: 50 });
        snapshots.add(snapshot);
        // A row of another state would be empty or somebody else's.
        for (const { entry } of hits) expect(JSON.stringify(entry).toLowerCase()).toContain('martin');
      }
    })();
    await both.sync(lines.slice(0, -60));
    await both.sync([lines[0] ?? '', ...lines.slice(3000)]);
    done.abort();
    await typing;
    expect((await postgres.search('martin')).snapshot).toBe(3);
    expect(snapshots.size).toBeGreaterThan(0);
  });

  it('refuses a damaged index with a code', async () => {
    await using both = await Both.create();
    await both.sync(lines.slice(0, 200));
    await both.store.batch([{ sql: "UPDATE annuaire_search_part SET bytes = '\\x00' WHERE name = 'postings'" }]);
    await expect(openDirectorySearch({ db: both.store })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_DAMAGED' });
  });
});
