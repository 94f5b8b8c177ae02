import type { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { DsnOutcome } from './dsn.js';
import type { SmtpStage } from './stage.js';

/**
 * `accepted`: the server took responsibility. `refused`: the server does not have the message, for certain.
 * `uncertain`: the final dot left and no answer came back: perhaps the server has the message. Only evidence settles
 * it (a receipt with the same ENVID, a copy to oneself), never a blind resend.
 */
export type SubmissionOutcome = 'accepted' | 'refused' | 'uncertain';

/** What became of the message for one recipient. */
export interface RecipientResult {
  /** As it was given. */
  readonly address: string;
  readonly outcome: SubmissionOutcome;
  /** Only for `refused`: `true` when the same message would be refused again, `false` when it may be tried later. */
  readonly permanent: boolean;
  /** Where the outcome was decided. */
  readonly stage: SmtpStage;
  /** The reply that decided, or `null` when none did. */
  readonly code: number | null;
  /** RFC 3463, or `null`. */
  readonly enhancedStatus: string | null;
  /** The server's words, sanitised; empty when no reply decided. */
  readonly text: string;
  /** Why, when no reply decided. */
  readonly reason: SmtpErrorCode | null;
  readonly dsn: DsnOutcome;
}

/** What became of one submission. */
export interface SubmissionResult {
  /** The worst case over the recipients: `uncertain` if any is, else `refused` if any is, else `accepted`. */
  readonly outcome: SubmissionOutcome;
  /** In the order given. */
  readonly recipients: readonly RecipientResult[];
  /** How far the message got. */
  readonly stage: SmtpStage;
  /** The server's own name for the message, when its last reply gives one. */
  readonly queueId: string | null;
  /** The name the server gave itself in EHLO. */
  readonly serverName: string;
  /** The server's last words on the message, sanitised. */
  readonly text: string;
  /** Octets of the message, before dot-stuffing; 0 when DATA was not reached. */
  readonly sizeBytes: number;
  /** Whether an ENVID, RET or NOTIFY was asked and could be. */
  readonly dsn: DsnOutcome;
  /** What broke, with its cause, when no reply decided; `null` otherwise. */
  readonly error: MssError<SmtpErrorCode> | null;
}

/** The worst of the recipients' outcomes. */
export function worstOutcome(recipients: readonly RecipientResult[]): SubmissionOutcome {
  for (const worst of ['uncertain', 'refused'] as const) if (recipients.some((one) => one.outcome === worst)) return worst;
  return 'accepted';
}
