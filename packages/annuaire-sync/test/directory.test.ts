import { join } from 'node:path';
import { createTempDirectory } from '@mss/testkit';
import { openDirectoryConnection } from '../src/directory/connection.js';
import { describeDirectoryContract } from './directory-contract.js';
import { syncHere } from './sample-directory.js';

describeDirectoryContract('SQLite', async () => {
  const folder = await createTempDirectory();
  const db = join(folder.path, 'annuaire.db');
  return {
    db,
    sync: (options) => syncHere({ ...options, db }),
    async shownIds() {
      const connection = openDirectoryConnection(db);
      const rows = connection.current().prepare('SELECT id FROM entry WHERE shown = 1').all<{ id: number }>();
      connection.close();
      return rows.map(({ id }) => id);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});
