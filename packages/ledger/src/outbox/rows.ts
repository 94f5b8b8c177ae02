import type { StoreTransaction, StoreReader, Store } from '@mss/store';

import type { RecipientState } from './states.js';
import type { AttemptOutcome } from './types.js';

/**
 * | kind | self-copy | no answer to the final dot | shown in lists |
 * |---|---|---|---|
 * | `document` | as configured | uncertain | yes |
 * | `probe`: a message to oneself | it is one | given up: its arrival is what counts | no |
 * | `receipt`: a read receipt, `<>` as return path | no | given up: never sent twice | no |
 */
export type EntryKind = 'document' | 'probe' | 'receipt';

/** Rows of the tables in `migrations.ts`. */
export type EntryRow = {
  readonly entry_id: string;
  readonly document_id: string;
  readonly kind: EntryKind;
  readonly mailbox: string;
  readonly envelope_from: string | null;
  readonly message_id: string;
  readonly envid: string;
  readonly fingerprint: string;
  readonly size_bytes: number;
  readonly plain_header: number;
  readonly patient: string | null;
  readonly author: string;
  readonly replaces: string | null;
  readonly queued_at: number;
  readonly deadline_at: number;
  readonly state: 'waiting' | 'sending' | 'uncertain' | 'settled';
  readonly next_at: number | null;
  readonly attempt: number;
  readonly stage: 'data-ended' | null;
  readonly lease: string | null;
  readonly lease_until: number | null;
  readonly worker: string | null;
  readonly stopped: number;
  readonly no_self: number;
  readonly settled_at: number | null;
};

export type RecipientRow = {
  readonly entry_id: string;
  readonly idx: number;
  readonly address: Uint8Array;
  readonly address_hash: string;
  readonly notify: string | null;
  /** As stored: `ending` stands in the entry's stage. */
  readonly state: Exclude<RecipientState, 'ending'>;
  readonly attempt: number;
  readonly tries: number;
  readonly next_at: number | null;
  readonly changed_at: number;
  readonly accepted_at: number | null;
  readonly code: number | null;
  readonly enhanced: string | null;
  readonly reason: string | null;
};

export type AttemptRow = {
  readonly entry_id: string;
  readonly attempt: number;
  readonly worker: string;
  readonly recipients: string;
  readonly self_copy: number;
  readonly started_at: number;
  readonly mail_at: number | null;
  readonly data_started_at: number | null;
  readonly data_ended_at: number | null;
  readonly ended_at: number | null;
  readonly outcome: AttemptOutcome;
  readonly server: string | null;
  readonly queue_id: string | null;
  readonly response: string | null;
};

export type HistoryRow = {
  readonly id: number;
  readonly entry_id: string;
  readonly at: number;
  readonly idx: number | null;
  readonly attempt: number | null;
  readonly what: string;
  readonly evidence: string | null;
  readonly detail: string | null;
  readonly author: string | null;
  readonly source: string | null;
};

/** An entry with its recipients, in their order. */
export interface LoadedEntry {
  readonly entry: EntryRow;
  readonly recipients: readonly RecipientRow[];
}

/** `?, ?, ?` */
export function placeholders(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}

/** The state as the machine knows it. */
export function stateOf(recipient: RecipientRow, entry: Pick<EntryRow, 'stage'>): RecipientState {
  return recipient.state === 'sending' && entry.stage === 'data-ended' ? 'ending' : recipient.state;
}

/** Reads an entry without holding it. */
export async function readEntry(reader: StoreReader, entryId: string): Promise<LoadedEntry | null> {
  const [entry, recipients] = await Promise.all([
    reader.get<EntryRow>('SELECT * FROM outbox_entries WHERE entry_id = ?', [entryId]),
    reader.all<RecipientRow>('SELECT * FROM outbox_recipients WHERE entry_id = ? ORDER BY idx LIMIT 100000', [entryId]),
  ]);
  return entry === null ? null : { entry, recipients };
}

/** Reads an entry and holds it until the transaction ends: whatever changes an entry begins here. */
export async function lockEntry(transaction: StoreTransaction, entryId: string, dialect: Store['dialect']): Promise<LoadedEntry | null> {
  // SQLite has one writer at a time.
  const hold = dialect === 'postgres' ? ' FOR UPDATE' : '';
  const entry = transaction.get<EntryRow>(`SELECT * FROM outbox_entries WHERE entry_id = ?${hold}`, [entryId]);
  // Asked for after the lock, in the same order on the same connection.
  const recipients = transaction.all<RecipientRow>('SELECT * FROM outbox_recipients WHERE entry_id = ? ORDER BY idx LIMIT 100000', [
    entryId,
  ]);
  const [row, rows] = await Promise.all([entry, recipients]);
  return row === null ? null : { entry: row, recipients: rows };
}
