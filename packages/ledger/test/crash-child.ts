// Run by crash.test.ts in a process of its own, which ends by SIGKILL at the step named.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { createFileVault, openLedger, type ContentVault } from '@mss/ledger';
import { openSqliteStore } from '@mss/store';

import { createTestServer, keys, mailbox, message, colleague } from './world.js';

const [folder = '', step = ''] = process.argv.slice(2);
const die = (at: string): void => {
  if (at === step) process.kill(process.pid, 'SIGKILL');
};

/** What a server took survives it. */
function noteTaken(text: string): void {
  const file = openSync(join(folder, 'taken.log'), 'a');
  writeSync(file, `${text}\n`);
  fsyncSync(file);
  closeSync(file);
}

const store = await openSqliteStore({ file: join(folder, 'ledger.db') });
const vault = await createFileVault(join(folder, 'vault'));
const contents: ContentVault = {
  put: async (name, parts) => {
    await vault.put(name, parts);
    die('content');
  },
  get: (name) => vault.get(name),
  delete: (name) => vault.delete(name),
  names: () => vault.names(),
};
const ledger = await openLedger({ store, contents, keys, outbox: { onChange: ({ to }) => die(to === 'accepted' ? 'verdict' : '-') } });
await ledger.outbox.queue({ documentId: 'd1', message: message(), mailbox, recipients: [{ address: colleague }], author: 'dr-moreau' });
die('queued');
const server = createTestServer();
await ledger.outbox.run({
  worker: 'w1',
  until: 'idle',
  submit: (mail, call) => {
    server.at = (stage) => {
      if (stage === 'answered') noteTaken('d1');
      die(stage);
    };
    return server.submit(mail, {
      ...call,
      onStage: async (stage) => {
        await call.onStage(stage);
        die(`${stage} noted`);
      },
    });
  },
});
