import { reasonOfText, saysTemporary } from './reason-phrases.js';
import { inferredStatus, isAddressInvalid, reasonOfStatus, type FailureReason } from './reasons.js';
import { findCodes, isStatus, moreTelling } from './smtp-codes.js';
import type { DsnAction, ReceiptRecipient } from './types.js';
import type { Tolerance } from './warnings.js';

/** What a report says of one recipient, before codes and words are weighed. */
export interface RecipientFacts {
  readonly finalRecipient: string | null;
  readonly originalRecipient: string | null;
  readonly action: DsnAction | null;
  /** The Status field; `null` without one. */
  readonly status: string | null;
  /** The words, machine's or people's. */
  readonly diagnostic: string | null;
  readonly remoteMta: string | null;
  /** Words of the report that concern the recipient when it has none of its own. */
  readonly context?: string;
}

/** Characters of a diagnostic that are searched, and that are handed on. */
const maxWords = 16_000;
const maxDiagnostic = 2000;

/**
 * Weighs field, codes and words, and gives one verdict.
 *
 * The Status field counts unless it says less than the remote server's own code: many systems write 5.0.0 or 4.4.7 there.
 * Where the two are of different classes, the reply code decides. Without any code the words do.
 */
export function assess(facts: RecipientFacts, tolerance: Tolerance): ReceiptRecipient {
  const words = (facts.diagnostic ?? facts.context ?? '').slice(0, maxWords);
  const codes = findCodes(words);
  const declared = facts.status !== null && isStatus(facts.status) ? facts.status : null;
  let status = chooseStatus(declared, codes);
  if (declared !== null && status !== declared) tolerance.add('RECEIPT_STATUS_FROM_TEXT');
  const succeeded =
    facts.action === 'delivered' || facts.action === 'relayed' || facts.action === 'expanded' || status?.startsWith('2') === true;
  const reason = succeeded ? null : reasonOf(words, status);
  if (status === null && !succeeded && (words !== '' || facts.action !== null)) {
    tolerance.add('RECEIPT_STATUS_INFERRED');
    const temporary = codes.reply === null ? facts.action === 'delayed' || saysTemporary(words) : codes.reply < 500;
    status = inferredStatus(reason ?? 'other', temporary);
  }
  const permanent = status?.startsWith('5') === true;
  const agrees = codes.reply !== null && (status === null || String(codes.reply).startsWith(status.charAt(0)));
  return {
    finalRecipient: facts.finalRecipient,
    originalRecipient: facts.originalRecipient,
    action: facts.action ?? actionOf(status),
    status,
    smtpCode: agrees ? codes.reply : null,
    permanent,
    diagnostic: facts.diagnostic === null ? null : oneLine(facts.diagnostic),
    reason,
    addressInvalid: reason !== null && isAddressInvalid(reason, permanent),
    remoteMta: facts.remoteMta,
  };
}

function chooseStatus(declared: string | null, codes: { readonly reply: number | null; readonly status: string | null }): string | null {
  if (declared === null) return codes.status;
  if (codes.status === null) return declared;
  if (codes.reply !== null && declared.charAt(0) !== codes.status.charAt(0)) {
    const className = String(codes.reply).charAt(0);
    if (declared.startsWith(className)) return declared;
    if (codes.status.startsWith(className)) return codes.status;
  }
  return moreTelling(declared, codes.status);
}

/** The words first, because many servers use one status for everything; a status that states a cause stands against vague words. */
function reasonOf(words: string, status: string | null): FailureReason {
  const told = words === '' ? null : reasonOfText(words);
  const stated = status === null ? null : reasonOfStatus(status);
  if (told === null) return stated ?? 'other';
  const vague = told === 'system' || told === 'content' || told === 'protocol' || told === 'network' || told === 'expired';
  return vague && stated !== null ? stated : told;
}

function actionOf(status: string | null): DsnAction | null {
  if (status === null) return null;
  if (status.startsWith('2')) return 'delivered';
  return status.startsWith('4') ? 'delayed' : 'failed';
}

function oneLine(text: string): string {
  return text
    .slice(0, maxWords)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, maxDiagnostic);
}
