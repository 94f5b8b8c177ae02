import { MssError, type MssErrorOptions } from '@mss/core';

/**
 * Codes of the synchronisation and of everything that opens a directory. What happens on the wire comes through unchanged
 * from `@mss/pki` (`ERR_MSS_TLS_*`), what an archive holds from `@mss/formats/zip` (`ERR_MSS_ZIP_*`), what a database does
 * from `@mss/store` (`ERR_MSS_STORE_*`). Whatever the code, the directory is as it was before.
 */
export type SyncErrorCode =
  /** There is no directory at this place, or nothing was ever synchronised into it. */
  | 'ERR_MSS_ANNUAIRE_NO_DIRECTORY'
  /** The file is there and is no directory of this toolkit; it is left alone. */
  | 'ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY'
  /** A newer release wrote this directory. */
  | 'ERR_MSS_ANNUAIRE_NEWER_DIRECTORY'
  /** A file of the directory is missing or damaged: delete the directory and synchronise again. */
  | 'ERR_MSS_ANNUAIRE_DAMAGED'
  /** Another synchronisation of this directory is running. Later may help. */
  | 'ERR_MSS_ANNUAIRE_BUSY'
  /** The source cannot be read: no such file, no permission; or the folder for downloads is another account's. */
  | 'ERR_MSS_ANNUAIRE_SOURCE'
  /** The source is no extraction: a web page, another format, headings that no known file has. */
  | 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION'
  /** Two files of the archive are the same extraction. */
  | 'ERR_MSS_ANNUAIRE_AMBIGUOUS'
  /** A known extraction without one of the columns it must have (`details.columns`). */
  | 'ERR_MSS_ANNUAIRE_COLUMN_MISSING'
  /** The text is not UTF-8. */
  | 'ERR_MSS_ANNUAIRE_ENCODING'
  /** The file ends in the middle of a line, or the archive was cut. */
  | 'ERR_MSS_ANNUAIRE_TRUNCATED'
  /** Headings, and no line under them. */
  | 'ERR_MSS_ANNUAIRE_EMPTY'
  /** More bytes or lines than the limits allow. */
  | 'ERR_MSS_ANNUAIRE_TOO_LARGE'
  /** More bad lines than a sound extraction has. */
  | 'ERR_MSS_ANNUAIRE_TOO_MANY_REJECTED'
  /** More changes since the last snapshot than the threshold allows (`details` has the counts). */
  | 'ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES'
  /** No room on the disk, or in the quota. Later may help. */
  | 'ERR_MSS_ANNUAIRE_DISK_FULL'
  /** No server of the source gave the file (`details.status`), all attempts made. Later may help. */
  | 'ERR_MSS_ANNUAIRE_DOWNLOAD'
  /** The file has another size or checksum than it should. */
  | 'ERR_MSS_ANNUAIRE_CHECKSUM'
  /** The thread that loads died. */
  | 'ERR_MSS_ANNUAIRE_WORKER'
  /** The changes since that snapshot are no longer kept, or this directory never had it (it was deleted and made again): compare everything. */
  | 'ERR_MSS_ANNUAIRE_NO_HISTORY';

const passing: ReadonlySet<SyncErrorCode> = new Set<SyncErrorCode>([
  'ERR_MSS_ANNUAIRE_BUSY',
  'ERR_MSS_ANNUAIRE_DISK_FULL',
  'ERR_MSS_ANNUAIRE_DOWNLOAD',
  'ERR_MSS_ANNUAIRE_WORKER',
]);

/** Makes an error of this package; whether it is permanent follows from its code. */
export function syncError(
  code: SyncErrorCode,
  message: string,
  options: Omit<MssErrorOptions, 'permanent' | 'requirement'> = {},
): MssError<SyncErrorCode> {
  return new MssError<SyncErrorCode>(code, message, { ...options, permanent: !passing.has(code) });
}
