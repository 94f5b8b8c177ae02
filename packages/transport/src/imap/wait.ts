import { withDeadline } from '@mss/core';
import type { ImapNotice } from './client.js';
import { imapError } from './errors.js';
import { searchFrom } from './fetch-new.js';
import type { ImapSession } from './session.js';

/** What to wait for. */
export interface ChangeRequest {
  /** Default `INBOX`. */
  readonly folder?: string;
  readonly uidValidity?: number | null;
  /** Give up, with `false`, after so long. Default: never. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface WaitRequest extends ChangeRequest {
  /** The greatest UID already known. */
  readonly afterUid: number;
}

/** The longest delay a timer of Node can have: 24 days stand for "never". */
const longest = 2 ** 31 - 1;

/**
 * Waits, by IDLE, until the folder has a message with a greater UID than `afterUid`; `false` when the time is over.
 *
 * Other calls on the same mailbox may come in between: IDLE is interrupted for them and taken up again. On a server
 * without IDLE the folder is asked every two minutes. Aborting here leaves the connection as it is.
 *
 * @throws MssError `ERR_MSS_IMAP_ABORTED`, `ERR_MSS_IMAP_UID_VALIDITY`, `ERR_MSS_IMAP_LINK_LOST`
 * @see RFC 2177
 */
export async function waitForNew(session: ImapSession, request: WaitRequest): Promise<boolean> {
  return waitUntil(session, request, {
    kinds: ['exists'],
    come: async (known) =>
      session.run(async () => {
        await session.select(known.folder, known.uidValidity);
        return (await searchFrom(session, request.afterUid)).length > 0;
      }),
  });
}

/**
 * Waits, by IDLE, until something was told of the folder since it was synchronised on this connection: a new message,
 * other flags, a deletion. At once when `synchronise` had something to tell, for more may have come meanwhile: call
 * it again until it tells nothing. `false` when the time is over.
 *
 * @throws MssError as {@link waitForNew}
 */
export async function waitForChange(session: ImapSession, request: ChangeRequest): Promise<boolean> {
  return waitUntil(session, request, {
    kinds: ['exists', 'expunge', 'flags'],
    come: async (known) =>
      session.run(async (client) => {
        if (session.quiet !== known.folder) return true;
        await session.select(known.folder, known.uidValidity);
        await client.noop();
        return session.quiet !== known.folder;
      }),
  });
}

interface Known {
  readonly folder: string;
  readonly uidValidity: number | null;
}

async function waitUntil(
  session: ImapSession,
  request: ChangeRequest,
  event: { readonly kinds: readonly ImapNotice[]; readonly come: (known: Known) => Promise<boolean> },
): Promise<boolean> {
  const known = { folder: request.folder ?? 'INBOX', uidValidity: request.uidValidity ?? null };
  const deadline = withDeadline(Math.min(request.timeoutMs ?? longest, longest), request.signal);
  try {
    for (;;) {
      if (request.signal?.aborted === true) throw imapError('ERR_MSS_IMAP_ABORTED', 'the caller aborted', { cause: request.signal.reason });
      if (await event.come(known)) return true;
      if (deadline.signal.aborted) return false;
      await idleOnce(session, { ...known, kinds: event.kinds, signal: deadline.signal });
    }
  } finally {
    deadline.release();
  }
}

/** One IDLE: until something of these kinds is told, another command interrupts it, or the signal aborts. */
async function idleOnce(
  session: ImapSession,
  request: Known & { readonly kinds: readonly ImapNotice[]; readonly signal: AbortSignal },
): Promise<void> {
  const { client } = session;
  const { signal } = request;
  let wake: () => void = () => {};
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const onNotice = (kind: ImapNotice): void => {
    if (request.kinds.includes(kind)) wake();
  };
  client.on('notice', onNotice);
  signal.addEventListener('abort', wake, { once: true });
  try {
    // Started within a turn, ended outside it: further calls find the turn free and interrupt the IDLE.
    const idling = await session.run(async () => {
      await session.select(request.folder, request.uidValidity);
      return { ended: client.idle().catch(() => false) };
    });
    await Promise.race([woken, idling.ended]);
    if (!session.isOpen) throw session.lost();
    // DONE.
    await session.run(async () => client.noop());
    await idling.ended;
  } finally {
    client.off('notice', onNotice);
    signal.removeEventListener('abort', wake);
  }
}
