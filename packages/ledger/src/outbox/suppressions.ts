import type { StoreTransaction } from '@mss/store';

import { refuseEntry } from './check-message.js';
import type { OutboxContext } from './context.js';

/** An address that is not written to for a while. */
export interface Suppression {
  readonly address: string;
  /** In one word: `address-unknown`, or the host's. */
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
  readonly author: string;
}

/** Addresses that lead nowhere: servers said so for good, receipts did, or the host. Sealed in the store. */
export interface Suppressions {
  add(address: string, entry: { readonly reason: string; readonly until?: Date; readonly author: string }): Promise<void>;
  /** @returns whether it was there */
  remove(address: string): Promise<boolean>;
  /** The suppression in force, or null. */
  find(address: string): Promise<Suppression | null>;
  /** Those in force, the newest first. */
  list(options?: { readonly limit?: number }): Promise<readonly Suppression[]>;
}

type SuppressionRow = {
  address_hash: string;
  address: Uint8Array;
  reason: string;
  since: number;
  until_at: number;
  author: string;
};

export async function writeSuppression(
  transaction: StoreTransaction,
  context: OutboxContext,
  entry: { readonly address: string; readonly reason: string; readonly until?: Date; readonly author: string },
): Promise<void> {
  const hash = context.privacy.addressPseudonym(entry.address);
  const now = context.clock.now().getTime();
  await transaction.run(
    `INSERT INTO outbox_suppressions (address_hash, address, reason, since, until_at, author) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (address_hash) DO UPDATE SET reason = excluded.reason, until_at = excluded.until_at, author = excluded.author`,
    [
      hash,
      context.privacy.seal(entry.address, `outbox-suppression:${hash}`),
      entry.reason,
      now,
      entry.until?.getTime() ?? now + context.options.suppressMs,
      entry.author,
    ],
  );
}

export function createSuppressions(context: OutboxContext): Suppressions {
  const { store, privacy, clock, notes } = context;
  const view = (row: SuppressionRow): Suppression => ({
    address: privacy.open(row.address, `outbox-suppression:${row.address_hash}`),
    reason: row.reason,
    since: new Date(row.since),
    until: new Date(row.until_at),
    author: row.author,
  });
  return {
    add: async (address, entry) => {
      if (!/^[\x21-\x7e]{1,60}$/.test(entry.reason)) throw refuseEntry('reason', 'the reason of a suppression is one word');
      await notes.commit((transaction) => writeSuppression(transaction, context, { ...entry, address }));
    },
    remove: (address) =>
      notes.commit(async (transaction) => {
        const removed = await transaction.run('DELETE FROM outbox_suppressions WHERE address_hash = ?', [
          privacy.addressPseudonym(address),
        ]);
        return removed > 0;
      }),
    find: async (address) => {
      const row = await store.get<SuppressionRow>('SELECT * FROM outbox_suppressions WHERE address_hash = ? AND until_at > ?', [
        privacy.addressPseudonym(address),
        clock.now().getTime(),
      ]);
      return row === null ? null : view(row);
    },
    list: async ({ limit = 1000 } = {}) => {
      const rows = await store.all<SuppressionRow>(
        'SELECT * FROM outbox_suppressions WHERE until_at > ? ORDER BY since DESC, address_hash LIMIT ?',
        [clock.now().getTime(), limit],
      );
      return rows.map(view);
    },
  };
}
