import assert from 'node:assert/strict';
import type { Store } from '../types.js';
import { withSample, type StoreCase } from './store-case.js';

/** Takes one row that nobody took; null when none is left. */
async function claim(store: Store, worker: number): Promise<number | null> {
  return store.transaction(async (transaction) => {
    const row = await transaction.get<{ id: number }>(`SELECT id FROM sample WHERE amount = 0 ORDER BY id LIMIT 1 ${store.claimClause}`);
    if (row === null) return null;
    await transaction.run('UPDATE sample SET amount = ? WHERE id = ?', [worker, row.id]);
    return row.id;
  });
}

/** Work shared by several claimants. */
export const claimCases: readonly StoreCase[] = [
  withSample('rows are claimed by several workers, none twice, none forgotten', async (store, openStore) => {
    const jobs = 120;
    await store.batch(
      Array.from({ length: jobs }, (_, id) => ({ sql: 'INSERT INTO sample (id, amount) VALUES (?, 0)', parameters: [id] })),
    );
    await using second = await openStore();
    await using third = await openStore();
    const claimed: number[] = [];
    await Promise.all(
      [store, second, third, store, second, third].map(async (on, index) => {
        for (let id = await claim(on, index + 1); id !== null; id = await claim(on, index + 1)) claimed.push(id);
      }),
    );
    assert.deepEqual(
      claimed.toSorted((a, b) => a - b),
      Array.from({ length: jobs }, (_, id) => id),
    );
  }),
];
