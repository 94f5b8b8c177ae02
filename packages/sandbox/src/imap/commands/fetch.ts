import { formatBodyStructure } from '../body-structure.js';
import { ImapSyntaxError, type Arguments } from '../arguments.js';
import { no, ok, selected, type ImapCommand } from '../command.js';
import { formatEnvelope, join } from '../envelope.js';
import { readFetchItems, type FetchItem } from '../fetch-items.js';
import { formatFlags, formatInternalDate, formatLiteral } from '../format.js';
import { partTree } from '../part-tree.js';
import { sectionBytes } from '../section.js';
import type { StoredMessage } from '../../store/folder.js';

type Written = string | Uint8Array;

function value(message: StoredMessage, item: FetchItem): Written[] {
  switch (item.kind) {
    case 'UID':
      return ['UID', String(message.uid)];
    case 'FLAGS':
      return ['FLAGS', formatFlags(message.flags)];
    case 'INTERNALDATE':
      return ['INTERNALDATE', formatInternalDate(message.internalDate)];
    case 'RFC822.SIZE':
      return ['RFC822.SIZE', String(message.content.length)];
    case 'MODSEQ':
      return ['MODSEQ', `(${message.modseq})`];
    case 'ENVELOPE':
      return ['ENVELOPE', formatEnvelope(partTree(message))];
    case 'BODYSTRUCTURE':
      return ['BODYSTRUCTURE', formatBodyStructure(partTree(message), { extended: true })];
    case 'BODY':
      return ['BODY', formatBodyStructure(partTree(message), { extended: false })];
    default: {
      const bytes = sectionBytes(message, item);
      return [item.label, bytes === null ? 'NIL' : formatLiteral(bytes)];
    }
  }
}

interface Since {
  readonly modseq: number;
  readonly vanished: boolean;
}

/** `(CHANGEDSINCE n)`, `(CHANGEDSINCE n VANISHED)`: RFC 7162 §3.1.4.1 and §3.2.6; in any order. */
function readSince(args: Arguments, mayVanish: boolean): Since {
  let modseq: number | null = null;
  let vanished = false;
  args.list(() => {
    const word = args.word();
    if (word === 'CHANGEDSINCE' && modseq === null) {
      args.space();
      modseq = args.modseq();
    } else if (word === 'VANISHED' && mayVanish) vanished = true;
    else throw new ImapSyntaxError('unknown modifier');
  });
  if (modseq === null) throw new ImapSyntaxError('CHANGEDSINCE expected');
  return { modseq, vanished };
}

/** RFC 3501 §6.4.5, RFC 7162 §3.1.4 and §3.2.6. Reading a section without PEEK marks the message \Seen. */
export const fetch: ImapCommand = {
  states: selected,
  holdsNumbers: true,
  async run(session, { args, byUid }) {
    args.space();
    const set = args.sequenceSet();
    args.space();
    const items = readFetchItems(args);
    const since = args.take(' ') ? readSince(args, byUid && session.resynchronises) : null;
    args.end();
    const { view } = session;
    if (view === null) return no('No folder');
    if (since !== null && !items.some(({ kind }) => kind === 'MODSEQ')) items.push({ kind: 'MODSEQ' });
    if (items.some(({ kind }) => kind === 'MODSEQ')) session.knowsModseqs = true;
    if (byUid && !items.some(({ kind }) => kind === 'UID')) items.unshift({ kind: 'UID' });
    if (since?.vanished === true) session.untaggedVanished(view.folder, { since: since.modseq, uids: set });
    const marks = !view.readOnly && items.some((item) => item.kind === 'section' && !item.peek);
    for (const { sequence, message } of view.pick(set, { byUid })) {
      if (since !== null && message.modseq <= since.modseq) continue;
      const newlySeen = marks && !message.expunged && !message.flags.has('\\Seen');
      if (newlySeen) view.folder.setFlags(message.uid, new Set([...message.flags, '\\Seen']), session);
      const asked: readonly FetchItem[] = newlySeen && !items.some(({ kind }) => kind === 'FLAGS') ? [...items, { kind: 'FLAGS' }] : items;
      session.untagged(`${sequence} FETCH `, join(asked.flatMap((item) => value(message, item))));
      await session.drained();
    }
    return ok('Done');
  },
};
