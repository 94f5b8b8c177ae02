import { isMssError, type AuditEvent, type AuditSink, type Clock } from '@mss/core';
import type { Mailbox } from '@mss/transport';

import type { Privacy } from '../privacy.js';

/** Who works on which mailbox. */
export interface TracedBy {
  /** Address of the mailbox. */
  readonly address: string;
  /** An identifier of the host's, never a patient. */
  readonly author: string;
}

interface TraceContext extends TracedBy {
  readonly sink: AuditSink;
  readonly clock: Clock;
  readonly privacy: Pick<Privacy, 'pseudonym'>;
}

/** The calls that read, change or delete messages, or change folders. */
type Traced = Pick<
  Mailbox,
  'fetchNew' | 'synchronise' | 'readMessage' | 'setFlags' | 'copy' | 'move' | 'expunge' | 'append' | 'saveToSent' | 'createFolder'
>;

type Note = (event: Pick<AuditEvent, 'action' | 'request' | 'response' | 'outcome'>) => Promise<void>;

/** Folders whose names say nothing but their use; a user may have named others after patients. */
const plainNames: ReadonlySet<string> = new Set([
  'inbox',
  'sent',
  'sent items',
  'envoyés',
  'messages envoyés',
  'éléments envoyés',
  'drafts',
  'brouillons',
  'trash',
  'deleted items',
  'corbeille',
  'éléments supprimés',
  'junk',
  'indésirables',
  'archive',
  'archives',
]);

/** @see AuditTrail.traced */
export async function traceMailbox<Of extends Partial<Mailbox>>(mailbox: Of, context: TraceContext): Promise<Of> {
  const { address, author, clock, sink } = context;
  const note: Note = async (event) => {
    await sink.record({ author, at: clock.now(), mailbox: address, ...event });
  };
  const traced = tracedCalls(mailbox as unknown as Mailbox, { note, folderName: folderNames(context) });
  await note({ action: 'imap.open', request: 'LOGIN', response: 'OK', outcome: 'success' });
  return new Proxy(mailbox, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return Object.hasOwn(traced, key) ? traced[key as keyof Traced] : value.bind(target);
    },
  });
}

function folderNames({ privacy, address }: TraceContext): (folder: string | undefined) => string {
  return (folder = 'INBOX') =>
    plainNames.has(folder.normalize('NFC').toLocaleLowerCase('fr'))
      ? folder
      : `folder-${privacy.pseudonym('audit-folder', `${address.toLowerCase()} ${folder}`).slice(0, 12)}`;
}

function tracedCalls(mailbox: Mailbox, how: { readonly note: Note; readonly folderName: (folder: string | undefined) => string }): Traced {
  const { note, folderName } = how;
  const call = async <Result>(
    event: { readonly action: string; readonly request: string },
    work: () => Promise<Result>,
    tell: (result: Result) => string = () => 'OK',
  ): Promise<Result> => {
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      await note({ ...event, ...failure(error) });
      throw error;
    }
    await note({ ...event, response: tell(result), outcome: 'success' });
    return result;
  };
  /** Reads that bring nothing are no processing: a client that waits makes hundreds a day. */
  const read = async function* <Item>(
    request: string,
    items: AsyncIterable<Item>,
    measure: (item: Item) => { readonly messages: number; readonly bytes: number },
  ): AsyncGenerator<Item> {
    let messages = 0;
    let bytes = 0;
    let failed: unknown;
    try {
      for await (const item of items) {
        const size = measure(item);
        messages += size.messages;
        bytes += size.bytes;
        yield item;
      }
    } catch (error) {
      failed = error;
      throw error;
    } finally {
      const brought = `${messages} messages, ${bytes} bytes`;
      if (failed !== undefined) {
        const { response, outcome } = failure(failed);
        await note({ action: 'imap.fetch', request, response: `${response} after ${brought}`, outcome });
      } else if (messages + bytes > 0) await note({ action: 'imap.fetch', request, response: brought, outcome: 'success' });
    }
  };
  const transfer = (word: 'copy' | 'move'): Mailbox['copy'] => {
    return async (request) =>
      call(
        {
          action: `imap.${word}`,
          request: `UID ${word.toUpperCase()} ${ranges(request.uids)} from ${folderName(request.folder)} to ${folderName(request.to)}`,
        },
        async () => mailbox[word](request),
        ({ uids }) => `OK, ${uids.size} told`,
      );
  };
  return {
    fetchNew: (request = {}) =>
      read(`new messages after UID ${request.afterUid ?? 0} in ${folderName(request.folder)}`, mailbox.fetchNew(request), (one) => ({
        messages: 1,
        bytes: one.bytes?.length ?? 0,
      })),
    synchronise: (request = {}) =>
      read(`changes of ${folderName(request.folder)}`, mailbox.synchronise(request), (event) =>
        event.kind === 'message' ? { messages: 1, bytes: event.message.bytes?.length ?? 0 } : { messages: 0, bytes: 0 },
      ),
    readMessage: (request) =>
      read(`UID FETCH ${request.uid} in ${folderName(request.folder)}`, mailbox.readMessage(request), (chunk) => ({
        messages: 0,
        bytes: chunk.length,
      })),
    setFlags: async (change) => {
      const flags = [
        ...(change.add === undefined ? [] : [`+FLAGS (${change.add.join(' ')})`]),
        ...(change.remove === undefined ? [] : [`-FLAGS (${change.remove.join(' ')})`]),
      ];
      const request = `UID STORE ${ranges(change.uids)} ${flags.join(' ')} in ${folderName(change.folder)}`;
      return call(
        { action: 'imap.store', request },
        async () => mailbox.setFlags(change),
        ({ modified }) => (modified.length === 0 ? 'OK' : `OK, MODIFIED ${ranges(modified)}`),
      );
    },
    copy: transfer('copy'),
    move: transfer('move'),
    expunge: async (request) =>
      call({ action: 'imap.expunge', request: `UID EXPUNGE ${ranges(request.uids)} in ${folderName(request.folder)}` }, async () =>
        mailbox.expunge(request),
      ),
    append: async (request) =>
      call(
        { action: 'imap.append', request: `APPEND ${request.message.length} bytes to ${folderName(request.folder)}` },
        async () => mailbox.append(request),
        ({ uid, already }) => (already ? 'already there' : `OK, UID ${uid ?? 'not told'}`),
      ),
    saveToSent: async (request) =>
      call(
        { action: 'imap.append', request: `copy of ${request.message.length} bytes in Sent` },
        async () => mailbox.saveToSent(request),
        ({ filedBy, uid }) => `filed by ${filedBy}, UID ${uid ?? 'not told'}`,
      ),
    createFolder: async (folder, options) =>
      call({ action: 'imap.create', request: `CREATE ${folderName(folder)}` }, async () => mailbox.createFolder(folder, options)),
  };
}

/** What is not known to have been refused may have been done. */
function failure(error: unknown): Pick<AuditEvent, 'outcome'> & { readonly response: string } {
  const code = isMssError(error) ? error.code : 'error';
  const lost = /^ERR_MSS_IMAP_(?:LINK_LOST|DEADLINE|ABORTED|PROTOCOL)$/.test(code);
  return { response: code, outcome: lost ? 'uncertain' : 'failure' };
}

/** UIDs in order as runs: `1:3,7`. */
function ranges(uids: readonly number[]): string {
  const told: string[] = [];
  const ordered = [...uids].sort((a, b) => a - b);
  for (let at = 0; at < ordered.length;) {
    const first = ordered[at] ?? 0;
    let last = first;
    while (at + 1 < ordered.length && (ordered[at + 1] ?? 0) <= last + 1) last = ordered[(at += 1)] ?? last;
    at += 1;
    told.push(first === last ? `${first}` : `${first}:${last}`);
  }
  return told.join(',');
}
