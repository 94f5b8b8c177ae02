import { isMssError, MssError } from '@mss/core';
import { isMssAddress } from '@mss/formats/mime';
import type { StoreTransaction } from '@mss/store';

import { freeBytes } from '../contents/memory.js';
import { cancelRecipients } from './cancel.js';
import { writeHistory, type Applied, type HistoryLine } from './change.js';
import { checkMessage, refuseEntry, type MessageFacts } from './check-message.js';
import { contentPurpose, type OutboxContext } from './context.js';
import { createEntryId } from './entry-id.js';
import type { OutboxErrorCode } from './errors.js';
import { lockEntry, placeholders, readEntry, type EntryKind, type EntryRow, type LoadedEntry, type RecipientRow } from './rows.js';
import type { CancelOutcome, QueuedEntry, QueueRequest } from './types.js';
import { addressContext, viewEntry } from './view.js';

/** Document ids that the ledger gives itself. */
export const ownPrefixes = { probe: 'mss-probe:', receipt: 'mss-receipt:' } as const;
const mostRecipients = 1000;

/** A request that was checked. */
interface Draft {
  readonly request: QueueRequest;
  readonly kind: EntryKind;
  readonly entryId: string;
  readonly facts: MessageFacts;
  readonly from: string | null;
  readonly envid: string;
  readonly fingerprint: string;
  readonly patient: string | null;
  readonly hashes: readonly string[];
  readonly now: number;
  readonly notBefore: number;
  readonly deadline: number;
}

interface Queued {
  readonly loaded: LoadedEntry;
  readonly isNew: boolean;
  readonly replaced: CancelOutcome | null;
  readonly applied: Applied | null;
}

/**
 * Queues a document: durable when this resolves.
 *
 * First the sealed content, then one transaction with everything else. A process that dies between the two leaves a content that
 * nobody claims, which the sweep erases.
 */
export async function queueDocument(
  context: OutboxContext,
  request: QueueRequest,
  options: { readonly kind?: EntryKind } = {},
): Promise<QueuedEntry> {
  const draft = draftOf(context, request, options.kind ?? 'document');
  const earlier = await context.store.get<{ entry_id: string }>('SELECT entry_id FROM outbox_entries WHERE document_id = ?', [
    request.documentId,
  ]);
  if (earlier !== null) {
    const loaded = await readEntry(context.store, earlier.entry_id);
    if (loaded !== null) return already(context, loaded, draft);
  }
  await context.contents.write(draft.entryId, contentPurpose, request.message);
  let queued: Queued;
  try {
    queued = await context.notes.commit(async (transaction, trace) => {
      const written = await write(transaction, context, draft);
      if (written.isNew) {
        trace({
          author: request.author,
          at: new Date(draft.now),
          action: draft.kind === 'document' ? 'outbox.queue' : `outbox.${draft.kind}`,
          mailbox: request.mailbox,
          request: `document ${request.documentId}, ${request.recipients.length} recipients, ${request.message.length} bytes`,
          response: `entry ${draft.entryId}`,
          outcome: 'success',
        });
      }
      return written;
    });
  } catch (error) {
    // After a lost commit nobody knows whether the entry stands: then the sweep decides, not this.
    if (!isMssError(error, 'ERR_MSS_STORE_COMMIT_UNKNOWN')) await eraseUnused(context, draft.entryId);
    throw error;
  }
  if (!queued.isNew) {
    if (queued.loaded.entry.entry_id !== draft.entryId) await eraseUnused(context, draft.entryId);
    return already(context, queued.loaded, draft);
  }
  if (queued.applied !== null) {
    const replacedId = queued.applied.changes[0]?.entryId;
    await context.changed(queued.applied.changes, queued.applied.settled && replacedId !== undefined ? [replacedId] : []);
  }
  const isGiven = request.messageIsGiven === true;
  if (draft.notBefore <= draft.now) context.fresh.put(draft.entryId, { bytes: request.message, isGiven });
  else if (isGiven) freeBytes(request.message);
  context.telemetry.count('mss.outbox.queued', 1);
  context.wake();
  return { ...viewEntry(queued.loaded, context.privacy), isNew: true, replaced: queued.replaced };
}

function draftOf(context: OutboxContext, request: QueueRequest, kind: EntryKind): Draft {
  const { privacy, random, clock, options } = context;
  const entryId = createEntryId(clock, random);
  const now = clock.now().getTime();
  checkFields(request, kind);
  const facts = checkMessage(request.message);
  const hashes = request.recipients.map((one) => privacy.addressPseudonym(one.address));
  if (new Set(hashes).size < hashes.length) throw refuseEntry('recipients', 'a recipient is named twice');
  const notBefore = Math.max(now, request.notBefore?.getTime() ?? now);
  const deadline = request.deadline?.getTime() ?? notBefore + options.deadlineMs;
  if (deadline <= notBefore) throw refuseEntry('deadline', 'the deadline is over before the first attempt');
  const from = request.from === undefined ? request.mailbox : request.from;
  const envelope = JSON.stringify([request.mailbox, from, hashes.toSorted(), privacy.pseudonym('message', request.message)]);
  return {
    request,
    kind,
    entryId,
    facts,
    from,
    envid: request.envid ?? entryId,
    fingerprint: privacy.pseudonym('entry', envelope),
    patient: request.patientKey === undefined ? null : privacy.pseudonym('patient', request.patientKey),
    hashes,
    now,
    notBefore,
    deadline,
  };
}

function checkFields(request: QueueRequest, kind: EntryKind): void {
  const { documentId, recipients, envid } = request;
  const isOwn = kind === 'document' ? Object.values(ownPrefixes).some((one) => documentId.startsWith(one)) : false;
  if (!/^[\x21-\x7e]{1,200}$/.test(documentId) || isOwn)
    throw refuseEntry('documentId', 'a document id is 1 to 200 printable ASCII characters without spaces');
  if (!isMssAddress(request.mailbox)) throw refuseEntry('mailbox', 'the mailbox is not a mail address');
  if (typeof request.from === 'string' && !isMssAddress(request.from)) throw refuseEntry('from', 'the return path is not a mail address');
  if (recipients.length === 0 || recipients.length > mostRecipients)
    throw refuseEntry('recipients', `a message has 1 to ${mostRecipients} recipients`);
  if (recipients.some((one) => !isMssAddress(one.address))) throw refuseEntry('recipients', 'a recipient is not a mail address');
  if (recipients.some((one) => one.notify !== undefined && one.notify.length === 0))
    throw refuseEntry('recipients', 'a notification for no occasion');
  if (request.author.trim() === '') throw refuseEntry('author', 'an entry needs an author', 'ECO.4.1.2');
  if (request.patientKey === '') throw refuseEntry('patientKey', 'the key of a patient is empty');
  if (envid !== undefined && !/^[\x21-\x2a\x2c-\x3c\x3e-\x7e]{1,80}$/.test(envid))
    throw refuseEntry('envid', 'an envelope id is 1 to 80 printable ASCII characters without "+", "=" and spaces');
  for (const [what, date] of [
    ['notBefore', request.notBefore],
    ['deadline', request.deadline],
  ] as const) {
    if (date !== undefined && Number.isNaN(date.getTime())) throw refuseEntry(what, 'not an instant');
  }
}

async function write(transaction: StoreTransaction, context: OutboxContext, draft: Draft): Promise<Queued> {
  const { request } = draft;
  await checkOpposition(transaction, draft);
  const leftOut = await checkSuppression(transaction, draft);
  const recipients = recipientRows(context, draft, leftOut);
  // In one go: other works share the transaction, and a claim must not find the entry without its recipients.
  const [inserted] = await Promise.all([
    insertEntry(transaction, entryRow(draft)),
    insertRecipients(transaction, recipients),
    writeHistory(transaction, queuedLines(draft, leftOut)),
  ]);
  if (!inserted) {
    await Promise.all(
      ['outbox_recipients', 'outbox_history'].map((table) => transaction.run(`DELETE FROM ${table} WHERE entry_id = ?`, [draft.entryId])),
    );
    const row = await transaction.get<{ entry_id: string }>('SELECT entry_id FROM outbox_entries WHERE document_id = ?', [
      request.documentId,
    ]);
    const loaded = row === null ? null : await readEntry(transaction, row.entry_id);
    if (loaded === null) throw refuseEntry('envid', 'the envelope id belongs to another entry');
    return { loaded, isNew: false, replaced: null, applied: null };
  }
  const replaced = request.replaces === undefined ? null : await cancelReplaced(transaction, context, request);
  const loaded = { entry: entryRow(draft), recipients };
  return { loaded, isNew: true, replaced: replaced?.outcome ?? null, applied: replaced?.applied ?? null };
}

function queuedLines(draft: Draft, leftOut: ReadonlyMap<number, string>): readonly HistoryLine[] {
  const { entryId, now, notBefore, request } = draft;
  const detail = notBefore > now ? `not before ${new Date(notBefore).toISOString()}` : null;
  return [
    { entryId, at: now, what: 'queued', author: request.author, evidence: 'host', detail },
    ...[...leftOut].map(([index, reason]): HistoryLine => ({
      entryId,
      at: now,
      what: 'left-out',
      index,
      evidence: 'suppression',
      detail: reason,
    })),
  ];
}

async function checkOpposition(transaction: StoreTransaction, { patient, hashes }: Draft): Promise<void> {
  if (patient === null) return;
  const rows = await transaction.all<{ recipient: string }>(
    `SELECT recipient FROM outbox_oppositions WHERE patient = ? AND recipient IN ('*', ${placeholders(hashes.length)}) LIMIT 1001`,
    [patient, ...hashes],
  );
  if (rows.length === 0) return;
  const opposed = new Set(rows.map((row) => row.recipient));
  throw new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_OPPOSED', 'the patient objects to this recipient', {
    details: { recipient: opposed.has('*') ? 0 : hashes.findIndex((one) => opposed.has(one)) },
  });
}

/** @returns the recipients that are left out, with the reason */
async function checkSuppression(transaction: StoreTransaction, { hashes, now, request }: Draft): Promise<ReadonlyMap<number, string>> {
  const leftOut = new Map<number, string>();
  if (request.suppressed === 'send') return leftOut;
  const rows = await transaction.all<{ address_hash: string; reason: string; until_at: number }>(
    `SELECT address_hash, reason, until_at FROM outbox_suppressions WHERE until_at > ? AND address_hash IN (${placeholders(hashes.length)}) LIMIT 1000`,
    [now, ...hashes],
  );
  for (const row of rows) {
    const recipient = hashes.indexOf(row.address_hash);
    if (request.suppressed !== 'leave-out') {
      throw new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_SUPPRESSED', 'a recipient is on the suppression list', {
        details: { recipient, reason: row.reason, until: new Date(row.until_at).toISOString() },
      });
    }
    leftOut.set(recipient, row.reason);
  }
  if (leftOut.size === hashes.length) {
    throw new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_SUPPRESSED', 'every recipient is on the suppression list', {
      details: { recipient: 0 },
    });
  }
  return leftOut;
}

function entryRow(draft: Draft): EntryRow {
  const { request, facts } = draft;
  return {
    entry_id: draft.entryId,
    document_id: request.documentId,
    kind: draft.kind,
    mailbox: request.mailbox.toLowerCase(),
    envelope_from: draft.from,
    message_id: facts.messageId,
    envid: draft.envid,
    fingerprint: draft.fingerprint,
    size_bytes: request.message.length,
    plain_header: facts.plainHeader ? 1 : 0,
    patient: draft.patient,
    author: request.author,
    replaces: request.replaces ?? null,
    queued_at: draft.now,
    deadline_at: draft.deadline,
    state: 'waiting',
    next_at: draft.notBefore,
    attempt: 0,
    stage: null,
    lease: null,
    lease_until: null,
    worker: null,
    stopped: 0,
    no_self: 0,
    settled_at: null,
  };
}

/** @returns whether it is new: not when the document id, or the envelope id, is there already */
async function insertEntry(transaction: StoreTransaction, row: EntryRow): Promise<boolean> {
  const columns = Object.entries(row);
  const changed = await transaction.run(
    `INSERT INTO outbox_entries (${columns.map(([name]) => name).join(', ')}) VALUES (${placeholders(columns.length)}) ON CONFLICT DO NOTHING`,
    columns.map(([, value]) => value),
  );
  return changed === 1;
}

function recipientRows(context: OutboxContext, draft: Draft, leftOut: ReadonlyMap<number, string>): readonly RecipientRow[] {
  const { entryId, request, hashes, now, notBefore } = draft;
  return request.recipients.map((one, index): RecipientRow => ({
    entry_id: entryId,
    idx: index,
    address: context.privacy.seal(one.address, addressContext(entryId, index)),
    address_hash: hashes[index] ?? '',
    notify: one.notify === undefined ? null : one.notify === 'never' ? 'never' : one.notify.join(','),
    state: leftOut.has(index) ? 'refused' : 'waiting',
    attempt: 0,
    tries: 0,
    next_at: leftOut.has(index) ? null : notBefore,
    changed_at: now,
    accepted_at: null,
    code: null,
    enhanced: null,
    reason: leftOut.has(index) ? 'suppressed' : null,
  }));
}

async function insertRecipients(transaction: StoreTransaction, rows: readonly RecipientRow[]): Promise<void> {
  const names = Object.keys(rows[0] ?? {});
  await transaction.run(
    `INSERT INTO outbox_recipients (${names.join(', ')}) VALUES ${rows.map(() => `(${placeholders(names.length)})`).join(', ')}`,
    rows.flatMap((row) => Object.values(row)),
  );
}

async function cancelReplaced(
  transaction: StoreTransaction,
  context: OutboxContext,
  request: QueueRequest,
): Promise<{ readonly outcome: CancelOutcome; readonly applied: Applied }> {
  const row = await transaction.get<{ entry_id: string }>(
    'SELECT entry_id FROM outbox_entries WHERE document_id = ? AND document_id <> ?',
    [request.replaces ?? '', request.documentId],
  );
  const loaded = row === null ? null : await lockEntry(transaction, row.entry_id, context.store.dialect);
  if (loaded === null) throw new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_NOT_FOUND', 'the document to be replaced is not in the outbox');
  return cancelRecipients(transaction, loaded, {
    context,
    author: request.author,
    evidence: 'replaced',
    what: 'replaced',
    detail: request.documentId,
  });
}

function already(context: OutboxContext, loaded: LoadedEntry, draft: Draft): QueuedEntry {
  // Probes and receipts are made anew by whoever asks again: one is enough.
  if (draft.kind === 'document' && loaded.entry.fingerprint !== draft.fingerprint) {
    throw new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN', 'another message was queued earlier under this document id', {
      details: { entryId: loaded.entry.entry_id },
    });
  }
  return { ...viewEntry(loaded, context.privacy), isNew: false, replaced: null };
}

async function eraseUnused(context: OutboxContext, entryId: string): Promise<void> {
  await context.contents.erase(entryId, contentPurpose).catch((error: unknown) => {
    context.logger.warn({ entryId, code: isMssError(error) ? error.code : 'unknown' }, 'an unused content is left for the sweep');
  });
}
