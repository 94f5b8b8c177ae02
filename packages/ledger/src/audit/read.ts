import type { AuditEvent } from '@mss/core';
import type { StoreReader } from '@mss/store';

import type { RecordedAuditEvent } from './event.js';

const page = 500;

/** The events of a mailbox after `after`, in order, a page at a time. */
export async function* readEvents(store: StoreReader, mailbox: string, after: number): AsyncGenerator<RecordedAuditEvent, void, undefined> {
  for (let from = after; ;) {
    const rows = await store.all<{
      seq: number;
      at: number;
      author: string;
      action: string;
      request: string | null;
      response: string | null;
      outcome: string;
      hash: string;
    }>(
      `SELECT seq, at, author, action, request, response, outcome, hash FROM audit_events WHERE mailbox = ? AND seq > ? ORDER BY seq LIMIT ${page}`,
      [mailbox, from],
    );
    for (const row of rows) yield { ...row, mailbox, at: new Date(row.at), outcome: row.outcome as AuditEvent['outcome'] };
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    from = last.seq;
  }
}

/** The checkpoint that the kept events begin after. */
export async function newestCheckpoint(
  store: StoreReader,
  mailbox: string,
): Promise<{ readonly seq: number; readonly hash: string; readonly mac: string } | null> {
  return store.get('SELECT seq, hash, mac FROM audit_checkpoints WHERE mailbox = ? ORDER BY seq DESC LIMIT 1', [mailbox]);
}
