import { setTimeout as delay } from 'node:timers/promises';
import { isMssError, systemClock, type Clock, type MssError } from '@mss/core';
import { imapError } from './errors.js';
import type { FetchedMessage } from './fetch-new.js';
import type { Mailbox } from './mailbox.js';
import { openMailbox, type MailboxOptions } from './open.js';
import type { SyncState } from './sync-state.js';
import type { SyncEvent } from './synchronise.js';

/** How long to wait before connecting again: doubled each time, a random part taken off so that clients do not come back all at once. */
export interface BackOff {
  /** Default 1 s. */
  readonly firstMs?: number;
  /** Default 5 minutes. */
  readonly maxMs?: number;
}

/** How to keep a connection up. */
export interface ReconnectOptions extends MailboxOptions {
  /** Default `INBOX`. */
  readonly folder?: string;
  readonly maxMessageBytes?: number;
  /** Ends the following; the iteration then ends without an error. */
  readonly signal: AbortSignal;
  readonly backOff?: BackOff;
  /** Told each time the connection is lost or cannot be made, and when it will be tried again. */
  readonly onInterruption?: (error: MssError, retryInMs: number) => void;
  /** Instead of `openMailbox`: for example a pool's `open`, which keeps to the number of connections. */
  readonly open?: (options: { readonly signal: AbortSignal }) => Promise<Mailbox>;
  /** The wait between two tries; injected for tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1; injected for tests. */
  readonly random?: () => number;
  /** Tells how long a connection stood. */
  readonly clock?: Clock;
}

/** What to follow, and from where. */
export interface FollowOptions extends ReconnectOptions {
  /** The ones stored at the end of the last run. */
  readonly uidValidity?: number | null;
  readonly afterUid?: number;
}

/** A message, and the mailbox it came from: flag, move or answer before asking for the next one. */
export interface FollowedMessage {
  readonly message: FetchedMessage;
  readonly mailbox: Mailbox;
}

export interface FollowChangesOptions extends ReconnectOptions {
  /** The one stored at the end of the last run. */
  readonly state?: SyncState | null;
}

/** An event, and the mailbox it came from. */
export interface FollowedEvent {
  readonly event: SyncEvent;
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
  let { uidValidity = null, afterUid = 0 } = options;
  yield* reconnecting(options, async function* (mailbox, worked) {
    const limit = maxMessageBytes === undefined ? {} : { maxMessageBytes };
    for await (const message of mailbox.fetchNew({ folder, uidValidity, afterUid, signal, ...limit })) {
      yield { message, mailbox };
      ({ uidValidity, uid: afterUid } = message);
      worked();
    }
    uidValidity ??= (await mailbox.status(folder, { signal })).uidValidity;
    await mailbox.waitForNew({ folder, uidValidity, afterUid, signal });
  });
}

/**
 * Every change of a folder, those to come as well: {@link Mailbox.synchronise} and waiting in turn, with a new
 * connection when the link is lost. A changed UIDVALIDITY is an event here, not an error.
 *
 * @throws MssError everything permanent: a refused channel, refused credentials or token
 */
export async function* followChanges(options: FollowChangesOptions): AsyncGenerator<FollowedEvent> {
  const { folder = 'INBOX', signal, maxMessageBytes } = options;
  let { state = null } = options;
  yield* reconnecting(options, async function* (mailbox, worked) {
    const limit = maxMessageBytes === undefined ? {} : { maxMessageBytes };
    for await (const event of mailbox.synchronise({ folder, state, signal, ...limit })) {
      yield { event, mailbox };
      ({ state } = event);
      worked();
    }
    await mailbox.waitForChange({ folder, signal });
  });
}

/**
 * Opens, passes again and again, opens again. `worked` begins the back-off anew, and so does a connection that stood longer than the
 * longest wait: in a quiet mailbox nothing else tells that it worked.
 */
async function* reconnecting<Item>(
  options: ReconnectOptions,
  pass: (mailbox: Mailbox, worked: () => void) => AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  const { signal } = options;
  const { firstMs = 1_000, maxMs = 300_000 } = options.backOff ?? {};
  const wait = options.wait ?? ((ms, until) => delay(ms, undefined, { signal: until, ref: true }));
  const { random = Math.random, clock = systemClock } = options;
  const open = options.open ?? ((call: { readonly signal: AbortSignal }) => openMailbox(options, call));
  for (let tries = 0; !signal.aborted; tries += 1) {
    let mailbox: Mailbox | null = null;
    let openedAt: number | null = null;
    const worked = (): void => void (tries = 0);
    try {
      mailbox = await open({ signal });
      openedAt = clock.now().getTime();
      while (!signal.aborted) {
        yield* pass(mailbox, worked);
        worked();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isMssError(error) || error.permanent) throw error;
      if (openedAt !== null && clock.now().getTime() - openedAt >= maxMs) worked();
      // Not after the wait: servers count connections.
      await mailbox?.close();
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
