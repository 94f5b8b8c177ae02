import { MssError } from '@mss/core';
import type { FetchedMessage } from '@mss/transport';

import type { InboxMailbox } from '../../src/inbox/index.js';

interface StoredMessage {
  readonly uid: number;
  readonly bytes: Uint8Array;
  readonly internalDate: Date;
  readonly flags: Set<string>;
  modseq: bigint;
}

interface Folder {
  uidValidity: number;
  uidNext: number;
  messages: StoredMessage[];
}

export interface ImapDoubleOptions {
  readonly condstore?: boolean;
  /** `null`: any keyword stays. */
  readonly permanentFlags?: readonly string[];
  /** Told instead of the true size, by UID. */
  readonly lies?: ReadonlyMap<number, number>;
}

const noMessage = (): MssError => new MssError('ERR_MSS_IMAP_NO_MESSAGE', 'the message is not in the folder', { permanent: false });

/** An IMAP server in memory, with as many connections as wanted: what one does, the others see. */
export class ImapDouble {
  readonly folders = new Map<string, Folder>();
  /** Commands, in order. */
  readonly log: string[] = [];
  #modseq = 1n;
  #validity = 1000;
  readonly #options: ImapDoubleOptions;

  constructor(options: ImapDoubleOptions = {}) {
    this.#options = options;
    this.create('INBOX');
  }

  create(name: string): void {
    this.#validity += 1;
    this.folders.set(name, { uidValidity: this.#validity, uidNext: 1, messages: [] });
  }

  folder(name: string): Folder {
    const folder = this.folders.get(name);
    if (folder === undefined) throw new MssError('ERR_MSS_IMAP_NO_FOLDER', 'the folder does not exist');
    return folder;
  }

  deliver(
    bytes: Uint8Array | string,
    options: { readonly folder?: string; readonly flags?: readonly string[]; readonly at?: Date } = {},
  ): number {
    const folder = this.folder(options.folder ?? 'INBOX');
    const uid = folder.uidNext;
    folder.uidNext += 1;
    this.#modseq += 1n;
    folder.messages.push({
      uid,
      bytes: typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes)) : bytes,
      internalDate: options.at ?? new Date('2026-03-01T08:00:00Z'),
      flags: new Set(options.flags),
      modseq: this.#modseq,
    });
    return uid;
  }

  expunge(uid: number, folder = 'INBOX'): void {
    const found = this.folder(folder);
    found.messages = found.messages.filter((one) => one.uid !== uid);
  }

  /** As after a restoration: the same messages, new UIDs from `first`, another UIDVALIDITY. */
  recreate(name = 'INBOX', options: { readonly rewrite?: (bytes: Uint8Array) => Uint8Array; readonly first?: number } = {}): void {
    const before = this.folder(name);
    this.create(name);
    const after = this.folder(name);
    after.uidNext = options.first ?? 1;
    for (const one of before.messages)
      this.deliver(options.rewrite?.(one.bytes) ?? one.bytes, { folder: name, flags: [...one.flags], at: one.internalDate });
  }

  flagsOf(uid: number, folder = 'INBOX'): readonly string[] {
    return [...(this.folder(folder).messages.find((one) => one.uid === uid)?.flags ?? [])].sort();
  }

  uids(folder = 'INBOX'): readonly number[] {
    return this.folder(folder).messages.map((one) => one.uid);
  }

  /**
   * One connection.
   *
   * @param options.before - called before each command; what it throws is the answer
   */
  connect(options: { readonly before?: (command: string) => void | Promise<void> } = {}): InboxMailbox {
    const begin = async (command: string): Promise<void> => {
      // Every command is a turn of the event loop, as on a network.
      await new Promise((resolve) => setImmediate(resolve));
      this.log.push(command);
      await options.before?.(command);
    };
    const select = (name: string, uidValidity?: number | null): Folder => {
      const folder = this.folder(name);
      if (uidValidity != null && uidValidity !== folder.uidValidity)
        throw new MssError('ERR_MSS_IMAP_UID_VALIDITY', 'the folder was made anew', { permanent: false });
      return folder;
    };
    const condstore = this.#options.condstore ?? true;
    const { permanentFlags = null } = this.#options;
    const sizeOf = (one: StoredMessage): number => this.#options.lies?.get(one.uid) ?? one.bytes.length;
    const fetchNew = this.#fetchNew.bind(this);
    return {
      openFolder: async (name) => {
        await begin(`select ${name}`);
        const folder = select(name);
        return {
          uidValidity: folder.uidValidity,
          uidNext: folder.uidNext,
          messages: folder.messages.length,
          highestModseq: condstore ? this.#modseq : null,
          readOnly: false,
          permanentFlags: permanentFlags ?? ['\\Seen', '\\*'],
          newKeywords: permanentFlags === null,
        };
      },
      fetchNew: (request = {}) => fetchNew(request, { begin, select, sizeOf }),
      readMessage: async function* ({ folder, uidValidity, uid }) {
        await begin(`read ${uid}`);
        for (let at = 0; ; at += 512 * 1024) {
          const message = select(folder, uidValidity).messages.find((one) => one.uid === uid);
          if (message === undefined) throw noMessage();
          const chunk = message.bytes.slice(at, at + 512 * 1024);
          if (chunk.length > 0) yield chunk;
          if (chunk.length < 512 * 1024) return;
        }
      },
      fetchFlags: async ({ folder, uidValidity, uids }) => {
        await begin(`flags ${uids.join(',')}`);
        return select(folder, uidValidity)
          .messages.filter((one) => uids.includes(one.uid))
          .map((one) => ({ uid: one.uid, flags: [...one.flags], modseq: condstore ? one.modseq : null }));
      },
      setFlags: async ({ folder, uidValidity, uids, add = [], remove = [], unchangedSince }) => {
        await begin(`store ${uids.join(',')} +${add.join(' ')} -${remove.join(' ')}`);
        const selected = select(folder, uidValidity);
        if (permanentFlags !== null && add.some((flag) => !permanentFlags.includes(flag)))
          throw new MssError('ERR_MSS_IMAP_UNSUPPORTED', 'the folder does not keep this flag');
        const modified: number[] = [];
        const modseqs = new Map<number, bigint>();
        for (const message of selected.messages.filter((one) => uids.includes(one.uid))) {
          if (unchangedSince !== undefined && message.modseq > unchangedSince) {
            modified.push(message.uid);
            continue;
          }
          for (const flag of add) message.flags.add(flag);
          for (const flag of remove) message.flags.delete(flag);
          this.#modseq += 1n;
          message.modseq = this.#modseq;
          if (condstore) modseqs.set(message.uid, this.#modseq);
        }
        return { modified, modseqs };
      },
      move: async ({ folder, uidValidity, uids, to }) => {
        await begin(`move ${uids.join(',')} ${to}`);
        const selected = select(folder, uidValidity);
        const target = this.folder(to);
        const moved = new Map<number, number>();
        for (const message of selected.messages.filter((one) => uids.includes(one.uid)))
          moved.set(message.uid, this.deliver(message.bytes, { folder: to, flags: [...message.flags], at: message.internalDate }));
        selected.messages = selected.messages.filter((one) => !uids.includes(one.uid));
        return { uidValidity: target.uidValidity, uids: moved };
      },
      waitForNew: async ({ folder = 'INBOX', uidValidity = null, afterUid, signal }) => {
        for (;;) {
          await begin('wait');
          signal?.throwIfAborted();
          if (select(folder, uidValidity).messages.some((one) => one.uid > afterUid)) return true;
        }
      },
    };
  }

  async *#fetchNew(
    request: Parameters<InboxMailbox['fetchNew']>[0] & {},
    on: {
      readonly begin: (command: string) => Promise<void>;
      readonly select: (name: string, uidValidity?: number | null) => Folder;
      readonly sizeOf: (one: StoredMessage) => number;
    },
  ): AsyncGenerator<FetchedMessage> {
    const { folder = 'INBOX', uidValidity = null, afterUid = 0, maxMessageBytes = Infinity } = request;
    await on.begin(`search ${afterUid + 1}:*`);
    const uids = on
      .select(folder, uidValidity)
      .messages.map((one) => one.uid)
      .filter((uid) => uid > afterUid)
      .sort((a, b) => a - b);
    for (let at = 0; at < uids.length; at += 3) {
      const batch = uids.slice(at, at + 3);
      await on.begin(`fetch ${batch.join(',')}`);
      const selected = on.select(folder, uidValidity);
      // What was deleted meanwhile is passed over.
      const found = selected.messages.filter((one) => batch.includes(one.uid));
      for (const message of found.map((one) => ({ ...one, flags: [...one.flags] }))) {
        const stored = found.find((one) => one.uid === message.uid) as StoredMessage;
        const sizeBytes = on.sizeOf(stored);
        yield {
          folder,
          uidValidity: selected.uidValidity,
          uid: message.uid,
          internalDate: message.internalDate,
          flags: message.flags,
          sizeBytes,
          bytes: sizeBytes > maxMessageBytes || message.bytes.length > maxMessageBytes ? null : message.bytes,
        };
      }
    }
  }
}
