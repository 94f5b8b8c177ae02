import type { ConnectionDecision } from '@mss/pki';
import type { AppendRequest, AppendResult } from './append.js';
import type { CopyRequest, CopyResult } from './copy-move.js';
import type { FlagsRequest, MessageFlags } from './fetch-flags.js';
import type { FetchedMessage, FetchRequest } from './fetch-new.js';
import type { ExpungeRequest } from './expunge.js';
import type { FolderQuery, MailNamespaces } from './folders.js';
import type { MailFolder, SpecialUse } from './list.js';
import type { SentRequest, SentResult } from './sent.js';
import type { OpenFolder } from './open-folder.js';
import type { MailboxQuota } from './quota.js';
import type { ReadRequest } from './read-message.js';
import type { FolderStatus } from './status.js';
import type { FlagChange, FlagResult } from './store.js';
import type { SyncEvent, SyncRequest } from './synchronise.js';
import type { ChangeRequest, WaitRequest } from './wait.js';

/**
 * One mailbox over one verified connection. Calls are made one after the other, whoever asks.
 *
 * After `ERR_MSS_IMAP_LINK_LOST`, `…_PROTOCOL`, `…_DEADLINE` or `…_ABORTED` the connection is gone: open a new one and
 * resume with UIDVALIDITY and UID.
 */
export interface Mailbox extends AsyncDisposable {
  /** What was checked about the channel, and with which evidence. */
  readonly decision: ConnectionDecision;
  /** As the server offers them after login, upper case as sent. */
  readonly capabilities: readonly string[];
  readonly isOpen: boolean;
  /** The folders, with their special use. */
  list(options?: { readonly signal?: AbortSignal }): Promise<readonly MailFolder[]>;
  /** The folder with a use: configured, named by the server, or by a usual name; `null` when there is none. */
  folderFor(use: SpecialUse, query?: FolderQuery): Promise<MailFolder | null>;
  /** Nothing happens when it exists. */
  createFolder(folder: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Where the folders of this mailbox and of others are. */
  readonly namespaces: MailNamespaces;
  /** Counts and keys of a folder, without opening it. */
  status(folder: string, options?: { readonly signal?: AbortSignal }): Promise<FolderStatus>;
  /** New messages in the order of their UIDs. */
  fetchNew(request?: FetchRequest): AsyncIterable<FetchedMessage>;
  /** Everything that happened to a folder since a stored state: new messages, changed flags, deletions. */
  synchronise(request?: SyncRequest): AsyncIterable<SyncEvent>;
  /** One message as a stream. */
  readMessage(request: ReadRequest): AsyncIterable<Uint8Array>;
  /** Waits for a message with a greater UID; `false` when the time is over. */
  waitForNew(request: WaitRequest): Promise<boolean>;
  /** Waits until `synchronise` may have something to tell; `false` when the time is over. */
  waitForChange(request?: ChangeRequest): Promise<boolean>;
  /** Opens a folder: its counts and keys, and which flags and keywords it keeps. */
  openFolder(folder: string, options?: { readonly signal?: AbortSignal }): Promise<OpenFolder>;
  /** The present flags of messages, with their mod-sequences. */
  fetchFlags(request: FlagsRequest): Promise<readonly MessageFlags[]>;
  /** Adds and removes flags; with `unchangedSince` only where nobody was first. */
  setFlags(change: FlagChange): Promise<FlagResult>;
  copy(request: CopyRequest): Promise<CopyResult>;
  move(request: CopyRequest): Promise<CopyResult>;
  /** Deletes these messages for good, and no others. */
  expunge(request: ExpungeRequest): Promise<void>;
  append(request: AppendRequest): Promise<AppendResult>;
  /** One copy of a sent message in Sent, whoever puts it there. */
  saveToSent(request: SentRequest): Promise<SentResult>;
  /** `null` when the server keeps no quota. Default folder `INBOX`. */
  quota(options?: { readonly folder?: string; readonly signal?: AbortSignal }): Promise<MailboxQuota | null>;
  /** LOGOUT, at most two seconds, and the end of the connection. */
  close(): Promise<void>;
}
