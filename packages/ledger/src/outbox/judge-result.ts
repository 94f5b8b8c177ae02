import { isMssError, type RandomSource } from '@mss/core';
import type { RecipientResult, SubmissionResult } from '@mss/transport';

import { backOffClass, refusalReason, waitMs } from './back-off.js';
import type { RecipientChange } from './change.js';
import type { Claim } from './claim.js';
import type { AttemptOutcome } from './types.js';

/** What came of an attempt: the answer, or what the submit function threw. */
export type Answer = { readonly result: SubmissionResult } | { readonly error: unknown };

/** The answer, understood. */
export interface Verdict {
  readonly changes: readonly RecipientChange[];
  readonly outcome: AttemptOutcome;
  /** Indexes of the recipients that the server did not refuse. */
  readonly participants: readonly number[];
  /** The server refuses copies to the mailbox itself: none is tried again for this entry. */
  readonly selfRefused: boolean;
  /** Nothing reached the server: other messages of the mailbox need not try now. */
  readonly unreachable: 'no' | 'connection' | 'authentication';
}

/** Codes of what `submit` throws about this message, whatever the connection. */
const aboutTheMessage: ReadonlySet<string> = new Set(['ERR_MSS_SMTP_ADDRESS', 'ERR_MSS_SMTP_ENVELOPE', 'ERR_MSS_SMTP_BARE_NEWLINE']);
const authentication: ReadonlySet<string> = new Set([
  'ERR_MSS_SMTP_AUTH_FAILED',
  'ERR_MSS_SMTP_AUTH_MECHANISM',
  'ERR_MSS_SMTP_AUTH_TOKEN_REFUSED',
]);

/**
 * | what came | before the dot was noted | after |
 * |---|---|---|
 * | recipient accepted | accepted | accepted |
 * | recipient refused, permanent | refused | refused |
 * | recipient refused, passing | waits by its class | waits by its class |
 * | recipient refused because another one was | due at once | – |
 * | recipient uncertain, or not mentioned | – / waits | uncertain |
 * | thrown: about the message | refused | uncertain |
 * | thrown: our own content or store | waits (`local`) | uncertain |
 * | thrown: aborted | due at once | uncertain |
 * | thrown: anything else | waits with its mailbox | uncertain |
 *
 * @param options - `dotNoted`: the durable note before the final dot was written
 */
export function judgeAnswer(
  claim: Claim,
  answer: Answer,
  options: { readonly dotNoted: boolean; readonly now: number; readonly random: RandomSource },
): Verdict {
  return 'result' in answer ? judgeResult(claim, answer.result, options) : judgeError(claim, answer.error, options);
}

interface JudgeOptions {
  readonly dotNoted: boolean;
  readonly now: number;
  readonly random: RandomSource;
}

function judgeResult(claim: Claim, result: SubmissionResult, options: JudgeOptions): Verdict {
  const changes: RecipientChange[] = [];
  const participants: number[] = [];
  for (const [position, recipient] of claim.recipients.entries()) {
    const one = result.recipients[position];
    const index = recipient.idx;
    if (one === undefined) {
      changes.push(
        options.dotNoted
          ? noAnswer(index, 'no-answer')
          : later(index, { evidence: 'no-answer', nextAt: options.now, tries: recipient.tries }),
      );
      if (options.dotNoted) participants.push(index);
      continue;
    }
    if (one.outcome !== 'refused') participants.push(index);
    changes.push(judgeRecipient(one, { ...options, index, tries: recipient.tries }));
  }
  const self = claim.selfCopy === 'added' ? result.recipients[claim.recipients.length] : undefined;
  const others = result.recipients.slice(0, claim.recipients.length);
  return {
    changes: claim.entry.kind !== 'document' ? changes.flatMap(giveUp) : changes,
    outcome: attemptOutcome(result, options.dotNoted),
    participants,
    // A server that refuses everybody for now says nothing about copies.
    selfRefused:
      self?.outcome === 'refused' &&
      self.stage === 'rcpt' &&
      self.code !== null &&
      (self.permanent || others.some((one) => one.code === null || one.outcome !== 'refused')),
    unreachable: 'no',
  };
}

function judgeRecipient(one: RecipientResult, options: JudgeOptions & { readonly index: number; readonly tries: number }): RecipientChange {
  const { index, tries, now, random } = options;
  const answer = { code: one.code, enhanced: one.enhancedStatus, detail: one.text === '' ? one.reason : one.text };
  if (one.outcome === 'accepted') return { index, event: 'taken', what: 'accepted', evidence: 'answer', ...answer };
  if (one.outcome === 'uncertain') return { ...noAnswer(index, one.reason ?? 'no-answer'), ...answer };
  const reason = refusalReason(one);
  if (one.permanent)
    return { index, event: 'refused-for-good', what: 'refused', evidence: one.code === null ? 'local' : 'answer', reason, ...answer };
  if (one.reason === 'ERR_MSS_SMTP_NOT_ALL') return later(index, { evidence: 'others-refused', nextAt: now, tries });
  if (one.reason === 'ERR_MSS_SMTP_ABORTED') return later(index, { evidence: 'aborted', nextAt: now, tries });
  const nextAt = now + waitMs(backOffClass(one), tries, random);
  return { ...later(index, { evidence: one.code === null ? 'no-answer' : 'answer', nextAt, tries: tries + 1 }), reason, ...answer };
}

function judgeError(claim: Claim, error: unknown, options: JudgeOptions): Verdict {
  const code = isMssError(error) ? error.code : 'ERR_MSS_SMTP_HOST';
  const indexes = claim.recipients.map((one) => one.idx);
  const base = { participants: [], selfRefused: false, unreachable: 'no' } as const;
  if (options.dotNoted) {
    const changes = indexes.map((index) => noAnswer(index, code));
    return {
      ...base,
      participants: indexes,
      outcome: 'uncertain',
      changes: claim.entry.kind !== 'document' ? changes.flatMap(giveUp) : changes,
    };
  }
  if (aboutTheMessage.has(code)) {
    const changes = indexes.map((index): RecipientChange => ({
      index,
      event: 'refused-for-good',
      what: 'refused',
      evidence: 'local',
      reason: code,
      detail: code,
    }));
    return { ...base, outcome: 'not-submitted', changes };
  }
  const aborted = code === 'ERR_MSS_SMTP_ABORTED';
  const local = code.startsWith('ERR_MSS_LEDGER_') || code.startsWith('ERR_MSS_STORE_');
  const changes = claim.recipients.map((recipient): RecipientChange => ({
    ...later(recipient.idx, {
      evidence: aborted ? 'aborted' : local ? 'local' : 'not-connected',
      // What could not connect is due at once: its mailbox waits.
      nextAt: local ? options.now + waitMs('local', recipient.tries, options.random) : options.now,
      tries: local ? recipient.tries + 1 : recipient.tries,
    }),
    reason: code,
    detail: code,
  }));
  const unreachable = local || aborted ? 'no' : authentication.has(code) ? 'authentication' : 'connection';
  return { ...base, outcome: 'not-submitted', changes, unreachable };
}

function noAnswer(index: number, reason: string): RecipientChange {
  return { index, event: 'no-answer', what: 'uncertain', evidence: 'no-answer', reason, detail: reason };
}

function later(index: number, then: { readonly evidence: string; readonly nextAt: number; readonly tries: number }): RecipientChange {
  return { index, event: 'refused-for-now', what: 'to-be-retried', ...then };
}

/** Probes and receipts do not stay uncertain: see `EntryKind`. */
function giveUp(change: RecipientChange): readonly RecipientChange[] {
  if (change.event !== 'no-answer') return [change];
  return [change, { index: change.index, event: 'host-give-up', what: 'given-up', evidence: 'no-answer' }];
}

function attemptOutcome(result: SubmissionResult, dotNoted: boolean): AttemptOutcome {
  const outcomes = result.recipients.map((one) => one.outcome);
  if (outcomes.includes('accepted')) return 'taken';
  if (outcomes.includes('uncertain')) return 'uncertain';
  return dotNoted || result.recipients.some((one) => one.code !== null) ? 'refused' : 'not-submitted';
}
