/** Codes of the inbox. */
export type InboxErrorCode =
  /** No delivery has this id. */
  | 'ERR_MSS_LEDGER_INBOX_NOT_FOUND'
  /** The step is not possible in the present state of the delivery (`details.state`). Nothing was changed. */
  | 'ERR_MSS_LEDGER_INBOX_STATE'
  /** The folder cannot keep claims (`details.lacks`: `CONDSTORE` or `keywords`) and the host wants them. Nothing was received. */
  | 'ERR_MSS_LEDGER_INBOX_CLAIM_UNSUPPORTED'
  /** What the host's callback returned is not allowed (`details.what`): the message was handed over, and quarantined for it. */
  | 'ERR_MSS_LEDGER_INBOX_RESULT'
  /** Another worker has taken the delivery over while the host's callback ran: the reason of the delivery's `signal`. */
  | 'ERR_MSS_LEDGER_INBOX_LEASE_LOST'
  /** The inbox has no way to send receipts: it was opened without `queueReceipt`. */
  | 'ERR_MSS_LEDGER_INBOX_NO_QUEUE';
