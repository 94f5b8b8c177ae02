/**
 * Codes of everything this package throws or puts into a result.
 *
 * What the peer said, what the peer should never have said, a failed authentication and a lost link are different
 * codes. A verdict on the channel (TLS version, suite, chain, revocation) is not here: it comes through unchanged
 * from `@mss/pki` as `ERR_MSS_TLS_*` or `ERR_MSS_PKI_*`.
 */
export type TransportErrorCode = SmtpErrorCode | ImapErrorCode | MailboxKindErrorCode;

/** Codes of the SMTP side. "Survives" says whether the connection can be used again. */
export type SmtpErrorCode =
  /** The server greeted with, or answered EHLO by, a 4xx or 5xx reply. Does not survive. */
  | 'ERR_MSS_SMTP_NOT_SERVING'
  /** A reply that is no reply, is too long, comes unasked, or cannot answer the command. Does not survive. */
  | 'ERR_MSS_SMTP_PROTOCOL'
  /** The connection ended while an answer was awaited. Does not survive. */
  | 'ERR_MSS_SMTP_LINK_LOST'
  /** No answer, or no progress, within the deadline of the stage. Does not survive. */
  | 'ERR_MSS_SMTP_DEADLINE'
  /** The caller's signal aborted. Does not survive. */
  | 'ERR_MSS_SMTP_ABORTED'
  /** The session or pool was used after `close()`. */
  | 'ERR_MSS_SMTP_CLOSED'
  /** The server refuses these credentials (535, 5xx). Does not survive. */
  | 'ERR_MSS_SMTP_AUTH_FAILED'
  /** The server cannot judge the credentials now (454, 4xx). Does not survive. */
  | 'ERR_MSS_SMTP_AUTH_UNAVAILABLE'
  /** The server does not offer the mechanism these credentials need; none was sent. Does not survive. */
  | 'ERR_MSS_SMTP_AUTH_MECHANISM'
  /** The server refuses the access token, also after it was renewed once. Does not survive. */
  | 'ERR_MSS_SMTP_AUTH_TOKEN_REFUSED'
  /** An address of the envelope cannot be written in SMTP; nothing was sent. Survives. */
  | 'ERR_MSS_SMTP_ADDRESS'
  /** The envelope is incomplete or contradicts itself (no recipient, ENVID too long); nothing was sent. Survives. */
  | 'ERR_MSS_SMTP_ENVELOPE'
  /** The message holds a bare CR or a bare LF, with which a second message could be smuggled. Survives if known before DATA. */
  | 'ERR_MSS_SMTP_BARE_NEWLINE'
  /** The message is longer than the server's SIZE; nothing was sent. Survives. */
  | 'ERR_MSS_SMTP_TOO_LARGE'
  /** The message has 8-bit bytes and the server does not offer 8BITMIME; nothing was sent. Survives. */
  | 'ERR_MSS_SMTP_EIGHT_BIT'
  /** An address or a header needs SMTPUTF8 and the server does not offer it; nothing was sent. Survives. */
  | 'ERR_MSS_SMTP_UTF8'
  /** The host's own stream of bytes or `onStage` failed before the final dot; the message was not completed. Does not survive. */
  | 'ERR_MSS_SMTP_HOST'
  /** Another recipient was refused and the caller wanted all or nothing; the message was not sent. Survives. */
  | 'ERR_MSS_SMTP_NOT_ALL'
  /** Only where a result cannot be returned (nodemailer plug-in): at least one recipient was refused. Survives. */
  | 'ERR_MSS_SMTP_REFUSED'
  /** Only where a result cannot be returned (nodemailer plug-in): perhaps sent. Never resend blindly. Does not survive. */
  | 'ERR_MSS_SMTP_UNCERTAIN';

/** Codes of the IMAP side. */
export type ImapErrorCode =
  /** The server refuses these credentials. Does not survive. */
  | 'ERR_MSS_IMAP_AUTH_FAILED'
  /** The server cannot judge the credentials now (`[UNAVAILABLE]`, `[INUSE]`). Does not survive. */
  | 'ERR_MSS_IMAP_AUTH_UNAVAILABLE'
  /** The server allows no further connection of this mailbox now (`[LIMIT]`, or its words say so). Wait longer each time. */
  | 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS'
  /** The server does not offer the mechanism these credentials need; none was sent. Does not survive. */
  | 'ERR_MSS_IMAP_AUTH_MECHANISM'
  /** The server refuses the access token, also after it was renewed once. Does not survive. */
  | 'ERR_MSS_IMAP_AUTH_TOKEN_REFUSED'
  /** The server answered NO or BAD to a command. Survives. */
  | 'ERR_MSS_IMAP_REFUSED'
  /** The server answered `[OVERQUOTA]`: the mailbox is full. Survives. */
  | 'ERR_MSS_IMAP_OVER_QUOTA'
  /** The folder does not exist (`[NONEXISTENT]`, `[TRYCREATE]`). Survives. */
  | 'ERR_MSS_IMAP_NO_FOLDER'
  /** UIDVALIDITY is not the one the caller knows: every stored UID of this folder is void. Survives. */
  | 'ERR_MSS_IMAP_UID_VALIDITY'
  /** The message is not, or no longer, in the folder. Survives. */
  | 'ERR_MSS_IMAP_NO_MESSAGE'
  /** An answer that is no answer, or over a limit. Does not survive. */
  | 'ERR_MSS_IMAP_PROTOCOL'
  /** No TCP connection, or no greeting. */
  | 'ERR_MSS_IMAP_CONNECT'
  /** The connection ended. Does not survive. */
  | 'ERR_MSS_IMAP_LINK_LOST'
  /** No answer within the deadline. Does not survive. */
  | 'ERR_MSS_IMAP_DEADLINE'
  /** The caller's signal aborted. */
  | 'ERR_MSS_IMAP_ABORTED'
  /** The mailbox was used after `close()`. */
  | 'ERR_MSS_IMAP_CLOSED'
  /** The server does not offer an extension the call needs (QUOTA, MOVE without UIDPLUS). Survives. */
  | 'ERR_MSS_IMAP_UNSUPPORTED';

/** Why a mailbox of this kind may not be used like this. */
export type MailboxKindErrorCode =
  /** The authentication is not one for this kind of mailbox in this profile. */
  | 'ERR_MSS_MAILBOX_AUTHENTICATION'
  /** An applicative mailbox would need a person (PIN, one-time code, Pro Santé Connect). */
  | 'ERR_MSS_MAILBOX_INTERACTIVE'
  /** A mailbox of a person or of several persons would be opened with nobody's own credentials. */
  | 'ERR_MSS_MAILBOX_NOBODY'
  /** More connections than are sensible for this kind. */
  | 'ERR_MSS_MAILBOX_CONNECTIONS';
