import { utf8Decode } from '@mss/core';
import type { MimeMessage, MimePart } from '@mss/formats/mime';

import { readSesNotification } from './amazon-sns.js';
import { assess, type RecipientFacts } from './assess.js';
import { readDeliveryStatus } from './delivery-status.js';
import { integrationLabel, readIntegrationSubject } from './integration-codes.js';
import { cutNotification, systemEvidence, type MailFacts } from './notification.js';
import { readOriginal } from './original.js';
import { readFreeText } from './read-free-text.js';
import { readDisposition } from './read-mdn.js';
import { collectParts, type ReportParts } from './report-parts.js';
import type { DsnAction, Receipt } from './types.js';
import { Tolerance } from './warnings.js';

const none: Omit<Receipt, 'tolerated'> = {
  kind: 'none',
  originalMessageId: null,
  originalEnvelopeId: null,
  reportingMta: null,
  reportingUa: null,
  recipients: [],
  disposition: null,
  errors: [],
};

/**
 * Tells whether a mail is a receipt, and what it says: the JSON of `mss receipt inspect`.
 *
 * In this order: a disposition notification (RFC 8098), a delivery status report (RFC 3464) wherever its fields stand, an
 * integration failure in an ordinary mail, a notification in plain words by the rules of some twenty mail systems. Abuse
 * reports, vacation notices and ordinary mails are `none`.
 *
 * Not checked: that the sender of the receipt is who it claims to be. Anybody can write a receipt; a ledger compares
 * {@link Receipt.originalMessageId}, the envelope id and the recipients with what it sent.
 *
 * @see RFC 3462 to 3464, RFC 6522, RFC 6533, RFC 8098; référentiel #2 v0.1, 3.6
 */
export function inspectReceipt(message: MimeMessage): Receipt {
  return inspectPart(message, 0);
}

function inspectPart(message: MimePart, depth: number): Receipt {
  const tolerance = new Tolerance();
  const parts = collectParts(message, tolerance);
  const found = readMdn(message, parts, tolerance) ?? readDsn(message, parts, tolerance) ?? readIntegrationFailure(message, parts);
  if (found !== null) return { ...found, tolerated: tolerance.list() };
  // A gateway may wrap the notification of another system in one of its own that says nothing.
  const inner = !parts.isFeedback && depth < 2 && systemEvidence(mailOf(message)) === 'strong' ? parts.original : null;
  return inner === null ? { ...none, tolerated: [] } : inspectPart(inner, depth + 1);
}

type Found = Omit<Receipt, 'tolerated'>;

const mailOf = (message: MimePart): MailFacts => ({
  sender: message.header('From') ?? '',
  subject: message.header('Subject') ?? '',
  returnPath: message.header('Return-Path'),
  autoSubmitted: message.header('Auto-Submitted'),
});

function readMdn(message: MimePart, parts: ReportParts, tolerance: Tolerance): Found | null {
  const body = parts.disposition[0] ?? dispositionInText(message, parts, tolerance);
  if (body === null) return null;
  if (parts.reportType !== 'disposition-notification') tolerance.add('RECEIPT_NOT_A_REPORT');
  const read = readDisposition(body, tolerance);
  const announced = readIntegrationSubject(message.header('Subject') ?? '');
  const inSubject = announced === null ? null : { code: announced.code, label: announced.label };
  const stated = read.errors.length === 0 && inSubject !== null ? [inSubject] : read.errors;
  const errors = stated.map((error) => ({ ...error, label: error.label ?? integrationLabel(error.code) }));
  return { ...none, ...read, errors, kind: 'mdn', originalMessageId: read.originalMessageId ?? readOriginal(message, parts).messageId };
}

/** The fields of a disposition notification that stand elsewhere in a mail that calls itself one. */
function dispositionInText(message: MimePart, parts: ReportParts, tolerance: Tolerance): string | null {
  const declared = /disposition-notification/i.test(`${message.parameters['report-type'] ?? ''} ${message.header('Content-Type') ?? ''}`);
  if (!declared) return null;
  for (const text of [parts.words, utf8Decode(message.source.subarray(0, 64 * 1024))]) {
    if (!/^[ \t]*Disposition[ \t]*:.*(?:-action|MDN-sent)/im.test(text)) continue;
    tolerance.add('RECEIPT_FIELDS_IN_TEXT');
    const start = text.search(/^[ \t]*(?:Reporting-UA|Original-Recipient|Final-Recipient|Original-Message-ID|Disposition)[ \t]*:/im);
    return text.slice(start).split(/^--/m, 1).join('');
  }
  return null;
}

function readDsn(message: MimePart, parts: ReportParts, tolerance: Tolerance): Found | null {
  if (parts.isFeedback) return null;
  const mail = mailOf(message);
  const notification = cutNotification(parts.words, mail);
  const finish = (facts: readonly RecipientFacts[], more: Partial<Found> = {}): Found => {
    // Only now: it may search the whole body, which no ordinary mail with its attachments deserves.
    const original = readOriginal(message, parts, notification.copied);
    if (facts.every((fact) => fact.finalRecipient === null && fact.originalRecipient === null)) tolerance.add('RECEIPT_NO_RECIPIENT');
    // A report without recipients about a message that had one is about that one.
    const only = facts.length === 1 && original.recipients.length === 1 ? (original.recipients[0] ?? null) : null;
    const named = facts.map((fact) => ({
      ...fact,
      finalRecipient: fact.finalRecipient ?? (fact.originalRecipient === null ? only : null),
    }));
    return {
      ...none,
      kind: 'dsn',
      originalMessageId: original.messageId,
      ...more,
      recipients: named.map((fact) => assess(fact, tolerance)),
    };
  };

  const isSystem = systemEvidence(mail) !== 'none';
  const body = parts.deliveryStatus.length > 0 ? parts.deliveryStatus.join('\n\n') : isSystem ? fieldsInText(parts.words) : null;
  if (body !== null) {
    const report = readDeliveryStatus(body, tolerance);
    if (report.recipients.length > 0) {
      if (parts.deliveryStatus.length === 0) tolerance.add('RECEIPT_FIELDS_IN_TEXT');
      if (parts.reportType !== 'delivery-status') tolerance.add('RECEIPT_NOT_A_REPORT');
      const context = notification.report;
      const facts = report.recipients.map((fact) =>
        fact.diagnostic === null
          ? { ...fact, context: [fact.context ?? '', wordsAbout(fact, context, report.recipients.length)].join('\n') }
          : fact,
      );
      return finish(facts, { reportingMta: report.reportingMta, originalEnvelopeId: report.originalEnvelopeId });
    }
  }
  const ses = readSesNotification(parts.words);
  if (ses !== null) return ses.recipients.length === 0 ? null : finish(ses.recipients, { originalMessageId: ses.messageId });
  if (!isSystem || readIntegrationSubject(mail.subject) !== null) return null;
  const facts = readFreeText(notification, (name) => message.header(name), tolerance);
  if (facts !== null) return finish(facts);
  if (parts.deliveryStatus.length === 0) return null;
  // A delivery status report without recipient group: the mail system lost it ("Delivery report unavailable").
  const action: DsnAction = /delay|warning|still being retried|retard/i.test(mail.subject) ? 'delayed' : 'failed';
  return finish([{ finalRecipient: null, originalRecipient: null, action, status: null, diagnostic: null, remoteMta: null }]);
}

/** The fields of a delivery status report in the words of a notification. */
function fieldsInText(words: string): string | null {
  const start = words.search(/^[ \t]*(?:Reporting-MTA|(?:Final|Original)-Recipient)[ \t]*:/im);
  return start < 0 ? null : words.slice(start).replaceAll(/^[ \t]+(?=[A-Za-z-]+:)/gm, '');
}

/** What the words for people say of one recipient of a report without Diagnostic-Code. */
function wordsAbout(fact: RecipientFacts, words: string, count: number): string {
  if (count === 1) return words;
  const address = (fact.finalRecipient ?? fact.originalRecipient ?? '').toLowerCase();
  const at = address === '' ? -1 : words.toLowerCase().indexOf(address);
  return at < 0 ? '' : (words.slice(at + address.length).split(/\r?\n\s*\r?\n/)[0] ?? '');
}

/**
 * An ordinary mail of a receiving system that could not file the documents. A person who answers such a mail, or passes it on, keeps
 * its subject behind "Re:" or "TR:": that is no receipt, unless it is marked as automatic.
 */
function readIntegrationFailure(message: MimePart, parts: ReportParts): Found | null {
  const announced = readIntegrationSubject(message.header('Subject') ?? '');
  if (announced === null) return null;
  const { returnPath, autoSubmitted } = mailOf(message);
  const isAutomatic = /^\s*auto-/i.test(autoSubmitted ?? '') || (returnPath !== null && /^<?\s*>?$/.test(returnPath.trim()));
  if (announced.isPassedOn && !isAutomatic) return null;
  const error = { code: announced.code, label: announced.label };
  const original = readOriginal(message, parts, parts.words);
  const inReplyTo = /<[^<>\s]+>/.exec(message.header('In-Reply-To') ?? '')?.[0] ?? null;
  return { ...none, kind: 'integration-failure', originalMessageId: inReplyTo ?? original.messageId, errors: [error] };
}
