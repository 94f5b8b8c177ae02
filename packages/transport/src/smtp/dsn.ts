import { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { SmtpCapabilities } from './ehlo.js';
import type { SmtpMessage, SmtpRecipient } from './envelope.js';
import { writePath } from './path.js';
import { encodeUtf8Address, encodeXtext } from './xtext.js';

/** What became of the wish for a delivery notification. `unsupported`: the server does not offer DSN, nothing was asked. */
export type DsnOutcome = 'requested' | 'unsupported' | 'not-asked';

/**
 * The DSN parameters of MAIL, with a leading space, or nothing when the server does not offer DSN.
 *
 * @throws MssError `ERR_MSS_SMTP_ENVELOPE` for an ENVID that is not printable ASCII or over 100 characters (RFC 3461 §5.4)
 */
export function mailDsnParameters(message: SmtpMessage, capabilities: Pick<SmtpCapabilities, 'dsn'>): string {
  let parameters = '';
  if (message.ret !== undefined) parameters += message.ret === 'full' ? ' RET=FULL' : ' RET=HDRS';
  if (message.envid !== undefined) {
    if (!/^[\x20-\x7e]+$/.test(message.envid)) throw envelopeError('the envelope id is not printable ASCII');
    const envid = encodeXtext(message.envid);
    if (envid.length > 100) throw envelopeError('the envelope id is longer than 100 characters');
    parameters += ` ENVID=${envid}`;
  }
  return capabilities.dsn ? parameters : '';
}

/**
 * The DSN parameters of RCPT, with a leading space, or nothing when none are asked or the server does not offer DSN.
 *
 * @throws MssError `ERR_MSS_SMTP_ADDRESS`, `ERR_MSS_SMTP_ENVELOPE`
 */
export function rcptDsnParameters(recipient: SmtpRecipient, capabilities: Pick<SmtpCapabilities, 'dsn' | 'smtpUtf8'>): string {
  if (recipient.dsn === undefined) return '';
  const { notify, orcpt = recipient.address } = recipient.dsn;
  if (notify !== 'never' && notify.length === 0) throw envelopeError('a delivery notification for no occasion');
  const occasions = notify === 'never' ? 'NEVER' : [...new Set(notify)].map((one) => one.toUpperCase()).join(',');
  const path = writePath(orcpt);
  const utf8 = path.needsUtf8
    ? capabilities.smtpUtf8
      ? ` ORCPT=utf-8;${encodeUtf8Address(path.text)}`
      : ''
    : ` ORCPT=rfc822;${encodeXtext(path.text)}`;
  return capabilities.dsn ? ` NOTIFY=${occasions}${utf8}` : '';
}

/** What to tell the caller about this recipient's notification. */
export function dsnOutcome(recipient: SmtpRecipient, capabilities: Pick<SmtpCapabilities, 'dsn'>): DsnOutcome {
  if (recipient.dsn === undefined) return 'not-asked';
  return capabilities.dsn ? 'requested' : 'unsupported';
}

export function envelopeError(what: string): MssError<SmtpErrorCode> {
  return new MssError('ERR_MSS_SMTP_ENVELOPE', what);
}
