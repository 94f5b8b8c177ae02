import type { ReceivedMessage } from '@mss/message';

/** Beginnings that Outlook, Exchange and French webmails put before the subject that is answered. */
const absence =
  /^\s*(?:auto(?:matic|mated)?[ -]?(?:reply|response)|r[ée]ponse automatique|message d['’]absence|absen(?:ce|t|te)(?:\(e\))? du bureau|out of (?:the )?office)\b/iu;

/**
 * Whether software answered, not a person. What RFC 3834 asks for is often missing, so the signs of older programs count as well:
 * taking a person's answer for software's costs the word "replied", the contrary would claim that somebody has read.
 *
 * | sign | of |
 * |---|---|
 * | `Auto-Submitted` other than `no` | RFC 3834 |
 * | a null return path | RFC 3834 §3.3 |
 * | `Precedence: bulk`, `junk`, `list`, `auto_reply` | vacation programs |
 * | `X-Autoreply`, `X-Autorespond`, `X-Autoresponder`, `X-Auto-Response-Suppress: All` | webmails, Exchange |
 * | `List-Id` | a list passed it on |
 * | "Réponse automatique : …" | Outlook |
 */
export function isAutomatic(message: Pick<ReceivedMessage, 'mime' | 'returnPath' | 'subjectText'>): boolean {
  const { mime } = message;
  const field = (name: string): string => mime.header(name)?.trim() ?? '';
  return (
    !/^(?:no\b|$)/i.test(field('Auto-Submitted')) ||
    message.returnPath === '' ||
    /^(?:bulk|junk|list|auto[_-]?reply)$/i.test(field('Precedence')) ||
    ['X-Autoreply', 'X-Autorespond', 'X-Autoresponder', 'List-Id'].some((name) => field(name) !== '') ||
    /^all$/i.test(field('X-Auto-Response-Suppress')) ||
    absence.test(message.subjectText.normalize('NFC'))
  );
}
