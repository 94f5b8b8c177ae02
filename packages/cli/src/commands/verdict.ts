import type { XdmArchive } from '@mss/xdm';

import type { CommandResult } from '../command.js';
import { exitStatusOf } from '../error-codes/index.js';

/**
 * The verdict on an archive that was read: nothing when it is acceptable.
 *
 * A finding about what the archive says (hash, size, patient …) decides. When all that is wrong is that a document cannot be read
 * (DOCTYPE, malformed, over a limit), the status is the one of that reason.
 */
export function archiveVerdict(archive: XdmArchive): Pick<CommandResult, 'status' | 'error'> {
  if (archive.ok) return {};
  const problem = archive.problems.find((one) => exitStatusOf(one.code) === 1) ?? archive.problems[0];
  if (problem === undefined) {
    return { status: 1, error: { code: 'ERR_MSS_CLI_NEGATIVE', message: 'the archive cannot be trusted', requirement: 'ECO.2.1.2' } };
  }
  const { code, message, requirement, cause } = problem;
  const status = code === 'ERR_MSS_XDM_DOCUMENT_UNREADABLE' && cause !== undefined ? exitStatusOf(cause) : exitStatusOf(code);
  return { status, error: { code, message, requirement } };
}
