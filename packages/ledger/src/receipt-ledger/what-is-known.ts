import type { Submission, SubmissionRecipient } from '../outbox/seam.js';
import { failureFacts, judge, verdictTable, type Sign } from './truth-table.js';
import type { ReceiptEvidence, RecipientKnowledge } from './types.js';

/** How long to wait for news. */
export interface ReceiptDeadlines {
  /** Between acceptance by the own operator and any report of delivery, where a notification of success was asked for (`notify`). */
  readonly deliveryMs: number;
  /** Between acceptance and reading or filing; `null`: reading is not awaited. */
  readonly readingMs: number | null;
}

/** Signs after which no more is awaited of the mail systems. */
export const endOfDelivery: ReadonlySet<Sign> = new Set<Sign>([
  'relayed',
  'delivered',
  'failed',
  'denied',
  'auto-replied',
  'replied',
  'displayed',
  'processed',
  'dispatched',
  'deleted',
  'integration-error',
  'processing-error',
]);
/** Signs after which no more is awaited of the recipient, or nothing can come. */
export const endOfReading: ReadonlySet<Sign> = new Set<Sign>([
  'failed',
  'replied',
  'displayed',
  'processed',
  'dispatched',
  'deleted',
  'denied',
  'integration-error',
  'processing-error',
]);

const isBelieved = (one: ReceiptEvidence): boolean => one.trust === 'strong' || one.trust === 'fair';

/** Judges one recipient: a pure function of the set of evidence, the state in the outbox, and the time. */
export function knowRecipient(
  recipient: SubmissionRecipient,
  context: {
    readonly submission: Pick<Submission, 'queuedAt'>;
    readonly evidence: readonly ReceiptEvidence[];
    readonly deadlines: ReceiptDeadlines;
    readonly now: Date;
    readonly silenceToldAt?: Date | null;
  },
): RecipientKnowledge {
  const { evidence, now, deadlines } = context;
  const facts = new Set<Sign>(evidence.filter(isBelieved).flatMap((one) => one.fact ?? []));
  // Believed evidence that something arrived says also that the outbox has sent it, whatever its state.
  const signs = new Set<Sign>([...facts, `state:${recipient.state}`]);
  if (evidence.some((one) => one.trust === 'doubtful' && one.fact !== null && failureFacts.has(one.fact))) signs.add('doubtful-failure');
  const start = recipient.acceptedAt?.getTime() ?? null;
  const has = (set: ReadonlySet<Sign>): boolean => [...facts].some((sign) => set.has(sign));
  // Who asked for failures only awaits nothing.
  const isAsked = recipient.notify !== null && recipient.notify.includes('success');
  const deliveryDue = start === null || !isAsked || has(endOfDelivery) ? null : start + deadlines.deliveryMs;
  const readingDue = start === null || deadlines.readingMs === null || has(endOfReading) ? null : start + deadlines.readingMs;
  const isOverdue = (due: number | null): boolean => due !== null && now.getTime() >= due;
  if (isOverdue(deliveryDue)) signs.add('overdue');
  const { verdict, rule, contradictions } = judge(signs);
  const deciding = verdictTable[rule]?.when ?? [];
  const times = evidence
    .filter((one) =>
      one.fact !== null && isBelieved(one)
        ? deciding.includes(one.fact)
        : deciding.includes('doubtful-failure') && one.trust === 'doubtful',
    )
    .map((one) => one.at.getTime());
  const since = times.length > 0 ? Math.min(...times) : (start ?? context.submission.queuedAt.getTime());
  const next = [deliveryDue, readingDue].filter((due) => due !== null && due > now.getTime()) as number[];
  return {
    index: recipient.index,
    address: recipient.address,
    verdict,
    rule,
    since: new Date(since),
    why: evidence,
    contradictions,
    nextDeadline: next.length === 0 ? null : new Date(Math.min(...next)),
    overdue: isOverdue(deliveryDue) ? 'delivery' : isOverdue(readingDue) ? 'reading' : null,
    silenceToldAt: context.silenceToldAt ?? null,
  };
}
