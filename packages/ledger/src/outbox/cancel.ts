import type { StoreTransaction } from '@mss/store';

import { applyChanges, writeHistory, type Applied, type RecipientChange } from './change.js';
import type { OutboxContext } from './context.js';
import { stateOf, type LoadedEntry } from './rows.js';
import { nextState } from './states.js';
import type { CancelOutcome, StoryEvent } from './types.js';

export interface CancelReason {
  readonly context: OutboxContext;
  readonly author: string;
  readonly evidence: 'host' | 'replaced' | 'opposition';
  readonly what: StoryEvent;
  readonly detail?: string;
  /** Default: all. */
  readonly only?: (index: number) => boolean;
}

/**
 * Cancels what can still be held back of a locked entry.
 *
 * A worker that is submitting it loses its lease: its note before the final dot fails, so the dot does not leave. Once the dot was
 * noted it is too late; if the attempt turns out uncertain it is never sent again.
 */
export async function cancelRecipients(
  transaction: StoreTransaction,
  loaded: LoadedEntry,
  reason: CancelReason,
): Promise<{ readonly outcome: CancelOutcome; readonly applied: Applied }> {
  const { entry } = loaded;
  const wanted = loaded.recipients.filter((one) => reason.only?.(one.idx) ?? true);
  const cancelled = wanted.filter((one) => nextState(stateOf(one, entry), 'cancel') === 'cancelled').map((one) => one.idx);
  const tooLate = wanted.filter((one) => ['ending', 'uncertain', 'accepted'].includes(stateOf(one, entry))).map((one) => one.idx);
  const changes: RecipientChange[] = cancelled.map((index) => ({
    index,
    event: 'cancel',
    what: reason.what,
    evidence: reason.evidence,
    author: reason.author,
    detail: reason.detail ?? null,
  }));
  const interrupts = entry.stage === null && wanted.some((one) => one.state === 'sending');
  if (interrupts) {
    // The others of the same attempt go back and are due at once.
    for (const one of loaded.recipients) {
      if (one.state !== 'sending' || cancelled.includes(one.idx)) continue;
      changes.push({ index: one.idx, event: 'refused-for-now', what: 'to-be-retried', evidence: reason.evidence, tries: one.tries });
    }
    await transaction.run("UPDATE outbox_attempts SET outcome = 'not-submitted', ended_at = ? WHERE entry_id = ? AND attempt = ?", [
      reason.context.clock.now().getTime(),
      entry.entry_id,
      entry.attempt,
    ]);
  }
  const mayStillEnd = wanted.some((one) => ['ending', 'uncertain'].includes(stateOf(one, entry)));
  if (mayStillEnd) {
    await writeHistory(transaction, [
      {
        entryId: entry.entry_id,
        at: reason.context.clock.now().getTime(),
        what: 'cancel-too-late',
        evidence: reason.evidence,
        author: reason.author,
        detail: reason.detail ?? null,
      },
    ]);
  }
  const applied = await applyChanges(transaction, loaded, {
    context: reason.context,
    changes,
    entry: {
      ...(interrupts ? { lease: null, lease_until: null } : {}),
      ...(mayStillEnd && reason.only === undefined ? { stopped: 1 } : {}),
    },
  });
  return { outcome: { documentId: entry.document_id, cancelled, tooLate }, applied };
}
