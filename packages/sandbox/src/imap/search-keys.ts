import { parseAddressList } from '@mss/formats/mime';
import { ImapSyntaxError, type Arguments, type SequenceRange } from './arguments.js';
import type { NumberedMessage } from './folder-view.js';
import { parseSearchDate } from './format.js';
import { partTree } from './part-tree.js';

/** Whether a message is found. */
export type SearchKey = (candidate: NumberedMessage) => boolean;

/** The messages of a set, as the folder's view resolves it. */
export type PickSet = (ranges: readonly SequenceRange[], byUid: boolean) => ReadonlySet<number>;

const dayMs = 86_400_000;
const fold = (text: string): string => text.normalize('NFC').toLowerCase();

const flagKeys: Readonly<Record<string, readonly [flag: string, present: boolean]>> = {
  ANSWERED: ['\\Answered', true],
  UNANSWERED: ['\\Answered', false],
  DELETED: ['\\Deleted', true],
  UNDELETED: ['\\Deleted', false],
  DRAFT: ['\\Draft', true],
  UNDRAFT: ['\\Draft', false],
  FLAGGED: ['\\Flagged', true],
  UNFLAGGED: ['\\Flagged', false],
  SEEN: ['\\Seen', true],
  UNSEEN: ['\\Seen', false],
};

function inHeader(name: string, text: string): SearchKey {
  const wanted = fold(text);
  return ({ message }) =>
    partTree(message)
      .headersNamed(name)
      .some(({ value }) => fold(value).includes(wanted));
}

function inAddresses(name: string, text: string): SearchKey {
  const wanted = fold(text);
  return ({ message }) =>
    partTree(message)
      .headersNamed(name)
      .some(({ raw }) =>
        parseAddressList(raw).value.some(({ name: shown, address }) => fold(`${shown ?? ''} <${address}>`).includes(wanted)),
      );
}

function inBytes(text: string, part: 'content' | 'body'): SearchKey {
  const wanted = fold(text);
  return ({ message }) => fold(Buffer.from(part === 'body' ? partTree(message).raw : message.content).toString('utf8')).includes(wanted);
}

function date(args: Arguments): number {
  args.space();
  const day = parseSearchDate(args.astring());
  if (day === null) throw new ImapSyntaxError('date expected');
  return day.getTime();
}

/** The day of INTERNALDATE or, with SENT, of the Date field. */
function dateKey(word: string, day: number): SearchKey {
  const sent = word.startsWith('SENT');
  const relation = sent ? word.slice(4) : word;
  return ({ message }) => {
    const written = sent ? Date.parse(partTree(message).headersNamed('Date')[0]?.value ?? '') : message.internalDate.getTime();
    if (Number.isNaN(written)) return false;
    const of = Math.floor(written / dayMs) * dayMs;
    return relation === 'BEFORE' ? of < day : relation === 'ON' ? of === day : of >= day;
  };
}

function text(args: Arguments): string {
  args.space();
  return args.astring();
}

function size(args: Arguments): number {
  args.space();
  return args.number();
}

/** Keys side by side: all of them must hold. */
export function readSearchKeys(args: Arguments, pick: PickSet): SearchKey {
  const keys: SearchKey[] = [];
  do {
    args.space();
    keys.push(readKey(args, pick));
  } while (!args.atEnd);
  return (candidate) => keys.every((key) => key(candidate));
}

/** @see RFC 3501 §6.4.4 */
function readKey(args: Arguments, pick: PickSet): SearchKey {
  if (args.peek() === '(') {
    const keys = args.list(() => readKey(args, pick));
    return (candidate) => keys.every((key) => key(candidate));
  }
  if (args.beforeSequenceSet) {
    const found = pick(args.sequenceSet(), false);
    return ({ message }) => found.has(message.uid);
  }
  const word = args.atom().toUpperCase();
  const flag = flagKeys[word];
  if (flag !== undefined) return ({ message }) => message.flags.has(flag[0]) === flag[1];
  return readKeyWithArgument(word, args, pick);
}

function readKeyWithArgument(word: string, args: Arguments, pick: PickSet): SearchKey {
  switch (word) {
    case 'ALL':
    case 'OLD':
      return () => true;
    case 'NEW':
    case 'RECENT':
      return () => false;
    case 'KEYWORD':
    case 'UNKEYWORD': {
      const keyword = text(args);
      return ({ message }) => message.flags.has(keyword) === (word === 'KEYWORD');
    }
    case 'MODSEQ': {
      // RFC 7162 §3.1.5; the name of a metadata item and its type are read over: there is one mod-sequence for all.
      args.space();
      if (args.peek() === '"') {
        args.string();
        args.space();
        args.word();
        args.space();
      }
      const modseq = args.modseq();
      return ({ message }) => message.modseq >= modseq;
    }
    case 'UID': {
      args.space();
      const found = pick(args.sequenceSet(), true);
      return ({ message }) => found.has(message.uid);
    }
    case 'LARGER':
    case 'SMALLER': {
      const bytes = size(args);
      return ({ message }) => (word === 'LARGER' ? message.content.length > bytes : message.content.length < bytes);
    }
    case 'NOT': {
      args.space();
      const key = readKey(args, pick);
      return (candidate) => !key(candidate);
    }
    case 'OR': {
      args.space();
      const one = readKey(args, pick);
      args.space();
      const other = readKey(args, pick);
      return (candidate) => one(candidate) || other(candidate);
    }
    case 'HEADER': {
      const name = text(args);
      return inHeader(name, text(args));
    }
    case 'SUBJECT':
      return inHeader('Subject', text(args));
    case 'FROM':
    case 'TO':
    case 'CC':
    case 'BCC':
      return inAddresses(word, text(args));
    case 'BODY':
      return inBytes(text(args), 'body');
    case 'TEXT':
      return inBytes(text(args), 'content');
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return dateKey(word, date(args));
    default:
      throw new ImapSyntaxError('unknown search key');
  }
}
