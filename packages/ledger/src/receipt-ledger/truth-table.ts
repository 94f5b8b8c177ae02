import type { RecipientState } from '../outbox/states.js';
import type { Contradiction, ReceiptFact, ReceiptVerdict } from './types.js';

/**
 * What can be true of a recipient when the tables are asked: a fact that is believed, `doubtful-failure` (a failure that is
 * not), `overdue` (accepted, no believed fact, deadline passed), and `state:…` of the outbox.
 */
export type Sign = ReceiptFact | 'doubtful-failure' | 'overdue' | `state:${RecipientState}`;

/** One line of the truth table. */
export interface VerdictRule {
  /** All of these. */
  readonly when: readonly Sign[];
  readonly verdict: ReceiptVerdict;
  readonly because: string;
}

/**
 * The truth table: the first line whose signs are all there decides. A verdict is a function of the *set* of signs, so the order
 * in which receipts arrive, and how often, makes no difference; dates decide nothing, since whoever writes a receipt writes its date.
 */
export const verdictTable: readonly VerdictRule[] = Object.freeze([
  { when: ['replied'], verdict: 'replied', because: 'a person who answers has read, whatever mail systems reported' },
  { when: ['displayed'], verdict: 'displayed', because: 'it was shown; a failure beside it concerns another copy' },
  {
    when: ['integration-error'],
    verdict: 'not-integrated',
    because: 'the document is not in the file of the patient until somebody acts; the worse of two contrary software reports counts',
  },
  { when: ['processing-error'], verdict: 'not-processed', because: 'as above, without a code' },
  { when: ['processed'], verdict: 'processed', because: 'software cannot file what it did not get' },
  { when: ['dispatched'], verdict: 'dispatched', because: 'somebody had it' },
  { when: ['deleted'], verdict: 'deleted', because: 'it arrived and is gone; nobody says that it was seen' },
  { when: ['delivered', 'failed'], verdict: 'in-doubt', because: 'a mailbox that forwards reports both: ask the recipient' },
  { when: ['denied', 'failed'], verdict: 'in-doubt', because: 'as above' },
  { when: ['auto-replied', 'failed'], verdict: 'in-doubt', because: 'as above' },
  { when: ['failed'], verdict: 'failed', because: 'final, whatever was reported on the way (relayed, delayed)' },
  { when: ['delivered'], verdict: 'delivered', because: 'the mail system of the recipient has filed it; a former delay is over' },
  { when: ['denied'], verdict: 'delivered', because: 'who declines to tell has the message' },
  { when: ['auto-replied'], verdict: 'delivered', because: 'an automatic answer proves arrival, not reading' },
  {
    when: ['doubtful-failure'],
    verdict: 'perhaps-failed',
    because: 'an unbelievable failure costs a telephone call, an unbelieved real one a patient; an unbelievable success counts for nothing',
  },
  { when: ['relayed'], verdict: 'relayed', because: 'the delay before it is over, and the next system will report nothing' },
  { when: ['delayed'], verdict: 'delayed', because: 'a mail system still tries' },
  { when: ['state:waiting'], verdict: 'waiting', because: 'the outbox has not sent it' },
  { when: ['state:sending'], verdict: 'waiting', because: 'the outbox is sending it' },
  { when: ['state:uncertain'], verdict: 'uncertain', because: 'no answer to the final dot, and no evidence since' },
  { when: ['state:refused'], verdict: 'refused', because: 'the own operator refused this recipient' },
  { when: ['state:expired'], verdict: 'expired', because: 'it could not be sent before its deadline' },
  { when: ['state:cancelled'], verdict: 'cancelled', because: 'the host took it back before it was sent' },
  { when: ['state:given-up'], verdict: 'given-up', because: 'perhaps sent, and no evidence came before the deadline' },
  { when: ['state:accepted', 'overdue'], verdict: 'silent', because: 'accepted, and no news when there should be' },
  { when: ['state:accepted'], verdict: 'accepted', because: 'accepted by the own operator, nothing more yet' },
]);

/** Pairs that cannot both be true; told beside the verdict, never hidden by it. */
export const contradictionTable: readonly { readonly when: readonly Sign[]; readonly contradiction: Contradiction }[] = Object.freeze([
  ...(['delivered', 'denied', 'auto-replied'] as const).map((sign) => ({
    when: [sign, 'failed'] as const,
    contradiction: 'delivered-and-failed' as const,
  })),
  ...(['replied', 'displayed', 'processed', 'dispatched', 'deleted', 'integration-error', 'processing-error'] as const).map((sign) => ({
    when: [sign, 'failed'] as const,
    contradiction: 'used-and-failed' as const,
  })),
  { when: ['processed', 'integration-error'], contradiction: 'processed-and-not-integrated' },
  { when: ['processed', 'processing-error'], contradiction: 'processed-and-not-processed' },
  ...(['state:waiting', 'state:refused', 'state:cancelled', 'state:expired'] as const).flatMap((state) =>
    (
      [
        'replied',
        'displayed',
        'processed',
        'dispatched',
        'deleted',
        'delivered',
        'denied',
        'auto-replied',
        'integration-error',
        'relayed',
      ] as const
    ).map((sign) => ({ when: [state, sign] as const, contradiction: 'not-sent-and-received' as const })),
  ),
]);

/** The facts that tell of failure: believed or not, they are never passed over in silence. */
export const failureFacts: ReadonlySet<ReceiptFact> = new Set(['failed', 'integration-error', 'processing-error']);

/** The verdict of a set of signs. */
export function judge(signs: ReadonlySet<Sign>): {
  readonly verdict: ReceiptVerdict;
  readonly rule: number;
  readonly contradictions: readonly Contradiction[];
} {
  const rule = verdictTable.findIndex(({ when }) => when.every((sign) => signs.has(sign)));
  const found = verdictTable[rule];
  if (found === undefined) throw new TypeError('a recipient has a state');
  const contradictions = contradictionTable.filter(({ when }) => when.every((sign) => signs.has(sign))).map((one) => one.contradiction);
  return { verdict: found.verdict, rule, contradictions: [...new Set(contradictions)] };
}
