import { withDeadline } from '@mss/core';
import type { ImapNotice } from './client.js';
import { imapError } from './errors.js';
import { exec } from './exec.js';
import { searchFrom } from './fetch-new.js';
import type { Inside } from './inside.js';
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

/** RFC 2177: an IDLE is renewed before 29 minutes are over, whatever `idleMs` says. */
const longestIdleMs = 28 * 60_000;
/** How often the folder is asked on a server without IDLE, or one that refuses it or ends it at once. */
const pollMs = 2 * 60_000;
/** An IDLE that the server ends sooner without a word about the folder is as good as none. */
const shortIdleMs = 1_000;
/** So many of them in a row, and the folder is asked instead. */
const mostShortIdles = 5;

/** The longest delay a timer of Node can have: 24 days stand for "never". */
const longest = 2 ** 31 - 1;

/**
 * Waits, by IDLE, until the folder has a message with a greater UID than `afterUid`; `false` when the time is over.
 *
 * Other calls on the same mailbox may come in between: IDLE is interrupted for them and taken up again. It is renewed
 * after `idleMs`, 28 minutes at most; a server that does not answer that is given up as any other command is. On a server
 * without IDLE, or one that refuses it or ends it at once, the folder is asked every two minutes (every `idleMs` when that
 * is less). Aborting here leaves the connection as it is.
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
        await noop(client);
        return session.quiet !== known.folder;
      }),
  });
}

/** imapflow's own takes a lost connection for done. */
const noop = async (client: ImapSession['client']): Promise<void> => void (await exec(client, { name: 'NOOP' }));

interface Known {
  readonly folder: string;
  readonly uidValidity: number | null;
}

interface Event {
  readonly kinds: readonly ImapNotice[];
  /** Asks the server. */
  readonly come: (known: Known) => Promise<boolean>;
}

async function waitUntil(session: ImapSession, request: ChangeRequest, event: Event): Promise<boolean> {
  const known = { folder: request.folder ?? 'INBOX', uidValidity: request.uidValidity ?? null };
  const deadline = withDeadline(Math.min(request.timeoutMs ?? longest, longest), request.signal);
  const { signal } = deadline;
  let shortIdles = 0;
  try {
    for (;;) {
      if (request.signal?.aborted === true) throw imapError('ERR_MSS_IMAP_ABORTED', 'the caller aborted', { cause: request.signal.reason });
      if (await event.come(known)) return true;
      if (signal.aborted) return false;
      const hasIdle = session.client.capabilities.has('IDLE') || session.client.capabilities.has('IMAP4rev2');
      const watched = { ...known, kinds: event.kinds, signal };
      if (hasIdle && shortIdles < mostShortIdles) {
        const ended = await idleOnce(session, watched);
        shortIdles = ended === 'refused' ? mostShortIdles : ended === 'short' ? shortIdles + 1 : 0;
      } else {
        await poll(session, watched);
        shortIdles = 0;
      }
    }
  } finally {
    deadline.release();
  }
}

type Watched = Known & { readonly kinds: readonly ImapNotice[]; readonly signal: AbortSignal };

/**
 * One IDLE: until something of these kinds is told, another command interrupts it, it is to be renewed, or the signal aborts.
 *
 * What follows it is a command under its deadline: a server that is no more, which an IDLE does not show, is noticed by then.
 */
async function idleOnce(session: ImapSession, request: Watched): Promise<'refused' | 'short' | 'used'> {
  const { client, timeouts } = session;
  return watching(session, request, async (woken) => {
    // Started within a turn, ended outside it: further calls find the turn free and interrupt the IDLE.
    const idling = await session.run(async () => {
      await session.select(request.folder, request.uidValidity);
      // QUIRK: with a limit of its own imapflow 2.1.2 takes the IDLE up again by itself, behind the command that is to end it.
      const ended = (client as unknown as Inside).run('IDLE', 0).then(
        (result) => (result === false ? ('refused' as const) : commandWaits(client) ? ('interrupted' as const) : ('ended' as const)),
        () => 'refused' as const,
      );
      return { ended };
    });
    const isShort = timer(shortIdleMs, 'long' as const);
    const renewal = timer(Math.min(timeouts.idleMs, longestIdleMs), 'renewal' as const);
    try {
      const first = await Promise.race([woken, idling.ended, isShort.over]);
      const end = first === 'long' ? await Promise.race([woken, idling.ended, renewal.over]) : first;
      if (!session.isOpen) throw session.lost();
      // DONE.
      await session.run(noop);
      await idling.ended;
      return end === 'refused' ? 'refused' : first === 'ended' ? 'short' : 'used';
    } finally {
      isShort.clear();
      renewal.clear();
    }
  });
}

/** Whether a command stands behind the IDLE that was ended for it. */
function commandWaits(client: ImapSession['client']): boolean {
  const { requestQueue, currentRequest } = client as unknown as {
    readonly requestQueue: readonly unknown[];
    readonly currentRequest: unknown;
  };
  return requestQueue.length > 0 || (currentRequest !== false && (currentRequest as { command?: string }).command !== 'IDLE');
}

/** Waits for the next time to ask, unless an answer to another call brings the news before. */
async function poll(session: ImapSession, request: Watched): Promise<void> {
  await watching(session, request, async (woken) => {
    const next = timer(Math.min(session.timeouts.idleMs, pollMs), 'next' as const);
    await Promise.race([woken, next.over]);
    next.clear();
    if (!session.isOpen) throw session.lost();
    await session.run(async (client) => {
      await session.select(request.folder, request.uidValidity);
      await noop(client);
    });
  });
}

/** Hears what the server tells of the folder meanwhile, and of the connection's end. */
async function watching<Result>(
  { client }: ImapSession,
  { kinds, signal }: Watched,
  work: (woken: Promise<'woken'>) => Promise<Result>,
): Promise<Result> {
  let wake: () => void = () => {};
  const woken = new Promise<'woken'>((resolve) => (wake = () => resolve('woken')));
  const onNotice = (kind: ImapNotice): void => {
    if (kinds.includes(kind)) wake();
  };
  const onClose = (): void => wake();
  client.on('notice', onNotice);
  client.on('close', onClose);
  signal.addEventListener('abort', wake, { once: true });
  if (signal.aborted) wake();
  try {
    return await work(woken);
  } finally {
    client.off('notice', onNotice);
    client.off('close', onClose);
    signal.removeEventListener('abort', wake);
  }
}

/** A delay that keeps no process alive. */
function timer<Word>(ms: number, word: Word): { readonly over: Promise<Word>; readonly clear: () => void } {
  let clear: () => void = () => {};
  const over = new Promise<Word>((resolve) => {
    const handle = setTimeout(() => resolve(word), ms);
    handle.unref();
    clear = () => clearTimeout(handle);
  });
  return { over, clear };
}
