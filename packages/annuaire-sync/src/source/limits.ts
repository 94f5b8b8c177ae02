/** What an extraction may be at most. Several times what the national files are in 2026 (24 MB of archive, 0.6 to 2 million lines). */
export interface SyncLimits {
  /** Bytes of the file or archive as received: a download that fills the disk. Default 1 GiB. */
  readonly sourceBytes: number;
  /** Bytes of one text once inflated: a zip bomb. Default 6 GiB. */
  readonly textBytes: number;
  /** Inflated bytes divided by compressed bytes: a zip bomb. Extractions have 4 to 10. Default 60. */
  readonly compressionRatio: number;
  /** Files in an archive. Default 50. */
  readonly archiveEntries: number;
  /** Lines of one text. Default 20,000,000. */
  readonly lines: number;
  /** Bytes of one line; longer ones are rejected. Default 16 KiB. */
  readonly lineBytes: number;
  /** Bytes of an SQLite directory: it fills no disk that others need. Default 32 GiB. */
  readonly directoryBytes: number;
}

const GiB = 1024 ** 3;

export const defaultSyncLimits: SyncLimits = Object.freeze({
  sourceBytes: GiB,
  textBytes: 6 * GiB,
  compressionRatio: 60,
  archiveEntries: 50,
  lines: 20_000_000,
  lineBytes: 16 * 1024,
  directoryBytes: 32 * GiB,
});

/** @throws TypeError when a given limit is not a positive finite number: a limit cannot be switched off */
export function resolveSyncLimits(given: Partial<SyncLimits> = {}): SyncLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaultSyncLimits)) throw new TypeError(`unknown limit ${name}`);
    if (!Number.isFinite(value) || value <= 0) throw new TypeError(`limit ${name} must be a positive finite number`);
  }
  return { ...defaultSyncLimits, ...given };
}
