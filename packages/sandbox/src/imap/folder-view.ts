import type { Folder, FolderChange, StoredMessage } from '../store/folder.js';
import { ImapSyntaxError, type SequenceRange } from './arguments.js';
import { formatFlags, formatSequenceSet } from './format.js';

/** A message with the number by which this session knows it. */
export interface NumberedMessage {
  readonly sequence: number;
  readonly message: StoredMessage;
}

/**
 * The selected folder as one session sees it: sequence numbers stay what they are until the session was told.
 */
export class FolderView {
  readonly folder: Folder;
  readonly readOnly: boolean;
  #messages: StoredMessage[];
  #expunged = false;
  #grown = false;
  #highestTold: number;
  readonly #newFlags = new Set<StoredMessage>();
  readonly #stop: () => void;

  /** @param onChange - called at each change by somebody else. */
  constructor(folder: Folder, options: { readonly readOnly: boolean; readonly owner: unknown; readonly onChange: () => void }) {
    this.folder = folder;
    this.readOnly = options.readOnly;
    this.#messages = [...folder.messages];
    this.#highestTold = this.#messages.at(-1)?.uid ?? 0;
    this.#stop = folder.watch((change) => {
      if (this.#note(change, options.owner)) options.onChange();
    });
  }

  get length(): number {
    return this.#messages.length;
  }

  close(): void {
    this.#stop();
  }

  /** All messages with their numbers. */
  numbered(): NumberedMessage[] {
    return this.#messages.map((message, index) => ({ sequence: index + 1, message }));
  }

  /**
   * The messages of a set, in order.
   *
   * @throws ImapSyntaxError when a sequence number is beyond the folder; unknown UIDs are passed over.
   */
  pick(ranges: readonly SequenceRange[], options: { readonly byUid: boolean }): NumberedMessage[] {
    const { byUid } = options;
    const last = byUid ? (this.#messages.at(-1)?.uid ?? 0) : this.#messages.length;
    // "*" is the last one, and "9:*" holds it even when 9 is beyond.
    const bounds = ranges.map(({ from, to }) => (to === Infinity ? { from: Math.min(from, last), to: last } : { from, to }));
    if (!byUid && bounds.some(({ from, to }) => from < 1 || to > last)) throw new ImapSyntaxError('no such message');
    return this.numbered().filter(({ sequence, message }) => {
      const number = byUid ? message.uid : sequence;
      return bounds.some(({ from, to }) => number >= from && number <= to);
    });
  }

  /** The UIDs that the client counts among its messages: expunged ones too, until it was told. */
  get uids(): ReadonlySet<number> {
    return new Set(this.#messages.map(({ uid }) => uid));
  }

  /**
   * The untagged lines that bring the client up to date. Without `expunges` the numbers stay as they are. `modseqs`, and `byUid` for
   * VANISHED instead of EXPUNGE: RFC 7162 §3.1 and §3.2.10.
   */
  *updates(options: { readonly expunges: boolean; readonly modseqs: boolean; readonly byUid: boolean }): Generator<string> {
    if (this.#expunged && options.expunges) {
      const gone = this.#messages.filter(({ expunged }) => expunged).map(({ uid }) => uid);
      if (options.byUid) yield `VANISHED ${formatSequenceSet(gone)}`;
      for (let index = this.#messages.length - 1; index >= 0 && !options.byUid; index -= 1) {
        if (this.#messages[index]?.expunged === true) yield `${index + 1} EXPUNGE`;
      }
      this.#messages = this.#messages.filter(({ expunged }) => !expunged);
      this.#expunged = false;
    }
    const added = this.#grown ? this.folder.messages.filter(({ uid }) => uid > this.#highestTold) : [];
    this.#grown = false;
    if (added.length > 0) {
      this.#messages.push(...added);
      this.#highestTold = this.#messages.at(-1)?.uid ?? 0;
      yield `${this.#messages.length} EXISTS`;
    }
    for (const { sequence, message } of this.#newFlags.size === 0 ? [] : this.numbered()) {
      const modseq = options.modseqs ? ` MODSEQ (${message.modseq})` : '';
      if (this.#newFlags.has(message)) yield `${sequence} FETCH (UID ${message.uid} FLAGS ${formatFlags(message.flags)}${modseq})`;
    }
    this.#newFlags.clear();
  }

  #note(change: FolderChange, owner: unknown): boolean {
    if (change.kind === 'flags') {
      if (change.by === owner) return false;
      this.#newFlags.add(change.message);
    } else if (change.kind === 'expunged') this.#expunged = true;
    else this.#grown = true;
    return true;
  }
}
