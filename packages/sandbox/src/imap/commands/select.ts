import { ImapSyntaxError, type Arguments, type SequenceRange } from '../arguments.js';
import { no, loggedIn, ok, selected, type Completion, type ImapCommand, type Invocation } from '../command.js';
import { decodeFolderName } from '../folder-name.js';
import { formatFlags } from '../format.js';
import type { ImapSession } from '../session.js';

const systemFlags = String.raw`\Answered \Flagged \Deleted \Seen \Draft`;

/** What the client knows of the folder. */
interface Resync {
  readonly uidValidity: number;
  readonly modseq: number;
  /** `null`: it does not say which. */
  readonly uids: readonly SequenceRange[] | null;
}

/** `(CONDSTORE)`, `(QRESYNC (uidvalidity modseq [uids] [(numbers uids)]))`: RFC 7162 §3.1.8 and §3.2.5. */
function readParameters(session: ImapSession, args: Arguments): Resync | null {
  let resync: Resync | null = null;
  args.list(() => {
    const parameter = args.atom().toUpperCase();
    if (parameter === 'CONDSTORE') return;
    if (parameter !== 'QRESYNC' || !session.resynchronises) throw new ImapSyntaxError('unknown parameter');
    args.space();
    args.expect('(');
    const uidValidity = args.number();
    args.space();
    const modseq = args.modseq();
    let uids: SequenceRange[] | null = null;
    let isMatched = false;
    while (args.take(' ')) {
      if (isMatched || (args.peek() !== '(' && uids !== null)) throw new ImapSyntaxError('unexpected argument');
      if (args.peek() !== '(') {
        uids = args.sequenceSet();
        continue;
      }
      // Message numbers that it knows with their UIDs: of use to servers that have forgotten what was expunged.
      args.list(() => args.sequenceSet());
      isMatched = true;
    }
    args.expect(')');
    resync = { uidValidity, modseq, uids };
  });
  session.knowsModseqs = true;
  return resync;
}

/** What changed and what is gone since then; nothing when the folder is another one. */
function tellSince(session: ImapSession, known: Resync): void {
  const { view } = session;
  if (view === null || view.folder.uidValidity !== known.uidValidity) return;
  const { uids, modseq } = known;
  session.untaggedVanished(view.folder, { since: modseq, uids: uids ?? [{ from: 1, to: Infinity }] });
  const changed = uids === null ? view.numbered() : view.pick(uids, { byUid: true });
  for (const { sequence, message } of changed) {
    if (message.modseq <= modseq) continue;
    session.untagged(`${sequence} FETCH (UID ${message.uid} FLAGS ${formatFlags(message.flags)} MODSEQ (${message.modseq}))`);
  }
}

function open(session: ImapSession, { args }: Invocation, readOnly: boolean): Completion {
  args.space();
  const name = decodeFolderName(args.astring());
  const known = args.take(' ') ? readParameters(session, args) : null;
  args.end();
  const folder = session.account?.mailbox.folder(name);
  // RFC 3501 §6.3.1: a failed SELECT leaves no folder selected.
  // RFC 7162 §3.2.11
  if (session.view !== null) session.untagged('OK [CLOSED] The former folder is closed');
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
  if (known !== null) tellSince(session, known);
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
    if (view === null || view.readOnly) return ok('Done');
    const gone = view.folder.messages.filter(({ flags }) => flags.has('\\Deleted')).map(({ uid }) => uid);
    view.folder.expunge(new Set(gone));
    // RFC 7162 §3.2.8
    return session.resynchronises && gone.length > 0 ? ok('Done', `HIGHESTMODSEQ ${view.folder.highestModseq}`) : ok('Done');
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
