import { isMssError, type MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { SmtpMessage } from './envelope.js';
import { worstOutcome, type RecipientResult, type SubmissionOutcome, type SubmissionResult } from './outcome.js';
import type { SubmissionPlan } from './plan.js';
import { isPermanent, type SmtpReply } from './reply.js';
import { queueIdOf, sanitiseReplyText } from './reply-text.js';
import type { SmtpStage } from './stage.js';

/** Failures of the way, not of the message: the same message may be tried again. */
const passing: ReadonlySet<SmtpErrorCode> = new Set<SmtpErrorCode>([
  'ERR_MSS_SMTP_PROTOCOL',
  'ERR_MSS_SMTP_LINK_LOST',
  'ERR_MSS_SMTP_DEADLINE',
  'ERR_MSS_SMTP_ABORTED',
  'ERR_MSS_SMTP_CLOSED',
  'ERR_MSS_SMTP_HOST',
  'ERR_MSS_SMTP_NOT_ALL',
]);

/** Collects what is decided about each recipient; the first decision about one stands. */
export class Verdicts {
  readonly #message: SmtpMessage;
  readonly #plan: SubmissionPlan;
  readonly #serverName: string;
  readonly #addresses: readonly string[];
  readonly #decided: (RecipientResult | null)[];
  #stage: SmtpStage = 'mail';
  #last: SmtpReply | null = null;
  #error: MssError<SmtpErrorCode> | null = null;

  constructor(message: SmtpMessage, plan: SubmissionPlan, serverName: string) {
    this.#message = message;
    this.#plan = plan;
    this.#serverName = serverName;
    this.#addresses = [...(message.from === null ? [] : [message.from]), ...message.recipients.map((one) => one.address)];
    this.#decided = message.recipients.map(() => null);
  }

  /** How many recipients nothing is decided about yet. */
  get open(): number {
    return this.#decided.filter((one) => one === null).length;
  }

  /** The server refused this recipient. */
  refuseOne(index: number, reply: SmtpReply): void {
    this.#decide(index, 'refused', 'rcpt', reply, null);
  }

  /** The server's reply decides about everyone still open. */
  byReply(outcome: 'accepted' | 'refused', stage: SmtpStage, reply: SmtpReply): void {
    this.#decided.forEach((_, index) => this.#decide(index, outcome, stage, reply, null));
  }

  /** Something other than a reply decides about everyone still open. */
  byReason(outcome: 'refused' | 'uncertain', stage: SmtpStage, error: MssError<SmtpErrorCode> | SmtpErrorCode): void {
    if (isMssError(error) && this.open > 0) this.#error ??= error;
    const reason = typeof error === 'string' ? error : error.code;
    this.#decided.forEach((_, index) => this.#decide(index, outcome, stage, null, reason));
  }

  result(sizeBytes: number): SubmissionResult {
    const recipients = this.#decided.filter((one) => one !== null);
    const accepted = recipients.some((one) => one.outcome === 'accepted');
    return {
      outcome: worstOutcome(recipients),
      recipients,
      stage: this.#stage,
      queueId: accepted && this.#last !== null ? queueIdOf(this.#last) : null,
      serverName: this.#serverName,
      text: this.#last === null ? '' : sanitiseReplyText(this.#last, this.#addresses),
      sizeBytes,
      dsn: this.#plan.envelopeDsn,
      error: this.#error,
    };
  }

  #decide(index: number, outcome: SubmissionOutcome, stage: SmtpStage, reply: SmtpReply | null, reason: SmtpErrorCode | null): void {
    const recipient = this.#message.recipients[index];
    if (recipient === undefined || this.#decided[index] !== null) return;
    this.#stage = stage;
    this.#last = reply ?? this.#last;
    const permanent = reply === null ? reason !== null && !passing.has(reason) : isPermanent(reply);
    this.#decided[index] = {
      address: recipient.address,
      outcome,
      permanent: outcome === 'refused' && permanent,
      stage,
      code: reply?.code ?? null,
      enhancedStatus: reply?.enhancedStatus ?? null,
      text: reply === null ? '' : sanitiseReplyText(reply, this.#addresses),
      reason,
      dsn: this.#plan.dsn[index] ?? 'not-asked',
    };
  }
}
