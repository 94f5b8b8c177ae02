import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import type { ImapSession } from './session.js';
import { minimumBytesPerSecond } from './timeouts.js';

/** A message to put into a folder, for example the copy of a sent one. */
export interface AppendRequest {
  readonly folder: string;
  readonly message: Uint8Array;
  /** For a copy in Sent `['\\Seen']`; `$MDNSent` as well, so that no client answers our own message. */
  readonly flags?: readonly string[];
  /** Default: the server's time. */
  readonly internalDate?: Date;
  /**
   * With the message's Message-ID, angle brackets included: nothing is appended when the folder has a message with it
   * already. So a copy that may or may not have been saved before is saved once.
   */
  readonly unlessMessageId?: string;
  readonly signal?: AbortSignal;
}

/** Where it is. */
export interface AppendResult {
  /** `null` when the server does not tell (no UIDPLUS). */
  readonly uidValidity: number | null;
  readonly uid: number | null;
  /** `true` when it was there before (`unlessMessageId`). */
  readonly already: boolean;
}

/**
 * APPEND. It proves nothing about sending: a copy in Sent is what this client put there.
 *
 * @throws MssError `ERR_MSS_IMAP_NO_FOLDER`, `ERR_MSS_IMAP_OVER_QUOTA`, `ERR_MSS_IMAP_UNSUPPORTED` (a flag the folder does not keep)
 * @see RFC 9051 §6.3.12; RFC 4315
 */
export async function append(session: ImapSession, request: AppendRequest): Promise<AppendResult> {
  if (request.unlessMessageId !== undefined && !/^<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>$/.test(request.unlessMessageId))
    throw new TypeError('unlessMessageId is <…>');
  const timeoutMs = session.timeouts.commandMs + (request.message.length / minimumBytesPerSecond) * 1000;
  return session.run(
    async (client) => {
      // Selected first: imapflow filters flags by the folder that is selected, whichever one is appended to.
      const { permanentFlags, uidValidity } = await session.select(request.folder);
      const { flags = [] } = request;
      const lost = flags.filter((flag) => permanentFlags !== undefined && !permanentFlags.has('\\*') && !permanentFlags.has(flag));
      if (lost.length > 0)
        throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UNSUPPORTED', 'the folder does not keep this flag', { details: { flags: lost } });
      if (request.unlessMessageId !== undefined) {
        // A folder that was selected before is shown as it was then.
        await client.noop();
        const found = await client.search({ header: { 'Message-ID': request.unlessMessageId } }, { uid: true });
        // Never taken for "none": there would be two.
        if (!Array.isArray(found)) throw session.refusal();
        const [uid] = found;
        if (uid !== undefined) return { uidValidity: Number(uidValidity), uid, already: true };
      }
      const content = Buffer.from(request.message.buffer, request.message.byteOffset, request.message.byteLength);
      const appended = await client.append(request.folder, content, [...flags], request.internalDate);
      if (!appended) throw session.refusal();
      return {
        uidValidity: appended.uidValidity === undefined ? null : Number(appended.uidValidity),
        uid: appended.uid ?? null,
        already: false,
      };
    },
    { signal: request.signal, timeoutMs },
  );
}
