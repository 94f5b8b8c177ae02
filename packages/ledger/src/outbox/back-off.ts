import type { RandomSource } from '@mss/core';
import type { RecipientResult } from '@mss/transport';

/**
 * How long to wait before the next try, by the kind of passing failure. Each wait is twice the one before up to the longest, give or
 * take a fifth, so that messages refused together do not come back together.
 *
 * | class | when | first | longest |
 * |---|---|---|---|
 * | `greylisted` | 4xx at RCPT with 4.7.1, 4.2.0 or the word | 5 min | 1 h |
 * | `full` | 452, 4.2.2, 4.3.1, 5.2.2 told as passing: a quota is emptied by people | 30 min | 6 h |
 * | `busy` | 421, 4.3.2, 4.4.x, no answer, link lost | 1 min | 1 h |
 * | `local` | our own disk, store or content | 30 s | 15 min |
 * | `other` | any other passing refusal | 2 min | 1 h |
 */
export type BackOffClass = 'greylisted' | 'full' | 'busy' | 'local' | 'other';

const minute = 60_000;

const waits: Readonly<Record<BackOffClass, { readonly first: number; readonly longest: number }>> = {
  greylisted: { first: 5 * minute, longest: 60 * minute },
  full: { first: 30 * minute, longest: 360 * minute },
  busy: { first: minute, longest: 60 * minute },
  local: { first: minute / 2, longest: 15 * minute },
  other: { first: 2 * minute, longest: 60 * minute },
};

/** No wait is longer: what is due later than this after its last try was planned by a clock that was wrong. */
export const longestWaitMs: number = 360 * minute * 1.2;

/** @param tries - passing failures before this one */
export function waitMs(kind: BackOffClass, tries: number, random: RandomSource): number {
  const { first, longest } = waits[kind];
  const base = Math.min(first * 2 ** Math.min(tries, 20), longest);
  return Math.round(base * (0.8 + (0.4 * (random.bytes(1)[0] ?? 128)) / 255));
}

/** The class of a passing refusal. */
export function backOffClass(result: RecipientResult): BackOffClass {
  const { code, enhancedStatus: status, stage } = result;
  if (code === null) return result.reason === 'ERR_MSS_SMTP_HOST' ? 'local' : 'busy';
  if (stage === 'rcpt' && (status === '4.7.1' || status === '4.2.0' || /gr[ae]y-?list/i.test(result.text))) return 'greylisted';
  if (code === 452 || code === 552 || status === '4.2.2' || status === '5.2.2' || status === '4.3.1') return 'full';
  if (code === 421 || status === '4.3.2' || status?.startsWith('4.4.') === true) return 'busy';
  return 'other';
}

/** The server says that the address leads nowhere, whatever the message. @see RFC 3463 §3.2 */
export function addressLeadsNowhere(result: RecipientResult): boolean {
  return (
    result.outcome === 'refused' &&
    result.permanent &&
    result.stage === 'rcpt' &&
    /^5\.1\.(?:1|2|3|6|10)$/.test(result.enhancedStatus ?? '')
  );
}

/** A refusal in one word, for lists. */
export function refusalReason(result: RecipientResult): string {
  const status = result.enhancedStatus ?? '';
  if (result.reason !== null) return result.reason;
  if (addressLeadsNowhere(result)) return 'address-unknown';
  if (!result.permanent && backOffClass(result) === 'greylisted') return 'greylisted';
  if (/^[45]\.2\.2$/.test(status)) return 'mailbox-full';
  if (/^[45]\.2\.1$/.test(status)) return 'mailbox-disabled';
  if (/^[45]\.3\.4$/.test(status) || result.code === 552) return 'too-large';
  if (/^[45]\.7\./.test(status)) return 'policy';
  return result.permanent ? 'refused' : 'try-later';
}
