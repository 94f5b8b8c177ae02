import type { SyncLimits } from '../source/limits.js';

/** Where a file came from, kept to know whether there is something new. */
export interface SourceIdentity {
  /** An address without its query, or the name of a file. */
  readonly location: string | null;
  /** As the server or the file system names it. */
  readonly name: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** What a load is asked to do. Plain values: it crosses to a thread. */
export interface LoadJob {
  /** A local file: downloaded, given, or written from a stream. */
  readonly path: string;
  readonly identity: SourceIdentity;
  readonly limits: SyncLimits;
  /** More percent than this of the lines added, changed and removed together: refused. */
  readonly maxChangePercent: number;
  readonly maxRejectedPercent: number;
  /** For how many snapshots changes are kept. */
  readonly keepSnapshots: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type LoadPhase = 'compare' | 'load' | 'index' | 'store';

/** How far a load is. */
export interface LoadProgress {
  readonly phase: LoadPhase;
  /** Bytes of all texts read in this phase, of `totalBytes`; both 0 where a phase has none. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface LoadContext {
  readonly signal?: AbortSignal;
  /** Lets the signal hear of an abort: a thread at work has no turn for messages. */
  readonly listen?: () => void;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** For work without a turn for messages, between its steps. */
export function throwIfAborted({ listen, signal }: LoadContext): void {
  listen?.();
  signal?.throwIfAborted();
}

/** The same items, as long as nobody aborts. */
export function* untilAborted<Item>(items: Iterable<Item>, context: LoadContext): Generator<Item, void, undefined> {
  for (const item of items) {
    throwIfAborted(context);
    yield item;
  }
}
