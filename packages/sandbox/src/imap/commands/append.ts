import { loggedIn, no, ok, bad, type ImapCommand } from '../command.js';
import { decodeFolderName } from '../folder-name.js';
import { parseInternalDate } from '../format.js';

/** RFC 3501 §6.3.11 with APPENDUID (RFC 4315 §3). */
export const append: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    args.space();
    const name = decodeFolderName(args.astring());
    args.space();
    const flags = args.peek() === '(' ? args.list(() => args.flag()) : [];
    if (flags.length > 0 || args.peek() === ' ') args.space();
    let internalDate = session.context.clock.now();
    if (args.peek() === '"') {
      const given = parseInternalDate(Buffer.from(args.string()).toString('latin1'));
      if (given === null) return bad('Not a date');
      internalDate = given;
      args.space();
    }
    const content = args.string();
    args.end();
    const folder = session.account?.mailbox.folder(name);
    if (folder === undefined) return no('No such folder', 'TRYCREATE');
    session.releaseLiterals();
    if (session.account?.mailbox.hasRoomFor(content.length) !== true) return no('Over the quota', 'OVERQUOTA');
    const message = folder.add(content, { internalDate, flags: flags.filter((flag) => flag !== '\\Recent') });
    return message === null ? no('The sandbox is full', 'OVERQUOTA') : ok('Done', `APPENDUID ${folder.uidValidity} ${message.uid}`);
  },
};
