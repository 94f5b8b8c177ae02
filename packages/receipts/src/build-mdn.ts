import { MssError, systemClock, utf8Decode, type Clock, type RandomSource } from '@mss/core';
import {
  addressHeader,
  createMessageId,
  dateHeader,
  isMssAddress,
  messageIdHeader,
  parseMessageIds,
  plainHeader,
  textHeader,
  toAsciiDomain,
  writeMime,
  type MailAddress,
  type MimeHeaderDraft,
  type MimeMessage,
  type MimePartDraft,
} from '@mss/formats/mime';

import type { ReceiptErrorCode } from './errors.js';
import { inspectReceipt } from './inspect.js';
import { isIntegrationErrorCode } from './integration-codes.js';
import { integrationErrorField, integrationFailureWords, labelOf, mdnWords, type MdnType } from './mdn-words.js';
import type { IntegrationError } from './types.js';

/** A read receipt to build. */
export interface MdnContent {
  /** The message that asked for it. */
  readonly original: MimeMessage;
  /** To whom: the addresses that `decideMdn` gave. */
  readonly to: readonly MailAddress[];
  /** The mailbox that received the message: author and Final-Recipient of the receipt. */
  readonly mailbox: MailAddress;
  /** `manual-action` when a person did something, `automatic-action` when software did. */
  readonly actionMode: 'manual-action' | 'automatic-action';
  /** `MDN-sent-manually` when a person agreed to this receipt. */
  readonly sendingMode: 'MDN-sent-manually' | 'MDN-sent-automatically';
  readonly type: MdnType;
  /** What went wrong, for the Error fields, in ASCII; makes the modifier `error`. `failed` needs at least one, or `integrationError`. */
  readonly errors?: readonly string[];
  /** The result of an automatic integration that failed, with a code of ANS. */
  readonly integrationError?: IntegrationError;
  /** `product` and perhaps the host, for Reporting-UA. */
  readonly reportingUa?: { readonly product: string; readonly host?: string };
  /** How much of the original goes back: default the header, for an integration result the whole. */
  readonly returned?: 'headers' | 'full' | 'nothing';
}

/** Options of {@link buildMdn} and {@link buildIntegrationFailure}. */
export interface BuildReceiptOptions {
  readonly clock?: Clock;
  readonly random?: RandomSource;
}

/** A receipt ready to be submitted. */
export interface BuiltReceipt {
  readonly bytes: Uint8Array;
  readonly messageId: string;
  /** The null return path: a receipt is never answered. */
  readonly envelope: { readonly from: null; readonly to: readonly string[] };
}

const forbidden = (message: string): MssError<ReceiptErrorCode> =>
  new MssError('ERR_MSS_RECEIPT_FORBIDDEN', message, { requirement: 'ECO.3.1.6' });
const contradiction = (message: string): MssError<ReceiptErrorCode> => new MssError('ERR_MSS_RECEIPT_DISPOSITION', message);

/**
 * Builds a read receipt: multipart/report of French words, message/disposition-notification and the original.
 *
 * `decideMdn` says whether it may be sent. Whoever sends it sets `$MDNSent` on the original, and on the copy it files.
 *
 * @throws MssError `ERR_MSS_RECEIPT_FORBIDDEN` the original is a receipt or asked for none
 * @throws MssError `ERR_MSS_RECEIPT_DISPOSITION` failed without an error, an unknown code, an integration result that is no `processed` or `failed`
 * @throws MssError `ERR_MSS_RECEIPT_ADDRESS`
 * @see RFC 8098 §3, RFC 6522; ANS, volet Transmission au LPS d'un document CDA par courriel MSSanté (integration results)
 */
export function buildMdn(content: MdnContent, options: BuildReceiptOptions = {}): BuiltReceipt {
  const { original, integrationError } = content;
  if (original.header('Disposition-Notification-To') === null) throw forbidden('the message asked for no read receipt');
  if (inspectReceipt(original).kind !== 'none') throw forbidden('a receipt is never answered with a receipt');
  const errors = [
    ...(integrationError === undefined ? [] : [integrationErrorField(checkIntegration(content, integrationError))]),
    ...(content.errors ?? []),
  ];
  if (content.type === 'failed' && errors.length === 0) throw contradiction('a failed message needs an error');
  const words = mdnWords(integrationError === undefined ? content.type : 'failed', {
    mailbox: content.mailbox.address,
    errors: [
      ...(integrationError === undefined ? [] : [`${integrationError.code} – ${labelOf(integrationError)}`]),
      ...(content.errors ?? []),
    ],
  });
  const subject = subjectOf(content);
  return build(
    {
      content,
      subject,
      report: { 'report-type': 'disposition-notification' },
      parts: [
        { mediaType: 'text/plain', text: words },
        { mediaType: 'message/disposition-notification', text: dispositionFields(content, errors) },
        ...returnedPart(original, content.returned ?? (integrationError === undefined ? 'headers' : 'full')),
      ],
    },
    options,
  );
}

/** An ordinary mail that tells the sender that a system could not file the documents. */
export interface IntegrationFailureContent {
  readonly original: MimeMessage;
  readonly mailbox: MailAddress;
  readonly integrationError: IntegrationError;
}

/**
 * Builds the mail that reports an integration failure when no read receipt was asked for: `[KO Intégration système !][902]`
 * and the subject of the original, which is attached whole. It is marked automatic and goes to the return path with a null
 * one of its own, so that two automatic mailboxes cannot answer each other for ever.
 *
 * @throws MssError `ERR_MSS_RECEIPT_FORBIDDEN` the original is automatic, a receipt, or has no return path to answer
 * @throws MssError `ERR_MSS_RECEIPT_DISPOSITION` the code is none of ANS
 * @throws MssError `ERR_MSS_RECEIPT_ADDRESS`
 * @see ANS, volet Transmission au LPS d'un document CDA par courriel MSSanté, "courriel standard"; RFC 3834 §2 and §3
 */
export function buildIntegrationFailure(content: IntegrationFailureContent, options: BuildReceiptOptions = {}): BuiltReceipt {
  const { original, mailbox, integrationError } = content;
  const automatic = original.header('Auto-Submitted');
  if (automatic !== null && !/^\s*no\b/i.test(automatic)) throw forbidden('an automatic mail is never answered automatically');
  if (/^(?:bulk|list|junk)$/i.test(original.header('Precedence')?.trim() ?? '') || original.header('List-Id') !== null)
    throw forbidden('a mail of a list is never answered automatically');
  if (inspectReceipt(original).kind !== 'none') throw forbidden('a receipt is never answered automatically');
  checkCode(integrationError);
  const returnPath = /<?([^<>\s]*@[^<>\s]+)>?/.exec(original.header('Return-Path') ?? '')?.[1] ?? null;
  if (returnPath === null) throw forbidden('the mail has no return path to answer');
  return build(
    {
      content: { original, mailbox, to: [{ name: null, address: returnPath }] },
      subject: integrationSubject(original, integrationError),
      report: null,
      parts: [
        { mediaType: 'text/plain', text: integrationFailureWords(integrationError, mailbox.address) },
        ...returnedPart(original, 'full'),
      ],
    },
    options,
  );
}

interface Plan {
  readonly content: Pick<MdnContent, 'original' | 'mailbox' | 'to'>;
  readonly subject: string;
  readonly report: Readonly<Record<string, string>> | null;
  readonly parts: readonly MimePartDraft[];
}

function build(plan: Plan, options: BuildReceiptOptions): BuiltReceipt {
  const { original, mailbox, to } = plan.content;
  if (to.length === 0 || ![mailbox, ...to].every((one) => isMssAddress(one.address))) {
    throw new MssError<ReceiptErrorCode>(
      'ERR_MSS_RECEIPT_ADDRESS',
      'a receipt needs a mailbox and somebody to go to, all of them addresses',
    );
  }
  const random = options.random === undefined ? {} : { random: options.random };
  const messageId = createMessageId(mailbox.address.slice(mailbox.address.lastIndexOf('@') + 1), random);
  const originalId = originalIdOf(original);
  const originalIds = originalId === null ? [] : [originalId];
  const headers: MimeHeaderDraft[] = [
    dateHeader((options.clock ?? systemClock).now()),
    addressHeader('From', [mailbox]),
    addressHeader('To', to),
    messageIdHeader('Message-ID', [messageId]),
    ...(originalIds.length === 0 ? [] : [messageIdHeader('In-Reply-To', originalIds), messageIdHeader('References', originalIds)]),
    textHeader('Subject', plan.subject),
    plainHeader('Auto-Submitted', 'auto-replied'),
  ];
  const root: MimePartDraft =
    plan.report === null
      ? { mediaType: 'multipart/mixed', headers, children: plan.parts }
      : { mediaType: 'multipart/report', parameters: plan.report, headers, children: plan.parts };
  return { bytes: writeMime(root, random), messageId, envelope: { from: null, to: to.map((one) => one.address) } };
}

/** The fields of RFC 8098 §3.1. */
function dispositionFields(content: MdnContent, errors: readonly string[]): string {
  const { original, mailbox, actionMode, sendingMode, integrationError } = content;
  const type = content.type === 'failed' ? 'processed' : content.type;
  // QUIRK: the French guide puts code and label behind the modifier ("processed/Error: 902^…"), which RFC 8098 §3.2.6 does not
  // allow. It is written for integration results only, with the Error field that its newer text adds; receivers read both.
  const modifier =
    integrationError === undefined ? (errors.length > 0 ? '/error' : '') : `/Error: ${integrationErrorField(integrationError)}`;
  const ua = content.reportingUa;
  const originalRecipient = original.header('Original-Recipient');
  const originalId = originalIdOf(original);
  const lines = [
    ...(ua === undefined ? [] : [`Reporting-UA: ${[ua.host, ua.product].filter((one) => one !== undefined).join('; ')}`]),
    // What came with the original does not stop the receipt: a field that cannot be repeated is left out.
    ...(originalRecipient === null || !isPlain(originalRecipient) ? [] : [`Original-Recipient: ${originalRecipient}`]),
    `Final-Recipient: rfc822;${asciiAddress(mailbox.address)}`,
    ...(originalId === null ? [] : [`Original-Message-ID: ${originalId}`]),
    `Disposition: ${actionMode}/${sendingMode}; ${type}${modifier}`,
    ...errors.map((error) => `Error: ${error}`),
  ];
  for (const line of lines)
    if (!/^[\x20-\x7e]{1,998}$/.test(line)) throw contradiction('the fields of a receipt are single lines of ASCII');
  return `${lines.join('\r\n')}\r\n`;
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]{1,900}$/.test(text);

function originalIdOf(original: MimeMessage): string | null {
  const [id] = parseMessageIds(original.header('Message-ID') ?? '');
  return id !== undefined && isPlain(id) ? id : null;
}

/** The domain in ASCII; local parts of mailboxes are. */
function asciiAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${toAsciiDomain(domain) ?? domain}`;
}

function returnedPart(original: MimeMessage, returned: 'headers' | 'full' | 'nothing'): readonly MimePartDraft[] {
  if (returned === 'nothing') return [];
  if (returned === 'full') return [{ mediaType: 'message/rfc822', bytes: original.bytes }];
  const end = original.source.length - original.raw.length;
  return [{ mediaType: 'text/rfc822-headers', text: utf8Decode(original.source.subarray(0, end)) }];
}

function checkIntegration(content: MdnContent, error: IntegrationError): IntegrationError {
  if (content.type !== 'processed' && content.type !== 'failed')
    throw contradiction('an integration result is about a message that was processed');
  checkCode(error);
  return error;
}

function checkCode(error: IntegrationError): void {
  if (error.code === null || !isIntegrationErrorCode(error.code)) throw contradiction('an integration error has a code of ANS, 900 to 906');
}

/** The subject of the original; an integration result keeps its XDM prefix, any other receipt announces no documents. */
function subjectOf(content: MdnContent): string {
  const subject = subjectText(content.original);
  if (content.integrationError !== undefined) return integrationSubject(content.original, content.integrationError);
  if (content.actionMode === 'automatic-action' && content.type === 'processed') return subject === '' ? 'Message traité' : subject;
  const labels: Readonly<Record<MdnType, string>> = {
    displayed: 'Lu',
    dispatched: 'Transmis',
    processed: 'Traité',
    deleted: 'Supprimé',
    failed: 'Non traité',
  };
  return `${labels[content.type]} : ${subject.replace(/^XDM\/1\.0\/DDM\s*\+?\s*/i, '')}`.trimEnd();
}

function integrationSubject(original: MimeMessage, error: IntegrationError): string {
  return `[KO Intégration système !][${error.code}] ${subjectText(original)}`.trimEnd();
}

function subjectText(original: MimeMessage): string {
  return (original.header('Subject') ?? '').replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
