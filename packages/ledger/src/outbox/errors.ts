/** Codes of the outbox, the contents and the audit trail. */
export type OutboxErrorCode =
  /** Another content, mailbox or list of recipients was queued earlier under the same document id. Nothing was queued. */
  | 'ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN'
  /** The entry or document is not in the outbox. */
  | 'ERR_MSS_LEDGER_NOT_FOUND'
  /** What was given to the outbox cannot be queued: `details.what` names the field. Nothing was queued. */
  | 'ERR_MSS_LEDGER_ENTRY'
  /** The patient objects to this recipient (`details.recipient` is its index). Nothing was queued. */
  | 'ERR_MSS_LEDGER_OPPOSED'
  /** The recipient (`details.recipient`) is on the suppression list: `details.reason`, `details.until`. Nothing was queued. */
  | 'ERR_MSS_LEDGER_SUPPRESSED'
  /** The step is not possible in the present state of the entry (`details.state`). Nothing was changed. */
  | 'ERR_MSS_LEDGER_STATE'
  /** A worker's lease on the entry was lost, or the entry was cancelled: the step under way is not taken. */
  | 'ERR_MSS_LEDGER_LEASE_LOST'
  /** The ledger, or the part of it, was used after `close()`. */
  | 'ERR_MSS_LEDGER_CLOSED';

/** Codes of sealed contents. */
export type ContentErrorCode =
  /** The content is not in the vault. */
  | 'ERR_MSS_LEDGER_CONTENT_MISSING'
  /** The content was sealed with a key that the host did not give (`details.keyId`). */
  | 'ERR_MSS_LEDGER_CONTENT_KEY'
  /** The content, its order, its end or the entry it belongs to was changed, or the key of this id is another one. */
  | 'ERR_MSS_LEDGER_CONTENT_TAMPERED'
  /** The content ends too early. */
  | 'ERR_MSS_LEDGER_CONTENT_TRUNCATED'
  /** The vault has no room left. */
  | 'ERR_MSS_LEDGER_VAULT_FULL'
  /** The vault cannot be read or written. */
  | 'ERR_MSS_LEDGER_VAULT_UNAVAILABLE';

/** Codes of the audit trail. */
export type AuditErrorCode =
  /** An event without author, action or mailbox. Nothing was recorded. */
  | 'ERR_MSS_LEDGER_AUDIT_EVENT'
  /** The chain up to the wanted checkpoint does not verify: nothing is sealed away. */
  | 'ERR_MSS_LEDGER_AUDIT_BROKEN';
