/**
 * Receipts joined to what was sent: the truth table, the table of belief, and the answer to "what do we know about this document".
 *
 * @packageDocumentation
 */
export { openReceiptLedger, type ReceiptArrival, type ReceiptLedger, type ReceiptLedgerOptions } from './ledger.js';
export { verdictTable, contradictionTable, type Sign, type VerdictRule } from './truth-table.js';
export { trustTable, type TrustRule, type TrustSigns } from './trust.js';
export { contradictionsInFrench, knownInFrench } from './french.js';
export { type ReceiptDeadlines } from './what-is-known.js';
export {
  type Contradiction,
  type DocumentKnowledge,
  type ReceiptEvidence,
  type ReceiptFact,
  type ReceiptOutcome,
  type ReceiptTrust,
  type ReceiptVerdict,
  type RecipientKnowledge,
  type Silence,
  type SilenceRequest,
  type SilenceSummary,
  type SilenceWatch,
  type TrustReason,
} from './types.js';
