import type { LedgerContext } from '../context.js';
import type { Notes } from '../notes.js';
import type { FreshContents } from './fresh-contents.js';
import type { RecipientState } from './states.js';

/** Told after it is durable, by the process that wrote it. */
export interface OutboxChange {
  readonly entryId: string;
  readonly documentId: string;
  readonly recipient: number;
  readonly from: RecipientState;
  readonly to: RecipientState;
}

/** How the outbox behaves. */
export interface OutboxOptions {
  /** Sends each message to the sending mailbox too, in the same transaction: the evidence that settles what is uncertain. Default `false`. */
  readonly selfCopy?: boolean;
  /**
   * How long after an uncertain attempt a probe to oneself is sent; if the probe arrives and the self-copy has not, the message was not
   * taken. Longer than any server keeps a broken connection and delays a message. Default 30 minutes.
   */
  readonly selfCopyDelayMs?: number;
  /** Between probes while one is not answered. Default 1 hour. */
  readonly probeEveryMs?: number;
  /** Default 48 hours. */
  readonly deadlineMs?: number;
  /** How long an address stays suppressed once a server said for good that it leads nowhere. Default 30 days. */
  readonly suppressMs?: number;
  /** Memory for messages that were queued a moment ago, until their first attempt; 0: none. Default 16 MiB. */
  readonly freshBytes?: number;
  /** Called after each durable change of a recipient. Whatever it throws is logged. */
  readonly onChange?: (change: OutboxChange) => void;
}

/** What the pieces of the outbox work with. */
export interface OutboxContext extends LedgerContext {
  readonly notes: Notes;
  readonly fresh: FreshContents;
  readonly options: Required<Omit<OutboxOptions, 'onChange'>> & Pick<OutboxOptions, 'onChange'>;
  /** Work has become due: waiting workers of this process look again. */
  wake(): void;
  /** After a commit: tells the host, erases the contents of what is settled. */
  changed(changes: readonly OutboxChange[], settled: readonly string[]): Promise<void>;
}

/** What the contents of entries are sealed as. */
export const contentPurpose = 'outbox';
