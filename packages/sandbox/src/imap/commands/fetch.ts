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

/** `(CHANGEDSINCE n)`, RFC 7162 §3.1.4.1. */
function readChangedSince(args: Arguments): number {
  args.expect('(');
  if (args.word() !== 'CHANGEDSINCE') throw new ImapSyntaxError('CHANGEDSINCE expected');
  args.space();
  const modseq = args.number();
  args.expect(')');
  return modseq;
}

/** RFC 3501 §6.4.5, RFC 7162 §3.1.4. Reading a section without PEEK marks the message \Seen. */
export const fetch: ImapCommand = {
  states: selected,
  holdsNumbers: true,
  async run(session, { args, byUid }) {
    args.space();
    const set = args.sequenceSet();
    args.space();
    const items = readFetchItems(args);
    const changedSince = args.take(' ') ? readChangedSince(args) : null;
    args.end();
    const { view } = session;
    if (view === null) return no('No folder');
    if (changedSince !== null && !items.some(({ kind }) => kind === 'MODSEQ')) items.push({ kind: 'MODSEQ' });
    if (items.some(({ kind }) => kind === 'MODSEQ')) session.knowsModseqs = true;
    if (byUid && !items.some(({ kind }) => kind === 'UID')) items.unshift({ kind: 'UID' });
    const marks = !view.readOnly && items.some((item) => item.kind === 'section' && !item.peek);
    for (const { sequence, message } of view.pick(set, { byUid })) {
      if (changedSince !== null && message.modseq <= changedSince) continue;
      const newlySeen = marks && !message.expunged && !message.flags.has('\\Seen');
      if (newlySeen) view.folder.setFlags(message.uid, new Set([...message.flags, '\\Seen']), session);
      const asked: readonly FetchItem[] = newlySeen && !items.some(({ kind }) => kind === 'FLAGS') ? [...items, { kind: 'FLAGS' }] : items;
      session.untagged(`${sequence} FETCH `, join(asked.flatMap((item) => value(message, item))));
      await session.drained();
    }
    return ok('Done');
  },
};
