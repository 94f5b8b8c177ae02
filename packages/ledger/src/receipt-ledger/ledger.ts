import type { ReceivedMessage } from '@mss/message';
import type { FailureReason } from '@mss/receipts';
import type { StoreRow, StoreTransaction } from '@mss/store';

import type { LedgerContextWithOutbox } from '../context.js';
import type { Submission } from '../outbox/seam.js';
import { factsOfReceipt, factsOfReply, type JudgedFact } from './facts.js';
import { receiptMigrations, receiptSchemaOwner } from './schema.js';
import type { DocumentKnowledge, ReceiptEvidence, ReceiptFact, ReceiptOutcome, ReceiptTrust, TrustReason } from './types.js';
import { knowRecipient, type ReceiptDeadlines } from './what-is-known.js';

/** What the receipt ledger is opened with besides the context. */
export interface ReceiptLedgerOptions {
  /** Domains (and everything below) of mail systems whose notifications are believed without envelope id: the operator's, for example. */
  readonly reporterDomains?: readonly string[];
  /** Default 24 h for delivery, reading not awaited. */
  readonly deadlines?: Partial<ReceiptDeadlines>;
  /**
   * For how long an address is suppressed in the outbox after a report that brings our envelope id says that it leads nowhere;
   * `null`: never. Default 7 days: a mailbox that is made or repaired is found again.
   */
  readonly suppressMs?: number | null;
}

/** A mail that came in. */
export interface ReceiptArrival {
  /** Where it arrived. */
  readonly mailbox: string;
  readonly message: ReceivedMessage;
  /** Names this mail for ever: the same mail given twice counts once. No patient data. */
  readonly source: string;
  /** When it arrived, by the server's clock rather than the sender's. */
  readonly at: Date;
}

/** Receipts joined to what was sent, recipient by recipient. */
export interface ReceiptLedger {
  /**
   * Takes a receipt or an answer. Idempotent by `source`; any order gives the same knowledge.
   *
   * An ordinary mail that answers nothing of ours is `{ kind: 'none', matched: false, entries: [] }`.
   */
  record(arrival: ReceiptArrival): Promise<ReceiptOutcome>;
  /** What is known of a document, and why; `null` when it was never given to the outbox. */
  whatIsKnown(documentId: string): Promise<DocumentKnowledge | null>;
}

const day = 24 * 60 * 60 * 1000;
/** Of each fact and degree of trust, for each recipient, so many are kept: a flood of forged receipts fills no disk. */
const maxSame = 20;
/** Rows read for one document. */
const maxEvidence = 5000;

interface EvidenceRow extends StoreRow {
  readonly recipient: number;
  readonly fact: string | null;
  readonly trust: string;
  readonly reason: string;
  readonly seen_at: number;
  readonly status: string | null;
  readonly code: string | null;
  readonly cause: string | null;
  readonly address_invalid: number;
  readonly source: string;
}

/** Opens the receipt ledger; its tables belong to `ledger-receipts`. */
export async function openReceiptLedger(context: LedgerContextWithOutbox, options: ReceiptLedgerOptions = {}): Promise<ReceiptLedger> {
  await context.store.migrate(receiptSchemaOwner, receiptMigrations);
  const deadlines: ReceiptDeadlines = { deliveryMs: day, readingMs: null, ...options.deadlines };
  const { reporterDomains = [], suppressMs = 7 * day } = options;

  async function judge(
    arrival: ReceiptArrival,
  ): Promise<{ readonly submission: Submission; readonly facts: readonly JudgedFact[] } | 'disagree' | null> {
    const { message } = arrival;
    const { receipt } = message;
    const byEnvelope =
      receipt.originalEnvelopeId === null ? null : await context.outbox.findSubmission({ envid: receipt.originalEnvelopeId });
    // Some notifications return nothing of the original, and answer it as a mail does.
    const id =
      receipt.kind === 'none' ? message.inReplyTo : (receipt.originalMessageId ?? message.inReplyTo ?? message.references.at(-1) ?? null);
    const byMessage = id === null ? null : await context.outbox.findSubmission({ messageId: id });
    const submission = byEnvelope ?? byMessage;
    if (submission === null || submission.kind === 'probe') return null;
    if (byEnvelope !== null && byMessage !== null && byEnvelope.entryId !== byMessage.entryId) return 'disagree';
    const judgement = {
      sender: { from: message.from.length === 1 ? (message.from[0]?.address ?? null) : null, returnPath: message.returnPath },
      mailbox: submission.mailbox,
      recipients: submission.recipients,
      envelope: byEnvelope !== null ? ('match' as const) : receipt.originalEnvelopeId === null ? ('absent' as const) : ('unknown' as const),
      reporterDomains,
    };
    const automatic = !/^\s*(?:no\b|$)/i.test(message.mime.header('auto-submitted') ?? '');
    const facts = receipt.kind === 'none' ? factsOfReply({ automatic }, judgement) : factsOfReceipt(receipt, judgement);
    return { submission, facts };
  }

  async function keep(
    transaction: StoreTransaction,
    row: { readonly submission: Submission; readonly fact: JudgedFact; readonly arrival: ReceiptArrival },
  ): Promise<void> {
    const { submission, fact, arrival } = row;
    const recipient = fact.recipient ?? -1;
    const id = context.privacy.pseudonym(
      'receipt-evidence',
      JSON.stringify([submission.entryId, recipient, fact.fact, fact.trust, fact.reason, fact.status, fact.code, arrival.source]),
    );
    const same = await transaction.get<{ readonly n: number }>(
      'SELECT count(*) AS n FROM receipt_evidence WHERE entry_id = ? AND recipient = ? AND trust = ? AND coalesce(fact, ?) = ?',
      [submission.entryId, recipient, fact.trust, '', fact.fact ?? ''],
    );
    if ((same?.n ?? 0) < maxSame) {
      await transaction.run(
        `INSERT INTO receipt_evidence (id, entry_id, recipient, fact, trust, reason, seen_at, status, code, cause, address_invalid, source)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
        [
          id,
          submission.entryId,
          recipient,
          fact.fact,
          fact.trust,
          fact.reason,
          arrival.at.getTime(),
          fact.status,
          fact.code,
          fact.cause,
          fact.addressInvalid ? 1 : 0,
          arrival.source,
        ],
      );
    }
  }

  /** What the outbox learns: only what is believed. */
  async function tellOutbox(
    transaction: StoreTransaction,
    row: { readonly submission: Submission; readonly fact: JudgedFact; readonly arrival: ReceiptArrival },
  ): Promise<void> {
    const { submission, fact, arrival } = row;
    if (fact.trust !== 'strong' && fact.trust !== 'fair') return;
    const { receipt } = arrival.message;
    const common = {
      entryId: submission.entryId,
      at: arrival.at,
      source: `receipt:${arrival.source}:${fact.recipient ?? ''}:${fact.fact ?? ''}`,
    };
    const { originalEnvelopeId: envid } = receipt;
    await context.outbox.applyEvidence(
      receipt.kind === 'dsn'
        ? { ...common, kind: 'dsn', recipient: fact.recipient, ...(envid === null ? {} : { envid }) }
        : { ...common, kind: 'reply', recipient: fact.recipient },
      { transaction },
    );
  }

  return {
    async record(arrival: ReceiptArrival): Promise<ReceiptOutcome> {
      const { receipt } = arrival.message;
      const judged = await judge(arrival);
      if (judged === null || judged === 'disagree') {
        const reason: TrustReason = judged === null ? 'unknown-submission' : 'identifiers-disagree';
        const nothing = { documentId: null, recipient: null, fact: null, trust: 'rejected' as const, reason };
        context.telemetry.count('mss.ledger.receipts', 1, { kind: receipt.kind, trust: 'rejected', reason });
        return { kind: receipt.kind, matched: false, entries: receipt.kind === 'none' ? [] : [nothing] };
      }
      const { submission, facts } = judged;
      await context.store.transaction(async (transaction) => {
        for (const fact of facts) {
          await keep(transaction, { submission, fact, arrival });
          await tellOutbox(transaction, { submission, fact, arrival });
        }
      });
      for (const fact of facts) {
        context.telemetry.count('mss.ledger.receipts', 1, {
          kind: receipt.kind,
          trust: fact.trust,
          reason: fact.reason,
          fact: fact.fact ?? '',
        });
        const address = submission.recipients.find((one) => one.index === fact.recipient)?.address;
        if (fact.addressInvalid && fact.reason === 'envelope-id' && suppressMs !== null && address !== undefined) {
          const until = new Date(arrival.at.getTime() + suppressMs);
          if (until > context.clock.now())
            await context.outbox.suppress(address, { reason: fact.cause ?? 'other', until, author: 'receipt-ledger' });
        }
      }
      const { documentId } = submission;
      return {
        kind: receipt.kind === 'none' && facts.length > 0 ? 'reply' : receipt.kind,
        matched: facts.some((fact) => fact.recipient !== null && fact.trust !== 'rejected'),
        entries: facts.map(({ recipient, fact, trust, reason }) => ({ documentId, recipient, fact, trust, reason })),
      };
    },

    async whatIsKnown(documentId: string): Promise<DocumentKnowledge | null> {
      const submission = await context.outbox.findSubmission({ documentId });
      if (submission === null) return null;
      const rows = await context.store.all<EvidenceRow>('SELECT * FROM receipt_evidence WHERE entry_id = ? ORDER BY seen_at, id LIMIT ?', [
        submission.entryId,
        maxEvidence,
      ]);
      const now = context.clock.now();
      const evidenceOf = (index: number): readonly ReceiptEvidence[] => rows.filter((row) => row.recipient === index).map(evidence);
      return {
        documentId,
        entryId: submission.entryId,
        recipients: submission.recipients.map((recipient) =>
          knowRecipient(recipient, { submission, evidence: evidenceOf(recipient.index), deadlines, now }),
        ),
        unassigned: evidenceOf(-1),
      };
    },
  };
}

function evidence(row: EvidenceRow): ReceiptEvidence {
  return {
    fact: row.fact as ReceiptFact | null,
    trust: row.trust as ReceiptTrust,
    reason: row.reason as TrustReason,
    at: new Date(row.seen_at),
    status: row.status,
    code: row.code,
    cause: row.cause as FailureReason | null,
    addressInvalid: row.address_invalid === 1,
    source: row.source,
  };
}
