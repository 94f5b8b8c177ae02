import type { AuditEvent, Limits } from '@mss/core';
import type { Profile } from '@mss/core/profile';
import type { StoreTransaction } from '@mss/store';

import type { LedgerContextWithOutbox } from '../context.js';
import type { ConversationMessage, ConversationPlace, Conversations } from '../conversations/index.js';
import { createNotes, type Notes } from '../notes.js';
import type { ReceiptLedger } from '../receipt-ledger/index.js';
import type { DocumentHistory } from './documents.js';
import type { QueueReceipt, ReceiveRequest, ReceiveSummary } from './types.js';

/** How the inbox behaves. */
export interface InboxOptions {
  readonly receipts: ReceiptLedger;
  /** Without it `delivery.conversation` is `null`. */
  readonly conversations?: Conversations;
  /** Without it no receipt can be sent: a policy other than `never` is refused. */
  readonly queueReceipt?: QueueReceipt;
  readonly limits?: Partial<Limits>;
  /** Longer messages are streamed from the server into the sealed spool, and read only if the host asks. Default 32 MiB. */
  readonly inMemoryBytes?: number;
  /** For so long a message is in the hands of one worker; made longer while it lives. Default 5 minutes. */
  readonly leaseMs?: number;
  /** Tries before a message goes to quarantine. Default 5. */
  readonly maxAttempts?: number;
  /** Wait after the first failed try, doubled each time. Default 1 minute. */
  readonly retryMs?: number;
  /** Longest wait between two tries. Default 6 hours. */
  readonly maxRetryMs?: number;
  readonly profile?: Profile;
  /** Name of this database among the workstations of a mailbox (`claim: 'keyword'`): 4 to 16 letters and digits. Default: drawn once, and kept. */
  readonly workstation?: string;
  /** Author in the audit trail. Default `inbox`. */
  readonly author?: string;
  /** The ledger's: notes and their traces in one transaction, together with those of others. Without it each has its own. */
  readonly notes?: Notes;
  /** Runs `work` every so often; the function that it returns stops it. Injected for tests. */
  readonly every?: (ms: number, work: () => void) => () => void;
}

/** Work on the store; what it traces goes into the audit trail. */
export type Commit = <Result>(
  work: (transaction: StoreTransaction, trace: (event: AuditEvent) => void) => Promise<Result>,
) => Promise<Result>;

/** What every step of the inbox works with. */
export interface InboxContext {
  readonly ledger: LedgerContextWithOutbox;
  readonly receipts: ReceiptLedger;
  readonly conversations: Conversations | null;
  readonly queueReceipt: QueueReceipt | null;
  readonly documents: DocumentHistory;
  readonly limits: Limits;
  readonly inMemoryBytes: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly retryMs: number;
  readonly maxRetryMs: number;
  readonly profile: Profile;
  readonly workstation: string;
  readonly author: string;
  readonly every: (ms: number, work: () => void) => () => void;
  readonly commit: Commit;
}

type Counts = { -readonly [Name in keyof Omit<ReceiveSummary, 'replayed' | 'nextAt'>]: number };

/** One pass over one folder. */
export interface Pass {
  readonly inbox: InboxContext;
  readonly request: ReceiveRequest;
  readonly mailboxKey: string;
  readonly folder: string;
  readonly folderKey: string;
  readonly uidValidity: number;
  readonly counts: Counts;
  /** Files a mail in its conversation; those that come at the same time share a transaction. `null` without conversations. */
  readonly file: ((message: ConversationMessage) => Promise<ConversationPlace>) | null;
}

/** One transaction at a time for each pass: all of its mails are of one mailbox, whose mails are filed one after the other anyway. */
export function filingOf({ conversations, ledger }: InboxContext): Pass['file'] {
  if (conversations === null) return null;
  const notes = createNotes(ledger.store, () => Promise.resolve());
  return (message) => notes.commit((transaction) => conversations.add(message, { transaction }));
}

export const noCounts = (): Counts => ({
  handedOver: 0,
  receipts: 0,
  own: 0,
  duplicates: 0,
  postponed: 0,
  quarantined: 0,
  elsewhere: 0,
  gone: 0,
  leaseLost: 0,
  unfinished: 0,
});

/** An event for the audit trail: codes and opaque ids, no content. */
export function auditEvent(
  pass: { readonly inbox: InboxContext; readonly address: string },
  event: { readonly action: string; readonly request: string; readonly response: string; readonly outcome: AuditEvent['outcome'] },
): AuditEvent {
  return { author: pass.inbox.author, at: pass.inbox.ledger.clock.now(), mailbox: pass.address, ...event };
}
