import { isMssError, MssError } from '@mss/core';
import type { SmtpMessage, SmtpRecipient, SubmissionResult } from '@mss/transport';

import { freeBytes } from '../contents/memory.js';
import type { Claim } from './claim.js';
import { contentPurpose, type OutboxContext } from './context.js';
import { envidOfAttempt } from './envelope-id.js';
import type { OutboxErrorCode } from './errors.js';
import type { FreshContent } from './fresh-contents.js';
import { judgeAnswer, type Answer, type Verdict } from './judge-result.js';
import type { Submit } from './types.js';
import { addressOf } from './view.js';
import { noteDot, writeVerdict, type StageTimes } from './write-verdict.js';

/** An attempt under way, as its worker sees it. */
export interface Attempt {
  readonly claim: Claim;
  /** Aborts the submission. */
  readonly abort: AbortController;
  /** The final dot may leave: from here on aborting makes it uncertain. */
  dotNoted: boolean;
  /** Somebody else has the entry, or it was cancelled: no further step. */
  lost: boolean;
}

export interface AttemptOptions {
  readonly submit: Submit;
  /** A submission that takes longer is aborted. */
  readonly attemptTimeoutMs: number;
  /** Larger messages with an ASCII header are streamed from the vault. */
  readonly streamAboveBytes: number;
  /** Aborted: verdicts that cannot be written are given up; the lease runs out. */
  readonly giveUp: AbortSignal;
}

/** How long a submission that was aborted may take to come back. */
const comeBackMs = 10_000;

/**
 * Submits once and writes down what came of it. Never rejects.
 *
 * @returns the verdict; `null` when the worker had lost the entry
 */
export async function runAttempt(context: OutboxContext, attempt: Attempt, options: AttemptOptions): Promise<Verdict | null> {
  const { claim } = attempt;
  const times: StageTimes = { mail: null, dataStarted: null, dataEnded: null };
  const started = performance.now();
  const answer = await context.telemetry
    .span('mss.outbox.submit', { recipients: claim.recipients.length, bytes: claim.entry.size_bytes }, () =>
      submitOnce(context, attempt, { ...options, times }),
    )
    .then(
      (result): Answer => ({ result }),
      (error: unknown): Answer => ({ error }),
    );
  context.telemetry.measure('mss.outbox.submit', performance.now() - started);
  const verdict = judgeAnswer(claim, answer, { dotNoted: attempt.dotNoted, now: context.clock.now().getTime(), random: context.random });
  if ('error' in answer) {
    const code = isMssError(answer.error) ? answer.error.code : 'unknown';
    context.logger.warn({ entryId: claim.entry.entry_id, attempt: claim.attempt, code, outcome: verdict.outcome }, 'an attempt failed');
  }
  return writeDown(context, attempt, { answer, verdict, times, giveUp: options.giveUp });
}

async function submitOnce(
  context: OutboxContext,
  attempt: Attempt,
  options: AttemptOptions & { readonly times: StageTimes },
): Promise<SubmissionResult> {
  const { claim } = attempt;
  const { entry } = claim;
  const { times } = options;
  const lost = (): MssError<OutboxErrorCode> =>
    new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_LEASE_LOST', 'the entry was cancelled or taken over', { permanent: false });
  const fresh = context.fresh.take(entry.entry_id);
  const message = await messageOf(context, claim, { fresh, streamAboveBytes: options.streamAboveBytes });
  if (attempt.lost) throw lost();
  const onStage = async (stage: 'mail' | 'data-started' | 'data-ended'): Promise<void> => {
    if (attempt.lost) throw lost();
    const now = context.clock.now().getTime();
    // Only the last note decides anything after a crash; the others are written down with it.
    if (stage === 'mail') times.mail = now;
    else if (stage === 'data-started') times.dataStarted = now;
    else {
      times.dataEnded = now;
      const noted = await noteDot(context, claim, times).catch((error: unknown) => {
        const code = isMssError(error) ? error.code : 'unknown';
        context.logger.error(
          { entryId: entry.entry_id, attempt: claim.attempt, code },
          'the note of the final dot cannot be written: it does not leave',
        );
        throw error;
      });
      if (!noted) {
        attempt.lost = true;
        throw lost();
      }
      attempt.dotNoted = true;
    }
  };
  const { signal } = attempt.abort;
  const timers = new Set<NodeJS.Timeout>();
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      timers.add(
        setTimeout(
          () => reject(new MssError('ERR_MSS_SMTP_ABORTED', 'the submit function does not come back', { permanent: false })),
          comeBackMs,
        ),
      );
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  timers.add(
    setTimeout(() => attempt.abort.abort(new DOMException('the attempt takes too long', 'TimeoutError')), options.attemptTimeoutMs),
  );
  try {
    const submitted = options.submit(message, {
      signal,
      onStage,
      mailbox: entry.mailbox,
      entryId: entry.entry_id,
      attempt: claim.attempt,
    });
    const result = await Promise.race([submitted, late]);
    // Taken by the server to the last byte: no socket reads it any more.
    if (result.outcome === 'accepted' && fresh?.isGiven === true) freeBytes(fresh.bytes);
    return result;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

async function messageOf(
  context: OutboxContext,
  claim: Claim,
  { fresh, streamAboveBytes }: { readonly fresh: FreshContent | null; readonly streamAboveBytes: number },
): Promise<SmtpMessage> {
  const { entry, recipients } = claim;
  const to = recipients.map((one): SmtpRecipient => {
    const address = addressOf(one, context.privacy);
    if (one.notify === null) return { address };
    return { address, dsn: { notify: one.notify === 'never' ? 'never' : (one.notify.split(',') as ('success' | 'failure' | 'delay')[]) } };
  });
  if (claim.selfCopy === 'added') to.push({ address: entry.mailbox });
  const streamed = fresh === null && entry.size_bytes > streamAboveBytes && entry.plain_header === 1;
  return {
    from: entry.envelope_from,
    recipients: to,
    envid: envidOfAttempt(entry.envid, claim.attempt),
    ...(recipients.some((one) => one.notify !== null) ? { ret: 'headers' } : {}),
    // All or nothing: once the final dot is noted it is known, also after a crash, that the server took every recipient of the attempt.
    ...(to.length > 1 ? { whenSomeRefused: 'nobody' } : {}),
    message: streamed
      ? context.contents.stream(entry.entry_id, contentPurpose)
      : (fresh?.bytes ?? (await context.contents.read(entry.entry_id, contentPurpose))),
    sizeBytes: entry.size_bytes,
  };
}

/** Waits between tries to write a verdict: the store is full, locked or restarting. */
const retryMs = [50, 200, 1_000, 3_000, 10_000];

async function writeDown(
  context: OutboxContext,
  attempt: Attempt,
  outcome: { readonly answer: Answer; readonly verdict: Verdict; readonly times: StageTimes; readonly giveUp: AbortSignal },
): Promise<Verdict | null> {
  const { claim } = attempt;
  const entryId = claim.entry.entry_id;
  for (let tries = 0; ; tries += 1) {
    try {
      const written = await writeVerdict(context, claim, outcome);
      for (const change of written.changes) context.telemetry.count('mss.outbox.recipients', 1, { outcome: change.to });
      await context.changed(written.changes, written.settled ? [entryId] : []);
      return written.late ? null : outcome.verdict;
    } catch (error) {
      const code = isMssError(error) ? error.code : 'unknown';
      context.logger.error({ entryId, attempt: claim.attempt, code }, 'the outcome of an attempt cannot be written down yet');
      if (outcome.giveUp.aborted || code === 'ERR_MSS_STORE_CLOSED') return null;
      await pause(retryMs[Math.min(tries, retryMs.length - 1)] ?? 0, outcome.giveUp);
    }
  }
}

/** Resolves after a while, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
