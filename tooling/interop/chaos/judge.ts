import { createHash } from 'node:crypto';
import { parseMime } from '@mss/formats/mime';

import type { RecordedDelivery } from './host-record.js';
import { messageIdOf } from './letter.js';
import type { EntryFacts, Letter, WorkerReport } from './protocol.js';
import type { ServerLog } from './servers.js';

/** What a run is judged by: three accounts of the same events, made by three parties. */
export interface Accounts {
  readonly letters: readonly Letter[];
  readonly sender: WorkerReport;
  readonly receiver: WorkerReport;
  /** The host's own record at the receiver. */
  readonly record: readonly RecordedDelivery[];
  /** Hand-overs that the ledger announced as perhaps repeated, and that were. */
  readonly toldAgain: number;
  readonly senderMails: readonly Uint8Array[];
  readonly receiverMails: readonly Uint8Array[];
  readonly log: ServerLog;
}

/** What is printed of a run. */
export interface Sum {
  readonly documents: number;
  readonly accepted: number;
  /** Documents that were uncertain at some time. */
  readonly uncertain: number;
  /** Documents that were sent again after proof that they had not been taken. */
  readonly resent: number;
  /** Deliveries of a document beyond its first. */
  readonly duplicatesOnTheWire: number;
  readonly handedOverAgainAnnounced: number;
  readonly duplicatesHandedOver: number;
  readonly receiptsSent: number;
  /** Read receipts that were perhaps under way when the process died: never sent twice, so some may be missing. */
  readonly receiptsGivenUp: number;
}

/** The ledgers' stories against the servers' and the host's. Empty problems: they agree. */
export function judge(accounts: Accounts): { readonly sum: Sum; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const { sender, receiver, record, log, letters } = accounts;
  const [atSender, atReceiver] = [countMails(accounts.senderMails), countMails(accounts.receiverMails)];
  const count = (counts: ReadonlyMap<string, number>, id: string): number => counts.get(id) ?? 0;

  for (const letter of letters) {
    const { documentId } = letter;
    const id = messageIdOf(documentId);
    const story = sender.stories.find((one) => one.documentId === documentId);
    if (story === undefined) {
      problems.push(`${documentId}: not in the outbox`);
      continue;
    }
    const delivered = count(atReceiver.ids, id);
    const taken = story.history.filter((one) => one.outcome === 'taken' || one.outcome === 'proved');
    demand(story.outcome === 'accepted', `${documentId}: ${story.outcome} in the end`);
    demand(delivered === 1, `${documentId}: delivered ${delivered} times`);
    demand(
      taken.length === delivered,
      `${documentId}: taken ${taken.length} times by the ledger, delivered ${delivered} times by the server`,
    );
    demand(count(atSender.ids, id) === delivered, `${documentId}: ${count(atSender.ids, id)} copies to oneself`);
    const queueIds = log.queueIds?.get(id) ?? (log.queueIds === null ? null : []);
    if (queueIds !== null) {
      demand(
        queueIds.length === taken.length,
        `${documentId}: ${queueIds.length} queue ids in the server's log, ${taken.length} attempts taken`,
      );
      const unknown = story.history.filter((one) => one.queueId !== null && !queueIds.includes(one.queueId));
      demand(unknown.length === 0, `${documentId}: a queue id that the server's log does not know`);
    }
    const lines = record.filter((one) => one.messageId === id);
    demand(lines.length === 1, `${documentId}: ${lines.length} times in the host's record`);
    const sha256 = createHash('sha256').update(letter.text).digest('hex');
    demand(
      lines.every((one) => one.sha256 === sha256),
      `${documentId}: recorded with another content`,
    );
    const receipts = count(atSender.receipts, id);
    demand(receipts <= 1, `${documentId}: ${receipts} read receipts`);
    const known = sender.knowledge.find((one) => one.documentId === documentId)?.recipients[0]?.verdict;
    demand(known === (receipts === 1 ? 'displayed' : 'delivered'), `${documentId}: known as ${known}, ${receipts} read receipts`);
  }
  demand(record.length === new Set(record.map((one) => one.messageId)).size, "a message is twice in the host's record");
  demand(record.length === letters.length, `${record.length} lines in the host's record for ${letters.length} documents`);

  demand(receiver.audit.handOvers === letters.length, `${receiver.audit.handOvers} hand-overs in the audit trail`);

  const receipts = receiver.entries.filter((one) => one.kind === 'receipt');
  const givenUp = receipts.filter((one) => one.recipientStates.includes('given-up'));
  const receiptsSent = [...atSender.receipts.values()].reduce((all, one) => all + one, 0);
  demand(receipts.length === letters.length, `${receipts.length} read receipts queued for ${letters.length} documents`);
  demand(letters.length - receiptsSent <= givenUp.length, `${receiptsSent} read receipts arrived, ${givenUp.length} given up`);
  for (const one of receipts) {
    const copies = count(atSender.ids, one.messageId);
    demand(copies <= 1, 'a read receipt was sent twice');
    if (!givenUp.includes(one)) demand(copies === takenOf(one), `a read receipt: taken ${takenOf(one)} times, arrived ${copies} times`);
  }
  for (const [who, report] of [
    ['sender', sender],
    ['receiver', receiver],
  ] as const) {
    demand(report.audit.ok, `${who}: the audit chain does not verify`);
    const attempts = report.entries.flatMap((one) => one.attempts);
    demand(
      report.audit.submissions >= attempts.filter((one) => one.outcome === 'taken').length,
      `${who}: submissions are missing in the audit trail`,
    );
    demand(report.contentsLeft === 0, `${who}: ${report.contentsLeft} contents left in the vault`);
    const unsettled = report.entries.filter((one) => one.state !== 'settled').length;
    demand(unsettled === 0, `${who}: ${unsettled} entries are not settled`);
    const stuck = report.deliveries.filter((one) => one.state !== 'done');
    demand(stuck.length === 0, `${who}: ${stuck.map((one) => `${one.state} (${one.reason ?? one.code ?? ''})`).join(', ')}`);
  }
  demand(sender.deliveries.length === accounts.senderMails.length, 'sender: messages that the inbox never saw');
  demand(receiver.deliveries.length === accounts.receiverMails.length, 'receiver: messages that the inbox never saw');

  const stories = sender.stories;
  return {
    problems,
    sum: {
      documents: letters.length,
      accepted: stories.filter((one) => one.outcome === 'accepted').length,
      uncertain: stories.filter((one) => one.lines.some((line) => line.what === 'uncertain')).length,
      resent: stories.filter((one) => one.history.some((attempt) => attempt.outcome === 'absent')).length,
      duplicatesOnTheWire: letters.reduce((all, one) => all + Math.max(0, count(atReceiver.ids, messageIdOf(one.documentId)) - 1), 0),
      handedOverAgainAnnounced: accounts.toldAgain,
      duplicatesHandedOver: record.length - new Set(record.map((one) => one.messageId)).size,
      receiptsSent,
      receiptsGivenUp: givenUp.length,
    },
  };
}

function takenOf(entry: EntryFacts): number {
  return entry.attempts.filter((one) => one.outcome === 'taken' || one.outcome === 'proved').length;
}

/** Mails by Message-ID, and read receipts by the Message-ID that they answer. */
function countMails(mails: readonly Uint8Array[]): {
  readonly ids: ReadonlyMap<string, number>;
  readonly receipts: ReadonlyMap<string, number>;
} {
  const ids = new Map<string, number>();
  const receipts = new Map<string, number>();
  for (const mail of mails) {
    const parsed = parseMime(mail).value;
    const id = parsed.header('Message-ID')?.trim() ?? '';
    ids.set(id, (ids.get(id) ?? 0) + 1);
    if (!/disposition-notification/i.test(parsed.header('Content-Type') ?? '')) continue;
    const original = /^Original-Message-ID:\s*(<[^>]*>)/im.exec(Buffer.from(mail).toString('latin1'))?.[1] ?? '';
    receipts.set(original, (receipts.get(original) ?? 0) + 1);
  }
  return { ids, receipts };
}
