import type { MailAddress } from '@mss/formats/mime';

/** What a conversation needs to know of a message; {@link messageFacts} takes it from a message that was read. */
export interface ConversationMessage {
  /** The host's own mailbox. */
  readonly mailbox: string;
  /** Names the message for the host: the id of a delivery of the inbox, the document id of the outbox. No patient data. */
  readonly source: string;
  readonly direction: 'in' | 'out';
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly from: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  /** Used for its HMAC only. */
  readonly subject: string;
  /** When it was sent; where the mail does not say, when it arrived. */
  readonly at: Date;
  /** {@link patientKeyOf} of the documents' patient or of the patient's address; `null` when the message concerns none that is known. */
  readonly patient: string | null;
  /** It tells a patient that the exchange is over (`ref2-1.0.1`). */
  readonly ends: boolean;
}

/** Where a message stands. */
export interface ConversationPlace {
  /** Opaque. When two conversations turn out to be one, the old name goes on leading to it. */
  readonly conversation: string;
  /** Messages that refer to each other, whoever their patient is. */
  readonly thread: string;
  /** The message was joined to its thread by subject, correspondents and time, not by its references. */
  readonly guessed: boolean;
  /** The message says which patient it concerns, or its thread does. */
  readonly hasPatient: boolean;
}

/** One message of a conversation. */
export interface ConversationEntry {
  readonly source: string;
  readonly direction: 'in' | 'out';
  readonly at: Date;
  readonly thread: string;
  readonly guessed: boolean;
  readonly ends: boolean;
}

/** A conversation: one patient and one circle of correspondents, or one thread when no patient is known. */
export interface Conversation {
  readonly id: string;
  readonly hasPatient: boolean;
  /** Oldest first. */
  readonly messages: readonly ConversationEntry[];
  /** The professional ended the exchange and has not written since. */
  readonly ended: boolean;
  readonly latestAt: Date;
}
