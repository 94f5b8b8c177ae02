import { ImapSyntaxError } from '../arguments.js';
import { no, ok, selected, type ImapCommand } from '../command.js';
import { formatFlags } from '../format.js';

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

/** RFC 3501 §6.4.6 */
export const store: ImapCommand = {
  states: selected,
  holdsNumbers: true,
  run(session, { args, byUid }) {
    args.space();
    const set = args.sequenceSet();
    args.space();
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
    for (const { sequence, message } of view.pick(set, { byUid })) {
      if (message.expunged) continue;
      view.folder.setFlags(message.uid, changed(message.flags, mode, given.flatMap(normalise)), session);
      if (item === 'FLAGS')
        session.untagged(`${sequence} FETCH (${byUid ? `UID ${message.uid} ` : ''}FLAGS ${formatFlags(message.flags)})`);
    }
    return ok('Done');
  },
};
