/** A message as Mon espace santé shows it: names of professionals, not their addresses. */
export interface PatientMessage {
  readonly id: string;
  /** Messages of one conversation have the same. */
  readonly conversation: string;
  /** The sender's label, or the local part of the address when there is none. */
  readonly sender: string;
  /** The other recipients, shown alike. */
  readonly others: readonly string[];
  readonly subject: string;
  readonly receivedAt: Date;
  readonly read: boolean;
  /** `false` once the professional has ended the exchange. */
  readonly canReply: boolean;
  readonly text: string | null;
  readonly attachments: readonly PatientAttachment[];
}

export interface PatientAttachment {
  readonly fileName: string | null;
  readonly mediaType: string;
  /** PDF and JPEG are shown in the space, the others are only downloaded. */
  readonly shown: boolean;
  content(): Uint8Array;
}

export interface PatientConversation {
  readonly id: string;
  readonly messages: readonly PatientMessage[];
}

export interface PatientReading {
  readonly message: PatientMessage;
  /** What became of the sender's wish to know; `refused` when it was asked for in a way that may not be answered (RFC 8098). */
  readonly receipt: 'sent' | 'already-sent' | 'not-requested' | 'refused';
}

/**
 * The mailbox of a patient in Mon espace santé, from the patient's side.
 *
 * | rule | source |
 * |---|---|
 * | a patient answers, and begins nothing | SEED3 |
 * | reading sends the receipt that was asked for, and cannot be refused | note for editors V1.3 §6 |
 * | the answer goes to Reply-To or the sender, and to the other professionals, never to another patient | §9, SEED3 |
 * | `[FIN]` as the exact subject, or `X-MSS-MES: FIN`, ends the exchange | §7 |
 * | 25 MB in all | §6 |
 */
export interface PatientSpace {
  readonly address: string;
  /** Oldest first. */
  inbox(): readonly PatientMessage[];
  conversations(): readonly PatientConversation[];
  /**
   * Opens a message.
   *
   * @throws MssError `ERR_MSS_SANDBOX_UNKNOWN_MESSAGE`
   */
  read(id: string): PatientReading;
  /**
   * Answers a message.
   *
   * @returns the Message-ID of the answer and to how many professionals it went.
   * @throws MssError `ERR_MSS_SANDBOX_UNKNOWN_MESSAGE`
   * @throws MssError `ERR_MSS_SANDBOX_REPLY_CLOSED` the exchange was ended.
   * @throws MssError `ERR_MSS_SANDBOX_STORAGE_FULL`
   */
  reply(id: string, text: string): { readonly messageId: string; readonly recipients: number };
}
