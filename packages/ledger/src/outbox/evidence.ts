import type { StoreTransaction } from '@mss/store';

import { applyChanges, writeHistory, type Applied, type RecipientChange } from './change.js';
import type { OutboxContext } from './context.js';
import { attemptOfEnvid } from './envelope-id.js';
import { lockEntry, stateOf, type AttemptRow, type HistoryRow, type LoadedEntry } from './rows.js';
import type { Evidence, EvidenceEffect, EvidenceKind } from './seam.js';
import type { AttemptOutcome } from './types.js';

/** An attempt, as far as evidence is about it. */
export interface AttemptFacts {
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  /** Its final dot was noted: perhaps it left. */
  readonly dotNoted: boolean;
  readonly selfCopy: boolean;
}

/** A piece of evidence that was seen. */
export interface EvidenceFacts {
  readonly kind: EvidenceKind;
  /** Of the ENVID; `null` without. */
  readonly attempt: number | null;
  readonly recipient: number | null;
}

/** What the evidence proves. */
export interface Proof {
  readonly attempts: ReadonlyMap<number, EvidenceKind>;
  readonly recipients: ReadonlyMap<number, EvidenceKind>;
}

/** The dot may have left, and no answer says what came of it. */
const isOpenQuestion = (one: AttemptFacts): boolean =>
  one.dotNoted && (one.outcome === 'uncertain' || one.outcome === 'absent' || one.outcome === 'open');
const isTaken = (one: AttemptFacts): boolean => one.outcome === 'taken' || one.outcome === 'proved';

/**
 * What was seen, and which attempts it proves taken.
 *
 * | evidence | proves |
 * |---|---|
 * | DSN with the ENVID of attempt n | attempt n |
 * | DSN without ENVID | nothing: its Message-ID is known to whoever saw the message |
 * | k copies to oneself | of the attempts with a copy: as many unanswered ones, oldest first, those written off last, as there are copies beyond the taken ones |
 * | k copies filed in Sent by the server | the same over all attempts |
 * | our own APPEND | nothing |
 * | an answer or read receipt of a recipient | that recipient has it |
 *
 * A refused attempt is never proved: the server itself said no.
 */
export function prove(attempts: readonly AttemptFacts[], seen: readonly EvidenceFacts[]): Proof {
  const proved = new Map<number, EvidenceKind>();
  const recipients = new Map<number, EvidenceKind>();
  for (const one of seen) {
    if (one.kind === 'dsn' && attempts.some((other) => other.attempt === one.attempt && isOpenQuestion(other)))
      proved.set(one.attempt as number, 'dsn');
    if (one.kind === 'reply' && one.recipient !== null) recipients.set(one.recipient, 'reply');
  }
  for (const kind of ['self-copy', 'sent-filed-by-server'] as const) {
    const copies = seen.filter((one) => one.kind === kind).length;
    const copied = attempts
      .filter((one) => kind === 'sent-filed-by-server' || one.selfCopy)
      .toSorted((a, b) => Number(a.outcome === 'absent') - Number(b.outcome === 'absent') || a.attempt - b.attempt);
    let beyond = copies - copied.filter((one) => isTaken(one) || proved.has(one.attempt)).length;
    for (const one of copied) {
      if (beyond <= 0) break;
      if (!isOpenQuestion(one) || proved.has(one.attempt)) continue;
      proved.set(one.attempt, kind);
      beyond -= 1;
    }
  }
  return { attempts: proved, recipients };
}

/** Writes down a piece of evidence and what it settles, within a transaction. */
export async function writeEvidence(
  transaction: StoreTransaction,
  context: OutboxContext,
  evidence: Evidence,
): Promise<{ readonly effect: EvidenceEffect; readonly applied: Applied }> {
  const loaded = await lockEntry(transaction, evidence.entryId, context.store.dialect);
  if (loaded === null) return { effect: { recorded: false, settled: [] }, applied: { changes: [], settled: false } };
  const attempt = evidence.envid === undefined ? null : attemptOfEnvid(loaded.entry.envid, evidence.envid);
  const recorded = await writeHistory(transaction, [
    {
      entryId: evidence.entryId,
      at: evidence.at.getTime(),
      what: 'evidence',
      evidence: evidence.kind,
      index: evidence.recipient,
      attempt,
      source: evidence.source,
    },
  ]);
  const applied = await settleFromEvidence(transaction, loaded, context);
  const settled = applied.changes.filter((one) => one.to === 'accepted').map((one) => one.recipient);
  return { effect: { recorded: recorded === 1, settled }, applied };
}

/** Settles what all the evidence seen so far proves, for a locked entry. */
export async function settleFromEvidence(transaction: StoreTransaction, loaded: LoadedEntry, context: OutboxContext): Promise<Applied> {
  const { entry } = loaded;
  const [attempts, lines] = await Promise.all([
    transaction.all<AttemptRow>('SELECT * FROM outbox_attempts WHERE entry_id = ? ORDER BY attempt LIMIT 10000', [entry.entry_id]),
    transaction.all<HistoryRow>("SELECT * FROM outbox_history WHERE entry_id = ? AND what = 'evidence' ORDER BY id LIMIT 10000", [
      entry.entry_id,
    ]),
  ]);
  const proof = prove(
    attempts.map((one) => ({
      attempt: one.attempt,
      outcome: one.outcome,
      dotNoted: one.data_ended_at !== null,
      selfCopy: one.self_copy === 1,
    })),
    lines.map((one) => ({ kind: one.evidence as EvidenceKind, attempt: one.attempt, recipient: one.idx })),
  );
  const changes: RecipientChange[] = [];
  const told = new Set<number>();
  const tell = (index: number, kind: EvidenceKind): void => {
    if (told.has(index)) return;
    told.add(index);
    changes.push({ index, event: 'proof-taken', what: 'proved-taken', evidence: kind });
  };
  for (const one of attempts) {
    const kind = proof.attempts.get(one.attempt);
    if (kind === undefined) continue;
    // Of an attempt under way too: its worker may have died. Its own answer, when it comes, is written over this.
    await transaction.run(
      "UPDATE outbox_attempts SET outcome = 'proved', ended_at = COALESCE(ended_at, ?) WHERE entry_id = ? AND attempt = ?",
      [context.clock.now().getTime(), entry.entry_id, one.attempt],
    );
    for (const index of one.recipients.split(',')) tell(Number(index), kind);
  }
  for (const [index, kind] of proof.recipients) {
    // An answer settles an open question; it does not overrule what the server said.
    const recipient = loaded.recipients.find((one) => one.idx === index);
    const open = attempts.some(
      (one) =>
        one.data_ended_at !== null &&
        ['uncertain', 'absent', 'open'].includes(one.outcome) &&
        one.recipients.split(',').includes(String(index)),
    );
    if (recipient !== undefined && open) tell(index, kind);
  }
  return applyProofs(transaction, loaded, { context, changes });
}

/** A recipient that is being sent to again needs it no more: the attempt under way is stopped if its dot has not left. */
async function applyProofs(
  transaction: StoreTransaction,
  loaded: LoadedEntry,
  { context, changes }: { readonly context: OutboxContext; readonly changes: readonly RecipientChange[] },
): Promise<Applied> {
  const { entry, recipients } = loaded;
  const proved = new Set(changes.map((one) => one.index));
  const interrupts = recipients.some((one) => stateOf(one, entry) === 'sending' && proved.has(one.idx));
  if (!interrupts) return applyChanges(transaction, loaded, { context, changes });
  const others = recipients
    .filter((one) => one.state === 'sending' && !proved.has(one.idx))
    .map((one): RecipientChange => ({
      index: one.idx,
      event: 'refused-for-now',
      what: 'to-be-retried',
      evidence: 'others-proved',
      tries: one.tries,
    }));
  await transaction.run("UPDATE outbox_attempts SET outcome = 'not-submitted', ended_at = ? WHERE entry_id = ? AND attempt = ?", [
    context.clock.now().getTime(),
    entry.entry_id,
    entry.attempt,
  ]);
  return applyChanges(transaction, loaded, { context, changes: [...changes, ...others], entry: { lease: null, lease_until: null } });
}
