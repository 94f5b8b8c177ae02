/** Silences on PostgreSQL: each told once, by one of several processes' stores, also when one of them dies in the middle. */
import { createStoreVault, openLedger, type Ledger, type Silence } from '@mss/ledger';
import type { Store } from '@mss/store';
import { openPostgresStore } from '@mss/store/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startPostgres, type PostgresServer } from '../servers/postgres.js';

const mailbox = 'cabinet.moreau@medecin.mssante.test';
const keys = { sealing: { id: 'k1', secret: new Uint8Array(32).fill(1) }, pseudonyms: new Uint8Array(32).fill(2) };
const documents = 60;
let server: PostgresServer;
let connectionString: string;
const stores: Store[] = [];
let now = Date.parse('2026-03-02T08:00:00Z');

async function process(): Promise<Ledger> {
  const store = await openPostgresStore({ connectionString, maxConnections: 4 });
  stores.push(store);
  return openLedger({ store, contents: await createStoreVault(store), keys, clock: { now: () => new Date(now) } });
}

beforeAll(async () => {
  server = await startPostgres();
  connectionString = await server.createDatabase('silences');
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await server?.stop();
});

describe('silences on PostgreSQL', () => {
  it('three processes tell each once; what a process took with it is told again after its lease, and marked', async () => {
    const [first, second, third] = [await process(), await process(), await process()];
    for (let index = 0; index < documents; index += 1) {
      await first.outbox.queue({
        documentId: `d${index}`,
        message: Buffer.from(`Message-ID: <${index}@medecin.mssante.test>\r\n\r\nx\r\n`),
        mailbox,
        recipients: [{ address: 'avis@hopital.mssante.test', notify: ['success', 'failure'] }],
        author: 'test',
      });
    }
    await first.outbox.run({
      until: 'idle',
      submit: async (message, call) => {
        for (const stage of ['mail', 'data-started', 'data-ended'] as const) await call.onStage(stage);
        const accepted = { outcome: 'accepted', permanent: false, stage: 'accepted', code: 250, enhancedStatus: null } as const;
        const rest = { text: 'Ok', reason: null, dsn: 'requested' } as const;
        const recipients = message.recipients.map(({ address }) => ({ address, ...accepted, ...rest }));
        return {
          outcome: 'accepted',
          recipients,
          stage: 'accepted',
          queueId: null,
          serverName: 's',
          sizeBytes: 1,
          error: null,
          text: 'Ok',
          dsn: 'requested',
        };
      },
    });
    now += 24 * 3_600_000;
    const told: Silence[] = [];
    const onSilence = async (silence: Silence): Promise<void> => void told.push(silence);
    // One that dies at its third silence: its call never comes back.
    let calls = 0;
    let died: () => void = () => {};
    const dying = new Promise<void>((resolve) => (died = resolve));
    void third.receipts.tellSilences({
      onSilence: async (silence) => {
        calls += 1;
        if (calls < 3) return onSilence(silence);
        died();
        return new Promise(() => {});
      },
    });
    await Promise.all([first.receipts.tellSilences({ onSilence }), second.receipts.tellSilences({ onSilence }), dying]);
    expect(told).toHaveLength(documents - 1);
    expect(new Set(told.map((one) => one.documentId)).size).toBe(documents - 1);
    expect(await first.receipts.tellSilences({ onSilence })).toEqual({ told: 0, postponed: 0 });
    now += 5 * 60_000;
    expect(await first.receipts.tellSilences({ onSilence })).toEqual({ told: 1, postponed: 0 });
    expect(told.at(-1)).toMatchObject({ attempt: 2, perhapsBefore: true });
    expect(new Set(told.map((one) => one.documentId)).size).toBe(documents);
    expect((await second.receipts.whatIsKnown('d7'))?.recipients).toMatchObject([
      { verdict: 'silent', silenceToldAt: expect.any(Date) as Date },
    ]);
  });
});
