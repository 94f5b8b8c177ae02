import { isMssError, MssError, resolveLimits, type AuditEvent } from '@mss/core';
import { getProfile } from '@mss/core/profile';
import type { StoreRow, StoreTransaction, StoreValue } from '@mss/store';

import type { LedgerContextWithOutbox } from '../context.js';
import { decideAnswer, parseOriginal } from './answer.js';
import type { Notes } from '../notes.js';
import { createDocumentHistory } from './documents.js';
import type { InboxErrorCode } from './errors.js';
import { followUp, openFollowUp, sealFollowUp } from './follow-up.js';
import { noCounts, type Commit, type InboxContext, type InboxOptions, type Pass } from './pass.js';
import { receive } from './receive.js';
import type { InboxRow } from './rows.js';
import { inboxMigrations, inboxSchemaOwner } from './schema.js';
import { hourlySweep } from './sweep.js';
import type {
  Acknowledgement,
  DeliveryQuery,
  DeliveryRecord,
  DeliveryState,
  Inbox,
  InboxMailbox,
  MdnState,
  QuarantineReason,
  ReceiveRequest,
  ReceiveSummary,
  ReleaseOptions,
} from './types.js';

const minute = 60 * 1000;

/** Opens the inbox; its tables belong to `ledger-inbox`. */
export async function openInbox(ledger: LedgerContextWithOutbox, options: InboxOptions): Promise<Inbox> {
  await ledger.store.migrate(inboxSchemaOwner, inboxMigrations);
  const inbox: InboxContext = {
    ledger,
    receipts: options.receipts,
    conversations: options.conversations ?? null,
    queueReceipt: options.queueReceipt ?? null,
    documents: createDocumentHistory(ledger.privacy),
    limits: resolveLimits(options.limits),
    inMemoryBytes: Math.min(options.inMemoryBytes ?? 32 * 1024 * 1024, resolveLimits(options.limits).messageBytes),
    leaseMs: positive(options.leaseMs ?? 5 * minute, 'leaseMs'),
    maxAttempts: positive(options.maxAttempts ?? 5, 'maxAttempts'),
    retryMs: positive(options.retryMs ?? minute, 'retryMs'),
    maxRetryMs: positive(options.maxRetryMs ?? 6 * 60 * minute, 'maxRetryMs'),
    profile: options.profile ?? getProfile(),
    workstation: await workstationOf(ledger, options.workstation),
    author: options.author ?? 'inbox',
    every: options.every ?? everyInterval,
    commit: commitOf(ledger, options.notes),
  };
  const sweep = hourlySweep(inbox);
  const pass = async (request: ReceiveRequest): Promise<ReceiveSummary> => {
    await sweep();
    return receive(inbox, request);
  };
  return {
    receive: pass,
    watch: (request) => watch(inbox, { ...request, pass }),
    list: (query) => list(inbox, query ?? {}),
    release: (id, given) => release(inbox, id, given ?? {}),
    acknowledge: (acknowledgement) => acknowledge(inbox, acknowledgement),
  };
}

function positive(value: number, name: string): number {
  if (!Number.isFinite(value) || value <= 0) throw new TypeError(`${name} must be a positive finite number`);
  return value;
}

function everyInterval(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** Notes and what they trace in one transaction. */
function commitOf(ledger: LedgerContextWithOutbox, notes: Notes | undefined): Commit {
  if (notes !== undefined) return (work) => notes.commit(work);
  return async (work) => {
    const events: AuditEvent[] = [];
    const result = await ledger.store.transaction((transaction) => {
      // The transaction may be run again from its start.
      events.length = 0;
      return work(transaction, (event) => events.push(event));
    });
    for (const event of events) await ledger.audit.record(event);
    return result;
  };
}

/** The name that this database claims messages with: the host's, or one drawn once and kept. */
async function workstationOf(ledger: LedgerContextWithOutbox, given: string | undefined): Promise<string> {
  if (given !== undefined && !/^[A-Za-z0-9]{4,16}$/.test(given)) throw new TypeError('workstation is 4 to 16 letters and digits');
  if (given !== undefined) return given;
  const drawn = ledger.random.uuid().replaceAll('-', '').slice(0, 8);
  return ledger.store.transaction(async (transaction) => {
    await transaction.run("INSERT INTO inbox_workstation (only_one, name) VALUES ('x', ?) ON CONFLICT (only_one) DO NOTHING", [drawn]);
    return (await transaction.get<{ readonly name: string }>('SELECT name FROM inbox_workstation', []))?.name ?? drawn;
  });
}

async function watch(inbox: InboxContext, request: Parameters<Inbox['watch']>[0] & { readonly pass: Inbox['receive'] }): Promise<void> {
  const { signal, onPass, pass, ...rest } = request;
  const folder = request.folder ?? 'INBOX';
  const asked: ReceiveRequest = { ...rest, signal };
  while (!signal.aborted) {
    try {
      const summary = await pass(asked);
      onPass?.(summary);
      const mark = await inbox.ledger.store.get<{ readonly uid_validity: number; readonly after_uid: number }>(
        'SELECT uid_validity, after_uid FROM inbox_folders WHERE mailbox = ? AND folder = ?',
        [
          inbox.ledger.privacy.addressPseudonym(request.address),
          inbox.ledger.privacy.pseudonym('folder', folder.toUpperCase() === 'INBOX' ? 'INBOX' : folder),
        ],
      );
      const untilNext =
        summary.nextAt === null ? {} : { timeoutMs: Math.max(1000, summary.nextAt.getTime() - inbox.ledger.clock.now().getTime()) };
      await request.mailbox.waitForNew({
        folder,
        uidValidity: mark?.uid_validity ?? null,
        afterUid: mark?.after_uid ?? 0,
        signal,
        ...untilNext,
      });
    } catch (error) {
      if (signal.aborted) return;
      // The next pass reads the folder from its beginning.
      if (!isMssError(error, 'ERR_MSS_IMAP_UID_VALIDITY')) throw error;
    }
  }
}

interface ListedRow extends InboxRow {
  readonly sealed: Uint8Array | null;
}

async function list(inbox: InboxContext, query: DeliveryQuery): Promise<readonly DeliveryRecord[]> {
  const { store, privacy } = inbox.ledger;
  const conditions: string[] = ['m.id > ?'];
  const parameters: StoreValue[] = [query.after ?? ''];
  for (const [column, value] of [
    ['mailbox', query.mailbox === undefined ? undefined : privacy.addressPseudonym(query.mailbox)],
    ['state', query.state],
    ['mdn', query.mdn],
  ] as const) {
    if (value === undefined) continue;
    conditions.push(`m.${column} = ?`);
    parameters.push(value);
  }
  const rows = await store.all<ListedRow & StoreRow>(
    `SELECT m.*, f.sealed AS sealed FROM inbox_messages m LEFT JOIN inbox_folders f ON f.mailbox = m.mailbox AND f.folder = m.folder
     WHERE ${conditions.join(' AND ')} ORDER BY m.id LIMIT ?`,
    [...parameters, query.limit ?? 100],
  );
  return rows.map((row) => {
    const [mailbox = '', folder = ''] =
      row.sealed === null ? [] : (JSON.parse(privacy.open(row.sealed, `inbox-folder:${row.mailbox}:${row.folder}`)) as string[]);
    return {
      id: row.id,
      mailbox,
      folder,
      uidValidity: row.uid_validity,
      uid: row.uid,
      kind: row.kind as DeliveryRecord['kind'],
      state: row.state as DeliveryState,
      sizeBytes: row.size_bytes,
      attempts: row.attempts,
      reason: row.reason as QuarantineReason | null,
      code: row.code,
      firstAt: new Date(row.first_at),
      handedOverAt: row.handed_at === null ? null : new Date(row.handed_at),
      nextAt: row.state === 'waiting' && row.next_at > 0 ? new Date(row.next_at) : null,
      mdn: row.mdn as MdnState | null,
      mdnReason: row.mdn_reason,
    };
  });
}

async function rowOf(transaction: StoreTransaction, id: string, claimClause: string): Promise<InboxRow> {
  const row = await transaction.get<InboxRow>(`SELECT * FROM inbox_messages WHERE id = ? ${claimClause}`, [id]);
  if (row !== null) return row;
  const known = await transaction.get('SELECT id FROM inbox_messages WHERE id = ?', [id]);
  if (known === null) throw new MssError<InboxErrorCode>('ERR_MSS_LEDGER_INBOX_NOT_FOUND', 'no delivery has this id');
  throw stateError('leased');
}

function stateError(state: string): MssError<InboxErrorCode> {
  return new MssError('ERR_MSS_LEDGER_INBOX_STATE', 'the step is not possible in the present state of the delivery', {
    details: { state },
    permanent: false,
  });
}

async function release(inbox: InboxContext, id: string, options: ReleaseOptions): Promise<void> {
  const { store } = inbox.ledger;
  await store.transaction(async (transaction) => {
    const row = await rowOf(transaction, id, store.claimClause);
    if (row.state !== 'quarantined' && row.state !== 'elsewhere') throw stateError(row.state);
    await transaction.run(
      `UPDATE inbox_messages SET state = 'waiting', attempts = 0, next_at = 0, lease_until = 0, claim = ?, unread = ?, any_size = ? WHERE id = ?`,
      [
        row.state === 'elsewhere' ? 'forced' : row.claim,
        options.unread === true ? 1 : row.unread,
        options.anySize === true ? 1 : row.any_size,
        id,
      ],
    );
  });
}

/** Notes the plan under a lease of its own, so that of several callers one sends. */
async function acknowledge(inbox: InboxContext, given: Acknowledgement): Promise<MdnState | null> {
  const { store, privacy, clock, random } = inbox.ledger;
  const mdn = given.mdn ?? {};
  const noted = await store.transaction(
    async (transaction): Promise<{ readonly row: InboxRow | null; readonly state: MdnState | null }> => {
      const row = await rowOf(transaction, given.id, store.claimClause);
      // What follows the hand-over is done first: its worker has the lease.
      if (row.state !== 'done') throw stateError(row.state);
      if (row.mailbox !== privacy.addressPseudonym(given.address))
        throw new MssError<InboxErrorCode>('ERR_MSS_LEDGER_INBOX_NOT_FOUND', 'the delivery is one of another mailbox');
      if (row.mdn !== 'later' && row.mdn !== 'ask') return { row: null, state: row.mdn as MdnState | null };
      const original = row.mdn_original === null ? null : parseOriginal(privacy.open(row.mdn_original, `inbox-original:${row.id}`));
      if (original === null) return { row: null, state: row.mdn };
      const decision = decideAnswer({
        message: original,
        flags: [],
        kind: given.kind,
        mdn,
        result: { mdn: given.type, ...(given.consent === undefined ? {} : { mdnConsent: given.consent }) },
      });
      const before = openFollowUp(inbox, row);
      const token = random.uuid();
      const changes = {
        mdn: decision.state,
        mdn_reason: decision.reason,
        ...(decision.plan === null
          ? decision.keepOriginal
            ? {}
            : { mdn_original: null }
          : {
              state: 'handed-over',
              lease_token: token,
              lease_until: clock.now().getTime() + inbox.leaseMs,
              follow_up: sealFollowUp(inbox, row.id, {
                address: given.address,
                flags: before?.flags ?? [],
                moveTo: before?.moveTo ?? null,
                plan: decision.plan,
                mdn,
                placed: true,
              }),
            }),
      };
      if (decision.plan !== null && inbox.queueReceipt === null)
        throw new MssError<InboxErrorCode>(
          'ERR_MSS_LEDGER_INBOX_NO_QUEUE',
          'a receipt is to be sent, and the inbox was opened without a way to queue it',
        );
      await transaction.run(
        `UPDATE inbox_messages SET ${Object.keys(changes)
          .map((name) => `${name} = ?`)
          .join(', ')} WHERE id = ?`,
        [...Object.values(changes), row.id],
      );
      return { row: decision.plan === null ? null : { ...row, ...changes }, state: decision.state };
    },
  );
  if (noted.row === null) return noted.state;
  const place = await folderOf(inbox, noted.row);
  const pass: Pass = {
    inbox,
    request: { mailbox: given.mailbox ?? noMailbox, address: given.address, kind: given.kind, handOver: () => Promise.resolve(), mdn },
    mailboxKey: noted.row.mailbox,
    folder: place,
    // Without a connection nothing can be marked on the server.
    folderKey: given.mailbox === undefined ? '' : noted.row.folder,
    uidValidity: noted.row.uid_validity,
    counts: noCounts(),
    file: null,
  };
  await followUp(pass, { row: noted.row, resumed: false, flags: [], original: null });
  const after = await store.get<{ readonly mdn: string | null }>('SELECT mdn FROM inbox_messages WHERE id = ?', [given.id]);
  return (after?.mdn ?? null) as MdnState | null;
}

async function folderOf(inbox: InboxContext, row: InboxRow): Promise<string> {
  const { store, privacy } = inbox.ledger;
  const found = await store.get<{ readonly sealed: Uint8Array }>('SELECT sealed FROM inbox_folders WHERE mailbox = ? AND folder = ?', [
    row.mailbox,
    row.folder,
  ]);
  if (found === null) return '';
  const [, folder = ''] = JSON.parse(privacy.open(found.sealed, `inbox-folder:${row.mailbox}:${row.folder}`)) as string[];
  return folder;
}

/** Stands for the connection that the caller did not give; never asked for anything. */
const noMailbox = new Proxy({} as InboxMailbox, {
  get: () => {
    throw new TypeError('there is no connection to the mailbox');
  },
});
