import { parseMessageIds } from '@mss/formats/mime';

import { addressOfField, fieldOf, readFieldGroups, typedValue, type FieldGroup } from './report-fields.js';
import type { IntegrationError, MdnDisposition, ReceiptRecipient } from './types.js';
import type { Tolerance } from './warnings.js';

/** The fields of a disposition notification. */
export interface DispositionNotification {
  readonly reportingUa: string | null;
  readonly originalMessageId: string | null;
  readonly recipients: readonly ReceiptRecipient[];
  readonly disposition: MdnDisposition | null;
  readonly errors: readonly IntegrationError[];
}

/**
 * Reads the body of a message/disposition-notification part.
 *
 * ```
 * Disposition: action-mode "/" sending-mode ";" type [ "/" modifier *( "," modifier ) ]
 * ```
 *
 * Tolerated: spaces anywhere, other letter case, a missing sending mode, fields that lost their type, and what the French
 * guide writes: `processed/Error: 902^Identifiant patient inconnu`.
 *
 * @see RFC 8098 §3.1 and §3.2.6, RFC 6533 §5; ANS, volet Transmission au LPS d'un document CDA par courriel MSSanté
 */
export function readDisposition(text: string, tolerance: Tolerance): DispositionNotification {
  const group: FieldGroup = readFieldGroups(text).flat();
  const final = addressOfField(fieldOf(group, 'final-recipient'));
  const original = addressOfField(fieldOf(group, 'original-recipient'));
  const field = fieldOf(group, 'disposition');
  if (final === null || field === null) tolerance.add('RECEIPT_FIELD_MISSING');
  if (final !== null && typedValue(fieldOf(group, 'final-recipient') ?? '').type === '') tolerance.add('RECEIPT_FIELD_MALFORMED');
  const errors = group.filter((one) => one.name === 'error' && one.value !== '').map((one) => readIntegrationError(one.value));
  const id = fieldOf(group, 'original-message-id')?.replaceAll(/\s+/g, '') ?? null;
  return {
    reportingUa: fieldOf(group, 'reporting-ua'),
    originalMessageId: id === null ? null : (parseMessageIds(id)[0] ?? null),
    recipients: final === null && original === null ? [] : [recipientOf(final, original)],
    disposition: field === null ? null : parseDisposition(field, errors, tolerance),
    errors,
  };
}

/** A recipient of whom a read receipt speaks: nothing is said of the delivery but that it happened. */
function recipientOf(final: string | null, original: string | null): ReceiptRecipient {
  return {
    finalRecipient: final,
    originalRecipient: original,
    action: null,
    status: null,
    smtpCode: null,
    permanent: false,
    diagnostic: null,
    reason: null,
    addressInvalid: false,
    remoteMta: null,
  };
}

const modes = ['manual-action', 'automatic-action'];
const sendings = ['MDN-sent-manually', 'MDN-sent-automatically'];

const canonical = (known: readonly string[], word: string): string => known.find((one) => one.toLowerCase() === word.toLowerCase()) ?? word;

function parseDisposition(text: string, errors: IntegrationError[], tolerance: Tolerance): MdnDisposition {
  // Remarks in brackets are allowed nowhere; what stands after "Error:" is words.
  const field = text.replace(/^[^:]*/, (start) => start.replaceAll(/\([^()]*\)/g, ' '));
  const separator = field.indexOf(';');
  const [mode = '', sending = ''] = field
    .slice(0, separator < 0 ? 0 : separator)
    .split('/')
    .map((part) => part.trim());
  const rest = field.slice(separator + 1).trim();
  const slash = rest.indexOf('/');
  const type = (slash < 0 ? rest : rest.slice(0, slash)).trim().toLowerCase();
  const disposition = { actionMode: canonical(modes, mode), sendingMode: canonical(sendings, sending), type };
  if (!modes.includes(disposition.actionMode) || !sendings.includes(disposition.sendingMode) || !/^[a-z][a-z-]*$/.test(type)) {
    tolerance.add('RECEIPT_DISPOSITION_MALFORMED');
  }
  return { ...disposition, modifiers: slash < 0 ? [] : readModifiers(rest.slice(slash + 1), errors, tolerance) };
}

/** Modifiers in lower case; what follows `Error:` is an error of its own. */
function readModifiers(text: string, errors: IntegrationError[], tolerance: Tolerance): readonly string[] {
  const inside = /^\s*(error|warning|failure)\s*:\s*(.*)$/is.exec(text);
  if (inside === null) {
    return text
      .split(',')
      .map((one) => one.trim().toLowerCase())
      .filter((one) => one !== '');
  }
  tolerance.add('RECEIPT_ERROR_IN_DISPOSITION');
  const error = readIntegrationError(inside[2] ?? '');
  if ((error.code !== null || error.label !== null) && !errors.some((one) => one.code === error.code)) errors.push(error);
  return [(inside[1] ?? '').toLowerCase()];
}

/**
 * `902^Identifiant patient inconnu`, with the separators that senders use instead. What follows the label comes from the
 * HL7 message that the receiving system answered (`^messageErrorCondition|E^Error^…`) and is dropped.
 */
function readIntegrationError(text: string): IntegrationError {
  const match = /^\s*(\d{1,3})\s*(?:[\^:;,\-–]\s*|$)(.*)$/s.exec(text);
  const label = (match?.[2] ?? text)
    .split(/[\^|]/, 1)
    .join('')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return { code: match?.[1] ?? null, label: label === '' ? null : label };
}
