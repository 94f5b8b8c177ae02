import type { Clock, MssWarning } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import type { Store } from '@mss/store';
import type { SyncWarningCode } from '../line/header.js';
import type { LoadPhase } from '../load/job.js';
import type { FileReport } from '../load/report.js';
import type { SyncLimits } from '../source/limits.js';
import type { ExpectedFile } from '../source/verify-file.js';

/** Another server of the same file. */
export interface Mirror {
  readonly url: string | URL;
  /** Default: that of the synchronisation. A mirror on the public Web needs a trust store of its own. */
  readonly policy?: Pick<SecureChannelPolicy, 'fetch'>;
}

/** How far a synchronisation is. */
export interface SyncProgress {
  readonly phase: 'download' | LoadPhase;
  readonly doneBytes: number;
  /** `null`: not known. */
  readonly totalBytes: number | null;
}

export interface SyncOptions {
  /** An `https:` address, the path of a file (text or ZIP), or the bytes of one. */
  readonly source: string | URL | AsyncIterable<Uint8Array>;
  /** The SQLite file of the directory, made when it is not there; or a PostgreSQL store, which stays open. */
  readonly db: string | Store;
  /** Fetches what is at an address, and verifies who gives it. */
  readonly policy?: Pick<SecureChannelPolicy, 'fetch'>;
  /** Asked one after the other when the source does not answer. */
  readonly mirrors?: readonly Mirror[];
  /** What the file must be, where that is published. */
  readonly expected?: ExpectedFile;
  /** More percent than this of a file's lines added, changed and removed: refused. Default 5. */
  readonly maxChangePercent?: number;
  /** More percent than this of a file's lines bad: refused; up to 100 lines never are. Default 5. */
  readonly maxRejectedPercent?: number;
  /** For how many snapshots changes are kept. Default 60. */
  readonly keepSnapshots?: number;
  /** Load even what headers say is known. Default `false`. */
  readonly force?: boolean;
  /** How often each server is asked. Default 5, with growing waits. */
  readonly attempts?: number;
  /**
   * Where downloads are kept until they are loaded, in a folder of each directory's own. Default: beside the SQLite file; the
   * system's temporary folder for PostgreSQL.
   */
  readonly workFolder?: string;
  readonly limits?: Partial<SyncLimits>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
  readonly clock?: Clock;
  /** Waits between attempts. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

export interface SyncResult {
  /** `unchanged`: the server has nothing new, or what it has is what the directory holds. */
  readonly outcome: 'updated' | 'unchanged';
  /** Lines of the source that are in the directory now. */
  readonly rows: number;
  /** Lines put aside: see `rejectedLines()` of an opened directory. */
  readonly rejected: number;
  readonly added: number;
  /** Same key (address, structure identifier type, structure identifier), another line. */
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Number of the snapshot that is current now. */
  readonly snapshot: number;
  /** `202608260300`: when the file was published, by its name. */
  readonly published: string | null;
  readonly elapsedMs: number;
  readonly files: readonly FileReport[];
  readonly warnings: readonly MssWarning<SyncWarningCode>[];
}

/** @throws TypeError for a number that cannot be */
export function checkSyncOptions(
  options: Pick<SyncOptions, 'attempts' | 'keepSnapshots' | 'maxChangePercent' | 'maxRejectedPercent'>,
): void {
  const { attempts = 1, keepSnapshots = 0, maxChangePercent = 0, maxRejectedPercent = 0 } = options;
  for (const [name, percent] of Object.entries({ maxChangePercent, maxRejectedPercent })) {
    if (!(percent >= 0)) throw new TypeError(`${name} must be a number of percent`);
  }
  if (!Number.isSafeInteger(attempts) || attempts < 1) throw new TypeError('attempts must be a positive integer');
  if (!Number.isSafeInteger(keepSnapshots) || keepSnapshots < 0) throw new TypeError('keepSnapshots must be an integer, not negative');
}
