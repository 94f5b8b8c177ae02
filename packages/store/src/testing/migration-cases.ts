import assert from 'node:assert/strict';
import type { Migration } from '../types.js';
import { rejects, type StoreCase } from './store-case.js';

const step = (version: number, ...statements: readonly string[]): Migration => ({ version, sqlite: statements, postgres: statements });
const first = step(1, 'CREATE TABLE part (id INTEGER PRIMARY KEY)', 'INSERT INTO part (id) VALUES (1)');
const second = step(2, 'ALTER TABLE part ADD COLUMN name TEXT', "UPDATE part SET name = 'one; two? -- three'");
const third = step(3, 'CREATE INDEX part_by_name ON part (name)', 'INSERT INTO part (id, name) VALUES (3, NULL)');

/** Schemas, each of one owner. */
export const migrationCases: readonly StoreCase[] = [
  {
    name: 'migrations are applied once, in order, whatever was applied before',
    async run(openStore) {
      await using store = await openStore();
      await store.migrate('owner-a', [first]);
      await store.migrate('owner-a', [first]);
      await store.migrate('owner-b', [step(1, 'CREATE TABLE elsewhere (id INTEGER)')]);
      await using other = await openStore();
      await other.migrate('owner-a', [first, second, third]);
      assert.deepEqual(
        (await other.all('SELECT id, name FROM part ORDER BY id')).map((row) => ({ ...row })),
        [
          { id: 1, name: 'one; two? -- three' },
          { id: 3, name: null },
        ],
      );
      assert.equal((await store.get('SELECT count(*) AS n FROM mss_migrations'))?.['n'], 4);
      await store.migrate('owner-c', []);
    },
  },
  {
    name: 'a newer schema is refused and nothing is changed',
    async run(openStore) {
      await using store = await openStore();
      await store.migrate('owner-a', [first, second]);
      const before = await store.all('SELECT * FROM mss_migrations');
      await rejects(store.migrate('owner-a', [first]), 'ERR_MSS_STORE_NEWER_SCHEMA');
      await rejects(store.migrate('owner-a', []), 'ERR_MSS_STORE_NEWER_SCHEMA');
      assert.deepEqual(await store.all('SELECT * FROM mss_migrations'), before);
    },
  },
  {
    name: 'a migration that was changed after it was applied is refused',
    async run(openStore) {
      await using store = await openStore();
      await store.migrate('owner-a', [first]);
      const changed = step(1, ...first.sqlite, 'CREATE TABLE more (id INTEGER)');
      await rejects(store.migrate('owner-a', [changed, second]), 'ERR_MSS_STORE_HISTORY');
      await rejects(store.all('SELECT name FROM part'), 'ERR_MSS_STORE_SQL');
      await store.migrate('owner-a', [first, second]);
    },
  },
  {
    name: 'a migration that fails leaves no half of itself, and those before it stay',
    async run(openStore) {
      await using store = await openStore();
      const broken = step(2, 'CREATE TABLE half (id INTEGER)', 'INSERT INTO part (id) VALUES (1)');
      await rejects(store.migrate('owner-a', [first, broken]), 'ERR_MSS_STORE_CONSTRAINT');
      await rejects(store.all('SELECT id FROM half'), 'ERR_MSS_STORE_SQL');
      await store.migrate('owner-a', [first, second]);
      assert.equal((await store.get('SELECT name FROM part'))?.['name'], 'one; two? -- three');
    },
  },
  {
    name: 'several stores migrate at once',
    async run(openStore) {
      const stores = await Promise.all([openStore(), openStore(), openStore()]);
      await Promise.all(stores.map(async (store) => store.migrate('owner-a', [first, second, third])));
      assert.equal((await stores[0]?.get('SELECT count(*) AS n FROM part'))?.['n'], 2);
      assert.equal((await stores[2]?.get('SELECT count(*) AS n FROM mss_migrations'))?.['n'], 3);
      await Promise.all(stores.map(async (store) => store.close()));
    },
  },
  {
    name: 'migrations are numbered without gaps, one statement each, without parameters',
    async run(openStore) {
      await using store = await openStore();
      await assert.rejects(store.migrate('owner-a', [second]), TypeError);
      await assert.rejects(store.migrate('owner-a', [first, third]), TypeError);
      await assert.rejects(store.migrate('Owner A', [first]), TypeError);
      await assert.rejects(store.migrate('owner-a', [step(1, 'INSERT INTO part (id) VALUES (?)')]), TypeError);
      await rejects(store.migrate('owner-a', [step(1, 'CREATE TABLE a (id INTEGER); CREATE TABLE b (id INTEGER)')]), 'ERR_MSS_STORE_SQL');
      await rejects(store.migrate('owner-a', [step(1, 'COMMIT')]), 'ERR_MSS_STORE_SQL');
    },
  },
];
