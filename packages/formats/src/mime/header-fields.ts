import type { MailAddress } from './address-list.js';
import { formatMailDate } from './date.js';
import { encodeHeaderText } from './encode-header.js';
import { foldValue, maxSmtpLine } from './fold.js';
import { formatAddress } from './format-address.js';
import { refuseDraft, refuseInjection } from './refuse.js';

/** One header field to write. Made by the functions of this file, or by hand with a value that is ASCII already. */
export interface MimeHeaderDraft {
  readonly name: string;
  /** ASCII; folded with `CRLF SP` or not at all (then it is folded when it is written). */
  readonly value: string;
}

const prefixLength = (name: string): number => name.length + 2;

/** A field of free text (Subject, Comments, Content-Description). */
export function textHeader(name: string, text: string, options: { readonly keepPrefix?: string } = {}): MimeHeaderDraft {
  return { name, value: encodeHeaderText(text, { ...options, nameLength: prefixLength(name) }) };
}

/**
 * A field of mailboxes (From, To, Cc, Reply-To, Disposition-Notification-To).
 *
 * @throws MssError `ERR_MSS_MIME_WRITE` for an empty list, and the codes of {@link formatAddress}.
 */
export function addressHeader(name: string, mailboxes: readonly MailAddress[]): MimeHeaderDraft {
  if (mailboxes.length === 0) refuseDraft('an address field without an address', { header: name });
  return { name, value: foldValue(mailboxes.map(formatAddress).join(', '), prefixLength(name)) };
}

/** The Date field. */
export function dateHeader(instant: Date, options: { readonly zone?: string } = {}): MimeHeaderDraft {
  return { name: 'Date', value: formatMailDate(instant, options) };
}

/** A field of identifiers (Message-ID, In-Reply-To, References), angle brackets included. */
export function messageIdHeader(name: string, ids: readonly string[]): MimeHeaderDraft {
  for (const id of ids) if (!/^<[!-;=?-~]{1,990}>$/.test(id)) refuseDraft('an identifier that is none of RFC 5322', { header: name });
  if (ids.length === 0) refuseDraft('a field of identifiers without one', { header: name });
  return { name, value: foldValue(ids.join(' '), prefixLength(name)) };
}

/** A field whose value is ASCII and structured by the caller (X-MSS-…, Auto-Submitted). */
export function plainHeader(name: string, value: string): MimeHeaderDraft {
  return { name, value: foldValue(value, prefixLength(name)) };
}

/**
 * The lines of a field, with the last CRLF.
 *
 * @throws MssError `ERR_MSS_MIME_HEADER_INJECTION` for a line break that is no fold, or another control character.
 * @throws MssError `ERR_MSS_MIME_WRITE` for a name that is none, a value that is not ASCII, a line over 998 octets.
 * @see RFC 5322 §2.2, RFC 5321 §4.5.3.1.6
 */
export function writeHeader(header: MimeHeaderDraft): string {
  const { name } = header;
  if (!/^[!-9;-~]{1,76}$/.test(name)) refuseDraft('a header name that is none');
  // What remains once proper folds are gone must be one line.
  const unfolded = header.value.replaceAll(/\r\n(?=[ \t]+[!-~])/g, '');
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(unfolded)) refuseInjection({ header: name });
  if (/[^\u0000-\u007f]/.test(unfolded)) refuseDraft('a header value that is not ASCII', { header: name });
  const value = header.value === unfolded ? foldValue(unfolded, prefixLength(name)) : header.value;
  const field = value === '' || value.startsWith('\r\n') ? `${name}:${value}` : `${name}: ${value}`;
  if (field.split('\r\n').some((line) => line.length > maxSmtpLine)) refuseDraft('a header line over 998 octets', { header: name });
  return `${field}\r\n`;
}
