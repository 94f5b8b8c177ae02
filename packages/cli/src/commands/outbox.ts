import {
  knownInFrench,
  type EntryState,
  type Ledger,
  type OutboxEntry,
  type OutboxStory,
  type RecipientKnowledge,
  type Resolution,
  type Silence,
} from '@mss/ledger';

import type { CommandContext, CommandResult } from '../command.js';
import { note } from '../note.js';
import { openWorkplace, type Workplace } from '../session/workplace.js';
import { untilStopped } from '../stop-signal.js';
import { exitStatusOf } from '../error-codes/index.js';
import { createSubmitter, describeSend, runUntilVerdict, workerSettings } from './sending.js';
import { entryForPeople, storyForPeople } from './story.js';

/** Options of `mss outbox …`. */
export interface OutboxOptions {
  readonly config: string;
  readonly state?: EntryState;
  readonly since?: Date;
  readonly before?: Date;
  readonly limit?: number;
  /** Milliseconds. */
  readonly deadline?: number;
  readonly queueOnly?: boolean;
  readonly as?: Resolution;
  readonly follow?: boolean;
}

/** `mss outbox list`: the entries of the configured mailbox, and counts of the whole outbox. */
export async function listOutbox(context: CommandContext, options: OutboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const ledger = await place.ledger();
  const { outbox } = ledger;
  const { state, since, before, limit = 100 } = options;
  const entries = await outbox.list({
    mailbox: place.address,
    limit: Math.min(1000, Math.max(1, limit)),
    ...(state === undefined ? {} : { state }),
    ...(since === undefined ? {} : { queuedSince: since }),
    ...(before === undefined ? {} : { queuedBefore: before }),
  });
  const told: unknown[] = [];
  for (const entry of entries) {
    const known = await knownOf(ledger, entry);
    const overdue = known.flatMap((one) => (one.overdue === null ? [] : [one.overdue]));
    told.push(context.json ? summaryOf(entry, known) : entryForPeople(entry, { language: context.language, overdue }));
  }
  return { result: { entries: told, stats: await outbox.stats() } };
}

/** What receipts and the time that passed say; nothing of what has not left. */
async function knownOf({ receipts }: Ledger, { documentId, recipients }: OutboxEntry): Promise<readonly RecipientKnowledge[]> {
  if (!recipients.some((one) => one.state === 'accepted')) return [];
  return (await receipts.whatIsKnown(documentId))?.recipients ?? [];
}

function summaryOf(entry: OutboxEntry, known: readonly RecipientKnowledge[] | null = null): Readonly<Record<string, unknown>> {
  const {
    entryId,
    documentId,
    messageId,
    state,
    outcome,
    queuedAt,
    deadline,
    nextAttemptAt,
    settledAt,
    attempts,
    sizeBytes,
    author,
    replaces,
  } = entry;
  const recipients = entry.recipients.map(({ index, address, state: at, code, enhancedStatus, reason }) => {
    const one = known?.find((each) => each.index === index);
    const verdict = known === null ? {} : { verdict: one?.verdict ?? null, overdue: one?.overdue ?? null };
    return { address, state: at, code, enhancedStatus, reason, ...verdict };
  });
  return {
    entryId,
    documentId,
    messageId,
    state,
    outcome,
    queuedAt,
    deadline,
    nextAttemptAt,
    settledAt,
    attempts,
    sizeBytes,
    author,
    replaces,
    recipients,
  };
}

/** `mss outbox show`: everything known of a send; for people its story, line by line. */
export async function showOutbox(context: CommandContext, id: string, options: OutboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const ledger = await place.ledger();
  const story = await ledger.outbox.show(id);
  const knowledge = await ledger.receipts.whatIsKnown(story.documentId);
  const known = (knowledge?.recipients ?? []).map((one) => describeKnowledge(context, one));
  if (!context.json) return { result: { ...summaryOf(story), story: storyForPeople(story, context.language), known } };
  const { history, lines, replacedBy, envid, mailbox } = story;
  return { result: { ...summaryOf(story), mailbox, envid, replacedBy, history, lines, known, unassigned: knowledge?.unassigned ?? [] } };
}

function describeKnowledge({ json, language }: CommandContext, one: RecipientKnowledge): Readonly<Record<string, unknown>> {
  if (json) return { ...one };
  const { address, verdict, since, overdue } = one;
  const told = language === 'fr' ? { verdict: knownInFrench[verdict] } : { verdict };
  return { address, ...told, since, ...(overdue === null ? {} : { overdue }) };
}

/** On standard error, once for each recipient: what to do is a person's affair. */
function tellSilence(context: CommandContext, { documentId, recipient, awaited }: Silence): void {
  const place = `${documentId} [${recipient}]`;
  if (awaited === 'delivery') note(context, `sans nouvelles de la remise : ${place}`, `no news of the delivery: ${place}`);
  else note(context, `pas encore lu ni rangé : ${place}`, `not read or filed yet: ${place}`);
}

async function runFor(place: Workplace, story: OutboxStory, options: OutboxOptions): Promise<CommandResult> {
  if (options.queueOnly === true)
    return describeSend({ story, answer: null, failure: null, sent: null }, { resumed: true, queueOnly: true });
  const { deadline = 60_000 } = options;
  return await untilStopped(place.context.io, async (signal) =>
    describeSend(await runUntilVerdict(place, story.entryId, { deadlineMs: deadline, signal }), { resumed: true }),
  );
}

/** `mss outbox retry`: makes what waits, was refused or has expired due now, and sends it. */
export async function retryOutbox(context: CommandContext, id: string, options: OutboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const { outbox } = await place.ledger();
  await outbox.retry(id, { author: place.author });
  return await runFor(place, await outbox.show(id), options);
}

/** `mss outbox cancel`. */
export async function cancelOutbox(context: CommandContext, id: string, options: OutboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const { outbox } = await place.ledger();
  const { documentId, cancelled, tooLate } = await outbox.cancel(id, { author: place.author });
  const { recipients } = await outbox.show(id);
  const addresses = (indexes: readonly number[]): string[] =>
    recipients.filter((one) => indexes.includes(one.index)).map((one) => one.address);
  const result = { documentId, cancelled: addresses(cancelled), tooLate: addresses(tooLate) };
  if (tooLate.length === 0) return { result };
  return {
    result,
    status: 1,
    error: { code: 'ERR_MSS_CLI_TOO_LATE', message: 'the message is leaving or has left for at least one recipient', requirement: null },
  };
}

/** `mss outbox resolve`: a person decides about what stayed uncertain. */
export async function resolveOutbox(context: CommandContext, id: string, options: OutboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const { outbox } = await place.ledger();
  const decision = options.as ?? 'give-up';
  await outbox.resolve(id, { decision, author: place.author });
  const story = await outbox.show(id);
  if (decision === 'send-again') return await runFor(place, story, options);
  const { result } = describeSend({ story, answer: null, failure: null, sent: null }, { resumed: true });
  return { result };
}

/** `mss outbox run`: a worker for what is due; with `--follow` until it is stopped. */
export async function runOutbox(context: CommandContext, options: OutboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  return await untilStopped(context.io, async (signal) => {
    const { outbox, receipts } = await place.ledger();
    const submitter = createSubmitter(place);
    const run = { submit: submitter.submit, signal, ...workerSettings(place) };
    let attempts = 0;
    if (options.follow === true) {
      const filing = setInterval(() => void submitter.fileSent(), 5_000);
      const watching = receipts.watchSilences({ signal, onSilence: (silence) => tellSilence(context, silence) });
      [{ attempts }] = await Promise.all([outbox.run(run), watching]);
      clearInterval(filing);
    } else ({ attempts } = await outbox.run({ ...run, until: 'idle' }));
    await submitter.fileSent();
    const result = { attempts, stats: await outbox.stats() };
    const { failure } = submitter;
    if (failure === null) return { result };
    return {
      result,
      status: exitStatusOf(failure.code),
      error: { code: failure.code, message: failure.message, requirement: failure.requirement ?? null },
    };
  });
}
