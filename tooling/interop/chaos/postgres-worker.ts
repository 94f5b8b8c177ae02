// A process of the PostgreSQL chaos run: one worker of an outbox that several processes share. Ends with its parent's channel.
import { createStoreVault, openLedger } from '@mss/ledger';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { openPostgresStore } from '@mss/store/postgres';
import { createSmtpPool } from '@mss/transport';

import { chaosKeys } from './desk.js';
import type { ServerAccess } from './protocol.js';

/** What the parent says first. */
export interface PostgresWork {
  readonly connectionString: string;
  readonly worker: string;
  readonly address: string;
  readonly server: ServerAccess;
}

async function work(given: PostgresWork): Promise<void> {
  const { server, address } = given;
  const store = await openPostgresStore({ connectionString: given.connectionString });
  const ledger = await openLedger({
    store,
    contents: await createStoreVault(store),
    keys: chaosKeys,
    outbox: { selfCopy: true, selfCopyDelayMs: 3_000, probeEveryMs: 3_000 },
  });
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'chaos', anchors: [server.caPem] }) });
  const pool = createSmtpPool({
    policy,
    host: server.host,
    servername: server.servername,
    port: server.smtpPort,
    security: 'implicit',
    auth: { type: 'password', user: address, password: server.password },
  });
  const stop = new AbortController();
  process.on('disconnect', () => stop.abort());
  process.send?.('working');
  await ledger.outbox.run({
    worker: given.worker,
    concurrency: 2,
    pollMs: 200,
    leaseMs: 4_000,
    signal: stop.signal,
    submit: (message, call) => pool.submit(message, call),
  });
  await pool.close();
  await ledger.close();
  await store.close();
  await policy.close();
}

process.once('message', (given: PostgresWork) => {
  work(given).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
