import { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import { isPermanent, isPositive, type SmtpReply } from './reply.js';
import { sanitiseReplyText } from './reply-text.js';
import type { SmtpStage } from './stage.js';
import type { Patience, SmtpWire } from './wire.js';

/** What the server offered in its answer to EHLO on this channel. */
export interface SmtpCapabilities {
  /** The name the server gives itself: first word of the first line. */
  readonly serverName: string;
  /** RFC 2920: commands may be sent in groups. */
  readonly pipelining: boolean;
  /** RFC 3461: NOTIFY, ORCPT, RET and ENVID are understood. */
  readonly dsn: boolean;
  /** RFC 6152. */
  readonly eightBitMime: boolean;
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
  /** RFC 2034. */
  readonly enhancedStatusCodes: boolean;
  /** RFC 1870; `null` when SIZE is not offered, or offered without a maximum. */
  readonly maxSizeBytes: number | null;
  /** RFC 1870: SIZE= may be given with MAIL. */
  readonly size: boolean;
  /** RFC 4954, upper case, in the server's order. */
  readonly authMechanisms: readonly string[];
}

/**
 * Reads the answer to EHLO. Keywords are case-insensitive; unknown ones are passed over; `AUTH=` of old servers is
 * read as `AUTH`.
 *
 * @see RFC 5321 §4.1.1.1
 */
function parseCapabilities(reply: SmtpReply): SmtpCapabilities {
  const keywords = new Map<string, string[]>();
  for (const line of reply.lines.slice(1)) {
    const [keyword = '', ...parameters] = line
      .trim()
      .replace(/^auth=/i, 'AUTH ')
      .split(/\s+/);
    const known = keywords.get(keyword.toUpperCase());
    if (known === undefined) keywords.set(keyword.toUpperCase(), parameters);
    else known.push(...parameters);
  }
  const size = keywords.get('SIZE');
  const maxSize = size?.[0] !== undefined && /^[0-9]{1,15}$/.test(size[0]) ? Number(size[0]) : 0;
  return {
    serverName: (reply.lines[0] ?? '').trim().split(/\s+/)[0]?.slice(0, 255) ?? '',
    pipelining: keywords.has('PIPELINING'),
    dsn: keywords.has('DSN'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    enhancedStatusCodes: keywords.has('ENHANCEDSTATUSCODES'),
    size: size !== undefined,
    maxSizeBytes: maxSize > 0 ? maxSize : null,
    authMechanisms: [...new Set((keywords.get('AUTH') ?? []).map((name) => name.toUpperCase()))],
  };
}

/**
 * Says EHLO. There is no fall-back to HELO: a server without extensions has no AUTH either.
 *
 * @throws MssError `ERR_MSS_SMTP_NOT_SERVING` when the server refuses
 */
export async function sayEhlo(wire: SmtpWire, clientName: string, patience: Patience): Promise<SmtpCapabilities> {
  wire.stage = 'ehlo';
  const reply = await wire.command(`EHLO ${clientName}`, patience);
  if (!isPositive(reply)) throw wire.fail(notServing('ehlo', reply));
  return parseCapabilities(reply);
}

/**
 * Awaits the greeting.
 *
 * @throws MssError `ERR_MSS_SMTP_NOT_SERVING` for 4xx and 5xx (RFC 5321 §3.1)
 */
export async function awaitGreeting(wire: SmtpWire, patience: Patience): Promise<void> {
  wire.stage = 'greeting';
  const reply = await wire.within(wire.reply(), patience);
  if (!isPositive(reply)) throw wire.fail(notServing('greeting', reply));
}

function notServing(stage: SmtpStage, reply: SmtpReply): MssError<SmtpErrorCode> {
  return new MssError('ERR_MSS_SMTP_NOT_SERVING', 'the server does not serve this client', {
    permanent: isPermanent(reply),
    details: { stage, code: reply.code, enhancedStatus: reply.enhancedStatus, text: sanitiseReplyText(reply) },
  });
}
