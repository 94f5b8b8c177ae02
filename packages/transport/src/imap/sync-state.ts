import { UidRanges } from './uid-ranges.js';

/**
 * What is known of a folder: a small value of JSON that the host stores and gives back. A thousand consecutive
 * messages take some 100 bytes.
 */
export interface SyncState {
  readonly folder: string;
  readonly uidValidity: number;
  /** Every message up to this UID was given. */
  readonly lastUid: number;
  /** The messages that are known and there, for example `1:40,42`. */
  readonly uids: string;
  /** Mod-sequence up to which flags and deletions are known, in decimal; `null` where the server keeps none. */
  readonly highestModseq: string | null;
  /** Without mod-sequences: the messages that have each flag; else `null`. */
  readonly flags: Readonly<Record<string, string>> | null;
}

/** Flags of one folder that are told apart; a server with more keywords is asked for trouble elsewhere. */
const maxFlags = 1000;

/** The state while it changes. */
export class SyncTracker {
  readonly folder: string;
  readonly uidValidity: number;
  lastUid = 0;
  modseq: bigint | null = null;
  readonly uids: UidRanges;
  /** By flag; `null`: not known, or not needed. */
  #flags: Map<string, UidRanges> | null = null;

  /** @throws TypeError when the state is not one of ours */
  constructor(known: { readonly folder: string; readonly uidValidity: number }, state: SyncState | null) {
    this.folder = known.folder;
    this.uidValidity = known.uidValidity;
    this.uids = UidRanges.parse(state?.uids ?? '');
    if (state === null) return;
    const { lastUid, highestModseq, flags } = state;
    if (!Number.isInteger(lastUid) || lastUid < this.uids.last || lastUid > 0xffffffff) throw new TypeError('not a state: lastUid');
    if (highestModseq !== null && !/^\d{1,19}$/.test(highestModseq)) throw new TypeError('not a state: highestModseq');
    this.lastUid = lastUid;
    this.modseq = highestModseq === null ? null : BigInt(highestModseq);
    this.#flags = flags === null ? null : new Map(Object.entries(flags).map(([flag, uids]) => [flag, UidRanges.parse(uids)]));
  }

  /** From now on the flags are kept (`true`), or left to the server's mod-sequences. */
  keepFlags(keep: boolean): void {
    this.#flags = keep ? (this.#flags ?? new Map()) : null;
  }

  add(uid: number, flags: readonly string[]): void {
    this.uids.add(uid);
    this.lastUid = Math.max(this.lastUid, uid);
    this.setFlags(uid, flags);
  }

  delete(uid: number): void {
    this.uids.delete(uid);
    for (const uids of this.#flags?.values() ?? []) uids.delete(uid);
  }

  setFlags(uid: number, flags: readonly string[]): void {
    if (this.#flags === null) return;
    for (const flag of flags) {
      const uids = this.#flags.get(flag);
      if (uids !== undefined) uids.add(uid);
      else if (this.#flags.size < maxFlags) this.#flags.set(flag, new UidRanges([uid]));
    }
    for (const [flag, uids] of this.#flags) if (!flags.includes(flag) && uids.delete(uid) && uids.size === 0) this.#flags.delete(flag);
  }

  /** Whether these are the flags that are kept of the message. */
  hasFlags(uid: number, flags: readonly string[]): boolean {
    if (this.#flags === null) return false;
    const kept = [...this.#flags].filter(([, uids]) => uids.has(uid)).map(([flag]) => flag);
    return kept.length === new Set(flags).size && kept.every((flag) => flags.includes(flag));
  }

  get state(): SyncState {
    return {
      folder: this.folder,
      uidValidity: this.uidValidity,
      lastUid: this.lastUid,
      uids: this.uids.toString(),
      highestModseq: this.modseq?.toString() ?? null,
      flags: this.#flags === null ? null : Object.fromEntries([...this.#flags].map(([flag, uids]) => [flag, uids.toString()])),
    };
  }
}

/** @throws TypeError when the state is of another folder, or not one of ours */
export function ensureStateOf(state: SyncState, folder: string): void {
  if (state.folder !== folder) throw new TypeError('the state is of another folder');
  if (!Number.isInteger(state.uidValidity) || typeof state.uids !== 'string') throw new TypeError('not a state');
}
