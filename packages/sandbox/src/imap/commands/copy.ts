import { no, ok, selected, type Completion, type ImapCommand, type Invocation } from '../command.js';
import { decodeFolderName } from '../folder-name.js';
import { formatSequenceSet } from '../format.js';
import type { ImapSession } from '../session.js';

function transfer(session: ImapSession, { args, byUid }: Invocation, moves: boolean): Completion {
  args.space();
  const set = args.sequenceSet();
  args.space();
  const name = decodeFolderName(args.astring());
  args.end();
  const { view, account } = session;
  const target = account?.mailbox.folder(name);
  if (view === null || target === undefined) return no('No such folder', 'TRYCREATE');
  if (moves && view.readOnly) return no('Opened to read only');
  const from: number[] = [];
  const to: number[] = [];
  for (const { message } of view.pick(set, { byUid }).filter(({ message }) => !message.expunged)) {
    const room = moves || account?.mailbox.hasRoomFor(message.content.length) === true;
    const copied = room ? target.add(message.content, { internalDate: message.internalDate, flags: message.flags }) : null;
    if (copied === null) {
      // RFC 3501 §6.4.7: all or nothing.
      target.expunge(new Set(to));
      return no('Over the quota', 'OVERQUOTA');
    }
    from.push(message.uid);
    to.push(copied.uid);
  }
  if (from.length === 0) return ok('Nothing to do');
  const code = `COPYUID ${target.uidValidity} ${formatSequenceSet(from)} ${formatSequenceSet(to)}`;
  if (!moves) return ok('Done', code);
  // RFC 6851 §4.3: COPYUID before the EXPUNGEs.
  session.untagged(`OK [${code}] Moved`);
  view.folder.expunge(new Set(from));
  return session.resynchronises ? ok('Done', `HIGHESTMODSEQ ${view.folder.highestModseq}`) : ok('Done');
}

/** RFC 3501 §6.4.7 with COPYUID (RFC 4315 §3). */
export const copy: ImapCommand = { states: selected, run: (session, invocation) => transfer(session, invocation, false) };

/** RFC 6851 */
export const move: ImapCommand = { states: selected, run: (session, invocation) => transfer(session, invocation, true) };
