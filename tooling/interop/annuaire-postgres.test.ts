import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresStore } from '@mss/store/postgres';
import { openDirectory, syncExtraction } from '@mss/annuaire-sync';
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
});
