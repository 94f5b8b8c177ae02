import { MssError, systemClock } from '@mss/core';
import type { Migration, Store } from '@mss/store';

import type { ContentErrorCode } from '../outbox/errors.js';
import type { ContentVault, StoredName } from './vault.js';

const migrations: readonly Migration[] = [
  {
    version: 1,
    sqlite: [
      `CREATE TABLE ledger_contents (
         name TEXT NOT NULL, part INTEGER NOT NULL, stored_at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, part)) WITHOUT ROWID`,
    ],
    postgres: [
      `CREATE TABLE ledger_contents (
         name TEXT NOT NULL, part INTEGER NOT NULL, stored_at BIGINT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (name, part))`,
    ],
  },
];

const partBytes = 512 * 1024;
const namesPage = 500;

/**
 * Contents in a table of a store, for ledgers that several machines share. The store need not be that of the states.
 *
 * @throws MssError as {@link Store.migrate}
 */
export async function createStoreVault(store: Store): Promise<ContentVault> {
  await store.migrate('ledger-vault', migrations);
  return new StoreVault(store);
}

class StoreVault implements ContentVault {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async put(name: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    // Collected first: a transaction may be run again, a stream cannot.
    const whole: Uint8Array[] = [];
    for await (const part of parts) whole.push(part);
    const bytes = Buffer.concat(whole);
    const at = systemClock.now().getTime();
    const statements = [{ sql: 'DELETE FROM ledger_contents WHERE name = ?', parameters: [name] as (string | number | Uint8Array)[] }];
    for (let offset = 0, part = 0; offset === 0 || offset < bytes.length; offset += partBytes, part += 1) {
      statements.push({
        sql: 'INSERT INTO ledger_contents (name, part, stored_at, bytes) VALUES (?, ?, ?, ?)',
        parameters: [name, part, at, bytes.subarray(offset, offset + partBytes)],
      });
    }
    await this.#store.batch(statements);
  }

  async *get(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    for (let part = 0; ; part += 1) {
      const row = await this.#store.get<{ bytes: Uint8Array }>('SELECT bytes FROM ledger_contents WHERE name = ? AND part = ?', [
        name,
        part,
      ]);
      if (row !== null) yield row.bytes;
      else if (part > 0) return;
      else throw new MssError<ContentErrorCode>('ERR_MSS_LEDGER_CONTENT_MISSING', 'the content is not in the vault');
    }
  }

  async delete(name: string): Promise<void> {
    await this.#store.batch([{ sql: 'DELETE FROM ledger_contents WHERE name = ?', parameters: [name] }]);
  }

  async *names(): AsyncGenerator<StoredName, void, undefined> {
    for (let after = ''; ;) {
      const rows = await this.#store.all<{ name: string; stored_at: number }>(
        'SELECT name, stored_at FROM ledger_contents WHERE part = 0 AND name > ? ORDER BY name LIMIT ?',
        [after, namesPage],
      );
      for (const row of rows) yield { name: row.name, storedAt: new Date(row.stored_at) };
      const last = rows.at(-1);
      if (last === undefined || rows.length < namesPage) return;
      after = last.name;
    }
  }
}
