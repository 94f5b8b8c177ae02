import assert from 'node:assert/strict';
import type { Store, StoreTransaction } from '../types.js';
import { countOf, rejects, withSample, type StoreCase } from './store-case.js';

const insert = (id: number): { readonly sql: string; readonly parameters: readonly number[] } => ({
  sql: 'INSERT INTO sample (id, amount) VALUES (?, 0)',
  parameters: [id],
});

/** A promise that is resolved by hand. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** All or nothing, one after the other, and never half seen. */
export const transactionCases: readonly StoreCase[] = [
  withSample('a transaction is committed when its work resolves, and gives its result', async (store) => {
    const result = await store.transaction(async (transaction) => {
      assert.equal(await transaction.run(insert(1).sql, insert(1).parameters), 1);
      assert.equal(await transaction.run('UPDATE sample SET amount = 5 WHERE id > 0'), 1);
      assert.equal(await transaction.run('UPDATE sample SET amount = 5 WHERE id > 99'), 0);
      assert.deepEqual({ ...(await transaction.get('SELECT amount FROM sample')) }, { amount: 5 });
      return { answer: 42 };
    });
    assert.deepEqual(result, { answer: 42 });
    assert.equal(await countOf(store), 1);
  }),
  withSample('RETURNING gives the rows that changed', async (store) => {
    await store.batch([insert(1), insert(2)]);
    const rows = await store.transaction(async (transaction) => transaction.all('UPDATE sample SET amount = id * 10 RETURNING id, amount'));
    assert.deepEqual(new Set(rows.map((row) => row['amount'])), new Set([10, 20]));
    assert.equal((await store.get('SELECT amount FROM sample WHERE id = 2'))?.['amount'], 20);
  }),
  withSample('a transaction is rolled back when its work rejects, and what it threw comes through', async (store) => {
    const reason = new Error('of the caller');
    const failing = store.transaction(async (transaction) => {
      await transaction.run(insert(1).sql, insert(1).parameters);
      throw reason;
    });
    await assert.rejects(failing, (error) => error === reason);
    assert.equal(await countOf(store), 0);
  }),
  withSample('statements that the work did not wait for belong to the transaction', async (store) => {
    await store.transaction(async (transaction) => {
      void transaction.run(insert(1).sql, insert(1).parameters);
      void transaction.run(insert(2).sql, insert(2).parameters);
    });
    assert.equal(await countOf(store), 2);
  }),
  withSample('after a failed statement nothing but a rollback follows, even if the work goes on', async (store) => {
    await store.batch([insert(1)]);
    const stubborn = store.transaction(async (transaction) => {
      await transaction.run(insert(2).sql, insert(2).parameters);
      await rejects(transaction.run(insert(1).sql, insert(1).parameters), 'ERR_MSS_STORE_CONSTRAINT');
      await rejects(transaction.run(insert(3).sql, insert(3).parameters), 'ERR_MSS_STORE_CONSTRAINT');
    });
    await rejects(stubborn, 'ERR_MSS_STORE_CONSTRAINT');
    assert.equal(await countOf(store), 1);
    await store.batch([insert(2)]);
  }),
  withSample('a transaction is never nested, and the store is not used inside one', async (store) => {
    await store.transaction(async (transaction) => {
      await rejects(
        store.transaction(async () => undefined),
        'ERR_MSS_STORE_NESTED',
      );
      await rejects(store.batch([insert(9)]), 'ERR_MSS_STORE_NESTED');
      await rejects(store.get('SELECT id FROM sample'), 'ERR_MSS_STORE_NESTED');
      await rejects(store.close(), 'ERR_MSS_STORE_NESTED');
      await transaction.run(insert(1).sql, insert(1).parameters);
    });
    assert.equal(await countOf(store), 1);
  }),
  withSample('what the work left in the background may use the store once the transaction is over', async (store) => {
    const later = gate();
    let background: Promise<unknown> = Promise.resolve();
    await store.transaction(async () => {
      background = later.opened.then(async () => store.batch([insert(1)]));
    });
    later.open();
    await background;
    assert.equal(await countOf(store), 1);
  }),
  withSample('a transaction that is over does nothing more', async (store) => {
    let kept: StoreTransaction | null = null;
    await store.transaction(async (transaction) => {
      kept = transaction;
    });
    await rejects((kept as unknown as StoreTransaction).run(insert(1).sql, insert(1).parameters), 'ERR_MSS_STORE_CLOSED');
    assert.equal(await countOf(store), 0);
  }),
  withSample('reads wait for no transaction and see only what is committed', async (store, openStore) => {
    await using other = await openStore();
    await store.batch([insert(1)]);
    const [written, goOn] = [gate(), gate()];
    const slow = store.transaction(async (transaction) => {
      await transaction.run(insert(2).sql, insert(2).parameters);
      written.open();
      await goOn.opened;
    });
    await written.opened;
    assert.equal(await countOf(store), 1);
    assert.equal(await countOf(other), 1);
    goOn.open();
    await slow;
    assert.equal(await countOf(store), 2);
    assert.equal(await countOf(other), 2);
  }),
  withSample('concurrent transactions lose no update', async (store, openStore) => {
    await using other = await openStore();
    await store.batch([insert(1)]);
    const add = async (on: Store): Promise<void> =>
      on.transaction(async (transaction) => {
        await transaction.run('UPDATE sample SET amount = amount + 1 WHERE id = ?', [1]);
      });
    await Promise.all(Array.from({ length: 60 }, async (_, index) => add(index % 2 === 0 ? store : other)));
    assert.equal((await store.get('SELECT amount FROM sample'))?.['amount'], 60);
  }),
  withSample('what was answered is there for everybody at once', async (store, openStore) => {
    await using other = await openStore();
    const seen = await Promise.all(
      Array.from({ length: 60 }, async (_, id) => {
        if (id % 2 === 0) await store.batch([insert(id)]);
        else await store.transaction(async (transaction) => transaction.run(insert(id).sql, insert(id).parameters));
        return other.get('SELECT id FROM sample WHERE id = ?', [id]);
      }),
    );
    assert.deepEqual(
      seen.map((row) => row?.['id']),
      Array.from({ length: 60 }, (_, id) => id),
    );
  }),
  withSample('a batch is all or nothing', async (store) => {
    assert.deepEqual(
      await store.batch([insert(1), insert(2), { sql: 'UPDATE sample SET amount = 1' }, { sql: 'DELETE FROM sample WHERE id > 5' }]),
      [1, 1, 2, 0],
    );
    await rejects(store.batch([insert(3), insert(1), insert(4)]), 'ERR_MSS_STORE_CONSTRAINT');
    assert.equal(await countOf(store), 2);
    assert.deepEqual(await store.batch([]), []);
  }),
  withSample('of many concurrent batches and transactions exactly those at fault fail', async (store) => {
    await store.batch([insert(0)]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 90 }, async (_, index) => {
        const statements = [insert(index + 1), ...(index % 7 === 3 ? [insert(0)] : [])];
        if (index % 3 !== 0) return store.batch(statements);
        return store.transaction(async (transaction) => {
          for (const { sql, parameters } of statements) await transaction.run(sql, parameters);
          if (index % 21 === 9) throw new Error('of the caller');
        });
      }),
    );
    const kept = (await store.all('SELECT id FROM sample WHERE id > 0 ORDER BY id LIMIT 200')).map((row) => row['id']);
    const expected = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index + 1] : []));
    assert.deepEqual(kept, expected);
    const atFault = Array.from({ length: 90 }, (_, index) => index).filter(
      (index) => index % 7 === 3 || (index % 3 === 0 && index % 21 === 9),
    );
    assert.equal(expected.length, 90 - atFault.length);
  }),
  withSample('the caller can give up: the transaction is rolled back at once', async (store) => {
    await rejects(
      store.transaction(async () => undefined, { signal: AbortSignal.abort() }),
      'ERR_MSS_STORE_ABORTED',
    );
    const [started, never] = [gate(), gate()];
    const controller = new AbortController();
    const hanging = store.transaction(
      async (transaction) => {
        await transaction.run(insert(1).sql, insert(1).parameters);
        started.open();
        await never.opened;
      },
      { signal: controller.signal },
    );
    await started.opened;
    // One that waits behind it, or beside it, gives up too.
    const waiting = new AbortController();
    const behind = store.transaction(async () => never.opened, { signal: waiting.signal });
    waiting.abort();
    await rejects(behind, 'ERR_MSS_STORE_ABORTED');
    controller.abort();
    await rejects(hanging, 'ERR_MSS_STORE_ABORTED');
    await store.batch([insert(1)]);
    never.open();
  }),
  withSample('a work that does not end is rolled back at the deadline', async (_, openStore) => {
    await using store = await openStore({ transactionTimeoutMs: 60 });
    const never = gate();
    const hanging = store.transaction(async (transaction) => {
      await transaction.run(insert(1).sql, insert(1).parameters);
      await never.opened;
    });
    await rejects(hanging, 'ERR_MSS_STORE_DEADLINE');
    await store.batch([insert(1)]);
    never.open();
  }),
  withSample('close finishes what runs and refuses what comes', async (_, openStore) => {
    const store = await openStore();
    const [started, goOn] = [gate(), gate()];
    const running = store.transaction(async (transaction) => {
      started.open();
      await goOn.opened;
      await transaction.run(insert(1).sql, insert(1).parameters);
    });
    const behind = store.batch([insert(2)]);
    await started.opened;
    const closed = store.close();
    await rejects(store.batch([insert(3)]), 'ERR_MSS_STORE_CLOSED');
    await rejects(store.get('SELECT 1 AS one'), 'ERR_MSS_STORE_CLOSED');
    goOn.open();
    await Promise.all([running, behind, closed, store.close()]);
    await using reopened = await openStore();
    assert.equal(await countOf(reopened), 2);
  }),
];
