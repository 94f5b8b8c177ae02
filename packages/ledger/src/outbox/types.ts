import type { DsnNotify, SmtpMessage, SubmissionResult } from '@mss/transport';

import type { EntryOutcome, EntryState, RecipientState } from './states.js';

/** A recipient of an entry. */
export interface QueueRecipient {
  readonly address: string;
  /** The delivery notification to ask for. */
  readonly notify?: readonly DsnNotify[] | 'never';
}

/** What to send. */
export interface QueueRequest {
  /**
   * The host's own id, the idempotency key: 1 to 200 printable ASCII characters, nothing of a patient. The same document queued
   * again under it is the same entry; a corrected document is another one, which `replaces` this.
   */
  readonly documentId: string;
  /** RFC 5322 bytes with CRLF and a Message-ID. Sent as they are, at every attempt. */
  readonly message: Uint8Array;
  /**
   * `true`: the array is the outbox's once it is queued: not copied, lent to `submit`, and emptied once that gave an accepted result
   * back. For a host that sends many large messages: the garbage collector has less to do. Default `false`: the host may do with its
   * array what it likes.
   */
  readonly messageIsGiven?: boolean;
  /** The sending mailbox, whose outbox this is. */
  readonly mailbox: string;
  /** Return path; default the mailbox; `null` for `<>`, as receipts need. */
  readonly from?: string | null;
  readonly recipients: readonly QueueRecipient[];
  /** Who sends, for story and audit trail: an identifier of the host's. */
  readonly author: string;
  /** ENVID, from `requestDsn`; default the id of the entry. At most 80 characters, nothing of a patient. */
  readonly envid?: string;
  /** Whatever the host knows the patient by, always the same: kept only as a pseudonym. Oppositions are checked with it. */
  readonly patientKey?: string;
  /** Not before. */
  readonly notBefore?: Date;
  /** No attempt after it; default 48 hours after `notBefore` or now. */
  readonly deadline?: Date;
  /** "Annule et remplace": the document id of an earlier entry, whose sends that are still pending are cancelled. */
  readonly replaces?: string;
  /** What to do about a recipient of the suppression list: refuse everything (default), leave that one out, or send all the same. */
  readonly suppressed?: 'refuse' | 'leave-out' | 'send';
}

/** An entry as it stands. */
export interface OutboxEntry {
  readonly entryId: string;
  readonly documentId: string;
  readonly mailbox: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly envid: string;
  readonly state: EntryState;
  readonly outcome: EntryOutcome;
  readonly queuedAt: Date;
  readonly deadline: Date;
  /** The next attempt, while one is planned. */
  readonly nextAttemptAt: Date | null;
  /** Contents are erased from then on. */
  readonly settledAt: Date | null;
  readonly attempts: number;
  readonly sizeBytes: number;
  readonly author: string;
  readonly replaces: string | null;
  readonly recipients: readonly OutboxRecipient[];
}

export interface OutboxRecipient {
  readonly index: number;
  readonly address: string;
  readonly state: RecipientState;
  readonly changedAt: Date;
  readonly nextAttemptAt: Date | null;
  /** The last reply's code, and its enhanced status. */
  readonly code: number | null;
  readonly enhancedStatus: string | null;
  /** In one word, or a code of an error, when it is not accepted. */
  readonly reason: string | null;
}

/** What {@link Outbox.queue} did. */
export interface QueuedEntry extends OutboxEntry {
  /** `false`: it was queued before. */
  readonly isNew: boolean;
  /** What became of the entry that it replaces; `null` without one. */
  readonly replaced: CancelOutcome | null;
}

/** Recipients by index. */
export interface CancelOutcome {
  readonly documentId: string;
  /** Will certainly not get it. */
  readonly cancelled: readonly number[];
  /** The message is leaving or has left: nothing can hold it back. An uncertain one is never sent again. */
  readonly tooLate: readonly number[];
}

/** One attempt to submit. */
export interface OutboxAttempt {
  readonly attempt: number;
  readonly worker: string;
  /** Indexes. After the attempt, those that the server did not refuse. */
  readonly recipients: readonly number[];
  readonly selfCopy: boolean;
  readonly startedAt: Date;
  readonly mailAt: Date | null;
  readonly dataStartedAt: Date | null;
  readonly dataEndedAt: Date | null;
  readonly endedAt: Date | null;
  readonly outcome: AttemptOutcome;
  readonly server: string | null;
  readonly queueId: string | null;
  readonly response: string | null;
}

/**
 * | outcome | means |
 * |---|---|
 * | `open` | under way |
 * | `taken` | 2xx after the final dot |
 * | `proved` | uncertain, then proved taken |
 * | `refused` | the server does not have it |
 * | `not-submitted` | the final dot did not leave |
 * | `uncertain` | the final dot may have left, no answer |
 * | `absent` | uncertain, then shown not taken by negative evidence |
 */
export type AttemptOutcome = 'open' | 'taken' | 'proved' | 'refused' | 'not-submitted' | 'uncertain' | 'absent';

/** A line of the story. */
export interface StoryLine {
  readonly at: Date;
  readonly what: StoryEvent;
  /** `null`: of the whole entry. */
  readonly recipient: number | null;
  readonly attempt: number | null;
  /** What it rests on: `answer`, `no-answer`, `lease-expired`, `dsn`, `self-copy`, `self-copy-absent`, `host`, `deadline` … */
  readonly evidence: string | null;
  /** The server's words (sanitised), a code, an instant. */
  readonly detail: string | null;
  readonly author: string | null;
}

export type StoryEvent =
  | 'queued'
  | 'left-out'
  | 'claimed'
  | 'mail'
  | 'data-started'
  | 'data-ended'
  | 'accepted'
  | 'refused'
  | 'to-be-retried'
  | 'uncertain'
  | 'proved-taken'
  | 'proved-not-taken'
  | 'evidence'
  | 'expired'
  | 'cancelled'
  | 'cancel-too-late'
  | 'replaced'
  | 'decided-sent'
  | 'decided-send-again'
  | 'given-up'
  | 'retry-asked';

/** Everything known of a document. */
export interface OutboxStory extends OutboxEntry {
  /** Document ids of entries that replace this one. */
  readonly replacedBy: readonly string[];
  readonly history: readonly OutboxAttempt[];
  /** In order of time. */
  readonly lines: readonly StoryLine[];
}

/** Given to the host's submit function. */
export interface SubmitCall {
  readonly signal: AbortSignal;
  /** To be called and awaited as `OnStage` of `@mss/transport` says: without it, whatever breaks counts as uncertain. */
  readonly onStage: (stage: 'mail' | 'data-started' | 'data-ended') => Promise<void>;
  readonly mailbox: string;
  readonly entryId: string;
  readonly attempt: number;
}

/** For example `(message, call) => pools.of(call.mailbox).submit(message, call)` with a pool of `@mss/transport`. Throws only if nothing was sent. */
export type Submit = (message: SmtpMessage, call: SubmitCall) => Promise<SubmissionResult>;
