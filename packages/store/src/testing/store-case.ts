import assert from 'node:assert/strict';
import { isMssError } from '@mss/core';
import type { StoreErrorCode } from '../errors.js';
import type { Migration, Store } from '../types.js';

/** Opens the database of one case once more: a store of its own on the same tables, empty at the first call. */
export type OpenStore = (options?: { readonly transactionTimeoutMs?: number }) => Promise<Store>;

/** One promise of a store. */
export interface StoreCase {
  readonly name: string;
  /** Rejects (AssertionError) when the promise is not kept. Closes what it opened. */
  readonly run: (openStore: OpenStore) => Promise<void>;
}

const tables: readonly Migration[] = [
  {
    version: 1,
    sqlite: [
      'CREATE TABLE sample (id INTEGER PRIMARY KEY, name TEXT UNIQUE, amount INTEGER CHECK (amount >= -9007199254740991), rate REAL, note TEXT, body BLOB)',
    ],
    postgres: [
      'CREATE TABLE sample (id BIGINT PRIMARY KEY, name TEXT UNIQUE, amount BIGINT CHECK (amount >= -9007199254740991), rate DOUBLE PRECISION, note TEXT, body BYTEA)',
    ],
  },
];

/** A case that works on the table `sample (id, name, amount, rate, note, body)`. */
export function withSample(name: string, run: (store: Store, openStore: OpenStore) => Promise<void>): StoreCase {
  return {
    name,
    async run(openStore) {
      await using store = await openStore();
      await store.migrate('contract', tables);
      await run(store, openStore);
    },
  };
}

/** Fails unless `promise` rejects with this code, and returns the error. */
export async function rejects(promise: Promise<unknown>, code: StoreErrorCode): Promise<Error> {
  const error = await promise.then(
    () => assert.fail(`${code} was expected`),
    (reason: unknown) => reason,
  );
  if (!isMssError(error, code))
    assert.fail(`${code} was expected, not ${isMssError(error) ? `${error.code}: ${error.message}` : String(error)}`);
  return error;
}

/** How many rows `sample` has. */
export async function countOf(store: Store): Promise<unknown> {
  return (await store.get('SELECT count(*) AS n FROM sample'))?.['n'];
}
