/**
 * The receive-once inbox: each message handed over once, receipts to the receipt ledger, at most one read receipt out.
 *
 * @packageDocumentation
 */
export { openInbox } from './inbox.js';
export { type InboxErrorCode } from './errors.js';
export { type InboxOptions } from './pass.js';
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
  type InboxMailbox,
  type InboxMdnOptions,
  type MdnChoice,
  type MdnState,
  type QuarantineReason,
  type QueueReceipt,
  type ReceiveRequest,
  type ReceiveSummary,
  type ReleaseOptions,
} from './types.js';
