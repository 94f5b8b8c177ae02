import type { SmtpReply } from './reply.js';

const maxLength = 500;
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const addressLike = /("(?:[^"\\]|\\.)*"|[^\s"<>()[\],;:@]+)@(?=[^\s<>()@,;]|\[)/gu;
// 13 characters of a matricule, with or without its key: sex, year, month, department, commune, order.
const matriculeLike = /(?<![0-9A-Za-z])[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?(?![0-9A-Za-z])/giu;

/**
 * The text of a reply, fit for a screen and a log: one line, no control characters, at most 500 characters, the local
 * part of every address and everything shaped like an INS matricule replaced by an ellipsis.
 *
 * Servers like to repeat the recipient ("<…@patient.mssante.fr>: user unknown"), and the local part of a patient's
 * address is the patient's matricule.
 *
 * @param addresses - addresses of the envelope; their local parts are hidden also where they stand without the domain.
 */
export function sanitiseReplyText(reply: SmtpReply, addresses: readonly string[] = []): string {
  let text = reply.lines.join(' ').replace(controls, ' ').replace(/ {2,}/g, ' ').trim();
  text = text.replace(addressLike, '…@').replace(matriculeLike, '…');
  for (const address of addresses) {
    const localPart = address.slice(0, address.lastIndexOf('@'));
    if (localPart.length >= 3) text = text.replace(new RegExp(localPart.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&'), 'gi'), '…');
  }
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

const queueIdPatterns: readonly RegExp[] = [
  // Postfix, sendmail-like: "Ok: queued as 4XyZ1w2b3c"; Dovecot "OK id=…"; Exim "OK id=1tAbCd-000001-Ab"
  /\bqueued as ([\w.+=-]{1,80})/i,
  /\bid=<?([\w.+=@-]{1,120})>?/i,
  // Exchange: "<message-id> [InternalId=123, Hostname=…] Queued mail for delivery"
  /\bInternalId=([0-9]{1,20})/i,
  // sendmail: "4AMAbCd0012345 Message accepted for delivery"
  /^([\w-]{6,40}) Message accepted for delivery/i,
];

/** The server's own name for the accepted message, from the wording of the usual servers; `null` when it says none. */
export function queueIdOf(reply: SmtpReply): string | null {
  const text = reply.lines.join(' ');
  for (const pattern of queueIdPatterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
