import type { StoreValue } from '@mss/store';

import type { OutboxContext } from './context.js';
import { placeholders, type EntryRow, type RecipientRow } from './rows.js';
import type { EntryState } from './states.js';
import type { OutboxEntry } from './types.js';
import { viewEntry } from './view.js';

/** Which entries, the newest first. */
export interface OutboxFilter {
  readonly state?: EntryState;
  readonly mailbox?: string;
  readonly queuedSince?: Date;
  readonly queuedBefore?: Date;
  /** 1 to 1000; default 100. */
  readonly limit?: number;
  /** The last entry of the page before. */
  readonly after?: Pick<OutboxEntry, 'entryId' | 'queuedAt'>;
}

const entryStates: readonly EntryState[] = ['waiting', 'sending', 'uncertain', 'settled'];
const defaultLimit = 100;
const mostRows = 1000;

/** One page. Probes are not shown. */
export async function listEntries(context: OutboxContext, filter: OutboxFilter): Promise<readonly OutboxEntry[]> {
  const conditions = ["kind = 'document'"];
  const parameters: StoreValue[] = [];
  const where = (condition: string, ...values: StoreValue[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (filter.state !== undefined) {
    if (!entryStates.includes(filter.state)) throw new TypeError('no such state');
    // Written out: an index of one state serves no parameter.
    where(`state = '${filter.state}'`);
  }
  if (filter.mailbox !== undefined) where('mailbox = ?', filter.mailbox.toLowerCase());
  if (filter.queuedSince !== undefined) where('queued_at >= ?', filter.queuedSince.getTime());
  if (filter.queuedBefore !== undefined) where('queued_at < ?', filter.queuedBefore.getTime());
  if (filter.after !== undefined) where('(queued_at, entry_id) < (?, ?)', filter.after.queuedAt.getTime(), filter.after.entryId);
  const limit = filter.limit ?? defaultLimit;
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRows) throw new TypeError(`limit is 1 to ${mostRows}`);
  const entries = await context.store.all<EntryRow>(
    `SELECT * FROM outbox_entries WHERE ${conditions.join(' AND ')} ORDER BY queued_at DESC, entry_id DESC LIMIT ?`,
    [...parameters, limit],
  );
  if (entries.length === 0) return [];
  const recipients = await context.store.all<RecipientRow>(
    `SELECT * FROM outbox_recipients WHERE entry_id IN (${placeholders(entries.length)}) ORDER BY entry_id, idx LIMIT 1000000`,
    entries.map((one) => one.entry_id),
  );
  const byEntry = new Map<string, RecipientRow[]>(entries.map((one) => [one.entry_id, []]));
  for (const one of recipients) byEntry.get(one.entry_id)?.push(one);
  return entries.map((entry) => viewEntry({ entry, recipients: byEntry.get(entry.entry_id) ?? [] }, context.privacy));
}

/** Counts for a host's screen and its alarms. */
export interface OutboxStats {
  readonly entries: Readonly<Record<EntryState, number>>;
  /** Recipients that only the host or evidence can settle. */
  readonly uncertainRecipients: number;
  /** When the entry that is due for longest was due; `null` when nothing is. */
  readonly oldestDueAt: Date | null;
}

export async function countEntries(context: OutboxContext): Promise<OutboxStats> {
  const now = context.clock.now().getTime();
  const [rows, uncertain, oldest] = await Promise.all([
    context.store.all<{ state: EntryState; n: number }>(
      "SELECT state, COUNT(*) AS n FROM outbox_entries WHERE kind = 'document' GROUP BY state LIMIT 10",
    ),
    context.store.get<{ n: number }>("SELECT COUNT(*) AS n FROM outbox_recipients WHERE state = 'uncertain'"),
    context.store.get<{ at: number | null }>("SELECT MIN(next_at) AS at FROM outbox_entries WHERE state = 'waiting' AND next_at <= ?", [
      now,
    ]),
  ]);
  const entries: Record<EntryState, number> = { waiting: 0, sending: 0, uncertain: 0, settled: 0 };
  for (const row of rows) entries[row.state] = row.n;
  return { entries, uncertainRecipients: uncertain?.n ?? 0, oldestDueAt: oldest?.at == null ? null : new Date(oldest.at) };
}
