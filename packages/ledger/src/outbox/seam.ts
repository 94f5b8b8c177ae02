import type { StoreTransaction } from '@mss/store';

import type { RecipientState } from './states.js';

/**
 * What the receipt ledger and the inbox need from the outbox, and what they tell it.
 *
 * Addresses come out in clear: they go to the host's stories, never into an error or a log.
 */
export interface OutboxSeam {
  /** The submission that a receipt, a reply or a copy speaks of; `null` when it is none of ours. */
  findSubmission(key: SubmissionKey): Promise<Submission | null>;
  /**
   * Tells what was learnt. Recorded in the story in any case (once per `source`), and settles *uncertain* recipients when it
   * proves something: see the table of `evidence.ts`. Idempotent.
   *
   * @param options - `transaction`: stands or falls with the caller's transaction
   */
  applyEvidence(evidence: Evidence, options?: { readonly transaction?: StoreTransaction }): Promise<EvidenceEffect>;
  /**
   * A message of {@link probeHeader} arrived in its mailbox. To be called only once every message that came into the same folder
   * before it (lower UIDs) has been looked at for self-copies and those were told: together with the probe's arrival, their absence is
   * the evidence that an uncertain message was not taken. Idempotent. Nothing happens for a probe that is not ours.
   */
  probeArrived(probe: { readonly messageId: string; readonly at: Date }): Promise<void>;
  /** An address that receipts proved to lead nowhere. Later sends to it are refused until then. */
  suppress(address: string, entry: { readonly reason: string; readonly until?: Date; readonly author: string }): Promise<void>;
}

/** The header field of probes to oneself; its value is the Message-ID. The inbox hands such messages to nobody. */
export const probeHeader = 'X-MSS-Toolkit-Probe';

export type SubmissionKey =
  /** Original-Envelope-Id as it came back: that of the entry, or of one attempt of it. */
  | { readonly envid: string }
  /** With or without angle brackets. */
  | { readonly messageId: string }
  | { readonly entryId: string }
  | { readonly documentId: string };

/** One entry of the outbox, as the other parts of the ledger see it. */
export interface Submission {
  readonly entryId: string;
  readonly documentId: string;
  readonly kind: 'document' | 'probe' | 'receipt';
  readonly mailbox: string;
  /** With angle brackets. */
  readonly messageId: string;
  /** Of the entry; the n-th attempt (n > 1) has `.n` behind it on the wire. */
  readonly envid: string;
  /** HMAC of the host's patient key, for conversations; `null` when none was given. */
  readonly patient: string | null;
  readonly queuedAt: Date;
  readonly recipients: readonly SubmissionRecipient[];
}

export interface SubmissionRecipient {
  readonly index: number;
  readonly address: string;
  readonly state: RecipientState;
  /** The server took the message, or evidence says so. */
  readonly acceptedAt: Date | null;
  /** What was asked for; `null`: no delivery notification. */
  readonly notify: readonly ('success' | 'failure' | 'delay')[] | 'never' | null;
}

/**
 * | kind | what was seen | settles |
 * |---|---|---|
 * | `dsn` | a delivery status report of any action with our ENVID (`envid` given) | every uncertain recipient of that attempt: accepted |
 * | `dsn` | the same without ENVID | nothing: anybody who saw the message can write it |
 * | `self-copy` | the copy to oneself of the same transaction | the attempt, when there are more copies than accepted attempts |
 * | `sent-filed-by-server` | the server itself filed the message in Sent | as `self-copy` |
 * | `own-append` | our own APPEND to Sent | nothing |
 * | `reply` | an answer (In-Reply-To) or read receipt of a recipient | that recipient: accepted |
 */
export type EvidenceKind = 'dsn' | 'self-copy' | 'sent-filed-by-server' | 'own-append' | 'reply';

export interface Evidence {
  readonly entryId: string;
  readonly kind: EvidenceKind;
  /** As it came back, for `dsn`. */
  readonly envid?: string;
  /** Index of the recipient it speaks of; `null`: of the whole transaction. */
  readonly recipient: number | null;
  /** When it was seen. */
  readonly at: Date;
  /** Names this piece of evidence for ever, so that it counts once: for example `imap:<mailbox>:<uidvalidity>:<uid>`. No patient data. */
  readonly source: string;
}

export interface EvidenceEffect {
  /** `false`: this source was known already. */
  readonly recorded: boolean;
  /** Indexes of the recipients that were uncertain and are settled now. */
  readonly settled: readonly number[];
}
