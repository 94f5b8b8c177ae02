import type { Privacy } from '../privacy.js';
import { stateOf, type LoadedEntry, type RecipientRow } from './rows.js';
import { entryOutcome, entryState } from './states.js';
import type { OutboxEntry, OutboxRecipient } from './types.js';

/** What an address is sealed for. */
export function addressContext(entryId: string, index: number): string {
  return `outbox-recipient:${entryId}:${index}`;
}

export function addressOf(recipient: RecipientRow, privacy: Privacy): string {
  return privacy.open(recipient.address, addressContext(recipient.entry_id, recipient.idx));
}

export const dateOrNull = (at: number | null): Date | null => (at === null ? null : new Date(at));

/** Rows as the host sees them. */
export function viewEntry({ entry, recipients }: LoadedEntry, privacy: Privacy): OutboxEntry {
  const states = recipients.map((one) => stateOf(one, entry));
  return {
    entryId: entry.entry_id,
    documentId: entry.document_id,
    mailbox: entry.mailbox,
    messageId: entry.message_id,
    envid: entry.envid,
    state: entryState(states),
    outcome: entryOutcome(states),
    queuedAt: new Date(entry.queued_at),
    deadline: new Date(entry.deadline_at),
    nextAttemptAt: dateOrNull(entry.next_at),
    settledAt: dateOrNull(entry.settled_at),
    attempts: entry.attempt,
    sizeBytes: entry.size_bytes,
    author: entry.author,
    replaces: entry.replaces,
    recipients: recipients.map((one, position): OutboxRecipient => ({
      index: one.idx,
      address: addressOf(one, privacy),
      state: states[position] ?? one.state,
      changedAt: new Date(one.changed_at),
      nextAttemptAt: dateOrNull(one.next_at),
      code: one.code,
      enhancedStatus: one.enhanced,
      reason: one.reason,
    })),
  };
}
