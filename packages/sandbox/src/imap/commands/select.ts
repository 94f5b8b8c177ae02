import { ImapSyntaxError } from '../arguments.js';
import { no, loggedIn, ok, selected, type Completion, type ImapCommand, type Invocation } from '../command.js';
import { decodeFolderName } from '../folder-name.js';
import type { ImapSession } from '../session.js';

const systemFlags = String.raw`\Answered \Flagged \Deleted \Seen \Draft`;

function open(session: ImapSession, { args }: Invocation, readOnly: boolean): Completion {
  args.space();
  const name = decodeFolderName(args.astring());
  if (args.take(' ')) {
    // RFC 7162 §3.1.8
    if (args.list(() => args.atom().toUpperCase()).some((parameter) => parameter !== 'CONDSTORE'))
      throw new ImapSyntaxError('unknown parameter');
    session.knowsModseqs = true;
  }
  args.end();
  const folder = session.account?.mailbox.folder(name);
  // RFC 3501 §6.3.1: a failed SELECT leaves no folder selected.
  session.leaveFolder();
  if (folder === undefined) return no('No such folder', 'NONEXISTENT');
  const view = session.openFolder(folder, { readOnly });
  const keywords = new Set(folder.messages.flatMap(({ flags }) => [...flags].filter((flag) => !flag.startsWith('\\'))));
  const flags = [systemFlags, ...keywords].join(' ');
  session.untagged(`FLAGS (${flags})`);
  session.untagged(`OK [PERMANENTFLAGS (${readOnly ? '' : String.raw`${flags} \*`})] Flags`);
  session.untagged(`${view.length} EXISTS`);
  session.untagged('0 RECENT');
  const unseen = view.numbered().find(({ message }) => !message.flags.has('\\Seen'));
  if (unseen !== undefined) session.untagged(`OK [UNSEEN ${unseen.sequence}] First unseen`);
  session.untagged(`OK [UIDVALIDITY ${folder.uidValidity}] UIDs`);
  session.untagged(`OK [UIDNEXT ${folder.uidNext}] Next`);
  session.untagged(`OK [HIGHESTMODSEQ ${folder.highestModseq}] Highest`);
  return ok('Done', readOnly ? 'READ-ONLY' : 'READ-WRITE');
}

/** RFC 3501 §6.3.1 */
export const select: ImapCommand = { states: loggedIn, run: (session, invocation) => open(session, invocation, false) };

/** RFC 3501 §6.3.2 */
export const examine: ImapCommand = { states: loggedIn, run: (session, invocation) => open(session, invocation, true) };

/** RFC 3501 §6.4.1 */
export const check: ImapCommand = { states: selected, run: () => ok('Done') };

/** RFC 3501 §6.4.2: messages marked \Deleted go without a word. */
export const close: ImapCommand = {
  states: selected,
  run(session, { args }) {
    args.end();
    const { view } = session;
    session.leaveFolder();
    if (view !== null && !view.readOnly) {
      view.folder.expunge(new Set(view.folder.messages.filter(({ flags }) => flags.has('\\Deleted')).map(({ uid }) => uid)));
    }
    return ok('Done');
  },
};

/** RFC 3691 */
export const unselect: ImapCommand = {
  states: selected,
  run(session, { args }) {
    args.end();
    session.leaveFolder();
    return ok('Done');
  },
};
