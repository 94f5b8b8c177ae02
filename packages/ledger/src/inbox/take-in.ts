import { isMssError, type ReadResult } from '@mss/core';
import { readMessage, type MessageWarningCode, type ReceivedMessage } from '@mss/message';

import { messageFacts } from '../conversations/index.js';
import type { ReceiptOutcome } from '../receipt-ledger/index.js';
import { collectAll, type Content } from './content.js';
import { attachmentsOf } from './documents.js';
import { quarantine } from './endings.js';
import { Fingerprinter, type Fingerprint } from './fingerprint.js';
import { handOver } from './hand-over.js';
import { counted, type Held, type LastNote } from './held.js';
import { ownMessage } from './own-message.js';
import { auditEvent, type Pass } from './pass.js';
import { settle } from './rows.js';
import type { InboxDelivery } from './types.js';

export interface InHand {
  readonly held: Held;
  readonly content: Content;
  readonly signal: AbortSignal;
}

export async function takeIn(pass: Pass, hand: InHand): Promise<LastNote | null> {
  const { inbox, request } = pass;
  const { held, content } = hand;
  const { row } = held;
  const at = held.internalDate ?? new Date(row.first_at);
  const header = held.fingerprint === null ? await headerOf(pass, content) : held.fingerprint.header;
  const own = await ownMessage(pass, { held, header, at });
  if (own !== null) return own;

  let read: ReadResult<ReceivedMessage, MessageWarningCode> | null = null;
  if (content.bytes !== null && row.unread !== 1 && (request.reading !== 'receipts' || header === null || mayBeReceipt(header))) {
    try {
      read = readMessage(content.bytes, { limits: inbox.limits });
    } catch (error) {
      if (!isMssError(error)) throw error;
      return quarantine(pass, row, { reason: 'unreadable', code: error.code });
    }
  }
  const message = read?.value ?? null;
  const receipt =
    message === null || (message.receipt.kind === 'none' && message.inReplyTo === null && message.references.length === 0)
      ? null
      : await inbox.receipts.record({ mailbox: request.address, message, source: row.id, at });
  const kind = receipt === null || receipt.kind === 'none' || receipt.kind === 'reply' ? 'mail' : receipt.kind;
  if (receipt !== null && kind !== 'mail' && !showsReceipt(request.receipts ?? 'unmatched', receipt)) {
    const write: LastNote['write'] = async (transaction, trace) => {
      const ours = await settle(transaction, row, { state: 'done', kind, handed_at: inbox.ledger.clock.now().getTime() });
      if (ours) {
        trace(
          auditEvent(
            { inbox, address: request.address },
            { action: 'inbox.receipt', request: `message ${row.id}`, response: kind, outcome: 'success' },
          ),
        );
      }
      return ours;
    };
    return { write, noted: counted(pass.counts, 'receipts') };
  }
  const documents = message === null ? [] : await inbox.documents.lookUp(inbox.ledger.store, { id: row.id, message });
  const conversation =
    message === null || pass.file === null || kind !== 'mail'
      ? null
      : await pass.file(
          messageFacts(message, {
            mailbox: request.address,
            source: row.id,
            direction: 'in',
            at,
            profile: inbox.profile,
            privacy: inbox.ledger.privacy,
          }),
        );
  const delivery: InboxDelivery = {
    id: row.id,
    mailbox: request.address,
    folder: pass.folder,
    uidValidity: row.uid_validity,
    uid: row.uid,
    flags: held.flags,
    internalDate: held.internalDate,
    sizeBytes: row.size_bytes,
    attempt: row.attempts,
    // A try that ended left its reason; one that never came back left none.
    perhapsBefore: row.handed_at !== null || row.reason === 'crashed' || (row.attempts > 1 && row.reason === null),
    sharesMessageId: held.sharesMessageId,
    message,
    warnings: read?.warnings ?? [],
    attachments: message === null ? [] : attachmentsOf(message),
    documents,
    receipt,
    conversation,
    mdnRequested: (message?.mime ?? header)?.header('Disposition-Notification-To') != null,
    signal: hand.signal,
    stream: () => content.stream(),
    read: async () => readMessage(content.bytes ?? (await collectAll(content.stream())), { limits: inbox.limits }),
  };
  return handOver(pass, { ...hand, delivery, documents, kind, header: message?.mime ?? header });
}

/** Whether the header lets a receipt, a bounce or an answer be expected: everything but ordinary letters. */
function mayBeReceipt(header: NonNullable<Fingerprint['header']>): boolean {
  const returnPath = header.header('Return-Path');
  if (returnPath === null || /^\s*<\s*>\s*$/.test(returnPath)) return true;
  if (['In-Reply-To', 'References', 'Auto-Submitted', 'X-Failed-Recipients'].some((name) => header.header(name) !== null)) return true;
  if (/multipart\/report|disposition-notification|delivery-status/i.test(header.header('Content-Type') ?? '')) return true;
  return (
    /mailer-daemon|postmaster|mail\s*delivery|no-?reply/i.test(header.header('From') ?? '') ||
    /int[ée]gration|undeliver|non\s+(?:remis|distribu)|failure|delivery|receipt|^\s*(?:lu|read|accus[ée])\b/iu.test(
      header.header('Subject') ?? '',
    )
  );
}

/** The header of a message that is tried again. */
async function headerOf(pass: Pass, content: Content): Promise<Fingerprint['header']> {
  const { limits } = pass.inbox;
  const start = new Fingerprinter(limits);
  for await (const chunk of content.stream()) {
    start.update(chunk.subarray(0, limits.headerBytes + 1));
    if (start.sizeBytes > limits.headerBytes) break;
  }
  return start.digest().header;
}

function showsReceipt(wanted: 'all' | 'unmatched' | 'none', receipt: ReceiptOutcome): boolean {
  return wanted === 'all' || (wanted === 'unmatched' && !receipt.matched);
}
