import { isMssError, MssError } from '@mss/core';

import { contentOf, serverPlace, type Content } from './content.js';
import { giveBack, gone, putOff, quarantine } from './endings.js';
import type { InboxErrorCode } from './errors.js';
import { followUp } from './follow-up.js';
import { counted, type Held, type LastNote } from './held.js';
import { claimByKeyword } from './keyword-claim.js';
import type { Pass } from './pass.js';
import { renew, settle, type InboxRow } from './rows.js';
import { takeIn } from './take-in.js';

/**
 * Takes one message, whose lease is held, from its bytes to the last note.
 *
 * @returns the last note when nothing must wait for it, `null` when everything is noted
 */
export async function processMessage(pass: Pass, held: Held): Promise<LastNote | null> {
  const { inbox, request } = pass;
  const { row } = held;
  const lost = new AbortController();
  const onAbort = (): void => lost.abort(request.signal?.reason);
  if (request.signal?.aborted === true) onAbort();
  request.signal?.addEventListener('abort', onAbort, { once: true });
  const stop = inbox.every(inbox.leaseMs / 3, () => {
    const until = inbox.ledger.clock.now().getTime() + inbox.leaseMs;
    void makeLonger(pass, row, until).then((ours) =>
      ours
        ? undefined
        : lost.abort(new MssError<InboxErrorCode>('ERR_MSS_LEDGER_INBOX_LEASE_LOST', 'another worker has taken the message over')),
    );
  });
  let content: Content | null = null;
  try {
    if (row.state === 'handed-over') {
      await followUp(pass, { row, resumed: true, flags: held.flags, original: null });
      return null;
    }
    const claimed = await claimOnServer(pass, held);
    if (claimed !== null) return claimed;
    if (held.tooLarge && row.any_size !== 1) return quarantine(pass, row, { reason: 'too-large', code: null });
    content = await contentOf(pass, { id: row.id, uid: row.uid, bytes: held.bytes, sizeBytes: row.size_bytes });
    if (content === null) return gone(pass, row);
    return await takeIn(pass, { held, content, signal: lost.signal });
  } catch (error) {
    const ends = endsPass(error) || request.signal?.aborted === true;
    // Whatever was noted stays; a database that fails here has its leases run out.
    await (ends ? giveBack(pass, row).catch(() => {}) : putOff(pass, row, error));
    if (ends) throw error;
    return null;
  } finally {
    stop();
    request.signal?.removeEventListener('abort', onAbort);
    // Whatever became of it, a next try fetches it anew; what is left behind is replaced by it.
    await content
      ?.erase()
      .catch((error: unknown) => inbox.ledger.logger.warn({ code: codeOf(error), message: row.id }, 'a spool could not be erased'));
  }
}

/** @returns `false`: the lease is another worker's. A database that fails says nothing: the lease runs on, and the next renewal tries again. */
async function makeLonger(pass: Pass, row: InboxRow, until: number): Promise<boolean> {
  try {
    return await pass.inbox.ledger.store.transaction((transaction) => renew(transaction, row, until));
  } catch (error) {
    pass.inbox.ledger.logger.warn({ code: codeOf(error), message: row.id }, 'a lease could not be renewed');
    return true;
  }
}

const codeOf = (error: unknown): string | null => (isMssError(error) ? error.code : null);

async function claimOnServer(pass: Pass, held: Held): Promise<LastNote | null> {
  const { inbox, request } = pass;
  const { row } = held;
  if (request.claim !== 'keyword') return null;
  const claimed = await claimByKeyword(request.mailbox, serverPlace(pass, row.uid), {
    workstation: inbox.workstation,
    force: row.claim === 'forced',
  });
  if (claimed === 'set') return null;
  if (claimed === 'gone') return gone(pass, row);
  if (claimed === 'busy') {
    const nextAt = inbox.ledger.clock.now().getTime() + inbox.retryMs;
    return {
      write: (transaction) => settle(transaction, row, { state: 'waiting', attempts: row.attempts - 1, next_at: nextAt }),
      noted: counted(pass.counts, 'elsewhere'),
    };
  }
  return {
    write: (transaction) => settle(transaction, row, { state: 'elsewhere', attempts: row.attempts - 1 }),
    noted: counted(pass.counts, 'elsewhere'),
  };
}

/** Errors that end the pass: the connection or the database is no more, nothing is the fault of the message. */
function endsPass(error: unknown): boolean {
  if (!isMssError(error)) return false;
  return (
    error.code.startsWith('ERR_MSS_STORE_') ||
    /^ERR_MSS_IMAP_(?:LINK_LOST|PROTOCOL|DEADLINE|ABORTED|CLOSED|CONNECT|UID_VALIDITY|NO_FOLDER)$/.test(error.code)
  );
}
