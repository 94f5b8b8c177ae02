import type { FailureReason, ReceiptKind } from '@mss/receipts';

/**
 * One thing that a mail says of one recipient of one document.
 *
 * | fact | from |
 * |---|---|
 * | `relayed`, `delivered`, `delayed`, `failed` | Action of a delivery notification (RFC 3464); `expanded` counts as `relayed` |
 * | `displayed`, `dispatched`, `processed`, `deleted`, `denied` | Disposition of a read receipt (RFC 8098) without error |
 * | `processing-error` | a read receipt with the modifier `error`, or of type `failed`, without a code of ANS |
 * | `integration-error` | a code of ANS, 900 to 906, in a read receipt or an ordinary mail |
 * | `replied`, `auto-replied` | a mail of the recipient whose In-Reply-To is the document's; automatic by RFC 3834 |
 */
export type ReceiptFact =
  | 'relayed'
  | 'delivered'
  | 'delayed'
  | 'failed'
  | 'displayed'
  | 'dispatched'
  | 'processed'
  | 'deleted'
  | 'denied'
  | 'processing-error'
  | 'integration-error'
  | 'replied'
  | 'auto-replied';

/**
 * How far a receipt is believed; only `strong` and `fair` decide a verdict, and a `doubtful` failure may at most put success
 * in question. `rejected` ones are kept and shown, and decide nothing.
 */
export type ReceiptTrust = 'strong' | 'fair' | 'doubtful' | 'rejected';

/**
 * Why a receipt is believed or not; see {@link trustTable}.
 *
 * - `envelope-id` – it brings back the envelope id that only the mail systems on the way know.
 * - `sender-is-recipient` – it comes from the very mailbox that it speaks of.
 * - `sender-is-mail-system` – it comes from a mail system of the recipient's, the sender's or a configured domain.
 * - `recipient-inferred` – it names no recipient of ours, and the document had a single one.
 * - `sender-same-domain`, `sender-stranger`, `sender-not-mail-system`, `envelope-id-unknown` – anybody who saw the message can write it.
 * - `recipient-not-ours` – the document was not sent to the recipient that it names.
 * - `recipient-unnamed` – it names none, and the document had several.
 * - `recipient-is-another` – one recipient speaks for another.
 * - `identifiers-disagree` – envelope id and Message-ID are those of two messages.
 * - `unknown-submission` – nothing of ours was sent under its identifiers.
 * - `says-nothing` – a receipt without action, disposition or error.
 */
export type TrustReason =
  | 'envelope-id'
  | 'sender-is-recipient'
  | 'sender-is-mail-system'
  | 'recipient-inferred'
  | 'sender-same-domain'
  | 'sender-stranger'
  | 'sender-not-mail-system'
  | 'envelope-id-unknown'
  | 'recipient-not-ours'
  | 'recipient-unnamed'
  | 'recipient-is-another'
  | 'identifiers-disagree'
  | 'unknown-submission'
  | 'says-nothing';

/** One piece of evidence as it is kept. No address, no words of the mail. */
export interface ReceiptEvidence {
  readonly fact: ReceiptFact | null;
  readonly trust: ReceiptTrust;
  readonly reason: TrustReason;
  /** When the mail that says it arrived. */
  readonly at: Date;
  /** RFC 3463. */
  readonly status: string | null;
  /** Code of ANS, or another one that the receiving system gave. */
  readonly code: string | null;
  /** Why a delivery failed. */
  readonly cause: FailureReason | null;
  /** The address leads nowhere whatever the message. */
  readonly addressInvalid: boolean;
  /** `source` of the arrival that brought it. */
  readonly source: string;
}

/**
 * What is known of one recipient; see {@link verdictTable}.
 *
 * | verdict | meaning |
 * |---|---|
 * | `waiting` | not sent yet |
 * | `refused`, `expired`, `cancelled`, `given-up` | it did not go: the final states of the outbox |
 * | `uncertain` | perhaps sent |
 * | `accepted` | the own operator has it; nothing more is known, and it is too early to wonder |
 * | `silent` | as before, a notification of success was asked for, and the deadline has passed |
 * | `relayed` | handed on to a system that reports nothing |
 * | `delayed` | still being tried |
 * | `failed` | not delivered |
 * | `perhaps-failed` | somebody who cannot be believed says that it failed, and nobody believable says that it arrived |
 * | `in-doubt` | believable reports say that it arrived and that it failed |
 * | `delivered` | in the recipient's mailbox |
 * | `deleted` | deleted by the recipient or its software; perhaps unseen |
 * | `dispatched` | printed, forwarded or the like |
 * | `processed` | filed by the recipient's software |
 * | `not-processed`, `not-integrated` | arrived, and the recipient's software could not file it |
 * | `displayed` | shown to a person |
 * | `replied` | the recipient answered it |
 */
export type ReceiptVerdict =
  | 'waiting'
  | 'refused'
  | 'expired'
  | 'cancelled'
  | 'given-up'
  | 'uncertain'
  | 'accepted'
  | 'silent'
  | 'relayed'
  | 'delayed'
  | 'failed'
  | 'perhaps-failed'
  | 'in-doubt'
  | 'delivered'
  | 'deleted'
  | 'dispatched'
  | 'processed'
  | 'not-processed'
  | 'not-integrated'
  | 'displayed'
  | 'replied';

/** Two things that cannot both be true of one message to one mailbox. */
export type Contradiction =
  | 'delivered-and-failed'
  | 'used-and-failed'
  | 'processed-and-not-integrated'
  | 'processed-and-not-processed'
  | 'not-sent-and-received';

/** What is known of one recipient, and why. */
export interface RecipientKnowledge {
  /** Place in the submission. */
  readonly index: number;
  /** For the host's screen; never for a log. */
  readonly address: string;
  readonly verdict: ReceiptVerdict;
  /** Number of the rule of {@link verdictTable} that decided. */
  readonly rule: number;
  /** When the evidence that decided was first seen; for the states of the outbox, acceptance or queueing. */
  readonly since: Date;
  /** Everything seen, oldest first, what was not believed included. */
  readonly why: readonly ReceiptEvidence[];
  readonly contradictions: readonly Contradiction[];
  /** When silence will be told, or reading should have happened; `null` when nothing more is awaited. */
  readonly nextDeadline: Date | null;
  /** A deadline that has passed: no news at all, or delivered and not read. */
  readonly overdue: 'delivery' | 'reading' | null;
  /** When the host was last told of a silence of this recipient, broken since or not. */
  readonly silenceToldAt: Date | null;
}

/** A recipient of whom nothing was heard in time. */
export interface Silence {
  readonly documentId: string;
  readonly entryId: string;
  readonly mailbox: string;
  /** Place in the submission. */
  readonly recipient: number;
  /** For the host's screen; never for a log. */
  readonly address: string;
  /** What did not come: any report of delivery, or reading or filing. */
  readonly awaited: 'delivery' | 'reading';
  readonly acceptedAt: Date;
  /** The deadline that has passed. */
  readonly since: Date;
  /** `silent`, or what else is known: `delayed`, `relayed`, `perhaps-failed`, `delivered` … */
  readonly verdict: ReceiptVerdict;
  /** 1 the first time. */
  readonly attempt: number;
  /** An earlier call got this silence and its end is not known: the process died, or the callback took longer than five minutes. */
  readonly perhapsBefore: boolean;
}

/** What one look at the silences did. */
export interface SilenceSummary {
  readonly told: number;
  /** The callback rejected: it is called again, after a minute at first, after six hours at most. */
  readonly postponed: number;
}

/** How silences are told. */
export interface SilenceRequest {
  /** Resolves once the host has taken note; from then on this silence is never told again, by no process. */
  readonly onSilence: (silence: Silence) => Promise<void> | void;
  readonly signal?: AbortSignal;
}

/** The answer to "what do we know about this document, and why". */
export interface DocumentKnowledge {
  readonly documentId: string;
  readonly entryId: string;
  readonly recipients: readonly RecipientKnowledge[];
  /** Receipts about this document that name none of its recipients, or contradict themselves. */
  readonly unassigned: readonly ReceiptEvidence[];
}

/** What became of one mail that was given to the ledger. */
export interface ReceiptOutcome {
  /** `reply`: an ordinary mail that answers a document. */
  readonly kind: ReceiptKind | 'reply';
  /** At least one fact was attached to a recipient, whether believed or not; that of an integration failure by ordinary mail only when believed. */
  readonly matched: boolean;
  readonly entries: readonly {
    readonly documentId: string | null;
    readonly recipient: number | null;
    readonly fact: ReceiptFact | null;
    readonly trust: ReceiptTrust;
    readonly reason: TrustReason;
  }[];
}

/** How silences are watched for. */
export interface SilenceWatch extends SilenceRequest {
  readonly signal: AbortSignal;
  /** Between two looks. Default 5 minutes. */
  readonly everyMs?: number;
  readonly onLook?: (summary: SilenceSummary) => void;
  /** The wait between two looks; injected for tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}
