import type { Mailbox } from '../../store/mailbox.js';
import { loggedIn, no, ok, type ImapCommand } from '../command.js';
import { decodeFolderName, encodeFolderName } from '../folder-name.js';
import { formatString } from '../format.js';

/** One quota root, `""`, counted in units of 1,024 bytes. */
function resources(mailbox: Mailbox): string {
  return `QUOTA "" (STORAGE ${Math.ceil(mailbox.usedBytes / 1024)} ${Math.floor(mailbox.quotaBytes / 1024)})`;
}

/** RFC 9208 §4.1.2 */
export const getQuota: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    args.space();
    const root = args.astring();
    args.end();
    if (session.account === null || root !== '') return no('No such quota root', 'NONEXISTENT');
    session.untagged(resources(session.account.mailbox));
    return ok('Done');
  },
};

/** RFC 9208 §4.1.3 */
export const getQuotaRoot: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    args.space();
    const folder = session.account?.mailbox.folder(decodeFolderName(args.astring()));
    args.end();
    if (session.account === null || folder === undefined) return no('No such folder', 'NONEXISTENT');
    session.untagged('QUOTAROOT ', formatString(encodeFolderName(folder.name)), ' ""');
    session.untagged(resources(session.account.mailbox));
    return ok('Done');
  },
};
