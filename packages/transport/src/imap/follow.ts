import { setTimeout as delay } from 'node:timers/promises';
import { isMssError, type MssError } from '@mss/core';
import { imapError } from './errors.js';
import type { FetchedMessage } from './fetch-new.js';
import type { Mailbox } from './mailbox.js';
import { openMailbox, type MailboxOptions } from './open.js';

/** How long to wait before connecting again: doubled each time, a random part taken off so that clients do not come back all at once. */
export interface BackOff {
  /** Default 1 s. */
  readonly firstMs?: number;
  /** Default 5 minutes. */
  readonly maxMs?: number;
}

/** What to follow, and from where. */
export interface FollowOptions extends MailboxOptions {
  /** Default `INBOX`. */
  readonly folder?: string;
  /** The ones stored at the end of the last run. */
  readonly uidValidity?: number | null;
  readonly afterUid?: number;
  readonly maxMessageBytes?: number;
  /** Ends the following; the iteration then ends without an error. */
  readonly signal: AbortSignal;
  readonly backOff?: BackOff;
  /** Told each time the connection is lost or cannot be made, and when it will be tried again. */
  readonly onInterruption?: (error: MssError, retryInMs: number) => void;
  /** The wait between two tries; injected for tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1; injected for tests. */
  readonly random?: () => number;
}

/** A message, and the mailbox it came from: flag, move or answer before asking for the next one. */
export interface FollowedMessage {
  readonly message: FetchedMessage;
  readonly mailbox: Mailbox;
}

/**
 * Every message of a folder, those to come as well: reads, waits by IDLE, connects again when the link is lost, and
 * resumes after the last message the consumer was done with. One connection.
 *
 * A message is done with when the next one is asked for. When the connection breaks before that, it is not given
 * again in this run, and given again in the next run if its UID was not stored: store it last.
 *
 * @throws MssError everything permanent: a refused channel, refused credentials or token, `ERR_MSS_IMAP_UID_VALIDITY`
 */
export async function* followMailbox(options: FollowOptions): AsyncGenerator<FollowedMessage> {
  const { folder = 'INBOX', signal, maxMessageBytes } = options;
  const { firstMs = 1_000, maxMs = 300_000 } = options.backOff ?? {};
  const wait = options.wait ?? ((ms, until) => delay(ms, undefined, { signal: until, ref: true }));
  const random = options.random ?? Math.random;
  let { uidValidity = null, afterUid = 0 } = options;
  for (let tries = 0; !signal.aborted; tries += 1) {
    let mailbox: Mailbox | null = null;
    try {
      mailbox = await openMailbox(options, { signal });
      while (!signal.aborted) {
        const limit = maxMessageBytes === undefined ? {} : { maxMessageBytes };
        for await (const message of mailbox.fetchNew({ folder, uidValidity, afterUid, signal, ...limit })) {
          yield { message, mailbox };
          ({ uidValidity, uid: afterUid } = message);
          tries = 0;
        }
        uidValidity ??= (await mailbox.status(folder, { signal })).uidValidity;
        await mailbox.waitForNew({ folder, uidValidity, afterUid, signal });
        tries = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isMssError(error) || error.permanent) throw error;
      const retryInMs = Math.round(Math.min(maxMs, firstMs * 2 ** tries) * (0.5 + random() / 2));
      options.onInterruption?.(error, retryInMs);
      await wait(retryInMs, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw imapError('ERR_MSS_IMAP_ABORTED', 'the wait between two connections failed', { cause: reason });
      });
    } finally {
      await mailbox?.close();
    }
  }
}
