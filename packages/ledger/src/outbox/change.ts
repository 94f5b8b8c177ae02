import type { StoreTransaction, StoreValue } from '@mss/store';

import type { OutboxChange, OutboxContext } from './context.js';
import { placeholders, stateOf, type EntryRow, type LoadedEntry } from './rows.js';
import { entryState, nextState, type RecipientEvent, type RecipientState } from './states.js';
import type { StoryEvent } from './types.js';

/** Something that happened to one recipient. */
export interface RecipientChange {
  readonly index: number;
  readonly event: RecipientEvent;
  /** The line of the story. */
  readonly what: StoryEvent;
  readonly evidence: string;
  readonly detail?: string | null;
  readonly author?: string | null;
  readonly code?: number | null;
  readonly enhanced?: string | null;
  readonly reason?: string | null;
  /** When it becomes `waiting`: from when on. */
  readonly nextAt?: number;
  readonly tries?: number;
}

/** What {@link applyChanges} wrote. */
export interface Applied {
  readonly changes: readonly OutboxChange[];
  /** The entry became settled now. */
  readonly settled: boolean;
}

/** Columns of the entry to set besides. */
export type EntryColumns = Readonly<Partial<Record<'lease' | 'lease_until' | 'stage' | 'stopped' | 'no_self' | 'deadline_at', StoreValue>>>;

/**
 * Runs events through the state machine for a locked entry, and writes states, story and the entry's own state. Changes that change
 * nothing are left out, their lines too.
 */
export async function applyChanges(
  transaction: StoreTransaction,
  loaded: LoadedEntry,
  options: { readonly context: OutboxContext; readonly changes: readonly RecipientChange[]; readonly entry?: EntryColumns },
): Promise<Applied> {
  const { entry } = loaded;
  const at = options.context.clock.now().getTime();
  const states = new Map<number, RecipientState>(loaded.recipients.map((one) => [one.idx, stateOf(one, entry)]));
  const nextAts = new Map<number, number | null>(loaded.recipients.map((one) => [one.idx, one.next_at]));
  const changes: OutboxChange[] = [];
  const lines: HistoryLine[] = [];
  const writes: Promise<unknown>[] = [];
  for (const change of options.changes) {
    const from = states.get(change.index);
    const to = from === undefined ? undefined : nextState(from, change.event);
    if (from === undefined || to === undefined || to === from) continue;
    const nextAt = to === 'waiting' ? (change.nextAt ?? at) : null;
    states.set(change.index, to);
    nextAts.set(change.index, nextAt);
    changes.push({ entryId: entry.entry_id, documentId: entry.document_id, recipient: change.index, from, to });
    lines.push({ ...change, entryId: entry.entry_id, at, attempt: entry.attempt === 0 ? null : entry.attempt });
    writes.push(writeRecipient(transaction, entry, { change, to, nextAt, at }));
  }
  writes.push(writeHistory(transaction, lines));
  const settled = writeEntry(transaction, entry, {
    states: [...states.values()],
    nextAts: [...nextAts.values()],
    columns: options.entry ?? {},
    at,
  });
  writes.push(settled);
  await Promise.all(writes);
  return { changes, settled: await settled };
}

function writeRecipient(
  transaction: StoreTransaction,
  entry: EntryRow,
  { change, to, nextAt, at }: { change: RecipientChange; to: RecipientState; nextAt: number | null; at: number },
): Promise<number> {
  const parameters: StoreValue[] = [
    to === 'ending' ? 'sending' : to,
    at,
    nextAt,
    to === 'accepted' ? at : null,
    change.code ?? null,
    change.enhanced ?? null,
    to === 'accepted' ? null : (change.reason ?? change.evidence),
  ];
  let columns = 'state = ?, changed_at = ?, next_at = ?, accepted_at = ?, code = ?, enhanced = ?, reason = ?';
  if (change.tries !== undefined) {
    columns += ', tries = ?';
    parameters.push(change.tries);
  }
  return transaction.run(`UPDATE outbox_recipients SET ${columns} WHERE entry_id = ? AND idx = ?`, [
    ...parameters,
    entry.entry_id,
    change.index,
  ]);
}

async function writeEntry(
  transaction: StoreTransaction,
  entry: EntryRow,
  after: {
    readonly states: readonly RecipientState[];
    readonly nextAts: readonly (number | null)[];
    readonly columns: EntryColumns;
    readonly at: number;
  },
): Promise<boolean> {
  const state = entryState(after.states);
  const due = after.nextAts.filter((one, index) => one !== null && after.states[index] === 'waiting') as number[];
  const settles = state === 'settled' && entry.state !== 'settled';
  const columns: Record<string, StoreValue> = {
    ...after.columns,
    state,
    next_at: due.length === 0 ? null : Math.min(...due),
    settled_at: state === 'settled' ? (entry.settled_at ?? after.at) : null,
  };
  const names = Object.keys(columns);
  await transaction.run(`UPDATE outbox_entries SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE entry_id = ?`, [
    ...Object.values(columns),
    entry.entry_id,
  ]);
  return settles;
}

/** A line to write into the story. */
export interface HistoryLine {
  readonly entryId: string;
  readonly at: number;
  readonly what: StoryEvent;
  readonly index?: number | null;
  readonly attempt?: number | null;
  readonly evidence?: string | null;
  readonly detail?: string | null;
  readonly author?: string | null;
  /** Unique within the entry, when given: a line whose source is known is not written twice. */
  readonly source?: string | null;
}

/** @returns how many lines are new */
export async function writeHistory(transaction: StoreTransaction, lines: readonly HistoryLine[]): Promise<number> {
  if (lines.length === 0) return 0;
  return transaction.run(
    `INSERT INTO outbox_history (entry_id, at, idx, attempt, what, evidence, detail, author, source)
     VALUES ${lines.map(() => `(${placeholders(9)})`).join(', ')} ON CONFLICT (entry_id, source) WHERE source IS NOT NULL DO NOTHING`,
    lines.flatMap((line) => [
      line.entryId,
      line.at,
      line.index ?? null,
      line.attempt ?? null,
      line.what,
      line.evidence ?? null,
      line.detail ?? null,
      line.author ?? null,
      line.source ?? null,
    ]),
  );
}
