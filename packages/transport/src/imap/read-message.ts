import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import { fetchDiverted } from './fetch-diverted.js';
import type { ImapSession, KnownFolder } from './session.js';
import { minimumBytesPerSecond } from './timeouts.js';

/** Which message to read as a stream. */
export interface ReadRequest extends KnownFolder {
  readonly uid: number;
  readonly signal?: AbortSignal;
}

/** Pieces double from the one to the other: a server may read the message from its beginning for each (Dovecot does). */
const firstChunkBytes = 256 * 1024;
const maxChunkBytes = 4 * 1024 * 1024;

/**
 * The bytes of one message, in pieces of at most 4 MiB, each asked for when the consumer wants it: for messages too
 * long for the memory. Does not set `\Seen`. The whole length is not bounded here: the consumer counts.
 *
 * @throws MssError `ERR_MSS_IMAP_NO_MESSAGE` when it is not, or no longer, there; `ERR_MSS_IMAP_UID_VALIDITY`
 * @see RFC 9051 §6.4.5, `BODY.PEEK[]<partial>`
 */
export async function* readMessage(session: ImapSession, request: ReadRequest): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (let chunkBytes = firstChunkBytes; ; chunkBytes = Math.min(2 * chunkBytes, maxChunkBytes)) {
    const chunk = await session.run(
      async (client) => {
        await session.select(request.folder, request.uidValidity);
        const found: Uint8Array[] = [];
        await fetchDiverted(client, {
          uids: [request.uid],
          items: `UID BODY.PEEK[]<${start}.${chunkBytes}>`,
          maxLiteralBytes: chunkBytes,
          onAnswer: ({ uid, body }) => {
            if (uid === request.uid && body !== null) found[0] = body;
          },
        });
        return found[0] ?? null;
      },
      {
        signal: request.signal,
        bodyBytes: chunkBytes,
        timeoutMs: session.timeouts.commandMs + (chunkBytes / minimumBytesPerSecond) * 1000,
      },
    );
    if (chunk === null) {
      if (!session.isOpen) throw session.lost();
      throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_NO_MESSAGE', 'the message is not in the folder', { details: { uid: request.uid } });
    }
    if (chunk.length > 0) yield chunk;
    if (chunk.length < chunkBytes) return;
    start += chunkBytes;
  }
}
