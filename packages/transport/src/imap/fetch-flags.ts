import { exec, fetchItems, modseqOf, numberOf, textsOf } from './exec.js';
import type { ImapSession, KnownFolder } from './session.js';
import { keepsModseqs } from './store.js';
import { ensureUids, formatUidSet } from './uid-set.js';

/** Whose flags to ask for. */
export interface FlagsRequest extends KnownFolder {
  readonly uids: readonly number[];
  readonly signal?: AbortSignal;
}

/** The flags of one message as they are now. */
export interface MessageFlags {
  readonly uid: number;
  readonly flags: readonly string[];
  /** For `unchangedSince`; `null` where the server keeps no mod-sequences. */
  readonly modseq: bigint | null;
}

/**
 * The flags as every other client left them a moment ago, in the order of UIDs. A message that is gone is not there.
 *
 * @see RFC 9051 §6.4.5; RFC 7162 §3.1.4
 */
export async function fetchFlags(session: ImapSession, request: FlagsRequest): Promise<readonly MessageFlags[]> {
  ensureUids(request.uids);
  return session.run(
    async (client) => {
      await session.select(request.folder, request.uidValidity);
      // A folder that was selected before is shown as it was then.
      await client.noop();
      const wanted = ['UID', 'FLAGS', ...(keepsModseqs(client) ? ['MODSEQ'] : [])].map((value) => ({ type: 'ATOM', value }));
      const asked = new Set(request.uids);
      const found = new Map<number, MessageFlags>();
      await exec(
        client,
        { name: 'UID FETCH', attributes: [{ type: 'SEQUENCE', value: formatUidSet(asked) }, wanted] },
        {
          FETCH: (line) => {
            const items = fetchItems(line);
            const uid = numberOf(items.get('UID'));
            if (uid === null || !asked.has(uid) || !items.has('FLAGS')) return;
            found.set(uid, { uid, flags: textsOf(items.get('FLAGS')), modseq: modseqOf(items.get('MODSEQ')) });
          },
        },
      );
      return [...found.values()].sort((a, b) => a.uid - b.uid);
    },
    { signal: request.signal },
  );
}
