import { MssError } from '@mss/core';
import type { ImapErrorCode } from '../errors.js';
import type { MailFolder, SpecialUse } from './list.js';
import type { ImapSession } from './session.js';

/** Names that mail programs used in France give their folders, folded; imapflow knows many more of other languages. */
const usualNames: ReadonlyMap<SpecialUse, readonly string[]> = new Map([
  [
    'sent',
    [
      'sent',
      'sent items',
      'sent messages',
      'sent mail',
      'envoyés',
      'messages envoyés',
      'éléments envoyés',
      'courrier envoyé',
      'objets envoyés',
      'boîte d’envoi',
      "boîte d'envoi",
    ],
  ],
  ['drafts', ['drafts', 'draft', 'brouillons', 'brouillon']],
  ['trash', ['trash', 'deleted items', 'deleted messages', 'corbeille', 'éléments supprimés', 'messages supprimés', 'supprimés']],
  ['junk', ['junk', 'junk e-mail', 'spam', 'indésirables', 'courrier indésirable', 'pourriel', 'pourriels']],
  ['archive', ['archive', 'archives', 'archivés', 'éléments archivés']],
]);

const fold = (name: string): string => name.normalize('NFC').toLocaleLowerCase('fr').trim();

/** Where to look for a folder with a use. */
export interface FolderQuery {
  /** The path from the configuration: taken before all else, and an error when it is not there. */
  readonly configured?: string | null;
  readonly signal?: AbortSignal;
}

/**
 * The folder with a use: the configured one, else the one the server names (SPECIAL-USE, XLIST), else one with a usual
 * French or English name, at the top before deeper down.
 *
 * @returns `null` when there is none
 * @throws MssError `ERR_MSS_IMAP_NO_FOLDER` when the configured one does not exist
 * @see RFC 6154
 */
export function chooseFolder(folders: readonly MailFolder[], use: SpecialUse, configured: string | null = null): MailFolder | null {
  if (configured !== null) {
    const found = folders.find((one) => one.path === configured && one.selectable);
    if (found === undefined)
      throw new MssError<ImapErrorCode>('ERR_MSS_IMAP_NO_FOLDER', 'the configured folder does not exist', { details: { use } });
    return found;
  }
  const depth = (one: MailFolder): number => (one.delimiter === null ? 1 : one.path.split(one.delimiter).length);
  const candidates = folders.filter((one) => one.selectable).toSorted((a, b) => depth(a) - depth(b));
  const names = usualNames.get(use) ?? [];
  const leaf = (one: MailFolder): string => fold((one.delimiter === null ? [one.path] : one.path.split(one.delimiter)).at(-1) ?? '');
  return (
    candidates.find((one) => one.specialUse === use && one.specialUseSource === 'server') ??
    candidates.find((one) => one.specialUse === use) ??
    candidates.find((one) => one.specialUse === null && names.includes(leaf(one))) ??
    null
  );
}

/** CREATE; nothing happens when the folder exists. @see RFC 9051 §6.3.4 */
export async function createFolder(session: ImapSession, folder: string, signal?: AbortSignal): Promise<void> {
  await session.run(
    async (client) => {
      const created = await client.mailboxCreate(folder);
      if (!created) throw session.refusal();
    },
    { signal },
  );
}

/** Prefixes of the folders of one namespace, with the separator of their levels. */
export interface MailNamespace {
  readonly prefix: string;
  readonly delimiter: string | null;
}

/** RFC 2342. `otherUsers` and `shared`: an organisational mailbox may be seen there. */
export interface MailNamespaces {
  readonly personal: readonly MailNamespace[];
  readonly otherUsers: readonly MailNamespace[];
  readonly shared: readonly MailNamespace[];
}

/** As imapflow asked for them at login. */
export function namespacesOf(session: ImapSession): MailNamespaces {
  const { namespaces } = session.client as unknown as {
    readonly namespaces?: Readonly<
      Record<'personal' | 'other' | 'shared', false | readonly { prefix: string; delimiter?: string | null }[]>
    >;
  };
  const read = (list: false | readonly { prefix: string; delimiter?: string | null }[] | undefined): MailNamespace[] =>
    (list || []).map(({ prefix, delimiter }) => ({ prefix, delimiter: delimiter ?? null }));
  return { personal: read(namespaces?.personal), otherUsers: read(namespaces?.other), shared: read(namespaces?.shared) };
}
