import { setTimeout as delay } from 'node:timers/promises';

import { concatBytes, isMssError, MssError } from '@mss/core';
import type { OutboxRecipient, OutboxStory, RecipientState, Submit } from '@mss/ledger';
import type { MessageContent, SentResult, SmtpStage, SubmissionResult } from '@mss/transport';

import type { CommandResult } from '../command.js';
import type { CliErrorCode } from '../errors.js';
import { exitStatusOf } from '../error-codes/index.js';
import { note } from '../note.js';
import type { Workplace } from '../session/workplace.js';

/** What one run of the outbox brought. */
export interface SendRun {
  readonly story: OutboxStory;
  /** The server's answer in this run; `null` when the entry was not submitted in it. */
  readonly answer: SubmissionResult | null;
  /** Why nothing could be submitted, when that is so. */
  readonly failure: MssError | null;
  readonly sent: SentResult | null;
}

/** A submit function for the configured mailbox that remembers what came of each entry, and keeps the copies in Sent. */
export interface Submitter {
  readonly submit: Submit;
  answerOf(entryId: string): SubmissionResult | null;
  /** What stopped the last submission before the server answered; `null` after one that it answered. */
  readonly failure: MssError | null;
  /** Files in Sent what was accepted so far. What cannot be filed is said, and is no failure of the send. */
  fileSent(): Promise<ReadonlyMap<string, SentResult>>;
}

interface ToFile {
  readonly entryId: string;
  readonly bytes: Uint8Array;
}

/** Makes the {@link Submitter} of a workplace. */
export function createSubmitter(place: Workplace): Submitter {
  const answers = new Map<string, SubmissionResult>();
  const toFile: ToFile[] = [];
  let failure: MssError | null = null;
  return {
    submit: async (message, call) => {
      if (call.mailbox !== place.address.toLowerCase()) {
        throw new MssError<CliErrorCode>(
          'ERR_MSS_CLI_OTHER_MAILBOX',
          'the entry belongs to another mailbox than that of the configuration',
          {
            permanent: false,
          },
        );
      }
      const kept: Uint8Array[] = [];
      try {
        const pool = await place.smtp();
        const answer = await pool.submit({ ...message, message: keepCopy(message.message, kept) }, call);
        failure = null;
        answers.set(call.entryId, answer);
        const toOthers = message.recipients.some((one) => one.address.toLowerCase() !== call.mailbox);
        if (message.from !== null && toOthers && answer.recipients.some((one) => one.outcome === 'accepted'))
          toFile.push({ entryId: call.entryId, bytes: concatBytes(kept) });
        return answer;
      } catch (error) {
        // Being told to stop is no failure.
        if (isMssError(error) && !call.signal.aborted) failure = error;
        throw error;
      }
    },
    answerOf: (entryId) => answers.get(entryId) ?? null,
    get failure() {
      return failure;
    },
    fileSent: () => fileInSent(place, toFile.splice(0)),
  };
}

/** The content as it is, and a copy of it for Sent: the ledger erases its own once the message is accepted. */
function keepCopy(content: MessageContent, kept: Uint8Array[]): MessageContent {
  if (content instanceof Uint8Array) {
    kept.push(content);
    return content;
  }
  return (async function* copy(): AsyncGenerator<Uint8Array, void, undefined> {
    kept.length = 0;
    for await (const chunk of content) {
      kept.push(chunk.slice());
      yield chunk;
    }
  })();
}

async function fileInSent(place: Workplace, files: readonly ToFile[]): Promise<ReadonlyMap<string, SentResult>> {
  const { copy = 'detect', folder } = place.config.sent ?? {};
  const filed = new Map<string, SentResult>();
  if (copy === 'none' || files.length === 0) return filed;
  try {
    const ledger = await place.ledger();
    const mailbox = await place.openTracedMailbox();
    try {
      for (const { entryId, bytes } of files) {
        const { messageId } = await ledger.outbox.show(entryId);
        const how = { message: bytes, messageId, sentCopy: copy, ...(folder === undefined ? {} : { folder }) };
        filed.set(entryId, await mailbox.saveToSent(how));
      }
    } finally {
      await mailbox.close();
    }
  } catch (error) {
    const code = isMssError(error) ? error.code : 'unknown';
    note(
      place.context,
      `envoyé, mais la copie n'a pas pu être rangée dans les messages envoyés (${code})`,
      `sent, but the copy could not be filed in Sent (${code})`,
    );
  }
  return filed;
}

/** Between looks at an entry. */
const lookMs = 100;

/** Settings of a worker of this command. */
export function workerSettings(place: Workplace): { readonly leaseMs: number; readonly pollMs: number; readonly concurrency: number } {
  const { leaseSeconds = 20, connections = 2 } = place.config.outbox ?? {};
  return { leaseMs: leaseSeconds * 1000, pollMs: 250, concurrency: connections };
}

/**
 * Runs the outbox until the entry has a verdict, until nothing more can come of it before the deadline, or until the signal aborts.
 * Other entries of the mailbox that are due go out meanwhile.
 */
export async function runUntilVerdict(
  place: Workplace,
  entryId: string,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<SendRun> {
  const { outbox } = await place.ledger();
  const submitter = createSubmitter(place);
  const stop = new AbortController();
  const until = Date.now() + options.deadlineMs;
  const running = outbox.run({
    submit: submitter.submit,
    signal: AbortSignal.any([stop.signal, options.signal]),
    ...workerSettings(place),
  });
  let story = await outbox.show(entryId);
  while (!isDecided(story, until) && submitter.failure?.permanent !== true && !options.signal.aborted && Date.now() < until) {
    await delay(lookMs, undefined, { signal: options.signal }).catch(() => {});
    story = await outbox.show(entryId);
  }
  stop.abort();
  await running;
  const sent = (await submitter.fileSent()).get(entryId) ?? null;
  story = await outbox.show(entryId);
  return { story, answer: submitter.answerOf(entryId), failure: story.state === 'waiting' ? submitter.failure : null, sent };
}

function isDecided(story: OutboxStory, until: number): boolean {
  if (story.state === 'settled' || story.state === 'uncertain') return true;
  return story.state === 'waiting' && story.attempts > 0 && (story.nextAttemptAt?.getTime() ?? 0) > until;
}

/** What a recipient has come to, as `send` tells it. */
export type SendOutcome = 'accepted' | 'refused' | 'uncertain' | 'waiting' | 'expired' | 'cancelled' | 'given-up';

const outcomes: Readonly<Record<RecipientState, SendOutcome>> = {
  waiting: 'waiting',
  sending: 'waiting',
  ending: 'uncertain',
  uncertain: 'uncertain',
  accepted: 'accepted',
  refused: 'refused',
  expired: 'expired',
  cancelled: 'cancelled',
  'given-up': 'given-up',
};

/** Worst first. */
const byGravity: readonly SendOutcome[] = ['uncertain', 'given-up', 'waiting', 'refused', 'expired', 'cancelled', 'accepted'];

/** The result of `send`, `outbox retry` and the like, with its exit status. */
export function describeSend(
  { story, answer, failure, sent }: SendRun,
  options: { readonly resumed: boolean; readonly queueOnly?: boolean },
): CommandResult {
  const recipients = story.recipients.map((one) => describeRecipient(one, story, answer));
  const outcome = byGravity.find((gravity) => recipients.some((one) => one.outcome === gravity)) ?? 'accepted';
  const result = {
    entryId: story.entryId,
    documentId: story.documentId,
    messageId: story.messageId,
    outcome,
    recipients,
    dsn: answer?.dsn ?? null,
    queueId: answer?.queueId ?? story.history.findLast((one) => one.queueId !== null)?.queueId ?? null,
    nextAttemptAt: story.nextAttemptAt,
    sent: sent === null ? null : { folder: sent.folder, filedBy: sent.filedBy },
    resumed: options.resumed,
  };
  if (options.queueOnly === true && outcome === 'waiting') return { result };
  return { result, ...verdictOf(outcome, failure) };
}

function verdictOf(outcome: SendOutcome, failure: MssError | null): Pick<CommandResult, 'status' | 'error'> {
  const verdict = (code: string, message: string, requirement: string | null = null): Pick<CommandResult, 'status' | 'error'> => ({
    status: exitStatusOf(code),
    error: { code, message, requirement },
  });
  switch (outcome) {
    case 'accepted':
      return {};
    case 'uncertain':
    case 'given-up':
      return verdict(
        'ERR_MSS_SMTP_UNCERTAIN',
        'the message may have been sent: only evidence or a person can tell; it is not sent again blindly',
      );
    case 'waiting':
      if (failure !== null) return verdict(failure.code, failure.message, failure.requirement ?? null);
      return verdict('ERR_MSS_CLI_WAITING', 'not sent yet: the message waits in the outbox for its next try');
    case 'refused':
      return verdict('ERR_MSS_SMTP_REFUSED', 'the server refuses at least one recipient, or the message');
    default:
      return verdict('ERR_MSS_CLI_NOT_SENT', 'the message was not sent and will not be: cancelled, or its deadline has passed');
  }
}

function describeRecipient(
  one: OutboxRecipient,
  story: OutboxStory,
  answer: SubmissionResult | null,
): Readonly<Record<string, unknown>> & { readonly outcome: SendOutcome } {
  const now = answer?.recipients.find(({ address }) => address.toLowerCase() === one.address.toLowerCase());
  const attempt = story.history.findLast(({ recipients }) => recipients.includes(one.index)) ?? story.history.at(-1);
  const told = story.lines.findLast(
    (line) => (line.recipient === one.index || line.recipient === null) && line.detail !== null && line.attempt !== null,
  );
  return {
    address: one.address,
    outcome: outcomes[one.state],
    code: one.code,
    enhancedStatus: one.enhancedStatus,
    text: now?.text ?? told?.detail ?? '',
    stage: now?.stage ?? stageOf(one.state, attempt),
    reason: one.reason,
  };
}

/** How far the message got for a recipient, from what the ledger noted. */
function stageOf(state: RecipientState, attempt: OutboxStory['history'][number] | undefined): SmtpStage | null {
  if (state === 'accepted') return 'accepted';
  if (attempt === undefined) return null;
  if (attempt.dataEndedAt !== null) return 'data-ended';
  if (attempt.dataStartedAt !== null) return 'data-started';
  return attempt.mailAt === null ? 'connect' : 'rcpt';
}
