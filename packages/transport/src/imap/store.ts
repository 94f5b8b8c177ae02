import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import type { ImapSession, KnownFolder } from './session.js';
import { ensureUids, formatUidSet } from './uid-set.js';

/** Which messages get and lose which flags: `\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`, or keywords such as `$MDNSent`. */
export interface FlagChange extends KnownFolder {
  readonly uids: readonly number[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly signal?: AbortSignal;
}

const flagPattern = /^\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|~]{1,100}$/;

/**
 * UID STORE. Flags set by others stay.
 *
 * @throws MssError `ERR_MSS_IMAP_UNSUPPORTED` when the folder does not keep a flag that is to be added: imapflow would
 * leave it out silently, and a receipt would be sent twice
 * @see RFC 9051 §6.4.6
 */
export async function store(session: ImapSession, change: FlagChange): Promise<void> {
  ensureUids(change.uids);
  const { add = [], remove = [] } = change;
  for (const flag of [...add, ...remove]) if (!flagPattern.test(flag)) throw new TypeError('not an IMAP flag');
  await session.run(
    async (client) => {
      const { permanentFlags } = await session.select(change.folder, change.uidValidity);
      const kept = (flag: string): boolean => permanentFlags === undefined || permanentFlags.has('\\*') || permanentFlags.has(flag);
      const lost = add.filter((flag) => !kept(flag));
      if (lost.length > 0)
        throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UNSUPPORTED', 'the folder does not keep this flag', { details: { flags: lost } });
      const uids = formatUidSet(change.uids);
      if (add.length > 0 && !(await client.messageFlagsAdd(uids, [...add], { uid: true, silent: true }))) throw session.refusal();
      if (remove.length > 0 && !(await client.messageFlagsRemove(uids, [...remove], { uid: true, silent: true }))) throw session.refusal();
    },
    { signal: change.signal },
  );
}
