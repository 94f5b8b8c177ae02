import type { SmtpErrorCode } from '../errors.js';
import { prepareContent, type PreparedContent } from './content.js';
import { dsnOutcome, envelopeError, mailDsnParameters, rcptDsnParameters, type DsnOutcome } from './dsn.js';
import type { SmtpCapabilities } from './ehlo.js';
import type { SmtpMessage } from './envelope.js';
import { writePath } from './path.js';

/** A submission worked out before its first byte is sent. */
export interface SubmissionPlan {
  /** Without CRLF. */
  readonly mail: string;
  readonly rcpt: readonly string[];
  /** What became of each recipient's wish for a notification, in their order. */
  readonly dsn: readonly DsnOutcome[];
  readonly envelopeDsn: DsnOutcome;
  /** `null` for a streamed message. */
  readonly content: PreparedContent | null;
  /** Why this server cannot take this message; nothing is then sent. */
  readonly obstacle: SmtpErrorCode | null;
}

/**
 * Checks envelope and message, and writes the commands this server understands.
 *
 * A streamed message is declared 8BITMIME wherever that is offered; whether it needs it shows only on the way.
 *
 * @throws MssError `ERR_MSS_SMTP_ADDRESS`, `ERR_MSS_SMTP_ENVELOPE`, `ERR_MSS_SMTP_BARE_NEWLINE`
 */
export function planSubmission(message: SmtpMessage, capabilities: SmtpCapabilities): SubmissionPlan {
  if (message.recipients.length === 0) throw envelopeError('a message without recipient');
  const from = message.from === null ? { text: '', needsUtf8: false } : writePath(message.from);
  const paths = message.recipients.map((one) => writePath(one.address));
  if (new Set(paths.map((path) => path.text.toLowerCase())).size < paths.length) throw envelopeError('a recipient that is named twice');
  const content = message.message instanceof Uint8Array ? prepareContent(message.message) : null;
  const sizeBytes = content?.sizeBytes ?? message.sizeBytes;
  const utf8 = from.needsUtf8 || paths.some((path) => path.needsUtf8) || content?.eightBitHeader === true;
  const eightBit = content === null ? capabilities.eightBitMime : content.eightBit;

  let mail = `MAIL FROM:<${from.text}>`;
  if (capabilities.size && sizeBytes !== undefined) mail += ` SIZE=${sizeBytes}`;
  if (eightBit && capabilities.eightBitMime) mail += ' BODY=8BITMIME';
  if (utf8 && capabilities.smtpUtf8) mail += ' SMTPUTF8';
  mail += mailDsnParameters(message, capabilities);
  const rcpt = message.recipients.map((one, index) => `RCPT TO:<${paths[index]?.text ?? ''}>${rcptDsnParameters(one, capabilities)}`);

  let obstacle: SmtpErrorCode | null = null;
  if (capabilities.maxSizeBytes !== null && sizeBytes !== undefined && sizeBytes > capabilities.maxSizeBytes)
    obstacle = 'ERR_MSS_SMTP_TOO_LARGE';
  else if (utf8 && !capabilities.smtpUtf8) obstacle = 'ERR_MSS_SMTP_UTF8';
  else if (eightBit && !capabilities.eightBitMime) obstacle = 'ERR_MSS_SMTP_EIGHT_BIT';

  const asked = message.envid !== undefined || message.ret !== undefined || message.recipients.some((one) => one.dsn !== undefined);
  return {
    mail,
    rcpt,
    dsn: message.recipients.map((one) => dsnOutcome(one, capabilities)),
    envelopeDsn: asked ? (capabilities.dsn ? 'requested' : 'unsupported') : 'not-asked',
    content,
    obstacle,
  };
}
