import type { Mailbox } from '../../store/mailbox.js';
import { loggedIn, no, ok, type Completion, type ImapCommand } from '../command.js';
import { decodeFolderName } from '../folder-name.js';

/** A command with one folder name. */
function onFolder(act: (mailbox: Mailbox, name: string) => Completion): ImapCommand {
  return {
    states: loggedIn,
    run(session, { args }) {
      args.space();
      const name = decodeFolderName(args.astring());
      // CREATE may bring parameters (RFC 6154 USE), which are read over.
      if (args.peek() !== ' ') args.end();
      return session.account === null ? no('Not logged in') : act(session.account.mailbox, name);
    },
  };
}

/** RFC 3501 §6.3.3 */
export const create: ImapCommand = onFolder((mailbox, name) =>
  mailbox.create(name) === null ? no('Cannot create', 'ALREADYEXISTS') : ok('Done'),
);

/** RFC 3501 §6.3.4 */
export const deleteFolder: ImapCommand = onFolder((mailbox, name) => (mailbox.delete(name) ? ok('Done') : no('Cannot delete', 'CANNOT')));

function subscription(subscribed: boolean): ImapCommand {
  return onFolder((mailbox, name) => {
    const folder = mailbox.folder(name);
    if (folder === undefined) return no('No such folder', 'NONEXISTENT');
    folder.subscribed = subscribed;
    return ok('Done');
  });
}

/** RFC 3501 §6.3.6 */
export const subscribe: ImapCommand = subscription(true);

/** RFC 3501 §6.3.7 */
export const unsubscribe: ImapCommand = subscription(false);

/** RFC 3501 §6.3.5 */
export const rename: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    args.space();
    const from = decodeFolderName(args.astring());
    args.space();
    const to = decodeFolderName(args.astring());
    args.end();
    return session.account?.mailbox.rename(from, to) === true ? ok('Done') : no('Cannot rename', 'CANNOT');
  },
};
