import type { MssWarning, ReadResult } from '@mss/core';
import type { MailboxKind, MessageWarningCode, ReceivedMessage } from '@mss/message';
import type { IntegrationError, MdnPolicy, ReceiptKind } from '@mss/receipts';
import type { Mailbox } from '@mss/transport';

import type { ConversationPlace } from '../conversations/index.js';
import type { ReceiptOutcome } from '../receipt-ledger/index.js';

/** What the inbox needs of a mailbox; `openMailbox` of `@mss/transport` gives it. */
export type InboxMailbox = Pick<Mailbox, 'openFolder' | 'fetchNew' | 'readMessage' | 'fetchFlags' | 'setFlags' | 'move' | 'waitForNew'>;

/**
 * A receipt on its way out: durable when the promise resolves, and idempotent by `key`, since the inbox asks again after a crash.
 * The envelope sender is the null one; such a mail is never sent again once it may have gone.
 */
export type QueueReceipt = (receipt: {
  readonly key: string;
  readonly mailbox: string;
  readonly messageId: string;
  readonly bytes: Uint8Array;
  readonly to: readonly string[];
}) => Promise<void>;

/** One attachment, whatever its name: two of the same name are two. */
export interface DeliveredAttachment {
  /** Position in the mail, from 0. With the id of the delivery it names the attachment for ever. */
  readonly index: number;
  /** As the sender wrote it: for the screen, never for the disk. */
  readonly name: string | null;
  /** `attachment-2.pdf`: tells nothing of the patient, and is different for each attachment of the mail. */
  readonly storageName: string;
  readonly mediaType: string;
  /** Positions of the others with the same name, letter case apart. */
  readonly sameNameAs: readonly number[];
  bytes(): Uint8Array;
}

/** A document that was received before. */
export interface EarlierDocument {
  /** The delivery that brought it. */
  readonly delivery: string;
  readonly at: Date;
}

/** A CDA document of the mail, by its own identifier. */
export interface DeliveredDocument {
  /** Position of the attachment that holds the archive, and of the document in it. */
  readonly attachment: number;
  readonly position: number;
  /** `root`, or `root^extension`. */
  readonly documentId: string;
  /** UUID of its entry in METADATA.XML (`urn:uuid:…`); `null` when it is none. */
  readonly entryUuid: string | null;
  readonly setId: string | null;
  readonly versionNumber: number | null;
  /** SHA-256 of its bytes, hex. */
  readonly sha256: string;
  /** The very same bytes came in another mail: the host may show it once. */
  readonly already: EarlierDocument | null;
  /** The same identifier came with other bytes: one of the two senders is wrong, and both are handed over. */
  readonly differsFrom: EarlierDocument | null;
  /**
   * Documents that this one takes the place of (annule et remplace), and whether they were received: by its own `relatedDocument`, or by
   * an RPLC association of METADATA.XML. `documentId` is the UUID of an entry (`urn:uuid:…`) where only that is told.
   */
  readonly replaces: readonly { readonly documentId: string; readonly received: EarlierDocument | null }[];
  /** A document that takes the place of this one, or a later version of it, was received before it. */
  readonly replacedBy: EarlierDocument | null;
}

/** One message in the host's hands. */
export interface InboxDelivery {
  /** The same for the same message, for ever, in this ledger: the host's key against duplicates. */
  readonly id: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
  readonly flags: readonly string[];
  readonly internalDate: Date | null;
  readonly sizeBytes: number;
  /** 1 the first time. */
  readonly attempt: number;
  /** An earlier call got this message and its end is not known: the process died, or its lease was lost. */
  readonly perhapsBefore: boolean;
  /** Another message of this mailbox has the same Message-ID and other content. */
  readonly sharesMessageId: boolean;
  /** `null` for a message longer than `inMemoryBytes`, one released to be handed over unread, or with `reading: 'receipts'`. */
  readonly message: ReceivedMessage | null;
  readonly warnings: readonly MssWarning<MessageWarningCode>[];
  readonly attachments: readonly DeliveredAttachment[];
  readonly documents: readonly DeliveredDocument[];
  /** For receipts and answers: what the receipt ledger made of it. */
  readonly receipt: ReceiptOutcome | null;
  readonly conversation: ConversationPlace | null;
  /** The sender wants a read receipt. */
  readonly mdnRequested: boolean;
  /** Aborted when the caller's signal is, or when the lease was lost: what is done after that may be done twice. */
  readonly signal: AbortSignal;
  /** The bytes, from memory or from the sealed spool. */
  stream(): AsyncIterable<Uint8Array>;
  /** Reads the whole message into memory, within `limits.messageBytes`. */
  read(): Promise<ReadResult<ReceivedMessage, MessageWarningCode>>;
}

/** A read receipt that the host wants to go out. */
export type MdnChoice = 'displayed' | 'processed' | 'dispatched' | 'deleted';

/** What the host says once it has the message. */
export interface HandOverResult {
  /** Flags and keywords to set, for example `['\\Seen']`. Default none. */
  readonly flags?: readonly string[];
  /** Folder to move the message to. */
  readonly moveTo?: string;
  /**
   * What happened to the message, when its sender wants to know. `later` (the default): {@link Inbox.acknowledge} will be called
   * when somebody has seen it. `none`: no receipt for this one. A person's act (`displayed`, `deleted`, `dispatched`) never
   * happens in an applicative mailbox.
   */
  readonly mdn?: MdnChoice | 'later' | 'none';
  /** The user was asked about this receipt and agreed. */
  readonly mdnConsent?: boolean;
  /** The result of filing the documents by software: told to the sender automatically, whatever the kind of mailbox. */
  readonly integration?: { readonly ok: true } | { readonly ok: false; readonly error: IntegrationError };
}

/** The host's callback: resolves once the message is stored where it cannot be lost; rejects when it is not. */
export type HandOver = (delivery: InboxDelivery) => Promise<HandOverResult | void>;

/** Receipts the mailbox answers with. */
export interface InboxMdnOptions {
  /** Default `ask`; in an applicative mailbox `always`, which there concerns integration results only. */
  readonly policy?: MdnPolicy;
  /** Name beside the mailbox in the receipt: the label of the sender. */
  readonly name?: string;
  readonly reportingUa?: { readonly product: string; readonly host?: string };
}

/** What to receive, and how. */
export interface ReceiveRequest {
  readonly mailbox: InboxMailbox;
  /** Address of the mailbox. */
  readonly address: string;
  readonly kind: MailboxKind;
  /** A folder that mail comes in to. Default `INBOX`. Not Sent: what one's own software files there is no evidence. */
  readonly folder?: string;
  readonly handOver: HandOver;
  /** Which receipts the host sees besides the receipt ledger. Default `unmatched`: those that the ledger can attach to nothing. */
  readonly receipts?: 'all' | 'unmatched' | 'none';
  readonly mdn?: InboxMdnOptions;
  /**
   * `always` (the default): each message is read before it is handed over. `receipts`: only what its header says may be a receipt or an
   * answer; the others come with `message: null`, without documents and conversation, and the host reads them when it likes:
   * some 1.5 times as fast.
   */
  readonly reading?: 'always' | 'receipts';
  /**
   * Messages in the host's hands at once. Default 1: one after the other, in the order of their UIDs. More is faster where the callback waits
   * for a disk or a network; then the order is not kept, two mails that bring the same document at the same time do not know of each other
   * (`documents[].already`), and so many messages of up to `inMemoryBytes` are in memory.
   */
  readonly concurrency?: number;
  /** Set once the message is handed over, for every message. Default none. */
  readonly keyword?: string;
  /**
   * `database` (the default): one ledger database for every workstation of the mailbox. `keyword`: workstations with databases of
   * their own; each message is claimed on the server, which takes CONDSTORE and free keywords; without them nothing is received.
   */
  readonly claim?: 'database' | 'keyword';
  readonly signal?: AbortSignal;
}

/** What one pass did. */
export interface ReceiveSummary {
  readonly handedOver: number;
  /** Receipts that went to the receipt ledger only. */
  readonly receipts: number;
  /** Copies to oneself and probes. */
  readonly own: number;
  /** Copies of messages that were handled before: doubles, and the whole folder after a change of UIDVALIDITY. */
  readonly duplicates: number;
  /** Failed, to be tried again. */
  readonly postponed: number;
  readonly quarantined: number;
  /** In the hands of another worker, or claimed by another workstation. */
  readonly elsewhere: number;
  /** Deleted by somebody before they could be handed over. */
  readonly gone: number;
  /** Handed over by a worker that had lost its lease meanwhile. */
  readonly leaseLost: number;
  /** What was still to do after the hand-over and did not succeed (receipt, flags, move); it is tried again. */
  readonly unfinished: number;
  /** UIDVALIDITY had changed: the folder was read from its beginning. */
  readonly replayed: boolean;
  /** When the first of those that wait may be tried again. */
  readonly nextAt: Date | null;
}

/**
 * Where a delivery stands.
 *
 * `waiting` (for its first or next try) · `leased` (in a worker's hands) · `handed-over` (the host has it; receipt, flags or move
 * are still to do) · `done` · `quarantined` · `elsewhere` (claimed by another workstation) · `gone` (deleted by somebody before).
 */
export type DeliveryState = 'waiting' | 'leased' | 'handed-over' | 'done' | 'quarantined' | 'elsewhere' | 'gone';

/**
 * Why a message is in quarantine.
 *
 * - `callback-failed` – the host's callback rejected at every try; `code` is that of its last error when it was one of the toolkit.
 * - `crashed` – at every try the worker that had it never came back.
 * - `unreadable` – it is no mail, or over a limit (`code`).
 * - `too-large` – longer than `limits.messageBytes`.
 * - `result-refused` – the callback resolved with something that is not allowed.
 * - `internal` – at every try the ledger itself failed at it (`code`).
 */
export type QuarantineReason = 'callback-failed' | 'crashed' | 'unreadable' | 'too-large' | 'result-refused' | 'internal';

/**
 * What became of the wish for a read receipt.
 *
 * `later` · `ask` (only with consent) · `intended` (noted, perhaps marked on the server, not queued) · `queued` ·
 * `declined` (`mdnReason`) · `elsewhere` (another client has answered) · `impossible` (`mdnReason`).
 */
export type MdnState = 'later' | 'ask' | 'intended' | 'queued' | 'declined' | 'elsewhere' | 'impossible';

/** A delivery as the host lists it. Codes only. */
export interface DeliveryRecord {
  readonly id: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
  readonly kind: ReceiptKind | 'mail' | 'own-copy' | 'probe' | null;
  readonly state: DeliveryState;
  readonly sizeBytes: number;
  readonly attempts: number;
  readonly reason: QuarantineReason | null;
  readonly code: string | null;
  readonly firstAt: Date;
  readonly handedOverAt: Date | null;
  readonly nextAt: Date | null;
  readonly mdn: MdnState | null;
  readonly mdnReason: string | null;
}

/** How a quarantined message, or one claimed by a workstation that is no more, is given another chance. */
export interface ReleaseOptions {
  /** Hand it over without reading it: `message` is `null`. */
  readonly unread?: boolean;
  /** Take it although it is longer than `limits.messageBytes`. */
  readonly anySize?: boolean;
}

/** A person has seen a message, or software has filed it. */
export interface Acknowledgement {
  readonly id: string;
  readonly type: MdnChoice;
  readonly kind: MailboxKind;
  readonly address: string;
  /** To set `$MDNSent`; without it only this ledger knows that the receipt was sent. */
  readonly mailbox?: InboxMailbox;
  readonly mdn?: InboxMdnOptions;
  readonly consent?: boolean;
}

/** Which deliveries to list. */
export interface DeliveryQuery {
  readonly mailbox?: string;
  readonly state?: DeliveryState;
  readonly mdn?: MdnState;
  /** Id of the last one of the page before. */
  readonly after?: string;
  /** Default 100. */
  readonly limit?: number;
}

/** The inbox: each message handed over once. */
export interface Inbox {
  /**
   * One pass over a folder: what waits from earlier passes, one message after the other, then what is new, `concurrency` at a time.
   *
   * @throws MssError of `@mss/transport` when the connection is lost, of `@mss/store`; what was handed over stays so, and the next pass goes on
   * @throws MssError `ERR_MSS_LEDGER_INBOX_CLAIM_UNSUPPORTED`
   */
  receive(request: ReceiveRequest): Promise<ReceiveSummary>;
  /** Passes, and waits for new mail in between, until the signal aborts. Connections are the caller's: it throws when one is lost. */
  watch(request: ReceiveRequest & { readonly signal: AbortSignal; readonly onPass?: (summary: ReceiveSummary) => void }): Promise<void>;
  list(query?: DeliveryQuery): Promise<readonly DeliveryRecord[]>;
  /**
   * Out of quarantine, or taken over from another workstation: the next pass tries again, its tries counted anew.
   *
   * @throws MssError `ERR_MSS_LEDGER_INBOX_NOT_FOUND`, `ERR_MSS_LEDGER_INBOX_STATE`
   */
  release(id: string, options?: ReleaseOptions): Promise<void>;
  /**
   * Sends the read receipt that the sender asked for, at most once, whoever calls how often.
   *
   * @returns `ask`: the user must be asked, then call again with `consent`; `declined`, `queued` … as {@link MdnState}; `null`: none was asked for
   * @throws MssError `ERR_MSS_LEDGER_INBOX_NOT_FOUND`, `…_STATE` (not handed over yet), `…_RESULT` (a person's act in an applicative mailbox)
   */
  acknowledge(acknowledgement: Acknowledgement): Promise<MdnState | null>;
}
