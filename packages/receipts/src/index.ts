/**
 * Delivery and read receipts (DSN, MDN): requested, built and parsed.
 *
 * Référentiel #2 v0.1, 3.6 "Gestion des accusés de réception" (ECO.2.3.1, ECO.2.3.2); v1.0.1, ECO.3.1.6.
 * RFC 3461 to 3464, RFC 3834, RFC 6522, RFC 6533, RFC 8098.
 *
 * @packageDocumentation
 */
export { type ReceiptErrorCode, type ReceiptWarningCode } from './errors.js';
export { requestDsn, requestMdn, type DsnNotify, type DsnRequest, type DsnRequestContent, type MdnRequest } from './request.js';
export { decideMdn, mdnSentKeyword, type MdnCircumstances, type MdnDecision, type MdnPolicy, type MdnReason } from './decide-mdn.js';
export {
  buildIntegrationFailure,
  buildMdn,
  type BuildReceiptOptions,
  type BuiltReceipt,
  type IntegrationFailureContent,
  type MdnContent,
} from './build-mdn.js';
export { type MdnType } from './mdn-words.js';
export { integrationErrors, integrationLabel, isIntegrationErrorCode, type IntegrationErrorCode } from './integration-codes.js';
export { inspectReceipt } from './inspect.js';
export {
  type DsnAction,
  type IntegrationError,
  type MdnDisposition,
  type Receipt,
  type ReceiptKind,
  type ReceiptRecipient,
} from './types.js';
export { type FailureReason } from './reasons.js';
