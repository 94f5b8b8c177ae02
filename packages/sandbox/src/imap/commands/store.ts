import { ImapSyntaxError, type Arguments } from '../arguments.js';
import { no, ok, selected, type ImapCommand } from '../command.js';
import { formatFlags, formatSequenceSet } from '../format.js';

function changed(present: ReadonlySet<string>, mode: string, given: readonly string[]): Set<string> {
  if (mode === '') return new Set(given);
  const flags = new Set(present);
  for (const flag of given) {
    if (mode === '+') flags.add(flag);
    else flags.delete(flag);
  }
  return flags;
}

/** System flags are told in one way of writing whatever the client's; `\Recent` is the server's own. */
function normalise(flag: string): string[] {
  if (!flag.startsWith('\\')) return [flag];
  const known = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'].find((name) => name.toLowerCase() === flag.toLowerCase());
  return known === undefined ? [] : [known];
}

/** `(UNCHANGEDSINCE n) `, RFC 7162 §3.1.3. */
function readUnchangedSince(args: Arguments): number {
  args.expect('(');
  if (args.word() !== 'UNCHANGEDSINCE') throw new ImapSyntaxError('UNCHANGEDSINCE expected');
  args.space();
  const modseq = args.modseq();
  args.expect(')');
  args.space();
  return modseq;
}

/** RFC 3501 §6.4.6, RFC 7162 §3.1.3 */
export const store: ImapCommand = {
  states: selected,
  holdsNumbers: true,
  run(session, { args, byUid }) {
    args.space();
    const set = args.sequenceSet();
    args.space();
    const unchangedSince = args.peek() === '(' ? readUnchangedSince(args) : null;
    if (unchangedSince !== null) session.knowsModseqs = true;
    const mode = args.take('+') ? '+' : args.take('-') ? '-' : '';
    const item = args.word();
    if (item !== 'FLAGS' && item !== 'FLAGS.SILENT') throw new ImapSyntaxError('FLAGS expected');
    args.space();
    const given: string[] = [];
    if (args.peek() === '(') given.push(...args.list(() => args.flag()));
    else {
      do given.push(args.flag());
      while (args.take(' '));
    }
    args.end();
    const { view } = session;
    if (view === null || view.readOnly) return no('Opened to read only');
    const modified: number[] = [];
    for (const { sequence, message } of view.pick(set, { byUid })) {
      if (message.expunged) continue;
      if (unchangedSince !== null && message.modseq > unchangedSince) {
        modified.push(byUid ? message.uid : sequence);
        continue;
      }
      view.folder.setFlags(message.uid, changed(message.flags, mode, given.flatMap(normalise)), session);
      const told = [
        ...(byUid || session.knowsModseqs ? [`UID ${message.uid}`] : []),
        ...(item === 'FLAGS' ? [`FLAGS ${formatFlags(message.flags)}`] : []),
        ...(session.knowsModseqs ? [`MODSEQ (${message.modseq})`] : []),
      ];
      if (item === 'FLAGS' || session.knowsModseqs) session.untagged(`${sequence} FETCH (${told.join(' ')})`);
    }
    return modified.length === 0 ? ok('Done') : ok('Some were changed by others', `MODIFIED ${formatSequenceSet(modified)}`);
  },
};
