import type { ImapSession } from './session.js';

/** Special uses of RFC 6154, and the INBOX. */
export type SpecialUse = 'inbox' | 'sent' | 'drafts' | 'trash' | 'junk' | 'archive' | 'all' | 'flagged';

/** One folder of the mailbox. */
export interface MailFolder {
  /** Full name, decoded; what every other call takes as `folder`. */
  readonly path: string;
  /** Between the levels of `path`; `null` when the server has no hierarchy. */
  readonly delimiter: string | null;
  readonly specialUse: SpecialUse | null;
  /** `'server'`: the server says so (SPECIAL-USE); `'name'`: guessed from a usual name such as "Éléments envoyés". */
  readonly specialUseSource: 'server' | 'name' | null;
  /** `false` for a mere level of the hierarchy. */
  readonly selectable: boolean;
  readonly subscribed: boolean;
}

const specialUses: ReadonlyMap<string, SpecialUse> = new Map([
  ['\\Inbox', 'inbox'],
  ['\\Sent', 'sent'],
  ['\\Drafts', 'drafts'],
  ['\\Trash', 'trash'],
  ['\\Junk', 'junk'],
  ['\\Archive', 'archive'],
  ['\\All', 'all'],
  ['\\Flagged', 'flagged'],
]);

/** What XLIST, which older servers have instead of RFC 6154, calls otherwise; imapflow does not know these. */
const xlistUses: ReadonlyMap<string, SpecialUse> = new Map([
  ['\\spam', 'junk'],
  ['\\allmail', 'all'],
  ['\\starred', 'flagged'],
]);

/** LIST with special uses. @see RFC 9051 §6.3.9; RFC 6154 */
export async function list(session: ImapSession, signal?: AbortSignal): Promise<readonly MailFolder[]> {
  const folders = await session.run((client) => client.list(), { signal });
  return folders.map((folder) => {
    const xlistUse = [...folder.flags].map((flag) => xlistUses.get(flag.toLowerCase())).find((use) => use !== undefined);
    const specialUse = xlistUse ?? (folder.specialUse === undefined ? null : (specialUses.get(folder.specialUse) ?? null));
    return {
      path: folder.path,
      delimiter: folder.delimiter === '' ? null : (folder.delimiter ?? null),
      specialUse,
      specialUseSource: specialUse === null ? null : xlistUse === undefined && folder.specialUseSource === 'name' ? 'name' : 'server',
      selectable: !folder.flags.has('\\Noselect') && !folder.flags.has('\\NonExistent'),
      subscribed: folder.subscribed,
    };
  });
}
