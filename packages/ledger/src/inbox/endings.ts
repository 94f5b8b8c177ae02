import { isMssError } from '@mss/core';
import type { StoreTransaction } from '@mss/store';

import { counted, type LastNote } from './held.js';
import { auditEvent, type Pass } from './pass.js';
import { settle, type InboxRow } from './rows.js';
import type { QuarantineReason } from './types.js';

/** The host's callback rejected: another try later, or the end of tries. */
export function failed(pass: Pass, row: InboxRow, failure: { readonly kind: string; readonly code: string | null }): LastNote {
  const { inbox, request, counts } = pass;
  if (row.attempts >= inbox.maxAttempts) return quarantine(pass, row, { reason: 'callback-failed', code: failure.code });
  const wait = Math.min(inbox.maxRetryMs, inbox.retryMs * 2 ** (row.attempts - 1));
  const nextAt = inbox.ledger.clock.now().getTime() + wait;
  const write: LastNote['write'] = async (transaction, trace) => {
    const ours = await settle(transaction, row, {
      state: 'waiting',
      kind: failure.kind,
      next_at: nextAt,
      reason: 'callback-failed',
      code: failure.code,
    });
    if (ours) {
      trace(
        auditEvent(
          { inbox, address: request.address },
          { action: 'inbox.hand-over', request: `message ${row.id}`, response: failure.code ?? 'callback failed', outcome: 'failure' },
        ),
      );
    }
    return ours;
  };
  return { write, noted: counted(counts, 'postponed') };
}

/** No further try until the host releases it. */
export function quarantine(
  pass: Pass,
  row: InboxRow,
  why: { readonly reason: QuarantineReason; readonly code: string | null },
  options: { readonly handedOver?: boolean } = {},
): LastNote {
  const { inbox, request, counts } = pass;
  const handedAt = options.handedOver === true ? inbox.ledger.clock.now().getTime() : row.handed_at;
  const write: LastNote['write'] = async (transaction, trace) => {
    const ours = await settle(transaction, row, { state: 'quarantined', ...why, handed_at: handedAt });
    if (ours) {
      trace(
        auditEvent(
          { inbox, address: request.address },
          {
            action: 'inbox.quarantine',
            request: `message ${row.id}`,
            response: [why.reason, why.code].filter((one) => one !== null).join(' '),
            outcome: 'failure',
          },
        ),
      );
    }
    return ours;
  };
  const noted: LastNote['noted'] = (ours) => {
    counted(counts, 'quarantined')(ours);
    if (ours) inbox.ledger.telemetry.count('mss.ledger.inbox.quarantined', 1, { reason: why.reason });
  };
  return { write, noted };
}

/** Deleted by somebody before it could be handed over. */
export function gone(pass: Pass, row: InboxRow): LastNote {
  return {
    write: (transaction) => settle(transaction, row, { state: 'gone', attempts: row.attempts - 1 }),
    noted: counted(pass.counts, 'gone'),
  };
}

/** The connection or the database failed, or the caller stopped: this was no try. */
export async function giveBack(pass: Pass, row: InboxRow): Promise<void> {
  await pass.inbox.ledger.store.transaction(async (transaction) => {
    const state = await stateOf(transaction, row);
    if (state === 'leased')
      await settle(transaction, row, { state: 'waiting', attempts: row.attempts - 1, next_at: 0, reason: row.reason });
    else if (state === 'handed-over') await settle(transaction, row, {});
  });
}

/** An error that concerns this message alone: a try of the hand-over, or something that follows it; the rest of the folder goes on. */
export async function putOff(pass: Pass, row: InboxRow, error: unknown): Promise<void> {
  const { inbox, counts } = pass;
  const code = isMssError(error) ? error.code : null;
  inbox.ledger.logger.error({ code, message: row.id }, 'a message could not be worked on');
  const nextAt = inbox.ledger.clock.now().getTime() + Math.min(inbox.maxRetryMs, inbox.retryMs * 2 ** Math.max(0, row.attempts - 1));
  const became = await inbox.commit(async (transaction) => {
    const state = await stateOf(transaction, row);
    if (state === 'handed-over') return (await settle(transaction, row, { code, next_at: nextAt })) ? 'unfinished' : null;
    if (state !== 'leased') return null;
    const last = row.attempts >= inbox.maxAttempts;
    const ours = await settle(transaction, row, {
      ...(last ? { state: 'quarantined' } : { state: 'waiting', next_at: nextAt }),
      reason: 'internal',
      code,
    });
    return ours ? (last ? 'quarantined' : 'postponed') : null;
  });
  if (became !== null) counts[became] += 1;
}

async function stateOf(transaction: StoreTransaction, row: InboxRow): Promise<string | null> {
  const now = await transaction.get<{ readonly state: string }>('SELECT state FROM inbox_messages WHERE id = ? AND lease_token = ?', [
    row.id,
    row.lease_token,
  ]);
  return now?.state ?? null;
}
