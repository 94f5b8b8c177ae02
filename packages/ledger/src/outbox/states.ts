/**
 * What is known of one recipient.
 *
 * | state | means | contents |
 * |---|---|---|
 * | `waiting` | not sent, for certain; due now or later | kept |
 * | `sending` | a worker has it; the final dot has not left | kept |
 * | `ending` | a worker noted that the final dot is about to leave; its answer is awaited | kept |
 * | `uncertain` | the final dot may have left and no answer is known | kept |
 * | `accepted` | the server took it: its answer or evidence says so | final |
 * | `refused` | the server refuses it for good | final |
 * | `expired` | not sent, for certain, by the deadline | final |
 * | `cancelled` | not sent, for certain: cancelled, replaced, or opposed by the patient | final |
 * | `given-up` | uncertain, and the host decided to leave it there | final |
 */
export type RecipientState = 'waiting' | 'sending' | 'ending' | 'uncertain' | 'accepted' | 'refused' | 'expired' | 'cancelled' | 'given-up';

/**
 * What can happen to a recipient.
 *
 * | event | when |
 * |---|---|
 * | `claimed` | a worker takes the entry |
 * | `dot-noted` | the worker's durable note, before the final dot leaves |
 * | `taken` | 2xx to the final dot |
 * | `refused-for-good` | a permanent refusal |
 * | `refused-for-now` | a passing refusal, or a failure before the final dot |
 * | `no-answer` | the final dot left, no answer came |
 * | `worker-lost` | the lease ran out |
 * | `proof-taken` | positive evidence (see `evidence.ts`), a late answer included |
 * | `proof-not-taken` | negative evidence: the self-copy is absent although a later probe arrived; or a late refusal |
 * | `proof-not-taken-stopped` | the same, after the entry was cancelled or replaced |
 * | `proof-not-taken-late` | the same, after the deadline |
 * | `cancel` | cancelled by the host, replaced, opposed |
 * | `deadline` | the deadline passes |
 * | `host-sent`, `host-send-again`, `host-give-up` | the host decides about an uncertain one |
 * | `host-retry` | the host asks for another try of a refused or expired one, while the contents are still there |
 */
export type RecipientEvent =
  | 'claimed'
  | 'dot-noted'
  | 'taken'
  | 'refused-for-good'
  | 'refused-for-now'
  | 'no-answer'
  | 'worker-lost'
  | 'proof-taken'
  | 'proof-not-taken'
  | 'proof-not-taken-stopped'
  | 'proof-not-taken-late'
  | 'cancel'
  | 'deadline'
  | 'host-sent'
  | 'host-send-again'
  | 'host-give-up'
  | 'host-retry';

type Row = Partial<Record<RecipientEvent, RecipientState>>;

/**
 * The whole state machine. An event without a cell changes nothing. Two rules can be read off it: nothing leaves `uncertain`
 * towards `waiting` without negative evidence or the host's decision, and nothing leaves `accepted`.
 */
export const transitions: Readonly<Record<RecipientState, Row>> = Object.freeze({
  waiting: { claimed: 'sending', 'proof-taken': 'accepted', cancel: 'cancelled', deadline: 'expired' },
  sending: {
    'dot-noted': 'ending',
    // Only of a server that answers before the dot, or of a host's submit function that tells no stages.
    taken: 'accepted',
    'refused-for-good': 'refused',
    'refused-for-now': 'waiting',
    'no-answer': 'uncertain',
    'worker-lost': 'waiting',
    'proof-taken': 'accepted',
    cancel: 'cancelled',
  },
  ending: {
    taken: 'accepted',
    'refused-for-good': 'refused',
    'refused-for-now': 'waiting',
    'no-answer': 'uncertain',
    'worker-lost': 'uncertain',
    'proof-taken': 'accepted',
  },
  uncertain: {
    'proof-taken': 'accepted',
    'proof-not-taken': 'waiting',
    'proof-not-taken-stopped': 'cancelled',
    'proof-not-taken-late': 'expired',
    'host-sent': 'accepted',
    'host-send-again': 'waiting',
    'host-give-up': 'given-up',
  },
  accepted: {},
  // A proof may come late: of an attempt that negative evidence had written off before the next one ended here.
  refused: { 'proof-taken': 'accepted', 'host-retry': 'waiting' },
  expired: { 'proof-taken': 'accepted', 'host-retry': 'waiting' },
  cancelled: { 'proof-taken': 'accepted' },
  'given-up': { 'proof-taken': 'accepted' },
});

/** The state after an event; the same state when the event changes nothing. */
export function nextState(state: RecipientState, event: RecipientEvent): RecipientState {
  return transitions[state][event] ?? state;
}

const finals: ReadonlySet<RecipientState> = new Set(['accepted', 'refused', 'expired', 'cancelled', 'given-up']);

export function isFinal(state: RecipientState): boolean {
  return finals.has(state);
}

/** The contents are erased when an entry is `settled`: all its recipients are final. */
export type EntryState = 'waiting' | 'sending' | 'uncertain' | 'settled';

/** What an entry is, from its recipients; self-copies do not count. */
export function entryState(recipients: readonly RecipientState[]): EntryState {
  if (recipients.some((state) => state === 'sending' || state === 'ending')) return 'sending';
  if (recipients.includes('waiting')) return 'waiting';
  return recipients.includes('uncertain') ? 'uncertain' : 'settled';
}

/** One word for a host's list: what became of the entry as a whole. */
export type EntryOutcome = 'pending' | 'uncertain' | 'accepted' | 'partly-accepted' | 'not-sent' | 'given-up';

export function entryOutcome(recipients: readonly RecipientState[]): EntryOutcome {
  const state = entryState(recipients);
  if (state === 'uncertain') return 'uncertain';
  if (state !== 'settled') return 'pending';
  if (recipients.every((one) => one === 'accepted')) return 'accepted';
  if (recipients.includes('accepted')) return 'partly-accepted';
  return recipients.includes('given-up') ? 'given-up' : 'not-sent';
}
