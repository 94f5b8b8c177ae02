import type { ReceivedMessage } from '@mss/message';
import type { FailureReason } from '@mss/receipts';
import type { StoreRow, StoreTransaction } from '@mss/store';

import type { LedgerContextWithOutbox } from '../context.js';
import type { Submission } from '../outbox/seam.js';
import { isAutomatic } from './automatic.js';
import { factsOfReceipt, factsOfReply, type JudgedFact } from './facts.js';
import { receiptMigrations, receiptSchemaOwner } from './schema.js';
import { tellSilences, watchSilences, type SilenceContext } from './silence.js';
import type {
  DocumentKnowledge,
  ReceiptEvidence,
  ReceiptFact,
  ReceiptOutcome,
  ReceiptTrust,
  SilenceRequest,
  SilenceSummary,
  SilenceWatch,
  TrustReason,
} from './types.js';
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
  /** A silence whose deadline passed longer ago than this is not told any more: opening an old ledger floods nobody. Default 30 days. */
  readonly silenceHorizonMs?: number;
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
  /**
   * Tells each silence past its deadline (`deadlines`) to the host, once for each document and recipient, whatever the number of
   * calls, processes and restarts: it counts as told when `onSilence` has resolved.
   *
   * @throws MssError of `@mss/store`; what was told stays so
   */
  tellSilences(request: SilenceRequest): Promise<SilenceSummary>;
  /** {@link ReceiptLedger.tellSilences} again and again, until the signal aborts. @throws MssError of `@mss/store` that no later try can cure */
  watchSilences(request: SilenceWatch): Promise<void>;
}

const day = 24 * 60 * 60 * 1000;
/** Of each fact and degree of trust, for each recipient, so many are kept: a flood of forged receipts fills no disk. */
const maxSame = 20;
/** Believed facts of one delivery report that the story of the outbox shows one by one. */
const maxTold = 20;
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
  const { reporterDomains = [], suppressMs = 7 * day, silenceHorizonMs = 30 * day } = options;

  async function judge(
    arrival: ReceiptArrival,
  ): Promise<{ readonly submission: Submission; readonly facts: readonly JudgedFact[] } | 'disagree' | null> {
    const { message } = arrival;
    const { receipt } = message;
    const byEnvelope =
      receipt.originalEnvelopeId === null ? null : await context.outbox.findSubmission({ envid: receipt.originalEnvelopeId });
    const byMessage = await firstSent(receipt.kind === 'none' ? answered(message) : identifiersOf(message));
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
    const facts =
      receipt.kind === 'none' ? factsOfReply({ automatic: isAutomatic(message) }, judgement) : factsOfReceipt(receipt, judgement);
    return { submission, facts };
  }

  async function firstSent(messageIds: readonly string[]): Promise<Submission | null> {
    for (const messageId of messageIds) {
      const found = await context.outbox.findSubmission({ messageId });
      if (found !== null) return found;
    }
    return null;
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

  async function tellOutbox(
    transaction: StoreTransaction,
    row: { readonly submission: Submission; readonly fact: Pick<JudgedFact, 'recipient' | 'fact'>; readonly arrival: ReceiptArrival },
  ): Promise<void> {
    const { submission, fact, arrival } = row;
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

  async function whatIsKnown(documentId: string): Promise<DocumentKnowledge | null> {
    const submission = await context.outbox.findSubmission({ documentId });
    if (submission === null) return null;
    const [rows, told] = await Promise.all([
      context.store.all<EvidenceRow>('SELECT * FROM receipt_evidence WHERE entry_id = ? ORDER BY seen_at, id LIMIT ?', [
        submission.entryId,
        maxEvidence,
      ]),
      context.store.all<{ readonly recipient: number; readonly told_at: number }>(
        'SELECT recipient, max(told_at) AS told_at FROM receipt_silences WHERE entry_id = ? AND told_at IS NOT NULL GROUP BY recipient',
        [submission.entryId],
      ),
    ]);
    const now = context.clock.now();
    const evidenceOf = (index: number): readonly ReceiptEvidence[] => rows.filter((row) => row.recipient === index).map(evidence);
    const toldAt = new Map(told.map((row) => [row.recipient, new Date(row.told_at)]));
    return {
      documentId,
      entryId: submission.entryId,
      recipients: submission.recipients.map((recipient) => {
        const { index } = recipient;
        return knowRecipient(recipient, {
          submission,
          evidence: evidenceOf(index),
          deadlines,
          now,
          silenceToldAt: toldAt.get(index) ?? null,
        });
      }),
      unassigned: evidenceOf(-1),
    };
  }

  const silences: SilenceContext = {
    looked: new Map(),
    ledger: context,
    deadlines,
    horizonMs: silenceHorizonMs,
    know: async (documentId, recipient) => (await whatIsKnown(documentId))?.recipients.find((one) => one.index === recipient) ?? null,
  };

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
        for (const fact of facts) await keep(transaction, { submission, fact, arrival });
        for (const fact of toTell(receipt.kind, facts)) await tellOutbox(transaction, { submission, fact, arrival });
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
        matched: facts.some((fact) => fact.recipient !== null && isMatch(receipt.kind, fact.trust)),
        entries: facts.map(({ recipient, fact, trust, reason }) => ({ documentId, recipient, fact, trust, reason })),
      };
    },

    whatIsKnown,
    tellSilences: (request) => tellSilences(silences, request),
    watchSilences: (request) => watchSilences(silences, request),
  };
}

/**
 * What the outbox learns: only what is believed. A delivery report proves the attempt, not a recipient: of many recipients it is told once,
 * since each telling goes through all recipients of the document.
 */
function toTell(kind: ReceiptOutcome['kind'], facts: readonly JudgedFact[]): readonly Pick<JudgedFact, 'recipient' | 'fact'>[] {
  const believed = facts.filter((fact) => fact.trust === 'strong' || fact.trust === 'fair');
  return kind === 'dsn' && believed.length > maxTold ? [{ recipient: null, fact: null }] : believed;
}

/** An integration failure comes as an ordinary mail, which a person may have written: hosts see it unless it is believed. */
function isMatch(kind: ReceiptOutcome['kind'], trust: ReceiptTrust): boolean {
  return kind === 'integration-failure' ? trust === 'strong' || trust === 'fair' : trust !== 'rejected';
}

/** The message that a mail answers (RFC 5322 §3.6.4). */
function answered({ inReplyTo, references }: ReceivedMessage): readonly string[] {
  return [inReplyTo ?? references.at(-1)].filter((one) => typeof one === 'string');
}

/**
 * What names the original of a receipt, best first. Some return nothing of it, and answer it as a mail does; others name it as an
 * operator on the way renamed it. References that go further back name other messages.
 */
function identifiersOf(message: ReceivedMessage): readonly string[] {
  const { originalMessageId } = message.receipt;
  if (originalMessageId === null) return answered(message);
  return [originalMessageId, ...(message.inReplyTo === null ? [] : [message.inReplyTo])];
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
