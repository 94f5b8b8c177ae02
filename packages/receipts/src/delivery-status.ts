import type { RecipientFacts } from './assess.js';
import { addressOfField, fieldOf, nameOfField, readFieldGroups, typedValue, type FieldGroup, type ReportField } from './report-fields.js';
import { isStatus } from './smtp-codes.js';
import type { DsnAction } from './types.js';
import type { Tolerance } from './warnings.js';

/** The fields of a delivery status report. */
export interface DeliveryStatus {
  readonly reportingMta: string | null;
  readonly originalEnvelopeId: string | null;
  readonly recipients: readonly RecipientFacts[];
}

/**
 * Reads the body of a message/delivery-status part: one group for the message, one for each recipient.
 *
 * Tolerated: the first group without Reporting-MTA or merged with the first recipient, address fields without type, a
 * Status with a comment, actions that RFC 3464 does not know, X-Actual-Recipient instead of a final recipient.
 *
 * @see RFC 3464 §2, RFC 6533 §3 and §6
 */
export function readDeliveryStatus(text: string, tolerance: Tolerance): DeliveryStatus {
  const groups = readFieldGroups(text);
  const general = groups.find((group) => fieldOf(group, 'reporting-mta') !== null) ?? groups[0] ?? [];
  const recipients = groups.flatMap(splitGroup).map((group) => readRecipient(group, tolerance));
  if (fieldOf(general, 'reporting-mta') === null) tolerance.add('RECEIPT_FIELD_MISSING');
  return {
    reportingMta: nameOfField(fieldOf(general, 'reporting-mta')),
    originalEnvelopeId: fieldOf(general, 'original-envelope-id'),
    recipients,
  };
}

const recipientFields = new Set(['final-recipient', 'original-recipient', 'x-actual-recipient', 'action', 'status', 'diagnostic-code']);

/** The recipients of a group: none, one, or several whose empty lines were lost. */
function splitGroup(group: FieldGroup): readonly FieldGroup[] {
  if (!group.some((field) => recipientFields.has(field.name))) return [];
  const parts: ReportField[][] = [];
  let current: ReportField[] = [];
  for (const field of group) {
    const repeated = (field.name === 'final-recipient' || field.name === 'original-recipient') && fieldOf(current, field.name) !== null;
    if (repeated) {
      parts.push(current);
      current = [];
    }
    current.push(field);
  }
  return [...parts, current];
}

function readRecipient(group: FieldGroup, tolerance: Tolerance): RecipientFacts {
  const finalField = fieldOf(group, 'final-recipient');
  const originalField = fieldOf(group, 'original-recipient');
  const statusField = fieldOf(group, 'status');
  const actionField = fieldOf(group, 'action');
  if (finalField === null || statusField === null || actionField === null) tolerance.add('RECEIPT_FIELD_MISSING');
  if (finalField !== null && typedValue(finalField).type === '') tolerance.add('RECEIPT_FIELD_MALFORMED');
  const diagnostic = fieldOf(group, 'diagnostic-code');
  return {
    finalRecipient: addressOfField(finalField) ?? addressOfField(fieldOf(group, 'x-actual-recipient')),
    originalRecipient: addressOfField(originalField),
    action: readAction(actionField, tolerance),
    status: readStatus(statusField, tolerance),
    diagnostic: diagnostic === null ? null : typedValue(diagnostic).value,
    remoteMta: nameOfField(fieldOf(group, 'remote-mta')),
    ...(diagnostic === null && statusField !== null ? { context: statusField.replace(/^[\d.]+/, '') } : {}),
  };
}

function readStatus(text: string | null, tolerance: Tolerance): string | null {
  if (text === null) return null;
  const status = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(text)?.[0] ?? null;
  if (status !== text) tolerance.add('RECEIPT_FIELD_MALFORMED');
  return status !== null && isStatus(status) ? status : null;
}

const actions: Readonly<Record<string, DsnAction>> = Object.freeze({
  failed: 'failed',
  delayed: 'delayed',
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
});
/** Words that some systems write instead. */
const otherActions: Readonly<Record<string, DsnAction>> = Object.freeze({
  failure: 'failed',
  expired: 'failed',
  bounced: 'failed',
  hardbounce: 'failed',
  rejected: 'failed',
  undeliverable: 'failed',
  deferred: 'delayed',
  delay: 'delayed',
});

function readAction(text: string | null, tolerance: Tolerance): DsnAction | null {
  if (text === null) return null;
  const word = text.toLowerCase().replace(/[^a-z].*$/s, '');
  const action = actions[word];
  if (action === undefined || word !== text.toLowerCase()) tolerance.add('RECEIPT_FIELD_MALFORMED');
  return action ?? otherActions[word] ?? null;
}
