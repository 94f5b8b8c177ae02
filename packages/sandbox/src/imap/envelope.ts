import { encodeHeaderText, parseAddressList, toAsciiDomain } from '@mss/formats/mime';
import { formatNullable, formatString } from './format.js';
import type { ImapPart } from './part-tree.js';

type Written = string | Uint8Array;

/** Header text as one line of ASCII: RFC 2047 words where needed. */
export function asciiText(text: string): string {
  const clean = Buffer.from(text.replaceAll(/\p{Cc}/gu, ' '), 'utf8').toString('utf8');
  return encodeHeaderText(clean).replaceAll('\r\n', '');
}

/** Strings and literals between brackets. */
export function join(items: readonly Written[], separator = ' '): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('(')];
  for (const [index, item] of items.entries()) {
    if (index > 0 && separator !== '') parts.push(Buffer.from(separator));
    parts.push(typeof item === 'string' ? Buffer.from(item, 'latin1') : item);
  }
  parts.push(Buffer.from(')'));
  return Buffer.concat(parts);
}

function rawHeader(part: ImapPart, name: string): string | null {
  const raw = part.headersNamed(name)[0]?.raw.trim() ?? '';
  return raw === '' ? null : raw;
}

function address({ name, address: full }: { readonly name: string | null; readonly address: string }): Uint8Array {
  const at = full.lastIndexOf('@');
  const mailbox = at === -1 ? full : full.slice(0, at);
  const domain = at === -1 ? null : full.slice(at + 1);
  const host = domain === null ? null : (toAsciiDomain(domain) ?? domain);
  return join([name === null ? 'NIL' : formatString(asciiText(name)), 'NIL', formatString(mailbox), formatNullable(host)]);
}

function addresses(part: ImapPart, name: string, fallback: Written = 'NIL'): Written {
  const raw = rawHeader(part, name);
  if (raw === null) return fallback;
  const list = parseAddressList(raw).value;
  return list.length === 0 ? fallback : join(list.map(address), '');
}

/**
 * ENVELOPE: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id.
 *
 * @see RFC 3501 §7.4.2
 */
export function formatEnvelope(part: ImapPart): Uint8Array {
  const from = addresses(part, 'From');
  return join([
    formatNullable(rawHeader(part, 'Date')),
    formatNullable(rawHeader(part, 'Subject')),
    from,
    addresses(part, 'Sender', from),
    addresses(part, 'Reply-To', from),
    addresses(part, 'To'),
    addresses(part, 'Cc'),
    addresses(part, 'Bcc'),
    formatNullable(rawHeader(part, 'In-Reply-To')),
    formatNullable(rawHeader(part, 'Message-ID')),
  ]);
}
