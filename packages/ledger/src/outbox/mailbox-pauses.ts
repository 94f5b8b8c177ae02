import type { Clock } from '@mss/core';

import type { Verdict } from './judge-result.js';

/**
 * Mailboxes whose server cannot be reached, or refuses the credentials: the others of their messages need not find that out one by one,
 * and wrong credentials must not lock an account.
 *
 * | failure | first pause | longest |
 * |---|---|---|
 * | no connection, channel refused | 15 s | 10 min |
 * | credentials refused | 5 min | 1 h |
 */
export interface MailboxPauses {
  /** Those that pause now. */
  paused(): readonly string[];
  /** What an attempt said about the way to the server. */
  note(mailbox: string, reached: Verdict['unreachable']): void;
}

const pauses = {
  connection: { first: 15_000, longest: 600_000 },
  authentication: { first: 300_000, longest: 3_600_000 },
} as const;

export function createMailboxPauses(clock: Clock): MailboxPauses {
  const known = new Map<string, { failures: number; until: number; longest: number }>();
  return {
    paused: () => {
      const now = clock.now().getTime();
      // A clock that was set back does not make a pause longer than any is.
      return [...known].filter(([, one]) => one.until > now && one.until <= now + one.longest).map(([mailbox]) => mailbox);
    },
    note: (mailbox, reached) => {
      if (reached === 'no') {
        known.delete(mailbox);
        return;
      }
      const now = clock.now().getTime();
      const before = known.get(mailbox);
      // Several attempts that were under way together fail together: that is one failure.
      if (before !== undefined && before.until > now) return;
      const failures = before?.failures ?? 0;
      const { first, longest } = pauses[reached];
      known.set(mailbox, { failures: failures + 1, until: now + Math.min(first * 2 ** Math.min(failures, 20), longest), longest });
    },
  };
}
