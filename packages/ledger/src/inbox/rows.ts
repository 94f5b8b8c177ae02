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

/**
 * Puts a message on record that was seen for the first time, its lease taken; one statement for the usual case.
 *
 * @returns `null`, nothing changed, when it is known
 */
export async function register(
  transaction: StoreTransaction,
  message: {
    readonly id: string;
    readonly mailbox: string;
    readonly place: Place;
    readonly messageId: string | null;
    readonly sizeBytes: number;
    readonly firstAt: number;
    readonly lease: Lease;
  },
): Promise<InboxRow | null> {
  const { place, lease } = message;
  const row = {
    id: message.id,
    mailbox: message.mailbox,
    folder: place.folder,
    uid_validity: place.uidValidity,
    uid: place.uid,
    message_id: message.messageId,
    size_bytes: message.sizeBytes,
    kind: null,
    state: 'leased',
    attempts: 1,
    next_at: 0,
    lease_token: lease.token,
    lease_until: lease.now + lease.leaseMs,
    claim: null,
    reason: null,
    code: null,
    first_at: message.firstAt,
    handed_at: null,
    unread: 0,
    any_size: 0,
    follow_up: null,
    mdn: null,
    mdn_reason: null,
    mdn_original: null,
  };
  const names = Object.keys(row);
  const added = await transaction.run(
    `INSERT INTO inbox_messages (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`,
    Object.values(row),
  );
  return added === 1 ? row : null;
}

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

/** Whether another message of the mailbox has the same Message-ID. */
export async function isShared(reader: StoreReader, row: Pick<InboxRow, 'id' | 'mailbox' | 'message_id'>): Promise<boolean> {
  if (row.message_id === null) return false;
  return (
    (await reader.get('SELECT id FROM inbox_messages WHERE mailbox = ? AND message_id = ? AND id <> ? LIMIT 1', [
      row.mailbox,
      row.message_id,
      row.id,
    ])) !== null
  );
}

export function newLease(inbox: InboxContext): Lease {
  const { clock, random } = inbox.ledger;
  return { token: random.uuid(), now: clock.now().getTime(), leaseMs: inbox.leaseMs, maxAttempts: inbox.maxAttempts };
}
