/** When the server that gives up on, delays or delivers the message shall say so. `never` excludes the others. */
export type DsnNotify = 'success' | 'failure' | 'delay';

/** The delivery notification asked for one recipient (RFC 3461 §4.1, §4.2). */
export interface RecipientDsn {
  readonly notify: readonly DsnNotify[] | 'never';
  /** The address the message was first written to, reported back as Original-Recipient. Default: the recipient's address. */
  readonly orcpt?: string;
}

/** One recipient of the envelope. */
export interface SmtpRecipient {
  readonly address: string;
  readonly dsn?: RecipientDsn;
}

/** The bytes of a message: whole, or as a stream. Lines end with CRLF; nothing is dot-stuffed yet. */
export type MessageContent = Uint8Array | AsyncIterable<Uint8Array>;

/** What to submit. */
export interface SmtpMessage {
  /** The return path; `null` for the null reverse-path `<>`, which receipts must have (RFC 8098 §3.1). */
  readonly from: string | null;
  /** At least one. Two equal addresses are refused. */
  readonly recipients: readonly SmtpRecipient[];
  /** RFC 3461 §4.4: opaque; comes back as Original-Envelope-Id. Printable ASCII, at most 100 characters once encoded. */
  readonly envid?: string;
  /** RFC 3461 §4.3: what a notification shall repeat. */
  readonly ret?: 'headers' | 'full';
  readonly message: MessageContent;
  /** Bytes of a streamed message, when known beforehand: lets SIZE be checked before anything is sent. */
  readonly sizeBytes?: number;
  /**
   * What happens to the other recipients when one is refused: `'send'` (default) sends to them, `'nobody'` sends to
   * nobody (one round trip more).
   */
  readonly whenSomeRefused?: 'send' | 'nobody';
}
