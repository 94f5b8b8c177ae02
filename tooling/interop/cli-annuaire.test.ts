/** `mss annuaire` on PostgreSQL: the same answers as on an SQLite file. */
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { runMss } from '@mss/cli';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { generateExtraction, writeLines } from '../benchmarks/annuaire-generator/index.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';

let server: PostgresServer;
let folder: TempDirectory;

beforeAll(async () => {
  server = await startPostgres();
  folder = await createTempDirectory();
});
afterAll(async () => {
  await server?.stop();
  await folder?.[Symbol.asyncDispose]();
});

// eslint-disable-next-line typescript/no-explicit-any -- tests look at any key
async function mss(...args: readonly string[]): Promise<{ readonly status: number; readonly json: any; readonly all: string }> {
  let stdout = '';
  let stderr = '';
  const io = {
    stdin: Readable.from([]),
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    interactive: false,
    debug: false,
  };
  const status = await runMss([...args, '--json'], io);
  return { status, json: JSON.parse(stdout) as unknown, all: stdout + stderr };
}

it('sync, search and show give the same on both', async () => {
  const source = join(folder.path, 'Extraction_Correspondance_MSSante_202611220300.txt');
  const lines = [...generateExtraction({ lines: 500, seed: 3 })];
  writeLines(source, lines);
  const databases = [join(folder.path, 'annuaire.db'), await server.createDatabase('annuaire')];
  const [onFile, onServer] = await Promise.all(
    databases.map(async (db) => {
      const sync = await mss('annuaire', 'sync', source, '--db', db);
      const again = await mss('annuaire', 'sync', source, '--db', db);
      const name = lines[1]?.split('|').slice(9, 11).join(' ') ?? '';
      const search = await mss('annuaire', 'search', name, '--db', db);
      const show = await mss('annuaire', 'show', search.json.hits[0]?.address ?? lines[1]?.split('|')[1] ?? '', '--db', db);
      const { elapsedMs: _first, ...first } = sync.json;
      const { elapsedMs: _second, ...second } = again.json;
      return {
        first,
        second,
        search: { ...search.json, snapshot: null },
        show: show.json,
        statuses: [sync, again, search, show].map((one) => one.status),
      };
    }),
  );
  expect(onFile?.first).toMatchObject({ rows: 500, added: 500 });
  expect(onServer).toEqual(onFile);
});

it('no answer, and a password that is not shown', async () => {
  const { status, json, all } = await mss('annuaire', 'search', 'martin', '--db', 'postgres://mss:motdepasse@127.0.0.1:1/annuaire');
  expect(status).toBe(3);
  expect(json.error.code).toMatch(/^ERR_MSS_STORE_/);
  expect(all).not.toContain('motdepasse');
});
