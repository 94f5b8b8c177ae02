import type { ConnectionDecision } from '@mss/pki';
import type { AppendRequest, AppendResult } from './append.js';
import type { CopyRequest, CopyResult } from './copy-move.js';
import type { FetchedMessage, FetchRequest } from './fetch-new.js';
import type { MailFolder } from './list.js';
import type { MailboxQuota } from './quota.js';
import type { ReadRequest } from './read-message.js';
import type { FolderStatus } from './status.js';
import type { FlagChange } from './store.js';
import type { WaitRequest } from './wait-for-new.js';

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
  /** Counts and keys of a folder, without opening it. */
  status(folder: string, options?: { readonly signal?: AbortSignal }): Promise<FolderStatus>;
  /** New messages in the order of their UIDs. */
  fetchNew(request?: FetchRequest): AsyncIterable<FetchedMessage>;
  /** One message as a stream. */
  readMessage(request: ReadRequest): AsyncIterable<Uint8Array>;
  /** Waits for a message with a greater UID; `false` when the time is over. */
  waitForNew(request: WaitRequest): Promise<boolean>;
  setFlags(change: FlagChange): Promise<void>;
  copy(request: CopyRequest): Promise<CopyResult>;
  move(request: CopyRequest): Promise<CopyResult>;
  append(request: AppendRequest): Promise<AppendResult>;
  /** `null` when the server keeps no quota. Default folder `INBOX`. */
  quota(options?: { readonly folder?: string; readonly signal?: AbortSignal }): Promise<MailboxQuota | null>;
  /** LOGOUT, at most two seconds, and the end of the connection. */
  close(): Promise<void>;
}
