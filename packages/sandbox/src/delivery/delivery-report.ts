import { formatMailDate } from '@mss/formats/mime';
import type { Envelope, EnvelopeRecipient } from './envelope.js';
import { headerSection, lines, oneLine } from './mail-text.js';

/** What became of one recipient, as RFC 3464 §2.3 reports it. */
export interface RecipientOutcome {
  readonly recipient: EnvelopeRecipient;
  readonly action: 'delivered' | 'failed' | 'delayed';
  /** RFC 3463, for example `5.1.1`. */
  readonly status: string;
  /** What the receiving side said, for example `550 5.1.1 No such mailbox`. */
  readonly diagnostic: string;
}

export interface DeliveryReportParts {
  readonly hostname: string;
  readonly envelope: Envelope;
  /** All with the same action. */
  readonly outcomes: readonly RecipientOutcome[];
  readonly original: Uint8Array;
  readonly arrivedAt: Date;
  readonly now: Date;
  readonly uniqueId: string;
  /** Who reports: the operator, or Mon espace santé for its own mailboxes. */
  readonly reporter: { readonly address: string; readonly subject: string; readonly text: readonly string[] };
}

function recipientFields({ recipient, action, status, diagnostic }: RecipientOutcome): string {
  return lines(
    '',
    recipient.originalRecipient === null ? null : `Original-Recipient: ${oneLine(recipient.originalRecipient)}`,
    `Final-Recipient: rfc822; ${oneLine(recipient.address)}`,
    `Action: ${action}`,
    `Status: ${status}`,
    action === 'delivered' ? null : `Diagnostic-Code: smtp; ${oneLine(diagnostic)}`,
  );
}

/**
 * A delivery status notification, addressed to the sender of the message that it reports on.
 *
 * A failure brings the message back unless `RET=HDRS` was asked; a success or a delay brings its headers only.
 *
 * @see RFC 3462 §2 (multipart/report), RFC 3464 §2 (message/delivery-status), RFC 3461 §6
 */
export function buildDeliveryReport(parts: DeliveryReportParts): Uint8Array {
  const { envelope, hostname, reporter, original } = parts;
  const boundary = `rapport-${parts.uniqueId}`;
  const failed = parts.outcomes.some(({ action }) => action === 'failed');
  const wholeMessage = failed && envelope.returnContent !== 'headers';
  const head = lines(
    `From: <${reporter.address}>`,
    `To: <${oneLine(envelope.sender)}>`,
    `Subject: ${reporter.subject}`,
    `Date: ${formatMailDate(parts.now)}`,
    `Message-ID: <${parts.uniqueId}@${hostname}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    reporter.text,
    '',
    ...parts.outcomes.map(({ recipient, diagnostic }) => `<${oneLine(recipient.address)}> : ${oneLine(diagnostic)}`),
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${hostname}`,
    envelope.envelopeId === null ? null : `Original-Envelope-Id: ${oneLine(envelope.envelopeId)}`,
    `Arrival-Date: ${formatMailDate(parts.arrivedAt)}`,
  );
  const middle = lines(
    '',
    `--${boundary}`,
    `Content-Type: ${wholeMessage ? 'message/rfc822' : 'text/rfc822-headers'}`,
    'Content-Transfer-Encoding: 8bit',
    '',
  );
  return Buffer.concat([
    Buffer.from(head + parts.outcomes.map(recipientFields).join('') + middle, 'utf8'),
    wholeMessage ? original : headerSection(original),
    Buffer.from(lines('', `--${boundary}--`), 'utf8'),
  ]);
}
