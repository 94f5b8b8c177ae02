import { isMssError, utf8Decode, utf8Encode } from '@mss/core';
import { parseMime, type MimePart } from '@mss/formats/mime';

import { htmlToText } from './html-to-text.js';
import type { Tolerance } from './warnings.js';

/** What a mail that may be a receipt is made of. Nothing inside the returned original is looked at. */
export interface ReportParts {
  /** The words for people, all text parts before the original one after the other. */
  readonly words: string;
  readonly deliveryStatus: readonly string[];
  readonly disposition: readonly string[];
  /** RFC 5965: a complaint, no receipt. */
  readonly isFeedback: boolean;
  /** The returned message or its header, parsed; `null` without one. */
  readonly original: MimePart | null;
  /** The header or the message returned as text. */
  readonly originalText: string | null;
  /** multipart/report and its report-type. */
  readonly reportType: string | null;
}

/** The fields of a report are short; more than this is not looked at where they stand in the wrong place. */
const maxFieldBytes = 64 * 1024;
/** Characters of a body that is taken apart a second time. */
const maxRebuilt = 8_000_000;

interface Collected {
  plain: string[];
  html: string[];
  deliveryStatus: string[];
  disposition: string[];
  isFeedback: boolean;
  original: MimePart | null;
  originalText: string | null;
}

/** Sorts the parts of a mail by their role in a report. */
export function collectParts(message: MimePart, tolerance: Tolerance): ReportParts {
  const found: Collected = {
    plain: [],
    html: [],
    deliveryStatus: [],
    disposition: [],
    isFeedback: false,
    original: null,
    originalText: null,
  };
  collect(message, found, { tolerance, depth: 0 });
  const isReport = message.mediaType === 'multipart/report';
  return {
    words: found.plain.length > 0 ? found.plain.join('\n\n') : found.html.map(htmlToText).join('\n\n'),
    deliveryStatus: found.deliveryStatus,
    disposition: found.disposition,
    isFeedback: found.isFeedback,
    original: found.original,
    originalText: found.originalText,
    reportType: isReport ? (message.parameters['report-type'] ?? '').toLowerCase() : null,
  };
}

function collect(part: MimePart, found: Collected, options: { readonly tolerance: Tolerance; readonly depth: number }): void {
  const type = part.mediaType;
  if (type === 'message/rfc822' || type === 'message/global' || type === 'message/news') {
    found.original ??= part.children[0] ?? null;
  } else if (part.children.length > 0) {
    for (const child of part.children) collect(child, found, { ...options, depth: options.depth + 1 });
  } else if (type === 'message/delivery-status' || type === 'message/global-delivery-status') {
    found.deliveryStatus.push(fieldsOfPart(part, options.tolerance));
  } else if (type === 'message/disposition-notification' || type === 'message/global-disposition-notification') {
    found.disposition.push(fieldsOfPart(part, options.tolerance));
  } else if (type === 'message/feedback-report') {
    found.isFeedback = true;
  } else if (/^(?:text\/rfc822-headers?|message\/global-headers|message\/partial)$/.test(type)) {
    found.originalText ??= part.text();
  } else if (type === 'text/html') {
    found.html.push(part.text());
  } else if (type.startsWith('text/') || type.startsWith('multipart/')) {
    collectText(part, found, options);
  }
}

/** The body of a machine-readable part; where the empty line after its header was forgotten, the fields stand in the header. */
function fieldsOfPart(part: MimePart, tolerance: Tolerance): string {
  const body = part.text();
  if (/^[ \t]*(?:Reporting-MTA|(?:Final|Original)-Recipient|Disposition)[ \t]*:/im.test(body)) return body;
  tolerance.add('RECEIPT_FIELD_MALFORMED');
  return utf8Decode(part.source.subarray(0, maxFieldBytes));
}

/** A text part, or a multipart whose boundary is not that of its body: the parts are looked for in the body itself. */
function collectText(part: MimePart, found: Collected, options: { readonly tolerance: Tolerance; readonly depth: number }): void {
  const text = part.text();
  const boundary = options.depth < 3 && text.length < maxRebuilt ? boundaryInside(text) : null;
  if (boundary === null) {
    if (found.original === null && found.originalText === null && found.plain.length > 0 && looksLikeHeader(text))
      found.originalText = text;
    else found.plain.push(text);
    return;
  }
  options.tolerance.add('RECEIPT_BROKEN_MULTIPART');
  const start = text.indexOf(`--${boundary}`);
  if (text.slice(0, start).trim() !== '') found.plain.push(text.slice(0, start));
  for (const child of reparse(text.slice(start), boundary)) collect(child, found, { ...options, depth: options.depth + 1 });
}

/** The parts between the lines of a boundary; none when they exceed the limits of a message. */
function reparse(text: string, boundary: string): readonly MimePart[] {
  try {
    return parseMime(utf8Encode(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${text}`)).value.children;
  } catch (error) {
    if (isMssError(error)) return [];
    throw error;
  }
}

/** A boundary line that is followed by a Content- field. */
function boundaryInside(text: string): string | null {
  const match =
    /^[ \t]{0,2}--([!-~]{6,70})[ \t]*\r?\n(?:[A-Za-z-]{1,40}:.*\r?\n){0,3}?Content-(?:Type|Description|Disposition|Transfer-Encoding)[ \t]*:/im.exec(
      text,
    );
  const boundary = match?.[1] ?? null;
  return boundary === null || boundary.includes('"') || match?.[0].startsWith('-') !== true ? null : boundary;
}

/** Whether a text part is a copy of a header section. */
function looksLikeHeader(text: string): boolean {
  return (
    /^\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3}/.test(text) &&
    /^(?:Received|Return-Path|Message-ID|From|Date)\s*:/im.test(text.slice(0, 4000))
  );
}
