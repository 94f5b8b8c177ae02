/**
 * SMTP submission and IMAP reading on the verified channels of `@mss/pki`: chapter 2 of the référentiel (ECO.1.0.1,
 * ECO.1.0.2, ECO.1.2.1 in v1.0.1).
 *
 * SMTP: RFC 5321, 6409, 8314, with 1870, 2034, 2920, 3461, 4954, 6152, 6531, 7628. IMAP: RFC 3501 and 9051, with 2177,
 * 4315, 6154, 6851, 7162, 9208.
 *
 * @packageDocumentation
 */
export { type ImapErrorCode, type MailboxKindErrorCode, type SmtpErrorCode, type TransportErrorCode } from './errors.js';
export {
  type CertificateAuthentication,
  type MailboxAuthentication,
  type PasswordAuthentication,
  type TokenAuthentication,
  type TokenRequest,
} from './sasl/authentication.js';
export { openSmtpSession, type SmtpCallOptions, type SmtpSession, type SmtpSessionOptions } from './smtp/session.js';
export { submitMessage } from './smtp/submit.js';
export { createSmtpPool, type SmtpPool, type SmtpPoolOptions } from './smtp/pool.js';
export {
  createNodemailerTransport,
  type NodemailerInfo,
  type NodemailerMail,
  type NodemailerTransport,
  type NodemailerTransportOptions,
} from './smtp/nodemailer-transport.js';
export { type DsnNotify, type MessageContent, type RecipientDsn, type SmtpMessage, type SmtpRecipient } from './smtp/envelope.js';
export { type DsnOutcome } from './smtp/dsn.js';
export { type RecipientResult, type SubmissionOutcome, type SubmissionResult } from './smtp/outcome.js';
export { type SmtpStage } from './smtp/stage.js';
export { type OnStage } from './smtp/transaction.js';
export { type SmtpCapabilities } from './smtp/ehlo.js';
export { defaultSmtpTimeouts, type SmtpTimeouts } from './smtp/timeouts.js';
export { openMailbox, type MailboxOptions } from './imap/open.js';
export { type Mailbox } from './imap/mailbox.js';
export { type MailFolder, type SpecialUse } from './imap/list.js';
export { type FolderStatus } from './imap/status.js';
export { type FetchedMessage, type FetchRequest } from './imap/fetch-new.js';
export { type ReadRequest } from './imap/read-message.js';
export { type SyncEvent, type SyncRequest } from './imap/synchronise.js';
export { type SyncState } from './imap/sync-state.js';
export { type ChangeRequest, type WaitRequest } from './imap/wait.js';
export {
  followChanges,
  followMailbox,
  type BackOff,
  type FollowChangesOptions,
  type FollowedEvent,
  type FollowedMessage,
  type FollowOptions,
  type ReconnectOptions,
} from './imap/follow.js';
export { type FlagChange, type FlagResult } from './imap/store.js';
export { type FlagsRequest, type MessageFlags } from './imap/fetch-flags.js';
export { type OpenFolder } from './imap/open-folder.js';
export { type CopyRequest, type CopyResult } from './imap/copy-move.js';
export { type AppendRequest, type AppendResult } from './imap/append.js';
export { chooseFolder, type FolderQuery, type MailNamespace, type MailNamespaces } from './imap/folders.js';
export { type ExpungeRequest } from './imap/expunge.js';
export { type SentCopy, type SentRequest, type SentResult } from './imap/sent.js';
export { createMailboxPool, type MailboxPool, type MailboxPoolOptions } from './imap/pool.js';
export { checkMailboxKind, mailboxKindRules, type MailboxKind, type MailboxKindRules, type MailboxUse } from './imap/kind.js';
export { type MailboxQuota } from './imap/quota.js';
export { type KnownFolder } from './imap/session.js';
export { defaultImapTimeouts, type ImapTimeouts } from './imap/timeouts.js';
export { type AutoconfigErrorCode } from './autoconfig/errors.js';
export { discoverMailbox } from './autoconfig/discover.js';
export {
  type AutoconfigEvidence,
  type AutoconfigRefusal,
  type AutoconfigSource,
  type DiscoverMailboxOptions,
  type MailboxPreset,
  type MailboxSettings,
  type MailServer,
  type MailServerSetting,
  type MailService,
} from './autoconfig/types.js';
export { createMailDns, type MailDns, type MailDnsOptions } from './autoconfig/dns.js';
export { type SrvRecord } from './autoconfig/srv.js';
export { mailizMailboxPreset } from './autoconfig/preset.js';
