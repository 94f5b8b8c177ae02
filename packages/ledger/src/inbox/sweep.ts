import { isMssError } from '@mss/core';

import { spoolName, spoolPurpose } from './content.js';
import type { InboxContext } from './pass.js';

/** No hand-over takes so long; and a spool that is read when it goes is only read again from the server. */
const spoolMs = 24 * 60 * 60 * 1000;
const everyMs = 60 * 60 * 1000;
/** Messages in the hands of workers at once, of all mailboxes. */
const maxInHands = 100_000;

/**
 * Erases the spools of workers that died with a long message in their hands, when the message never came back. @returns how many
 */
export async function sweepSpools({ ledger }: InboxContext): Promise<number> {
  const { contents, store, privacy, clock } = ledger;
  const now = clock.now().getTime();
  return contents.sweep(spoolPurpose, {
    unknownBefore: new Date(now - spoolMs),
    classify: async () => {
      const inHands = await store.all<{ readonly id: string }>(
        "SELECT id FROM inbox_messages WHERE state = 'leased' AND lease_until > ? LIMIT ?",
        [now, maxInHands],
      );
      return { kept: new Set(inHands.map(({ id }) => spoolName(privacy, id))), done: new Set() };
    },
  });
}

/** Sweeps with the first pass and then hourly; a vault that cannot be read now is looked at an hour later. */
export function hourlySweep(inbox: InboxContext): () => Promise<void> {
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() < next) return;
    next = performance.now() + everyMs;
    try {
      await sweepSpools(inbox);
    } catch (error) {
      inbox.ledger.logger.warn({ code: isMssError(error) ? error.code : 'unknown' }, 'spools that a crash left could not be swept');
    }
  };
}
