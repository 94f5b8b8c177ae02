import type { StoreReader, StoreRow, StoreTransaction } from '@mss/store';

import type { InboxContext } from './pass.js';

/** A row of `inbox_messages`. */
export interface InboxRow extends StoreRow {
  readonly id: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly uid_validity: number;
  readonly uid: number;
  readonly message_id: string | null;
  readonly size_bytes: number;
  readonly kind: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly next_at: number;
  readonly lease_token: string | null;
  readonly lease_until: number;
  readonly claim: string | null;
  readonly reason: string | null;
  readonly code: string | null;
  readonly first_at: number;
  readonly handed_at: number | null;
  readonly unread: number;
  readonly any_size: number;
  readonly follow_up: Uint8Array | null;
  readonly mdn: string | null;
  readonly mdn_reason: string | null;
  readonly mdn_original: Uint8Array | null;
}

/** Where a message is on the server. */
export interface Place {
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
}

/** What a lease is taken with. */
export interface Lease {
  readonly token: string;
  readonly now: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/**
 * What a claim found.
 *
 * `claimed`: it is ours · `handled`: it was handled before · `busy`: another worker has it · `later`: it waits for its next try ·
 * `crashed`: every try so far ended without a word: quarantined.
 */
export type Claim =
  | { readonly row: InboxRow; readonly found: 'claimed' | 'handled' | 'later' | 'crashed' }
  | { readonly row: null; readonly found: 'busy' };

/** A message that may be seen for the first time. */
export interface NewMessage {
  readonly id: string;
  readonly place: Place;
  readonly messageId: string | null;
  readonly sizeBytes: number;
  readonly firstAt: number;
}

/**
 * Puts messages on record that were seen for the first time, their leases taken: one statement for the usual case, in which all were.
 *
 * @param messages - no two of the same id
 * @returns the row of each; `null`, nothing changed, for one that is known
 */
export async function register(
  transaction: StoreTransaction,
  given: { readonly mailbox: string; readonly messages: readonly NewMessage[]; readonly lease: Lease },
): Promise<readonly (InboxRow | null)[]> {
  const { mailbox, messages, lease } = given;
  const rows = messages.map((message): InboxRow => ({
    ...untried,
    id: message.id,
    mailbox,
    folder: message.place.folder,
    uid_validity: message.place.uidValidity,
    uid: message.place.uid,
    message_id: message.messageId,
    size_bytes: message.sizeBytes,
    lease_token: lease.token,
    lease_until: lease.now + lease.leaseMs,
    first_at: message.firstAt,
  }));
  const values = `(${varying.map(() => '?').join(', ')}, ${constant.map((name) => literalOf(untried[name])).join(', ')})`;
  const added = await transaction.run(
    `INSERT INTO inbox_messages (${[...varying, ...constant].join(', ')}) VALUES ${rows.map(() => values).join(', ')} ON CONFLICT (id) DO NOTHING`,
    rows.flatMap((row) => varying.map((name) => row[name])),
  );
  if (added === rows.length) return rows;
  // The token was drawn for these alone.
  const ours = await transaction.all<{ readonly id: string }>(
    `SELECT id FROM inbox_messages WHERE id IN (${rows.map(() => '?').join(', ')}) AND lease_token = ?`,
    [...rows.map(({ id }) => id), lease.token],
  );
  const ids = new Set(ours.map(({ id }) => id));
  return rows.map((row) => (ids.has(row.id) ? row : null));
}

const varying = [
  'id',
  'mailbox',
  'folder',
  'uid_validity',
  'uid',
  'message_id',
  'size_bytes',
  'lease_token',
  'lease_until',
  'first_at',
] as const;

/** What every message begins with. */
const untried = {
  kind: null,
  state: 'leased',
  attempts: 1,
  next_at: 0,
  claim: null,
  reason: null,
  code: null,
  handed_at: null,
  unread: 0,
  any_size: 0,
  follow_up: null,
  mdn: null,
  mdn_reason: null,
  mdn_original: null,
} as const;
const constant = Object.keys(untried) as readonly (keyof typeof untried)[];
const literalOf = (value: 'leased' | number | null): string => (typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL'));

/** Takes the lease of a message that is on record, if it may be taken. */
export async function claim(
  transaction: StoreTransaction,
  wanted: { readonly id: string; readonly claimClause: string; readonly lease: Lease; readonly place: Place | null },
): Promise<Claim> {
  const { lease, place } = wanted;
  const row = await transaction.get<InboxRow>(`SELECT * FROM inbox_messages WHERE id = ? ${wanted.claimClause}`, [wanted.id]);
  if (row === null) return { row: null, found: 'busy' };
  if (row.state === 'leased' && row.lease_until > lease.now) return { row: null, found: 'busy' };
  if (row.state === 'handed-over') {
    if (row.lease_until > lease.now) return { row: null, found: 'busy' };
    await transaction.run('UPDATE inbox_messages SET lease_token = ?, lease_until = ? WHERE id = ?', [
      lease.token,
      lease.now + lease.leaseMs,
      row.id,
    ]);
    return { row: { ...row, lease_token: lease.token }, found: 'claimed' };
  }
  const at = place ?? { folder: row.folder, uidValidity: row.uid_validity, uid: row.uid };
  if (row.state !== 'waiting' && row.state !== 'leased' && row.state !== 'gone') {
    // What may be released is found again where it was seen last.
    if (row.state !== 'done') await moveTo(transaction, row, at);
    return { row, found: 'handled' };
  }
  if (row.state === 'waiting' && row.next_at > lease.now) {
    await moveTo(transaction, row, at);
    return { row, found: 'later' };
  }
  if (row.attempts >= lease.maxAttempts) {
    await transaction.run(
      "UPDATE inbox_messages SET state = 'quarantined', reason = 'crashed', lease_token = NULL, lease_until = 0 WHERE id = ?",
      [row.id],
    );
    await moveTo(transaction, row, at);
    return { row, found: 'crashed' };
  }
  await transaction.run(
    `UPDATE inbox_messages SET state = 'leased', lease_token = ?, lease_until = ?, attempts = attempts + 1, reason = NULL, folder = ?, uid_validity = ?, uid = ? WHERE id = ?`,
    [lease.token, lease.now + lease.leaseMs, at.folder, at.uidValidity, at.uid, row.id],
  );
  return {
    row: {
      ...row,
      state: 'leased',
      lease_token: lease.token,
      attempts: row.attempts + 1,
      folder: at.folder,
      uid_validity: at.uidValidity,
      uid: at.uid,
    },
    found: 'claimed',
  };
}

async function moveTo(transaction: StoreTransaction, row: InboxRow, place: Place): Promise<void> {
  if (row.folder === place.folder && row.uid_validity === place.uidValidity && row.uid === place.uid) return;
  await transaction.run('UPDATE inbox_messages SET folder = ?, uid_validity = ?, uid = ? WHERE id = ?', [
    place.folder,
    place.uidValidity,
    place.uid,
    row.id,
  ]);
}

/** Columns that the end of a try may set. */
export type Settlement = Partial<
  Pick<
    InboxRow,
    | 'state'
    | 'kind'
    | 'attempts'
    | 'next_at'
    | 'reason'
    | 'code'
    | 'handed_at'
    | 'follow_up'
    | 'mdn'
    | 'mdn_reason'
    | 'mdn_original'
    | 'claim'
    | 'lease_until'
  >
>;

/**
 * Ends a try. The token stays in the row, so that saying it twice (a COMMIT whose answer was lost) is saying it once.
 *
 * @returns `false`: another worker has taken the message over meanwhile; nothing was changed.
 */
export async function settle(transaction: StoreTransaction, row: InboxRow, settlement: Settlement): Promise<boolean> {
  const columns = { lease_until: 0, ...settlement };
  const names = Object.keys(columns);
  const changed = await transaction.run(
    `UPDATE inbox_messages SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ? AND lease_token = ?`,
    [...Object.values(columns), row.id, row.lease_token],
  );
  return changed === 1;
}

/** Makes a lease longer. @returns `false` when it is no longer ours */
export async function renew(transaction: StoreTransaction, row: InboxRow, until: number): Promise<boolean> {
  return (
    (await transaction.run(
      "UPDATE inbox_messages SET lease_until = ? WHERE id = ? AND lease_token = ? AND state IN ('leased', 'handed-over')",
      [until, row.id, row.lease_token],
    )) === 1
  );
}

/** What earlier passes left: due tries, leases that ran out, and hand-overs whose receipt, flags or move are still to do. */
export async function unfinished(
  reader: StoreReader,
  query: {
    readonly mailbox: string;
    readonly folder: string;
    readonly uidValidity: number;
    readonly now: number;
    readonly after: string;
    readonly limit: number;
  },
): Promise<readonly InboxRow[]> {
  return reader.all<InboxRow>(
    `SELECT * FROM inbox_messages WHERE mailbox = ? AND id > ? AND lease_until <= ? AND next_at <= ?
       AND (state = 'handed-over' OR (state IN ('waiting', 'leased') AND folder = ? AND uid_validity = ?))
     ORDER BY id LIMIT ?`,
    [query.mailbox, query.after, query.now, query.now, query.folder, query.uidValidity, query.limit],
  );
}

/** Those of the messages with whose Message-ID another one of the mailbox is on record. */
export async function shared(
  reader: StoreReader,
  mailbox: string,
  messages: readonly { readonly id: string; readonly messageId: string | null }[],
): Promise<ReadonlySet<string>> {
  const asked = messages.filter(({ messageId }) => messageId !== null);
  if (asked.length === 0) return new Set();
  // Each looks for one: whoever sends a thousand mails under one Message-ID makes nothing slower.
  const one = 'SELECT CAST(? AS TEXT) AS id WHERE EXISTS (SELECT 1 FROM inbox_messages WHERE mailbox = ? AND message_id = ? AND id <> ?)';
  const found = await reader.all<{ readonly id: string }>(
    asked.map(() => one).join(' UNION ALL '),
    asked.flatMap(({ id, messageId }) => [id, mailbox, messageId, id]),
  );
  return new Set(found.map(({ id }) => id));
}

export function newLease(inbox: InboxContext): Lease {
  const { clock, random } = inbox.ledger;
  return { token: random.uuid(), now: clock.now().getTime(), leaseMs: inbox.leaseMs, maxAttempts: inbox.maxAttempts };
}
