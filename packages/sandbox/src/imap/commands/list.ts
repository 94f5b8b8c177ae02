import type { Folder } from '../../store/folder.js';
import { hierarchySeparator } from '../../store/mailbox.js';
import { ImapSyntaxError, type Arguments } from '../arguments.js';
import { loggedIn, ok, type ImapCommand } from '../command.js';
import { decodeFolderName, encodeFolderName } from '../folder-name.js';
import { formatString } from '../format.js';
import type { ImapSession } from '../session.js';
import { matchesPattern } from '../wildcard.js';

function attributes(folder: Folder, folders: readonly Folder[], subscriptions: boolean): string {
  const hasChildren = folders.some(({ name }) => name.startsWith(folder.name + hierarchySeparator));
  return [
    hasChildren ? '\\HasChildren' : '\\HasNoChildren',
    ...(folder.specialUse === null ? [] : [folder.specialUse]),
    ...(subscriptions && folder.subscribed ? ['\\Subscribed'] : []),
  ].join(' ');
}

const maxPatternLength = 500;

interface ListRequest {
  readonly reference: string;
  readonly patterns: readonly string[];
  readonly onlySubscribed: boolean;
  readonly onlySpecialUse: boolean;
}

/** The arguments of RFC 3501 with the selection and return options of RFC 5258 and RFC 6154. */
function readRequest(args: Arguments): ListRequest {
  args.space();
  const selection = args.peek() === '(' ? args.list(() => args.atom().toUpperCase()) : null;
  if (selection !== null) args.space();
  const reference = args.astring();
  args.space();
  const patterns = args.peek() === '(' ? args.list(() => args.listPattern()) : [args.listPattern()];
  if (args.take(' ')) {
    args.atom();
    args.space();
    args.list(() => args.atom());
  }
  args.end();
  if (patterns.some((pattern) => pattern.length + reference.length > maxPatternLength)) throw new ImapSyntaxError('pattern too long');
  return {
    reference,
    patterns,
    onlySubscribed: selection?.includes('SUBSCRIBED') ?? false,
    onlySpecialUse: selection?.includes('SPECIAL-USE') ?? false,
  };
}

function answer(session: ImapSession, word: 'LIST' | 'LSUB', request: ListRequest): void {
  const folders = session.account?.mailbox.folders ?? [];
  // An empty pattern asks for the separator.
  if (request.patterns.every((pattern) => pattern === '')) return session.untagged(String.raw`${word} (\Noselect) "/" ""`);
  const patterns = request.patterns.map((pattern) => decodeFolderName(request.reference + pattern));
  for (const folder of folders) {
    if (!patterns.some((pattern) => matchesPattern(folder.name, /^inbox$/i.test(pattern) ? 'INBOX' : pattern))) continue;
    if (request.onlySubscribed && !folder.subscribed) continue;
    if (request.onlySpecialUse && folder.specialUse === null) continue;
    session.untagged(`${word} (${attributes(folder, folders, request.onlySubscribed)}) "/" `, formatString(encodeFolderName(folder.name)));
  }
}

export const list: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    answer(session, 'LIST', readRequest(args));
    return ok('Done');
  },
};

/** RFC 3501 §6.3.9 */
export const lsub: ImapCommand = {
  states: loggedIn,
  run(session, { args }) {
    answer(session, 'LSUB', { ...readRequest(args), onlySubscribed: true });
    return ok('Done');
  },
};
