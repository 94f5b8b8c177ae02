/**
 * Mailboxes that account for every message: an outbox that tells "not sent" from "perhaps sent", an inbox that hands over once,
 * what is known of each document from its receipts, conversations, and the audit trail.
 *
 * Référentiel #2 v1.0.1, ECO.4.1.1 and ECO.4.1.2 (traces); v0.1, 3.6 (receipts). RFC 3461, 3464, 5321, 8098.
 *
 * @packageDocumentation
 */
export { openLedger, type Ledger, type LedgerOptions } from './ledger.js';
export { type LedgerErrorCode } from './errors.js';
export { type ContentKey, type LedgerKeys } from './contents/keys.js';
export { type ContentVault, type StoredName } from './contents/vault.js';
export { createFileVault } from './contents/file-vault.js';
export { createStoreVault } from './contents/store-vault.js';
export { type TelemetryOptions, type TelemetrySpan } from './telemetry.js';
export { type Outbox } from './outbox/outbox.js';
export { type OutboxChange, type OutboxOptions } from './outbox/context.js';
export { type RunOptions, type RunSummary } from './outbox/worker.js';
export {
  type AttemptOutcome,
  type CancelOutcome,
  type OutboxAttempt,
  type OutboxEntry,
  type OutboxRecipient,
  type OutboxStory,
  type QueuedEntry,
  type QueueRecipient,
  type QueueRequest,
  type StoryEvent,
  type StoryLine,
  type Submit,
  type SubmitCall,
} from './outbox/types.js';
export { type Resolution } from './outbox/decide.js';
export { type EntryOutcome, type EntryState, type RecipientState } from './outbox/states.js';
export { type OutboxFilter, type OutboxStats } from './outbox/list.js';
export { type Opposition, type Oppositions } from './outbox/oppositions.js';
export { type Suppression, type Suppressions } from './outbox/suppressions.js';
export { type AuditTrail } from './audit/trail.js';
export { type TracedBy } from './audit/traced-mailbox.js';
export { type AuditCheckpoint } from './audit/retention.js';
export { type AuditVerdict, type BrokenLink } from './audit/verify.js';
export {
  type Acknowledgement,
  type DeliveredAttachment,
  type DeliveredDocument,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryState,
  type EarlierDocument,
  type HandOver,
  type HandOverResult,
  type Inbox,
  type InboxDelivery,
  type InboxErrorCode,
  type InboxMailbox,
  type InboxMdnOptions,
  type InboxOptions,
  type MdnChoice,
  type MdnState,
  type QuarantineReason,
  type QueueReceipt,
  type ReceiveRequest,
  type ReceiveSummary,
  type ReleaseOptions,
} from './inbox/index.js';
export {
  contradictionsInFrench,
  contradictionTable,
  knownInFrench,
  trustTable,
  verdictTable,
  type Contradiction,
  type DocumentKnowledge,
  type ReceiptArrival,
  type ReceiptDeadlines,
  type ReceiptEvidence,
  type ReceiptFact,
  type ReceiptLedger,
  type ReceiptLedgerOptions,
  type ReceiptOutcome,
  type ReceiptTrust,
  type ReceiptVerdict,
  type RecipientKnowledge,
  type Sign,
  type Silence,
  type SilenceRequest,
  type SilenceSummary,
  type SilenceWatch,
  type TrustReason,
  type TrustRule,
  type TrustSigns,
  type VerdictRule,
} from './receipt-ledger/index.js';
export {
  endsConversation,
  mayAnswer,
  mayStart,
  messageFacts,
  patientKeyOf,
  patientKeyOfAddresses,
  type AnswerableMessage,
  type AnswerReason,
  type AnswerRight,
  type Conversation,
  type ConversationEntry,
  type ConversationMessage,
  type ConversationPlace,
  type ConversationQuery,
  type Conversations,
  type ConversationsOptions,
} from './conversations/index.js';
