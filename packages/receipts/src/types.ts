import type { MssWarning } from '@mss/core';

import type { ReceiptWarningCode } from './errors.js';
import type { FailureReason } from './reasons.js';

/** `integration-failure`: an ordinary mail that says a receiving system could not file the documents. */
export type ReceiptKind = 'dsn' | 'mdn' | 'integration-failure' | 'none';

/** What a mail system did, in the words of RFC 3464. */
export type DsnAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** What one report says of one recipient. */
export interface ReceiptRecipient {
  /** The address that the mail system used last; `null` when the report does not name it. */
  readonly finalRecipient: string | null;
  /** The address that the sender gave. */
  readonly originalRecipient: string | null;
  readonly action: DsnAction | null;
  /** RFC 3463, the most precise that the report holds; `null` only without any hint. */
  readonly status: string | null;
  /** Three digits of SMTP. */
  readonly smtpCode: number | null;
  /** Status of class 5: the same message to the same address will fail again. */
  readonly permanent: boolean;
  /** What the remote system said, on one line. It may quote the recipient's address. */
  readonly diagnostic: string | null;
  /** The failure in one word; `null` for a recipient that did not fail. */
  readonly reason: FailureReason | null;
  /** The address leads nowhere: no such mailbox or domain, or moved. Writing to it again is useless whatever the message. */
  readonly addressInvalid: boolean;
  readonly remoteMta: string | null;
}

/** What a receiver or its software did, as RFC 8098 writes it. */
export interface MdnDisposition {
  /** `manual-action` or `automatic-action`, or what was written. */
  readonly actionMode: string;
  /** `MDN-sent-manually` or `MDN-sent-automatically`, or what was written. */
  readonly sendingMode: string;
  /** `displayed`, `processed`, `dispatched`, `deleted`, `failed`, `denied` … in lower case. */
  readonly type: string;
  /** `error`, `warning` … in lower case. */
  readonly modifiers: readonly string[];
}

/** One error that a receiving system names: the code of ANS (900 to 906) when it has one. */
export interface IntegrationError {
  readonly code: string | null;
  readonly label: string | null;
}

/** A receipt read; the JSON of `mss receipt inspect`, and what a ledger needs besides. */
export interface Receipt {
  readonly kind: ReceiptKind;
  /** Angle brackets included. */
  readonly originalMessageId: string | null;
  /** The ENVID of the submission, decoded. */
  readonly originalEnvelopeId: string | null;
  readonly reportingMta: string | null;
  readonly reportingUa: string | null;
  readonly recipients: readonly ReceiptRecipient[];
  readonly disposition: MdnDisposition | null;
  readonly errors: readonly IntegrationError[];
  readonly tolerated: readonly MssWarning<ReceiptWarningCode>[];
}
