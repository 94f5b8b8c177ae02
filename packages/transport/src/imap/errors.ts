import { isMssError, MssError, type MssErrorOptions } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';

const codesOfProtocol: ReadonlySet<string> = new Set([
  'UnexpectedTag',
  'InvalidResponse',
  'ResponseProcessingFailed',
  'MAX_IMAP_NESTING_REACHED',
  'LineTooLarge',
  'LiteralTooLarge',
  'ResponseTooLarge',
  'COMPRESS_TRAILING_DATA',
]);
const codesOfDeadline: ReadonlySet<string> = new Set(['ETIMEOUT', 'LockTimeout']);
const codesOfConnect: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

/** What imapflow hangs on its errors. */
interface ImapFlowFailure {
  readonly code?: unknown;
  readonly responseStatus?: unknown;
  readonly serverResponseCode?: unknown;
  readonly mailboxMissing?: unknown;
  readonly response?: unknown;
}

/** `OVERQUOTA` of `NO [OVERQUOTA] …` (RFC 5530), or `null`. */
export function responseCodeOf(error: unknown): string | null {
  const { serverResponseCode, response } = error as ImapFlowFailure;
  if (typeof serverResponseCode === 'string') return serverResponseCode.toUpperCase();
  const attributes = (response as { attributes?: readonly { section?: readonly { value?: unknown }[] }[] } | undefined)?.attributes;
  const value = attributes?.[0]?.section?.[0]?.value;
  return typeof value === 'string' ? value.toUpperCase() : null;
}

/** Response codes of what may pass (RFC 5530 §3). */
const passing: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'CONTACTADMIN']);
/** Dovecot, Cyrus, Courier, Exchange, Gmail; there is no response code that means this and nothing else. */
const connectionWords =
  /(?:too many|maximum number of|max(?:imum)? .{0,20})\s*(?:\S+\s){0,3}connections?|connections? (?:limit|count|per)|trop de connexions/i;

/** Whether a refusal at login may pass, and whether it is about the number of connections. */
export function unavailable(responseCode: string | null, text: string): 'connections' | 'server' | null {
  if (responseCode === 'LIMIT' || connectionWords.test(text)) return 'connections';
  return responseCode !== null && passing.has(responseCode) ? 'server' : null;
}

/** The error of a server that allows no further connection of this mailbox now. */
export function tooManyConnections(responseCode: string | null): MssError<ImapErrorCode> {
  return imapError('ERR_MSS_IMAP_TOO_MANY_CONNECTIONS', 'the server allows no further connection of this mailbox now', {
    details: { responseCode },
  });
}

/** The error of an untagged BYE that nobody asked for. */
export function byeError(responseCode: string | null, text: string): MssError<ImapErrorCode> {
  if (unavailable(responseCode, text) === 'connections') return tooManyConnections(responseCode);
  return imapError('ERR_MSS_IMAP_LINK_LOST', 'the server ended the session', { details: { bye: true, responseCode } });
}

/** The error of a NO or BAD. The server's words are not repeated: they may hold the name of a folder or an address. */
export function refusedError(status: string, responseCode: string | null): MssError<ImapErrorCode> {
  const details = { status, responseCode };
  if (responseCode === 'OVERQUOTA') return new MssError('ERR_MSS_IMAP_OVER_QUOTA', 'the mailbox is full', { permanent: false, details });
  if (responseCode === 'NONEXISTENT' || responseCode === 'TRYCREATE') {
    return new MssError('ERR_MSS_IMAP_NO_FOLDER', 'the folder does not exist', { details });
  }
  const permanent = responseCode === null || !passing.has(responseCode);
  return new MssError('ERR_MSS_IMAP_REFUSED', 'the server refuses the command', { permanent, details });
}

/**
 * The error of ours for whatever imapflow threw. Errors of `@mss/pki` and of this package come through unchanged.
 *
 * @param options.connecting - no session stood yet
 * @param options.alive - the connection still stands: an error nobody knows is not its end
 * @param options.bye - how the server ended the session, if it did
 * @param options.first - what imapflow reported on its `error` event before its pending command failed
 */
export function mapImapError(
  error: unknown,
  options: { readonly connecting?: boolean; readonly alive?: boolean; readonly first?: unknown; readonly bye?: MssError | null } = {},
): MssError {
  const given = [options.first, error].find((one) => isMssError(one));
  if (isMssError(given)) return given;
  for (const one of [options.first, error]) {
    const mapped = one === undefined ? null : classify(one as ImapFlowFailure);
    if (mapped !== null) return mapped;
  }
  const { bye = null } = options;
  if (bye !== null && (options.connecting !== true || bye.code === 'ERR_MSS_IMAP_TOO_MANY_CONNECTIONS')) return bye;
  const { code } = error as ImapFlowFailure;
  const details = { cause: typeof code === 'string' ? code : null };
  if (options.connecting === true)
    return imapError('ERR_MSS_IMAP_CONNECT', 'the server closed before the session stood', { details, cause: error });
  if (options.alive === true) return imapError('ERR_MSS_IMAP_PROTOCOL', 'the command failed without an answer', { details, cause: error });
  return imapError('ERR_MSS_IMAP_LINK_LOST', 'the connection ended', { details, cause: error });
}

function classify(failure: ImapFlowFailure): MssError | null {
  const code = typeof failure.code === 'string' ? failure.code : '';
  if (failure.mailboxMissing === true || code === 'NotFound') return refusedError('NO', 'NONEXISTENT');
  if (failure.responseStatus === 'NO' || failure.responseStatus === 'BAD')
    return refusedError(failure.responseStatus, responseCodeOf(failure));
  if (codesOfProtocol.has(code) || code.startsWith('ParserError')) {
    return imapError('ERR_MSS_IMAP_PROTOCOL', 'the server broke the protocol', { details: { what: code } });
  }
  if (codesOfDeadline.has(code)) return imapError('ERR_MSS_IMAP_DEADLINE', 'the server did not answer in time', { cause: failure });
  if (codesOfConnect.has(code))
    return imapError('ERR_MSS_IMAP_CONNECT', 'no connection to the server', { details: { cause: code }, cause: failure });
  return null;
}

/** Most IMAP errors may pass: the default here is not permanent. */
export function imapError(code: ImapErrorCode, message: string, options: MssErrorOptions = {}): MssError<ImapErrorCode> {
  return new MssError(code, message, { permanent: false, ...options });
}
