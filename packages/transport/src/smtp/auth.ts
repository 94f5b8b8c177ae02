import { MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import type { MailboxAuthentication } from '../sasl/authentication.js';
import { chooseSasl } from '../sasl/choose.js';
import type { SaslClient } from '../sasl/mechanism.js';
import { isPermanent, isPositive, protocolError, type SmtpReply } from './reply.js';
import { sanitiseReplyText } from './reply-text.js';
import type { Patience, SmtpWire } from './wire.js';

/** Where and with what to authenticate. */
export interface SmtpAuthContext {
  readonly offered: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly renewToken: boolean;
  readonly patience: Patience;
}

/** RFC 4954 §4: an AUTH line longer than a command line must leave its initial response for the challenge. */
const commandLineOctets = 512;
/** No mechanism here needs more than four turns; a server that keeps asking is cut off. */
const maxTurns = 6;

/**
 * Speaks AUTH on a verified channel.
 *
 * An error report of an OAuth mechanism (334 with JSON) is acknowledged and then the 535 awaited; an operator that
 * drops the connection instead has refused the token all the same.
 *
 * @throws MssError `ERR_MSS_SMTP_AUTH_MECHANISM`, `ERR_MSS_SMTP_AUTH_FAILED`, `ERR_MSS_SMTP_AUTH_UNAVAILABLE`,
 * `ERR_MSS_SMTP_AUTH_TOKEN_REFUSED`; the wire is then gone
 * @see RFC 4954; RFC 7628 §3.2.2
 */
export async function authenticate(wire: SmtpWire, authentication: MailboxAuthentication, context: SmtpAuthContext): Promise<void> {
  wire.stage = 'auth';
  const sasl = await chooseSasl(authentication, { ...context, signal: context.patience.signal });
  if (sasl === null) {
    throw wire.fail(
      authError('ERR_MSS_SMTP_AUTH_MECHANISM', 'the server offers no mechanism for these credentials', null, { offered: context.offered }),
    );
  }
  const first = firstLine(sasl, authentication);
  let reply: SmtpReply;
  try {
    reply = await wire.command(first, context.patience);
    for (let turn = 0; reply.code === 334; turn += 1) {
      if (turn === maxTurns) throw wire.fail(protocolError('AUTH that never ends', 'auth'));
      const answer = sasl.respond(Buffer.from(reply.lines.join(''), 'base64').toString('utf8'));
      reply = await wire.command(answer === null ? '*' : base64(answer), context.patience);
    }
  } catch (error) {
    if (sasl.refusal !== null && wire.failure?.code === 'ERR_MSS_SMTP_LINK_LOST') throw tokenRefused(sasl, null);
    throw error;
  }
  if (isPositive(reply)) {
    if (reply.code === 235) return;
    throw wire.fail(protocolError('AUTH answered with a code that is neither yes nor no', 'auth'));
  }
  throw wire.fail(refusalOf(sasl, authentication, reply));
}

function firstLine(sasl: SaslClient, authentication: MailboxAuthentication): string {
  const bare = `AUTH ${sasl.name}`;
  if (sasl.initialResponse === null) return bare;
  const whole = `${bare} ${sasl.initialResponse === '' ? '=' : base64(sasl.initialResponse)}`;
  const wanted = authentication.type === 'token' ? authentication.initialResponse : undefined;
  return (wanted ?? whole.length + 2 <= commandLineOctets) ? whole : bare;
}

function refusalOf(sasl: SaslClient, authentication: MailboxAuthentication, reply: SmtpReply): MssError<SmtpErrorCode> {
  if (authentication.type === 'token' && (sasl.refusal !== null || reply.code === 535)) return tokenRefused(sasl, reply);
  if (!isPermanent(reply)) return authError('ERR_MSS_SMTP_AUTH_UNAVAILABLE', 'the server cannot judge the credentials now', reply);
  return authError('ERR_MSS_SMTP_AUTH_FAILED', 'the server refuses the credentials', reply);
}

function tokenRefused(sasl: SaslClient, reply: SmtpReply | null): MssError<SmtpErrorCode> {
  return authError('ERR_MSS_SMTP_AUTH_TOKEN_REFUSED', 'the server refuses the access token', reply, {
    status: sasl.refusal?.status ?? null,
  });
}

function authError(
  code: SmtpErrorCode,
  message: string,
  reply: SmtpReply | null,
  more: Readonly<Record<string, unknown>> = {},
): MssError<SmtpErrorCode> {
  const said = reply === null ? {} : { code: reply.code, enhancedStatus: reply.enhancedStatus, text: sanitiseReplyText(reply) };
  return new MssError(code, message, { permanent: code !== 'ERR_MSS_SMTP_AUTH_UNAVAILABLE', details: { stage: 'auth', ...said, ...more } });
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
