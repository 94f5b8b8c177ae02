import type { ImapSession } from './session.js';

/** Counts and keys of a folder. */
export interface FolderStatus {
  readonly uidValidity: number;
  /** The UID the next message will have, at least. */
  readonly uidNext: number;
  readonly messages: number;
  readonly unseen: number;
  /** CONDSTORE (RFC 7162): grows with every change of the folder; `null` when the server does not keep it. */
  readonly highestModseq: bigint | null;
}

/** STATUS, without selecting. @see RFC 9051 §6.3.11 */
export async function status(session: ImapSession, folder: string, signal?: AbortSignal): Promise<FolderStatus> {
  const found = await session.run(
    async (client) => {
      const query = { messages: true, uidNext: true, uidValidity: true, unseen: true, highestModseq: client.capabilities.has('CONDSTORE') };
      // A selected folder is told as this session saw it last.
      if (client.mailbox !== false) await client.noop();
      const answer = await client.status(folder, query);
      if (!answer) throw session.refusal('NONEXISTENT');
      return answer;
    },
    { signal },
  );
  return {
    uidValidity: Number(found.uidValidity ?? 0),
    uidNext: found.uidNext ?? 0,
    messages: found.messages ?? 0,
    unseen: found.unseen ?? 0,
    highestModseq: found.highestModseq ?? null,
  };
}
