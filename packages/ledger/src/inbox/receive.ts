import type { StoreTransaction } from '@mss/store';
import type { FetchedMessage } from '@mss/transport';

import { identify, type Identified } from './content.js';
import { openFollowUp, placeOnServer } from './follow-up.js';
import { commitNote, type Held, type LastNote } from './held.js';
import { ensureClaimable } from './keyword-claim.js';
import { tellCopy } from './own-message.js';
import { noCounts, type InboxContext, type Pass } from './pass.js';
import { processMessage } from './process.js';
import { claim, register, unfinished, type Claim, type InboxRow, type Lease, type Place } from './rows.js';
import type { ReceiveRequest, ReceiveSummary } from './types.js';

/** Rows looked at together. */
const page = 100;

/** One pass over one folder. */
export async function receive(inbox: InboxContext, request: ReceiveRequest): Promise<ReceiveSummary> {
  const { privacy } = inbox.ledger;
  const folder = request.folder ?? 'INBOX';
  const opened = await request.mailbox.openFolder(folder, request.signal === undefined ? {} : { signal: request.signal });
  if (request.claim === 'keyword') ensureClaimable(opened);
  const pass: Pass = {
    inbox,
    request,
    mailboxKey: privacy.addressPseudonym(request.address),
    folder,
    folderKey: privacy.pseudonym('folder', folder.toUpperCase() === 'INBOX' ? 'INBOX' : folder),
    uidValidity: opened.uidValidity,
    counts: noCounts(),
  };
  const { afterUid, replayed } = await begin(pass);
  await finishEarlier(pass);
  await takeNew(pass, afterUid);
  if (replayed || (await hasOlder(pass))) await forgetOlder(pass);
  const next = await inbox.ledger.store.get<{ readonly next_at: number | null }>(
    `SELECT min(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END) AS next_at FROM inbox_messages
     WHERE mailbox = ? AND (state = 'handed-over' OR (state IN ('waiting', 'leased') AND folder = ? AND uid_validity = ?))`,
    [pass.mailboxKey, pass.folderKey, pass.uidValidity],
  );
  const nextAt = next?.next_at ?? null;
  return { ...pass.counts, replayed, nextAt: nextAt === null ? null : new Date(nextAt) };
}

/** Where the folder was left; from its beginning when it was made anew. */
async function begin(pass: Pass): Promise<{ readonly afterUid: number; readonly replayed: boolean }> {
  const { store, privacy } = pass.inbox.ledger;
  const sealed = privacy.seal(JSON.stringify([pass.request.address, pass.folder]), `inbox-folder:${pass.mailboxKey}:${pass.folderKey}`);
  return store.transaction(async (transaction) => {
    await transaction.run(
      'INSERT INTO inbox_folders (mailbox, folder, sealed, uid_validity, after_uid) VALUES (?, ?, ?, ?, 0) ON CONFLICT (mailbox, folder) DO NOTHING',
      [pass.mailboxKey, pass.folderKey, sealed, pass.uidValidity],
    );
    const replayed =
      (await transaction.run(
        'UPDATE inbox_folders SET uid_validity = ?, after_uid = 0 WHERE mailbox = ? AND folder = ? AND uid_validity <> ?',
        [pass.uidValidity, pass.mailboxKey, pass.folderKey, pass.uidValidity],
      )) === 1;
    const row = await transaction.get<{ readonly after_uid: number }>(
      'SELECT after_uid FROM inbox_folders WHERE mailbox = ? AND folder = ?',
      [pass.mailboxKey, pass.folderKey],
    );
    return { afterUid: row?.after_uid ?? 0, replayed };
  });
}

function newLease(inbox: InboxContext): Lease {
  const { clock, random } = inbox.ledger;
  return { token: random.uuid(), now: clock.now().getTime(), leaseMs: inbox.leaseMs, maxAttempts: inbox.maxAttempts };
}

/** What earlier passes left undone. */
async function finishEarlier(pass: Pass): Promise<void> {
  const { inbox, request } = pass;
  const { store, clock } = inbox.ledger;
  const place = { mailbox: pass.mailboxKey, folder: pass.folderKey, uidValidity: pass.uidValidity };
  const now = clock.now().getTime();
  for (let after = ''; ;) {
    const rows = await unfinished(store, { ...place, now, after, limit: page });
    for (const { id } of rows) {
      request.signal?.throwIfAborted();
      const claimed = await store.transaction((transaction) =>
        claim(transaction, { id, claimClause: store.claimClause, lease: newLease(inbox), place: null }),
      );
      count(pass, claimed);
      if (claimed.found === 'claimed') await hold(pass, claimed.row);
    }
    if (rows.length < page) return;
    after = rows.at(-1)?.id ?? '';
  }
}

async function hold(pass: Pass, row: InboxRow): Promise<void> {
  const { inbox, request } = pass;
  const isHere = row.folder === pass.folderKey && row.uid_validity === pass.uidValidity;
  const [now] =
    row.state === 'handed-over' || !isHere
      ? []
      : await request.mailbox.fetchFlags({
          folder: pass.folder,
          uidValidity: pass.uidValidity,
          uids: [row.uid],
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
  const sharesMessageId = await inbox.ledger.store.transaction((transaction) => isShared(transaction, row));
  const held: Held = {
    row,
    fingerprint: null,
    bytes: null,
    tooLarge: row.size_bytes > inbox.limits.messageBytes,
    internalDate: null,
    flags: now?.flags ?? [],
    sharesMessageId,
  };
  const note = await processMessage(pass, held);
  if (note !== null) await commitNote(pass, note);
}

async function isShared(transaction: StoreTransaction, row: Pick<InboxRow, 'id' | 'mailbox' | 'message_id'>): Promise<boolean> {
  if (row.message_id === null) return false;
  return (
    (await transaction.get('SELECT id FROM inbox_messages WHERE mailbox = ? AND message_id = ? AND id <> ? LIMIT 1', [
      row.mailbox,
      row.message_id,
      row.id,
    ])) !== null
  );
}

function count(pass: Pass, claimed: Claim): void {
  if (claimed.found === 'busy') pass.counts.elsewhere += 1;
  if (claimed.found === 'crashed') pass.counts.quarantined += 1;
}

/**
 * New messages, in the order of their UIDs. The next one is fetched while the host works on this one, and when it is there already, the last
 * note about this one and the claim of the next share a transaction: one sync of the disk for each message.
 */
async function takeNew(pass: Pass, afterUid: number): Promise<void> {
  const { inbox, request } = pass;
  const { folder, uidValidity } = pass;
  const fetching = request.mailbox.fetchNew({
    folder,
    uidValidity,
    afterUid,
    maxMessageBytes: inbox.inMemoryBytes,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const messages = fetching[Symbol.asyncIterator]();
  let owed: LastNote | null = null;
  const settleOwed = async (): Promise<void> => {
    const note = owed;
    owed = null;
    if (note !== null) await commitNote(pass, note);
  };
  let ahead = lookAhead(messages);
  try {
    for (;;) {
      if (!ahead.isHere()) await settleOwed();
      const { value: fetched, done } = await ahead.next;
      if (done === true) break;
      request.signal?.throwIfAborted();
      ahead = lookAhead(messages);
      const identified = await identify(pass, fetched);
      const taken = await take(pass, { fetched, identified, owed });
      owed = null;
      count(pass, taken.claimed);
      if (taken.claimed.found === 'handled') await placeCopy(pass, taken.claimed.row, { fetched, identified });
      if (taken.claimed.found !== 'claimed') continue;
      owed = await processMessage(pass, {
        row: taken.claimed.row,
        fingerprint: identified.fingerprint,
        bytes: identified.bytes,
        tooLarge: identified.tooLarge,
        internalDate: fetched.internalDate,
        flags: fetched.flags,
        sharesMessageId: taken.sharesMessageId,
      });
    }
  } finally {
    await settleOwed();
    ahead.next.catch(() => {});
    await messages.return?.().catch(() => {});
  }
}

/** The next message on its way, and whether it has come. */
function lookAhead(messages: AsyncIterator<FetchedMessage>): {
  readonly next: Promise<IteratorResult<FetchedMessage>>;
  readonly isHere: () => boolean;
} {
  let here = false;
  const next = messages.next();
  next.then(
    () => (here = true),
    () => {},
  );
  return { next, isHere: () => here };
}

interface Taken {
  readonly claimed: Claim;
  readonly sharesMessageId: boolean;
}

/** Notes what is owed about the message before, puts this one on record, takes its lease, and moves the mark of the folder: all or nothing. */
async function take(
  pass: Pass,
  message: { readonly fetched: FetchedMessage; readonly identified: Identified; readonly owed: LastNote | null },
): Promise<Taken> {
  const { inbox } = pass;
  const { store, privacy } = inbox.ledger;
  const { fetched, identified, owed } = message;
  const { id, fingerprint } = identified;
  const place: Place = { folder: pass.folderKey, uidValidity: fetched.uidValidity, uid: fetched.uid };
  const lease = newLease(inbox);
  const messageId = fingerprint.messageId === null ? null : privacy.pseudonym('message-id', fingerprint.messageId);
  const { taken, ours } = await inbox.commit(async (transaction, trace) => {
    const ours = owed !== null && (await owed.write(transaction, trace));
    const firstAt = (fetched.internalDate ?? new Date(lease.now)).getTime();
    const added = await register(transaction, {
      id,
      mailbox: pass.mailboxKey,
      place,
      messageId,
      sizeBytes: fetched.sizeBytes,
      firstAt,
      lease,
    });
    const claimed: Claim =
      added === null ? await claim(transaction, { id, claimClause: store.claimClause, lease, place }) : { row: added, found: 'claimed' };
    await transaction.run(
      'UPDATE inbox_folders SET after_uid = ? WHERE mailbox = ? AND folder = ? AND uid_validity = ? AND after_uid < ?',
      [fetched.uid, pass.mailboxKey, pass.folderKey, fetched.uidValidity, fetched.uid],
    );
    const sharesMessageId =
      claimed.found === 'claimed' && (await isShared(transaction, { id, mailbox: pass.mailboxKey, message_id: messageId }));
    return { taken: { claimed, sharesMessageId }, ours };
  });
  owed?.noted(ours);
  return taken;
}

/** Another copy of a message that was handled: it goes where the first one went, and is handed to nobody. */
async function placeCopy(
  pass: Pass,
  row: InboxRow,
  copy: { readonly fetched: FetchedMessage; readonly identified: Identified },
): Promise<void> {
  const { fetched, identified } = copy;
  await tellCopy(pass, { ...identified.fingerprint, place: fetched, at: fetched.internalDate ?? pass.inbox.ledger.clock.now() });
  if (row.state === 'elsewhere' || row.state === 'quarantined') {
    if (row.state === 'elsewhere') pass.counts.elsewhere += 1;
    return;
  }
  pass.counts.duplicates += 1;
  const todo = openFollowUp(pass.inbox, row);
  if (todo !== null) await placeOnServer(pass, fetched.uid, todo);
}

async function hasOlder(pass: Pass): Promise<boolean> {
  const found = await pass.inbox.ledger.store.get(
    `SELECT id FROM inbox_messages WHERE mailbox = ? AND state IN ('waiting', 'leased') AND folder = ? AND uid_validity <> ? LIMIT 1`,
    [pass.mailboxKey, pass.folderKey, pass.uidValidity],
  );
  return found !== null;
}

/** After a whole pass: what waited in the former folder and is not in the new one is gone. Leases that still run are left alone. */
async function forgetOlder(pass: Pass): Promise<void> {
  const { store, clock } = pass.inbox.ledger;
  pass.counts.gone += await store.transaction((transaction) =>
    transaction.run(
      `UPDATE inbox_messages SET state = 'gone', lease_until = 0 WHERE mailbox = ? AND folder = ? AND uid_validity <> ?
       AND (state = 'waiting' OR (state = 'leased' AND lease_until <= ?))`,
      [pass.mailboxKey, pass.folderKey, pass.uidValidity, clock.now().getTime()],
    ),
  );
}
