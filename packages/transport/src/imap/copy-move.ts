import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import type { ImapSession, KnownFolder } from './session.js';
import { ensureUids, formatUidSet } from './uid-set.js';

/** Which messages go where. */
export interface CopyRequest extends KnownFolder {
  readonly uids: readonly number[];
  readonly to: string;
  readonly signal?: AbortSignal;
}

/** The new places, as far as the server tells (UIDPLUS). */
export interface CopyResult {
  /** UIDVALIDITY of the folder that received; `null` when the server does not tell. */
  readonly uidValidity: number | null;
  /** Old UID to new UID; a message that was gone already is not in it. */
  readonly uids: ReadonlyMap<number, number>;
}

/** UID COPY. @see RFC 9051 §6.4.7; RFC 4315 */
export async function copy(session: ImapSession, request: CopyRequest): Promise<CopyResult> {
  return transfer(session, request, 'messageCopy');
}

/**
 * UID MOVE; on a server without it UID COPY, `\Deleted` and UID EXPUNGE of these messages alone.
 *
 * @throws MssError `ERR_MSS_IMAP_UNSUPPORTED` when the server has neither MOVE nor UIDPLUS: a plain EXPUNGE would
 * also remove what other clients have marked
 * @see RFC 6851; RFC 4315 §2.1
 */
export async function move(session: ImapSession, request: CopyRequest): Promise<CopyResult> {
  return transfer(session, request, 'messageMove');
}

async function transfer(session: ImapSession, request: CopyRequest, command: 'messageCopy' | 'messageMove'): Promise<CopyResult> {
  ensureUids(request.uids);
  return session.run(
    async (client) => {
      if (command === 'messageMove' && !client.capabilities.has('MOVE') && !client.capabilities.has('UIDPLUS')) {
        throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UNSUPPORTED', 'the server can move nothing without touching other deletions');
      }
      await session.select(request.folder, request.uidValidity);
      const moved = await client[command](formatUidSet(request.uids), request.to, { uid: true });
      if (!moved) throw session.refusal();
      return { uidValidity: moved.uidValidity === undefined ? null : Number(moved.uidValidity), uids: moved.uidMap ?? new Map() };
    },
    { signal: request.signal },
  );
}
