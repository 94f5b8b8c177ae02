import type { StorageBudget } from './budget.js';

/** A message in a folder, as it is now: its flags change, and sessions that still show it may hold one that is expunged. */
export interface StoredMessage {
  readonly uid: number;
  readonly internalDate: Date;
  readonly flags: ReadonlySet<string>;
  /** Grows with every change of the folder (RFC 7162 §3): the folder's value at the last change of this message. */
  readonly modseq: number;
  readonly content: Uint8Array;
  readonly expunged: boolean;
}

interface MutableMessage extends StoredMessage {
  flags: Set<string>;
  modseq: number;
  expunged: boolean;
}

/** What a session is told about its folder. */
export type FolderChange =
  | { readonly kind: 'added'; readonly message: StoredMessage }
  | { readonly kind: 'flags'; readonly message: StoredMessage; readonly by: unknown }
  | { readonly kind: 'expunged'; readonly message: StoredMessage };

export type FolderListener = (change: FolderChange) => void;

/** RFC 6154 attribute of a folder with a role. */
export type SpecialUse = '\\Sent' | '\\Trash' | '\\Drafts' | '\\Archive' | '\\Junk';

/** Of so many expunged messages a folder remembers when they went, and forgets the older half then. */
const maxGone = 10_000;

/** One mailbox in the sense of IMAP: messages in the order of their UIDs. */
export class Folder {
  name: string;
  readonly specialUse: SpecialUse | null;
  readonly uidValidity: number;
  subscribed = true;
  #uidNext = 1;
  #highestModseq = 1;
  #bytes = 0;
  /** What is gone, in the order of mod-sequences; of what is gone for longer nothing is known. */
  #gone: { readonly uid: number; readonly modseq: number }[] = [];
  #goneKnownSince = 0;
  readonly #byUid = new Map<number, MutableMessage>();
  /** In the order of the UIDs; made again after a change. */
  #ordered: readonly StoredMessage[] | null = null;
  readonly #budget: StorageBudget;
  readonly #listeners = new Set<FolderListener>();

  constructor(options: {
    readonly name: string;
    readonly specialUse?: SpecialUse | null;
    readonly uidValidity: number;
    readonly budget: StorageBudget;
  }) {
    this.name = options.name;
    this.specialUse = options.specialUse ?? null;
    this.uidValidity = options.uidValidity;
    this.#budget = options.budget;
  }

  get uidNext(): number {
    return this.#uidNext;
  }

  /** Mod-sequence of the last change, expunges among them. */
  get highestModseq(): number {
    return this.#highestModseq;
  }

  /** All messages together. */
  get bytes(): number {
    return this.#bytes;
  }

  get messages(): readonly StoredMessage[] {
    this.#ordered ??= [...this.#byUid.values()];
    return this.#ordered;
  }

  /** The new message, or `null` when the storage is full. */
  add(content: Uint8Array, options: { readonly internalDate: Date; readonly flags?: Iterable<string> }): StoredMessage | null {
    if (!this.#budget.reserve(content.length)) return null;
    const message: MutableMessage = {
      uid: this.#uidNext,
      internalDate: options.internalDate,
      flags: new Set(options.flags),
      modseq: this.#nextModseq(),
      content,
      expunged: false,
    };
    this.#uidNext += 1;
    this.#byUid.set(message.uid, message);
    this.#ordered = null;
    this.#bytes += content.length;
    this.#tell({ kind: 'added', message });
    return message;
  }

  /** @param by - who did it: the session is not told of its own change. */
  setFlags(uid: number, flags: ReadonlySet<string>, by: unknown = null): void {
    const message = this.#byUid.get(uid);
    // What changes nothing has no new mod-sequence, and nobody is told.
    if (message === undefined || (flags.size === message.flags.size && [...flags].every((flag) => message.flags.has(flag)))) return;
    message.flags = new Set(flags);
    message.modseq = this.#nextModseq();
    this.#tell({ kind: 'flags', message, by });
  }

  expunge(uids: ReadonlySet<number>): void {
    for (const uid of uids) {
      const message = this.#byUid.get(uid);
      if (message === undefined) continue;
      this.#byUid.delete(uid);
      this.#ordered = null;
      message.expunged = true;
      this.#gone.push({ uid, modseq: this.#nextModseq() });
      this.#budget.release(message.content.length);
      this.#bytes -= message.content.length;
      this.#tell({ kind: 'expunged', message });
    }
    if (this.#gone.length <= maxGone) return;
    const forgotten = this.#gone.splice(0, this.#gone.length - maxGone / 2);
    this.#goneKnownSince = forgotten.at(-1)?.modseq ?? 0;
  }

  /** UIDs of messages that are gone since a mod-sequence, in order; every UID without a message where that is no longer known (RFC 7162 §3.2.5.2). */
  goneSince(modseq: number): number[] {
    if (modseq >= this.#goneKnownSince)
      return this.#gone
        .filter((one) => one.modseq > modseq)
        .map(({ uid }) => uid)
        .sort((a, b) => a - b);
    const all: number[] = [];
    for (let uid = 1; uid < this.#uidNext; uid += 1) if (!this.#byUid.has(uid)) all.push(uid);
    return all;
  }

  find(uid: number): StoredMessage | undefined {
    return this.#byUid.get(uid);
  }

  /** @returns what stops it. */
  watch(listener: FolderListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #nextModseq(): number {
    this.#highestModseq += 1;
    return this.#highestModseq;
  }

  #tell(change: FolderChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
