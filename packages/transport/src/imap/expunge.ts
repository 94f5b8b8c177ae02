import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import { exec } from './exec.js';
import type { ImapSession, KnownFolder } from './session.js';
import { ensureUids, formatUidSet } from './uid-set.js';

/** Which messages to delete for good. */
export interface ExpungeRequest extends KnownFolder {
  readonly uids: readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * `\Deleted` and UID EXPUNGE of these messages alone; what other clients have marked stays.
 *
 * @throws MssError `ERR_MSS_IMAP_UNSUPPORTED` without UIDPLUS: nothing was marked
 * @see RFC 4315 §2.1
 */
export async function expunge(session: ImapSession, request: ExpungeRequest): Promise<void> {
  ensureUids(request.uids);
  await session.run(
    async (client) => {
      // IMAP4rev2 has it without saying so.
      if (!client.capabilities.has('UIDPLUS') && !client.capabilities.has('IMAP4rev2'))
        throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_UNSUPPORTED', 'the server can delete nothing without touching other deletions');
      await session.select(request.folder, request.uidValidity);
      const set = { type: 'SEQUENCE', value: formatUidSet(request.uids) };
      await exec(client, {
        name: 'UID STORE',
        attributes: [set, { type: 'ATOM', value: '+FLAGS.SILENT' }, [{ type: 'ATOM', value: '\\Deleted' }]],
      });
      await exec(client, { name: 'UID EXPUNGE', attributes: [set] });
    },
    { signal: request.signal },
  );
}
