import { isMssError } from '@mss/core';
import type { StoreTransaction } from '@mss/store';
import type { SubmissionResult } from '@mss/transport';

import type { Trace } from '../notes.js';
import { addressLeadsNowhere } from './back-off.js';
import { applyChanges, writeHistory, type Applied, type RecipientChange } from './change.js';
import type { Claim } from './claim.js';
import type { OutboxContext } from './context.js';
import { settleFromEvidence } from './evidence.js';
import type { Answer, Verdict } from './judge-result.js';
import { lockEntry, type LoadedEntry } from './rows.js';
import { writeSuppression } from './suppressions.js';
import { addressOf } from './view.js';

/** When the stages of an attempt were passed, as this process saw them. */
export interface StageTimes {
  mail: number | null;
  dataStarted: number | null;
  dataEnded: number | null;
}

/** Whether the note stands: if not, the final dot must not leave. */
export async function noteDot(context: OutboxContext, claim: Claim, times: StageTimes): Promise<boolean> {
  // In one go: the store commits it together with what others write.
  const [noted] = await context.store.batch([
    {
      sql: "UPDATE outbox_entries SET stage = 'data-ended' WHERE entry_id = ? AND lease = ?",
      parameters: [claim.entry.entry_id, claim.lease],
    },
    {
      sql: `UPDATE outbox_attempts SET mail_at = ?, data_started_at = ?, data_ended_at = ?
            WHERE entry_id = ? AND attempt = ? AND EXISTS (SELECT 1 FROM outbox_entries e WHERE e.entry_id = outbox_attempts.entry_id AND e.lease = ?)`,
      parameters: [times.mail, times.dataStarted, times.dataEnded, claim.entry.entry_id, claim.attempt, claim.lease],
    },
  ]);
  return noted === 1;
}

/** What was written, and whether the worker still had the entry. */
export interface Written extends Applied {
  readonly late: boolean;
}

/** Writes down what came of an attempt: states, story, suppression, audit, in one transaction. */
export async function writeVerdict(
  context: OutboxContext,
  claim: Claim,
  outcome: { readonly answer: Answer; readonly verdict: Verdict; readonly times: StageTimes },
): Promise<Written> {
  const { verdict, times } = outcome;
  const result = 'result' in outcome.answer ? outcome.answer.result : null;
  return context.notes.commit(async (transaction, trace) => {
    const loaded = await lockEntry(transaction, claim.entry.entry_id, context.store.dialect);
    if (loaded === null) return { changes: [], settled: false, late: true };
    const now = context.clock.now().getTime();
    if (loaded.entry.lease !== claim.lease)
      return { ...(await writeLate(transaction, loaded, { context, claim, ...outcome })), late: true };
    // Sent together, done in this order.
    const noted = Promise.all([
      transaction.run(
        `UPDATE outbox_attempts SET outcome = ?, recipients = ?, self_copy = ?, mail_at = ?, data_started_at = ?, data_ended_at = ?, ended_at = ?,
           server = ?, queue_id = ?, response = ? WHERE entry_id = ? AND attempt = ?`,
        [
          verdict.outcome,
          (verdict.participants.length > 0 ? verdict.participants : claim.recipients.map((one) => one.idx)).join(','),
          claim.selfCopy === 'none' || verdict.selfRefused ? 0 : 1,
          times.mail,
          times.dataStarted,
          // A submit function that tells no stages: the answer shows that the dot left.
          times.dataEnded ?? (verdict.outcome === 'taken' || verdict.outcome === 'uncertain' ? now : null),
          now,
          result?.serverName ?? null,
          result?.queueId ?? null,
          result?.text ?? null,
          claim.entry.entry_id,
          claim.attempt,
        ],
      ),
      suppressUnknown(transaction, context, { loaded, claim, result }),
    ]);
    traceAttempt(trace, claim, { verdict, result, answer: outcome.answer, now });
    const applying = applyChanges(transaction, loaded, {
      context,
      changes: verdict.changes,
      entry: { lease: null, lease_until: null, stage: null, ...(verdict.selfRefused ? { no_self: 1 } : {}) },
    });
    const [applied] = await Promise.all([applying, noted]);
    if (verdict.outcome !== 'uncertain') return { ...applied, late: false };
    // Evidence may have been faster than the missing answer.
    const after = await lockEntry(transaction, claim.entry.entry_id, context.store.dialect);
    const settled = after === null ? null : await settleFromEvidence(transaction, after, context);
    return {
      changes: [...applied.changes, ...(settled?.changes ?? [])],
      settled: applied.settled || settled?.settled === true,
      late: false,
    };
  });
}

/**
 * The worker lost the entry while it waited for the answer: somebody took it over and called it uncertain. The answer is evidence
 * about its own attempt, and nothing more.
 */
async function writeLate(
  transaction: StoreTransaction,
  loaded: LoadedEntry,
  late: { readonly context: OutboxContext; readonly claim: Claim; readonly verdict: Verdict },
): Promise<Applied> {
  const { context, claim, verdict } = late;
  const { entry } = loaded;
  const attempt = await transaction.get<{ outcome: string }>('SELECT outcome FROM outbox_attempts WHERE entry_id = ? AND attempt = ?', [
    entry.entry_id,
    claim.attempt,
  ]);
  // Only what was left open: an attempt that was cancelled before its dot has nothing to tell.
  if (attempt === null || !['uncertain', 'absent'].includes(attempt.outcome)) return { changes: [], settled: false };
  if (verdict.outcome === 'uncertain') return { changes: [], settled: false };
  const now = context.clock.now().getTime();
  const changes: RecipientChange[] = [];
  for (const change of verdict.changes) {
    const recipient = loaded.recipients.find((one) => one.idx === change.index);
    if (recipient === undefined) continue;
    if (change.event === 'taken') {
      changes.push({ ...change, event: 'proof-taken', what: 'proved-taken', evidence: 'late-answer' });
    } else if (recipient.attempt === claim.attempt) {
      const event = entry.stopped === 1 ? 'proof-not-taken-stopped' : entry.deadline_at <= now ? 'proof-not-taken-late' : 'proof-not-taken';
      changes.push({ ...change, event, what: 'proved-not-taken', evidence: 'late-answer' });
    }
  }
  await transaction.run('UPDATE outbox_attempts SET outcome = ?, ended_at = ? WHERE entry_id = ? AND attempt = ?', [
    verdict.outcome === 'taken' ? 'proved' : 'absent',
    now,
    entry.entry_id,
    claim.attempt,
  ]);
  if (changes.length === 0) {
    await writeHistory(transaction, [
      { entryId: entry.entry_id, at: now, what: 'evidence', evidence: 'late-answer', attempt: claim.attempt },
    ]);
  }
  return applyChanges(transaction, loaded, { context, changes });
}

async function suppressUnknown(
  transaction: StoreTransaction,
  context: OutboxContext,
  { loaded, claim, result }: { loaded: LoadedEntry; claim: Claim; result: SubmissionResult | null },
): Promise<void> {
  for (const [position, recipient] of claim.recipients.entries()) {
    const one = result?.recipients[position];
    if (one === undefined || !addressLeadsNowhere(one)) continue;
    await writeSuppression(transaction, context, {
      address: addressOf(recipient, context.privacy),
      reason: 'address-unknown',
      author: loaded.entry.author,
    });
  }
}

function traceAttempt(
  trace: Trace,
  claim: Claim,
  about: { readonly verdict: Verdict; readonly result: SubmissionResult | null; readonly answer: Answer; readonly now: number },
): void {
  const { verdict, result, answer, now } = about;
  const { entry } = claim;
  const code = 'error' in answer ? (isMssError(answer.error) ? answer.error.code : 'error') : '';
  trace({
    author: entry.author,
    at: new Date(now),
    action: 'smtp.submit',
    mailbox: entry.mailbox,
    request: `entry ${entry.entry_id}, attempt ${claim.attempt}, ENVID ${entry.envid}, ${claim.recipients.length} recipients, ${entry.size_bytes} bytes`,
    response:
      result === null ? code : `${result.recipients.map((one) => one.code ?? one.reason ?? one.outcome).join(', ')} ${result.text}`.trim(),
    outcome: verdict.outcome === 'uncertain' ? 'uncertain' : verdict.changes.every((one) => one.event === 'taken') ? 'success' : 'failure',
  });
}
