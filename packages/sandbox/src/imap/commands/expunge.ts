import { no, ok, selected, type ImapCommand } from '../command.js';

/** RFC 3501 §6.4.3; with UID only those of the set (RFC 4315 §2.1). */
export const expunge: ImapCommand = {
  states: selected,
  run(session, { args, byUid }) {
    const { view } = session;
    if (view === null || view.readOnly) return no('Opened to read only');
    let candidates = view.numbered();
    if (byUid) {
      args.space();
      candidates = view.pick(args.sequenceSet(), { byUid });
    }
    args.end();
    const gone = candidates.filter(({ message }) => message.flags.has('\\Deleted') && !message.expunged).map(({ message }) => message.uid);
    view.folder.expunge(new Set(gone));
    // RFC 7162 §3.2.7
    return session.resynchronises && gone.length > 0 ? ok('Done', `HIGHESTMODSEQ ${view.folder.highestModseq}`) : ok('Done');
  },
};
