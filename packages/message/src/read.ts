import type { Limits, MssError, MssWarning, PatientTraits, ReadResult } from '@mss/core';
import {
  parseAddressList,
  parseMailDate,
  parseMessageIds,
  parseMime,
  type MailAddress,
  type MimeMessage,
  type MimePart,
} from '@mss/formats/mime';
import { inspectReceipt, type Receipt } from '@mss/receipts';
import { announcesDocuments, parseSubject, type ParsedSubject } from '@mss/subject';
import type { XdmArchive } from '@mss/xdm';

import { isMessageId } from './conversation.js';
import type { MessageWarningCode } from './errors.js';
import { readHtmlText } from './html-text.js';
import { openArchives, type ReceivedArchive } from './open-archives.js';

/** One attachment as received. */
export interface ReceivedAttachment {
  /** The name in the mail; it may hold the patient's name, so it is not a name for the host's disk. */
  readonly name: string | null;
  readonly mediaType: string;
  /** Decoded at each call: keep the result. */
  bytes(): Uint8Array;
}

/** A mail, read. Nothing of it was fetched, executed or written anywhere. */
export interface ReceivedMessage {
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly date: Date | null;
  readonly returnPath: string | null;
  readonly from: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  /** The subject as a person reads it. */
  readonly subjectText: string;
  readonly subject: ParsedSubject;
  /** The text part; derived from the HTML when the mail has no text. Lines end with LF. */
  readonly body: { readonly text: string | null; readonly html: string | null };
  /** X-MSS-* headers, names in upper case. */
  readonly xMss: Readonly<Record<string, string>>;
  readonly attachments: readonly ReceivedAttachment[];
  /** The IHE_XDM archive, opened whether the subject announces it or not; `null` when archives of two patients are there. */
  readonly xdm: XdmArchive | null;
  /**
   * Why an archive could not be read, or `ERR_MSS_MESSAGE_TWO_PATIENTS` when archives contradict each other; the rest of the
   * message is there all the same. With several archives it may stand beside a readable `xdm`.
   */
  readonly xdmError: MssError | null;
  /** Every archive of the mail; conformant mails have at most one. */
  readonly archives: readonly ReceivedArchive[];
  /** The patient by METADATA.XML (ECO.2.1.2); `null` without a readable archive. */
  readonly patient: PatientTraits | null;
  readonly receipt: Receipt;
  /** What the sender asks back. */
  readonly requested: { readonly dsn: boolean; readonly mdn: boolean };
  readonly mime: MimeMessage;
}

/** Every leaf below a part that is not inside an attached message. */
function leavesOf(part: MimePart): MimePart[] {
  if (part.mediaType === 'message/rfc822' || part.children.length === 0) return [part];
  return part.children.flatMap(leavesOf);
}

function isBody(part: MimePart): boolean {
  return (part.mediaType === 'text/plain' || part.mediaType === 'text/html') && part.disposition !== 'attachment' && part.fileName === null;
}

const unixLines = (text: string): string => text.replaceAll(/\r\n?/g, '\n');

/** The first of each X-MSS-* header, as MIME counts repeated fields. */
function xMssOf(mime: MimeMessage): Record<string, string> {
  const found = new Map<string, string>();
  for (const { name, value } of mime.headers) {
    const key = name.toUpperCase();
    if (key.startsWith('X-MSS-') && !found.has(key)) found.set(key, value);
  }
  return Object.fromEntries(found);
}

function messageIds(text: string | null): string[] {
  return text === null ? [] : parseMessageIds(text).filter(isMessageId);
}

/**
 * Reads an MSSanté mail: envelope, subject, body, attachments, archive, receipt.
 *
 * The archive is found by its name (`IHE_XDM.ZIP`, any case) or, failing that, among the zips of a mail whose subject
 * announces documents. A broken archive does not lose the mail: `xdmError` says why it could not be read. Archives that
 * contradict each other about the patient give no patient at all.
 *
 * Not checked: who the sender really is, signatures, and that the PDF says what the CDA says. Not opened: attached messages
 * (read their bytes with this function again), S/MIME, `winmail.dat`.
 *
 * @throws MssError of `@mss/formats/mime` when the bytes are no mail or exceed a limit.
 * @see Référentiel #2 v0.1 chapter 3; ECO.2.1.2, 2.1.3
 */
export function readMessage(
  bytes: Uint8Array,
  options: { readonly limits?: Partial<Limits> } = {},
): ReadResult<ReceivedMessage, MessageWarningCode> {
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  const { value: mime, warnings: mimeWarnings } = parseMime(bytes, limits);
  const warnings: MssWarning<MessageWarningCode>[] = [];
  const addMime = (tolerated: readonly MssWarning[]): void => {
    for (const one of tolerated) warnings.push({ ...one, code: 'MESSAGE_MIME', message: `${one.code}: ${one.message}` });
  };
  addMime(mimeWarnings);
  const warn = (code: MessageWarningCode, message: string, where?: string): void => {
    warnings.push(where === undefined ? { code, message } : { code, message, where });
  };
  const addresses = (name: string): readonly MailAddress[] => {
    const raw = mime
      .headersNamed(name)
      .map((header) => header.raw)
      .join(', ');
    if (raw === '') return [];
    const read = parseAddressList(raw);
    if (read.warnings.length > 0) warn('MESSAGE_ADDRESS', 'an address list is not well formed', name);
    return read.value;
  };

  const leaves = leavesOf(mime);
  const bodies = leaves.filter(isBody);
  const textPart = bodies.find((part) => part.mediaType === 'text/plain');
  const htmlPart = bodies.find((part) => part.mediaType === 'text/html');
  const decoded = (part: MimePart | undefined): string | null => {
    if (part === undefined) return null;
    const { value, warnings: tolerated } = part.decodeText();
    addMime(tolerated);
    return unixLines(value);
  };
  const text = decoded(textPart);
  const html = decoded(htmlPart);
  if (textPart === undefined && html !== null) warn('MESSAGE_HTML_ONLY', 'the body has no text part');
  const attachmentParts = leaves.filter((part) => part !== textPart && part !== htmlPart);
  const attachments = attachmentParts.map((part) => ({ name: part.fileName, mediaType: part.mediaType, bytes: () => part.content() }));

  const subjectText = mime.header('subject') ?? '';
  // Raw, so that words are decoded once and folding is understood.
  const rawSubject = mime.headersNamed('subject')[0]?.raw ?? '';
  const announced = announcesDocuments(rawSubject);
  const opened = openArchives(attachmentParts, { announced, ...limits });
  warnings.push(...opened.warnings);
  const { xdm, patient } = opened;
  const subject = parseSubject(rawSubject, { traits: patient });
  // A letter without documents has no prefix to tolerate.
  for (const one of subject.tolerated) if (one.code !== 'SUBJECT_NO_PREFIX') warn('MESSAGE_SUBJECT_TOLERATED', one.message, one.code);
  if (opened.archives.length > 0 && !announced)
    warn('MESSAGE_SUBJECT_WITHOUT_PREFIX', 'the mail holds an archive that its subject does not announce');
  const receipt = inspectReceipt(mime);
  if (opened.archives.length === 0 && opened.error === null && announced && receipt.kind === 'none') {
    warn('MESSAGE_SUBJECT_WITHOUT_ARCHIVE', 'the subject announces documents and the mail holds no archive');
  }
  if (
    opened.archives.length > 0 &&
    !attachmentParts.some((part) => part.mediaType === 'application/pdf' || /\.pdf$/i.test(part.fileName?.trim() ?? ''))
  ) {
    warn('MESSAGE_NO_PDF', 'the mail holds an archive and no PDF of its documents');
  }

  const messageId = messageIds(mime.header('message-id'))[0] ?? null;
  if (messageId === null) warn('MESSAGE_NO_MESSAGE_ID', 'the mail has no usable Message-ID');
  return {
    value: {
      messageId,
      inReplyTo: messageIds(mime.header('in-reply-to'))[0] ?? null,
      references: messageIds(mime.header('references')),
      date: parseMailDate(mime.header('date') ?? ''),
      returnPath: mime.header('return-path')?.replaceAll(/^\s*<|>\s*$/g, '') ?? null,
      from: addresses('from'),
      to: addresses('to'),
      cc: addresses('cc'),
      replyTo: addresses('reply-to'),
      subjectText,
      subject,
      body: { text: text ?? (html === null ? null : readHtmlText(html).text), html },
      xMss: xMssOf(mime),
      attachments,
      xdm,
      xdmError: opened.error,
      archives: opened.archives,
      patient,
      receipt,
      requested: { dsn: mime.header('return-receipt-to') !== null, mdn: mime.header('disposition-notification-to') !== null },
      mime,
    },
    warnings,
  };
}
