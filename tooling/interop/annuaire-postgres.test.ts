import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresStore } from '@mss/store/postgres';
import { openDirectory, syncExtraction } from '@mss/annuaire-sync';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDirectory } from '@mss/testkit';
import { describeDirectoryContract, type DirectoryPlace } from '../../packages/annuaire-sync/test/directory-contract.js';
import { generateExtraction, writeLines } from '../benchmarks/annuaire-generator/index.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

async function createPlace(): Promise<DirectoryPlace> {
  const folder = await createTempDirectory();
  const db = await openPostgresStore({
    connectionString: await server.createDatabase(`annuaire${databases++}`),
    unavailableTimeoutMs: 1000,
  });
  return {
    db,
    sync: (options) => syncExtraction({ ...options, db, workFolder: folder.path }),
    async shownIds() {
      const rows = await db.all<{ id: number }>(
        'SELECT id FROM annuaire_entry WHERE shown = 1 AND generation = (SELECT generation FROM annuaire_pointer)',
      );
      return rows.map(({ id }) => id);
    },
    async [Symbol.asyncDispose]() {
      await db.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describeDirectoryContract('PostgreSQL', createPlace);

describe('a directory in PostgreSQL', () => {
  it('is the old one after the server was killed in the middle of a load, and the next one cleans up', async () => {
    await using folder = await createTempDirectory();
    const first = join(folder.path, 'first.txt');
    const other = join(folder.path, 'other.txt');
    writeLines(first, generateExtraction({ lines: 3000, seed: 1 }));
    writeLines(other, generateExtraction({ lines: 3000, seed: 2 }));
    await using place = await createPlace();
    await place.sync({ source: first });
    let isKilled = false;
    const broken = place.sync({
      source: other,
      maxChangePercent: 1000,
      onProgress: ({ phase, doneBytes }) => {
        if (phase !== 'load' || doneBytes < 300_000 || isKilled) return;
        isKilled = true;
        void server.kill9();
      },
    });
    await expect(broken).rejects.toThrow();
    await server.startAgain();
    await using directory = await openDirectory(place.db);
    expect(await directory.snapshots()).toHaveLength(1);
    expect(await place.shownIds()).toHaveLength(3000);
    // The lease of the load that broke off lapses.
    await (place.db as Awaited<ReturnType<typeof openPostgresStore>>).batch([{ sql: "UPDATE annuaire_lock SET until = '-infinity'" }]);
    expect(await place.sync({ source: first })).toMatchObject({ outcome: 'unchanged', unchanged: 3000 });
    const generations = await (place.db as Awaited<ReturnType<typeof openPostgresStore>>).all(
      'SELECT DISTINCT generation FROM annuaire_entry',
    );
    expect(generations).toHaveLength(1);
  });

  describe('the lease of a synchronisation', () => {
    const set = async (place: DirectoryPlace, sql: string): Promise<void> =>
      void (await (place.db as Awaited<ReturnType<typeof openPostgresStore>>).batch([{ sql }]));
    const lapsed = "UPDATE annuaire_lock SET until = clock_timestamp() - interval '1 second'";
    const taken = "UPDATE annuaire_lock SET owner = 'another', until = clock_timestamp() + interval '60 seconds'";

    async function twoDays(folder: { readonly path: string }): Promise<{ readonly first: string; readonly other: string }> {
      const files = { first: join(folder.path, 'first.txt'), other: join(folder.path, 'other.txt') };
      writeLines(files.first, generateExtraction({ lines: 3000, seed: 1 }));
      writeLines(files.other, generateExtraction({ lines: 3000, seed: 2 }));
      return files;
    }

    it('that lapsed, and that nobody took, is still its own: a download or a comparison may take minutes', async () => {
      await using folder = await createTempDirectory();
      const { first, other } = await twoDays(folder);
      await using place = await createPlace();
      const slow = (path: string): AsyncIterable<Uint8Array> =>
        (async function* () {
          await set(place, lapsed);
          yield await readFile(path);
          await set(place, lapsed);
        })();
      expect(await place.sync({ source: slow(first) })).toMatchObject({ rows: 3000, snapshot: 1 });
      expect(await place.sync({ source: slow(other), maxChangePercent: 1000 })).toMatchObject({ rows: 3000, snapshot: 2 });
    });

    it.each(['load', 'index'])('that another took in the phase %s stops everything that would change the directory', async (at) => {
      await using folder = await createTempDirectory();
      const { first, other } = await twoDays(folder);
      await using place = await createPlace();
      await place.sync({ source: first });
      const taking: Promise<void>[] = [];
      const lost = place.sync({
        source: (async function* () {
          yield await readFile(other);
        })(),
        maxChangePercent: 1000,
        onProgress: ({ phase }) => {
          if (phase === at && taking.length === 0) taking.push(set(place, taken));
        },
      });
      await expect(lost).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_BUSY', permanent: false });
      await Promise.all(taking);
      await using directory = await openDirectory(place.db);
      expect(await directory.snapshots()).toHaveLength(1);
      expect(await place.shownIds()).toHaveLength(3000);
      // The other's lease was not given back by the one that lost it.
      await expect(place.sync({ source: first })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_BUSY' });
      await set(place, lapsed);
      expect(await place.sync({ source: first, maxChangePercent: 1000 })).toMatchObject({ rows: 3000 });
    });
  });

  it('has a folder for downloads of its own, beside those of other databases', async () => {
    await using folder = await createTempDirectory();
    await using one = await createPlace();
    await using two = await createPlace();
    const text = [...generateExtraction({ lines: 300, seed: 1 })].join('\n');
    const whole = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${text}\n`);
    };
    const sync = async (place: DirectoryPlace, source: AsyncIterable<Uint8Array>): ReturnType<typeof syncExtraction> =>
      syncExtraction({ source, db: place.db, workFolder: folder.path });
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text.slice(0, 1000));
      expect(await sync(two, whole())).toMatchObject({ rows: 300 });
      yield Buffer.from(text.slice(1000));
    };
    expect(await sync(one, slow())).toMatchObject({ rows: 300 });
  });
});
