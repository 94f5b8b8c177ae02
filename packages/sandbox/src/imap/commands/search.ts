import { no, ok, selected, type ImapCommand } from '../command.js';
import { readSearchKeys } from '../search-keys.js';

/** RFC 3501 §6.4.4. `CHARSET UTF-8` and `US-ASCII` are understood. */
export const search: ImapCommand = {
  states: selected,
  holdsNumbers: true,
  run(session, { args, byUid }) {
    const { view } = session;
    if (view === null) return no('No folder');
    if (args.takeWord('CHARSET')) {
      args.space();
      if (!/^(utf-8|us-ascii)$/i.test(args.astring())) return no('Unknown charset', 'BADCHARSET (UTF-8 US-ASCII)');
    }
    const key = readSearchKeys(args, (ranges, uids) => new Set(view.pick(ranges, { byUid: uids }).map(({ message }) => message.uid)));
    const found = view.numbered().filter(key);
    session.untagged(['SEARCH', ...found.map(({ sequence, message }) => String(byUid ? message.uid : sequence))].join(' '));
    return ok('Done');
  },
};
