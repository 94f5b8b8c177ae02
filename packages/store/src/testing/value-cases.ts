import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { StoreValue } from '../types.js';
import { rejects, withSample, type StoreCase } from './store-case.js';

const texts: readonly string[] = [
  '',
  "L'Haÿ-les-Roses",
  `'; DROP TABLE sample; --`,
  '"?" $1 :name @name \\',
  '\\x41 %s {} \r\n\t\u007f',
  '🩺 e\u0301 \u202e\ufeff\uffff',
  'null',
  'é'.repeat(500_000),
];

const numbers: readonly number[] = [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** What is written comes back, or is refused. */
export const valueCases: readonly StoreCase[] = [
  withSample('texts come back as they went in', async (store) => {
    await store.batch(texts.map((note, id) => ({ sql: 'INSERT INTO sample (id, note) VALUES (?, ?)', parameters: [id, note] })));
    const rows = await store.all('SELECT note FROM sample ORDER BY id');
    assert.ok(texts.every((text, index) => rows[index]?.['note'] === text));
    // The database saw the same text, not only the same round trip.
    assert.equal((await store.get('SELECT id FROM sample WHERE note = ?', [texts[2] ?? '']))?.['id'], 2);
  }),
  withSample('blobs come back as they went in, 5 MB and empty ones too', async (store) => {
    const large = Uint8Array.from({ length: 5_000_000 }, (_, index) => (index * 31) % 251);
    const blobs = [
      new Uint8Array(0),
      Uint8Array.from({ length: 256 }, (_, index) => index),
      large.subarray(17, 40_000),
      Buffer.from('pool'),
      large,
    ];
    await store.batch(blobs.map((body, id) => ({ sql: 'INSERT INTO sample (id, body) VALUES (?, ?)', parameters: [id, body] })));
    for (const [id, body] of blobs.entries()) {
      const read = (await store.get('SELECT body FROM sample WHERE id = ?', [id]))?.['body'];
      assert.ok(read instanceof Uint8Array && !Buffer.isBuffer(read) && Buffer.compare(read, body) === 0, `blob ${id}`);
    }
    assert.equal(large.byteLength, 5_000_000, 'the caller keeps its memory');
  }),
  withSample('a blob is taken at the moment of the call', async (store) => {
    const body = new Uint8Array(100_000).fill(1);
    const written = store.batch([{ sql: 'INSERT INTO sample (id, body) VALUES (1, ?)', parameters: [body] }]);
    body.fill(2);
    await written;
    const read = (await store.get('SELECT body FROM sample'))?.['body'] as Uint8Array;
    assert.ok(read.every((byte) => byte === 1));
  }),
  withSample('numbers come back as they went in', async (store) => {
    await store.batch(numbers.map((amount, id) => ({ sql: 'INSERT INTO sample (id, amount) VALUES (?, ?)', parameters: [id, amount] })));
    assert.deepEqual(
      (await store.all('SELECT amount FROM sample ORDER BY id')).map((row) => row['amount']),
      numbers,
    );
    await store.batch([{ sql: 'INSERT INTO sample (id, rate, amount) VALUES (?, ?, ?)', parameters: [99, 0.1, null] }]);
    assert.deepEqual({ ...(await store.get('SELECT rate, amount FROM sample WHERE id = 99')) }, { rate: 0.1, amount: null });
  }),
  withSample('an integer beyond 2^53 - 1 is an error, not a neighbour', async (store) => {
    await store.batch([{ sql: 'INSERT INTO sample (id, amount) VALUES (1, 9007199254740993)' }]);
    const error = await rejects(store.get('SELECT amount FROM sample'), 'ERR_MSS_STORE_VALUE');
    assert.ok(!inspect(error).includes('9007199254740993'));
    assert.equal((await store.get('SELECT id FROM sample'))?.['id'], 1);
  }),
  withSample('a value that would not come back is refused', async (store) => {
    for (const value of ['a\0b', '\ud83e', '\udd12x', 2 ** 53, -(2 ** 60), Number.NaN, Number.POSITIVE_INFINITY]) {
      const sql =
        typeof value === 'string' ? 'INSERT INTO sample (id, name) VALUES (1, ?)' : 'INSERT INTO sample (id, amount) VALUES (1, ?)';
      await rejects(store.batch([{ sql, parameters: [value] }]), 'ERR_MSS_STORE_VALUE');
    }
    for (const value of [undefined, true, 1n, new Date(0), {}, [1]]) {
      const parameters = [value] as unknown as readonly StoreValue[];
      await assert.rejects(store.batch([{ sql: 'INSERT INTO sample (id) VALUES (?)', parameters }]), TypeError);
    }
    assert.equal(await store.get('SELECT id FROM sample'), null);
  }),
  withSample('whole numbers count as integers', async (store) => {
    await store.batch([{ sql: 'INSERT INTO sample (id, amount) VALUES (1, 7), (2, 4)' }]);
    assert.equal((await store.get('SELECT amount / ? AS half FROM sample WHERE id = 1', [2]))?.['half'], 3);
    const row = await store.get(
      'SELECT count(*) AS n, sum(amount) AS total, max(amount) AS most, EXISTS (SELECT 1 FROM sample) AS some FROM sample',
    );
    assert.deepEqual({ ...row }, { n: 2, total: 11, most: 7, some: 1 });
  }),
  withSample('columns are named in lower case', async (store) => {
    await store.batch([{ sql: 'INSERT INTO sample (id) VALUES (1)' }]);
    assert.deepEqual({ ...(await store.get('SELECT Id AS entryId, id AS "Other" FROM sample')) }, { entryid: 1, other: 1 });
    const [row] = await store.all('SELECT Id FROM sample');
    assert.deepEqual({ ...row }, { id: 1 });
  }),
  withSample('a question mark in quotes or comments is no parameter', async (store) => {
    const sql = `/* ? */ INSERT INTO sample (id, name) -- ?\n VALUES (?, 'it''s ? ' || CAST(? AS TEXT)) /* '? */`;
    await store.batch([{ sql, parameters: [1, '?'] }]);
    assert.equal((await store.get('SELECT name FROM "sample" WHERE name <> \'?\' AND id = ?;', [1]))?.['name'], "it's ? ?");
  }),
  withSample('only one whole statement with its parameters is run', async (store) => {
    for (const sql of [
      'SELECT 1; DELETE FROM sample',
      '',
      ' -- nothing',
      'COMMIT',
      '/* a */ rollback',
      'SELEC 1',
      'SELECT nothing FROM sample',
      'SELECT ?1',
    ]) {
      await rejects(store.all(sql), 'ERR_MSS_STORE_SQL');
      await rejects(store.batch([{ sql }]), 'ERR_MSS_STORE_SQL');
    }
    for (const parameters of [[], [1, 2]]) await rejects(store.all('SELECT id FROM sample WHERE id = ?', parameters), 'ERR_MSS_STORE_SQL');
  }),
  withSample('errors never hold the values of parameters or rows', async (store) => {
    const secret = 'Zéphyrine-258038708599044';
    const insert = { sql: 'INSERT INTO sample (id, name) VALUES (?, ?)', parameters: [123_454_321, secret] };
    await store.batch([insert]);
    const wrongType = { sql: 'INSERT INTO sample (id, name, amount) VALUES (1, ?, -9007199254740992)', parameters: [secret] };
    for (const statement of [insert, { ...insert, parameters: [5, secret] }, wrongType]) {
      const error = await rejects(store.batch([statement]), 'ERR_MSS_STORE_CONSTRAINT');
      const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
      assert.ok(!shown.includes('Zéphyrine') && !shown.includes('258038708599044') && !shown.includes('123454321'));
    }
  }),
  withSample('constraints say which kind they are', async (store) => {
    const kindOf = async (sql: string): Promise<unknown> => {
      const error = await rejects(store.batch([{ sql }]), 'ERR_MSS_STORE_CONSTRAINT');
      return (error as unknown as { details: Record<string, unknown> }).details['constraint'];
    };
    await store.batch([{ sql: "INSERT INTO sample (id, name) VALUES (1, 'a')" }]);
    assert.equal(await kindOf("INSERT INTO sample (id, name) VALUES (1, 'b')"), 'unique');
    assert.equal(await kindOf("INSERT INTO sample (id, name) VALUES (2, 'a')"), 'unique');
    assert.equal(await kindOf('INSERT INTO sample (id, amount) VALUES (3, -9007199254740992)'), 'check');
  }),
  withSample('reads do not write', async (store) => {
    await rejects(store.all("INSERT INTO sample (id, name) VALUES (1, 'x') RETURNING id"), 'ERR_MSS_STORE_READ_ONLY');
    await rejects(store.get('DELETE FROM sample RETURNING id'), 'ERR_MSS_STORE_READ_ONLY');
    assert.equal(await store.get('SELECT id FROM sample'), null);
  }),
];
