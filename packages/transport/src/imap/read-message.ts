import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import type { ImapSession, KnownFolder } from './session.js';

/** Which message to read as a stream. */
export interface ReadRequest extends KnownFolder {
  readonly uid: number;
  readonly signal?: AbortSignal;
}

const chunkBytes = 512 * 1024;

/**
 * The bytes of one message, in pieces of 512 KiB, each asked for when the consumer wants it: for messages too long
 * for the memory. Does not set `\Seen`. The whole length is not bounded here: the consumer counts.
 *
 * @throws MssError `ERR_MSS_IMAP_NO_MESSAGE` when it is not, or no longer, there; `ERR_MSS_IMAP_UID_VALIDITY`
 * @see RFC 9051 §6.4.5, `BODY.PEEK[]<partial>`
 */
export async function* readMessage(session: ImapSession, request: ReadRequest): AsyncGenerator<Uint8Array> {
  for (let start = 0; ; start += chunkBytes) {
    const chunk = await session.run(
      async (client) => {
        await session.select(request.folder, request.uidValidity);
        const found = await client.fetchOne(String(request.uid), { uid: true, source: { start, maxLength: chunkBytes } }, { uid: true });
        return found ? found.source : undefined;
      },
      { signal: request.signal },
    );
    if (chunk === undefined)
      throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_NO_MESSAGE', 'the message is not in the folder', { details: { uid: request.uid } });
    if (chunk.length > 0) yield chunk;
    if (chunk.length < chunkBytes) return;
  }
}
