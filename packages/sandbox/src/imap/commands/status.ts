import type { Folder } from '../../store/folder.js';
import { ImapSyntaxError } from '../arguments.js';
import { loggedIn, no, ok, type ImapCommand } from '../command.js';
import { decodeFolderName, encodeFolderName } from '../folder-name.js';
import { formatString } from '../format.js';

const items: ReadonlyMap<string, (folder: Folder) => number> = new Map<string, (folder: Folder) => number>([
  ['MESSAGES', (folder) => folder.messages.length],
  ['RECENT', () => 0],
  ['UIDNEXT', (folder) => folder.uidNext],
  ['UIDVALIDITY', (folder) => folder.uidValidity],
  ['HIGHESTMODSEQ', (folder) => folder.highestModseq],
  ['UNSEEN', (folder) => folder.messages.filter(({ flags }) => !flags.has('\\Seen')).length],
]);

/** RFC 3501 §6.3.10 */
export const status: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    args.space();
    const name = decodeFolderName(args.astring());
    args.space();
    const asked = args.list(() => args.atom().toUpperCase());
    args.end();
    const folder = session.account?.mailbox.folder(name);
    if (folder === undefined) return no('No such folder', 'NONEXISTENT');
    if (asked.includes('HIGHESTMODSEQ')) session.knowsModseqs = true;
    const values = asked.map((item) => {
      const value = items.get(item);
      if (value === undefined) throw new ImapSyntaxError('unknown status item');
      return `${item} ${value(folder)}`;
    });
    session.untagged('STATUS ', formatString(encodeFolderName(folder.name)), ` (${values.join(' ')})`);
    return ok('Done');
  },
};
