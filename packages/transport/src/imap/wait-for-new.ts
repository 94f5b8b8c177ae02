import { withDeadline } from '@mss/core';
import { imapError } from './errors.js';
import { searchFrom } from './fetch-new.js';
import type { ImapSession } from './session.js';

/** What to wait for. */
export interface WaitRequest {
  /** Default `INBOX`. */
  readonly folder?: string;
  readonly uidValidity?: number | null;
  /** The greatest UID already known. */
  readonly afterUid: number;
  /** Give up, with `false`, after so long. Default: never. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
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
  const { folder = 'INBOX', afterUid } = request;
  const deadline = withDeadline(Math.min(request.timeoutMs ?? longest, longest), request.signal);
  try {
    for (;;) {
      if (request.signal?.aborted === true) throw imapError('ERR_MSS_IMAP_ABORTED', 'the caller aborted', { cause: request.signal.reason });
      if (await hasNew(session, { folder, uidValidity: request.uidValidity ?? null, afterUid })) return true;
      if (deadline.signal.aborted) return false;
      await idleOnce(session, { folder, uidValidity: request.uidValidity ?? null }, deadline.signal);
    }
  } finally {
    deadline.release();
  }
}

async function hasNew(
  session: ImapSession,
  request: { readonly folder: string; readonly uidValidity: number | null; readonly afterUid: number },
): Promise<boolean> {
  return session.run(async (client) => {
    await session.select(request.folder, request.uidValidity);
    return (await searchFrom(client, request.afterUid)).length > 0;
  });
}

/** One IDLE: until something arrives, another command interrupts it, or the signal aborts. */
async function idleOnce(
  session: ImapSession,
  request: { readonly folder: string; readonly uidValidity: number | null },
  signal: AbortSignal,
): Promise<void> {
  const { client } = session;
  let wake: () => void = () => {};
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const onExists = (): void => wake();
  client.on('exists', onExists);
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
    client.off('exists', onExists);
    signal.removeEventListener('abort', wake);
  }
}
