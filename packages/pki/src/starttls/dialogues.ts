import type { ClearDialogue, StartTlsDialogue } from '../types.js';
import { ldap } from './ldap.js';
import { nonsense, refused, unavailable } from './refusals.js';

/** Most lines of one answer: a greeting or a list of capabilities that never ends. */
const maxLines = 100;

interface SmtpReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** A reply of RFC 5321 §4.2: `250-…` lines and a last `250 …`, all with one code. */
async function smtpReply(io: ClearDialogue): Promise<SmtpReply> {
  const lines: string[] = [];
  for (let code = ''; lines.length < maxLines;) {
    const [, number, mark, text = ''] = /^(\d{3})([ -]|$)(.*)$/.exec(await io.readLine()) ?? [];
    if (number === undefined || (code !== '' && number !== code)) throw nonsense('SMTP');
    code = number;
    lines.push(text);
    if (mark !== '-') return { code: Number(code), lines };
  }
  throw nonsense('SMTP');
}

/** RFC 5321 §4.2.1: try again later. */
const isPassing = (code: number): boolean => code >= 400 && code < 500;

async function smtp(io: ClearDialogue, clientName: string): Promise<void> {
  const greeting = await smtpReply(io);
  if (isPassing(greeting.code)) throw unavailable('SMTP', `greets with ${greeting.code}`);
  if (greeting.code !== 220) throw refused('SMTP', `greets with ${greeting.code}`);
  await io.writeLine(`EHLO ${clientName}`);
  const hello = await smtpReply(io);
  if (isPassing(hello.code)) throw unavailable('SMTP', `answers ${hello.code} to EHLO`);
  const offered = hello.code === 250 && hello.lines.slice(1).some((line) => /^STARTTLS\s*$/i.test(line));
  // A stripped offer and a server without TLS look alike: both end here.
  if (!offered) throw refused('SMTP', 'does not offer STARTTLS');
  await io.writeLine('STARTTLS');
  const consent = await smtpReply(io);
  // 454: TLS is not available for a temporary reason (RFC 3207 §4).
  if (consent.code !== 220) throw refused('SMTP', `answers ${consent.code} to STARTTLS`, isPassing(consent.code));
}

/** Reads until the tagged answer; untagged lines before it are ignored: whatever came in clear is not believed. */
async function imapAnswer(io: ClearDialogue, tag: string): Promise<{ status: string; untagged: readonly string[] }> {
  const untagged: string[] = [];
  while (untagged.length < maxLines) {
    const line = await io.readLine();
    const [, status] = new RegExp(`^${tag} (OK|NO|BAD)(?: |$)`, 'i').exec(line) ?? [];
    if (status !== undefined) return { status: status.toUpperCase(), untagged };
    if (!line.startsWith('* ')) throw nonsense('IMAP');
    if (/^\* BYE\b/i.test(line)) throw unavailable('IMAP', 'says goodbye');
    untagged.push(line);
  }
  throw nonsense('IMAP');
}

async function imap(io: ClearDialogue): Promise<void> {
  const greeting = await io.readLine();
  // PREAUTH means: already logged in, in clear (RFC 8314 §3.2 warns of it). STARTTLS is not possible then.
  if (/^\* PREAUTH\b/i.test(greeting)) throw refused('IMAP', 'says that the connection is authenticated already');
  if (/^\* BYE\b/i.test(greeting)) throw unavailable('IMAP', 'says goodbye');
  if (!/^\* OK\b/i.test(greeting)) throw nonsense('IMAP');
  await io.writeLine('a1 CAPABILITY');
  const capability = await imapAnswer(io, 'a1');
  const offered = capability.untagged.some((line) => /^\* CAPABILITY\b/i.test(line) && /\sSTARTTLS(\s|$)/i.test(line));
  if (capability.status !== 'OK' || !offered) throw refused('IMAP', 'does not offer STARTTLS');
  await io.writeLine('a2 STARTTLS');
  const consent = await imapAnswer(io, 'a2');
  if (consent.status !== 'OK') throw refused('IMAP', `answers ${consent.status} to STARTTLS`);
}

/** The name for EHLO when the host gives none: it identifies nobody. */
const anonymous = 'localhost';

/**
 * The clear-text dialogues up to the server's consent, for `connectStartTls` and `warm`. They send EHLO or CAPABILITY and STARTTLS
 * (LDAP: the StartTLS request), nothing else; whatever the server said in clear is forgotten, so ask again after the handshake
 * (RFC 3207 §4.2, RFC 9051 §6.2.1, RFC 4511 §4.14.3).
 *
 * @throws ERR_MSS_TLS_STARTTLS_REFUSED from the dialogue, when STARTTLS is not offered (or was stripped on the way) or is refused
 * @throws ERR_MSS_TLS_STARTTLS_PROTOCOL from the dialogue, when the server talks nonsense
 */
export const startTlsDialogues: {
  imap(): StartTlsDialogue;
  smtp(options?: { readonly clientName?: string }): StartTlsDialogue;
  ldap(): StartTlsDialogue;
} = Object.freeze({
  imap: () => imap,
  ldap: () => ldap,
  smtp: ({ clientName = anonymous }: { readonly clientName?: string } = {}): StartTlsDialogue => {
    if (!/^[A-Za-z0-9.:[\]-]{1,255}$/.test(clientName)) throw new TypeError('clientName is a host name or an address literal');
    return (io) => smtp(io, clientName);
  },
});
