import { commitNote, type Held } from './held.js';
import { ensureClaimable } from './keyword-claim.js';
import { filingOf, noCounts, type InboxContext, type Pass } from './pass.js';
import { processMessage } from './process.js';
import { claim, newLease, shared, unfinished, type InboxRow } from './rows.js';
import { countClaim, takeNew } from './take-new.js';
import type { ReceiveRequest, ReceiveSummary } from './types.js';

/** Rows looked at together. */
const page = 100;

/** One pass over one folder. */
export async function receive(inbox: InboxContext, request: ReceiveRequest): Promise<ReceiveSummary> {
  const { privacy } = inbox.ledger;
  const folder = request.folder ?? 'INBOX';
  if (!Number.isInteger(request.concurrency ?? 1) || (request.concurrency ?? 1) < 1)
    throw new TypeError('concurrency is a whole number of at least 1');
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
    file: filingOf(inbox),
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
      countClaim(pass, claimed);
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
  const sharing = await shared(inbox.ledger.store, row.mailbox, [{ id: row.id, messageId: row.message_id }]);
  const held: Held = {
    row,
    fingerprint: null,
    bytes: null,
    tooLarge: row.size_bytes > inbox.limits.messageBytes,
    internalDate: null,
    flags: now?.flags ?? [],
    sharesMessageId: sharing.has(row.id),
  };
  const note = await processMessage(pass, held);
  if (note !== null) await commitNote(pass, note);
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
