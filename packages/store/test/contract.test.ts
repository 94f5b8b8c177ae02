import { join } from 'node:path';
import { createTempDirectory } from '@mss/testkit';
import { openSqliteStore, type Store } from '@mss/store';
import { storeContract } from '@mss/store/testing';
import { describe, it } from 'vitest';

describe.concurrent('the contract of a store on a file of SQLite', () => {
  it.each(storeContract)('$name', async (promise) => {
    await using folder = await createTempDirectory();
    await promise.run(async (options): Promise<Store> => openSqliteStore({ ...options, file: join(folder.path, 'store.db') }));
  });
});
