import { parseAddressList, parseMessageIds, parseMime, type MailAddress, type MimeMessage, type MimePart } from '@mss/formats/mime';
import type { StoredMessage } from '../store/folder.js';

/** What Mon espace santé reads of a message. */
export interface ReceivedMail {
  readonly stored: StoredMessage;
  readonly mime: MimeMessage;
  readonly from: MailAddress | null;
  readonly replyTo: readonly MailAddress[];
  readonly recipients: readonly MailAddress[];
  readonly subject: string;
  readonly messageId: string | null;
  /** Oldest first. */
  readonly references: readonly string[];
  /** Ends the exchange with its sender. */
  readonly ends: boolean;
}

const addresses = (mime: MimeMessage, name: string): readonly MailAddress[] =>
  mime.headersNamed(name).flatMap(({ raw }) => parseAddressList(raw).value);
const ids = (mime: MimeMessage, name: string): readonly string[] => mime.headersNamed(name).flatMap(({ raw }) => parseMessageIds(raw));

/** `null` when the bytes are over the limits of the reader. */
export function readMail(stored: StoredMessage): ReceivedMail | null {
  let mime: MimeMessage;
  try {
    mime = parseMime(stored.content).value;
  } catch {
    return null;
  }
  const subject = mime.header('Subject') ?? '';
  return {
    stored,
    mime,
    from: addresses(mime, 'From')[0] ?? null,
    replyTo: addresses(mime, 'Reply-To'),
    recipients: [...addresses(mime, 'To'), ...addresses(mime, 'Cc')],
    subject,
    messageId: ids(mime, 'Message-ID')[0] ?? null,
    references: [...new Set([...ids(mime, 'References'), ...ids(mime, 'In-Reply-To')])],
    ends: subject === '[FIN]' || mime.header('X-MSS-MES') === 'FIN',
  };
}

/** Leaves, in order. */
export function leavesOf(part: MimePart): readonly MimePart[] {
  return part.children.length === 0 || part.mediaType === 'message/rfc822' ? [part] : part.children.flatMap(leavesOf);
}

/** The first text that is not an attachment. */
export function textOf(mime: MimeMessage): string | null {
  const part = leavesOf(mime).find(({ mediaType, disposition }) => mediaType === 'text/plain' && disposition !== 'attachment');
  return part?.text() ?? null;
}
