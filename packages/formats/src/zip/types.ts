/** What the central directory says of one entry. */
export interface ZipEntryInfo {
  /** Decoded, `\` read as `/`, without leading `./`; a folder ends with `/`. Two entries never have the same name, case folded. */
  readonly name: string;
  /** Bytes once inflated. */
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly isDirectory: boolean;
  /** `YYYY-MM-DDThh:mm:ss` as written: MS-DOS time has no zone. `null` when it is no date. */
  readonly modifiedAt: string | null;
}

/** One entry of an archive that is in memory. */
export interface ZipEntry extends ZipEntryInfo {
  /**
   * The content, inflated, its size and CRC-32 verified. A stored entry is a view on the archive's bytes, not a copy.
   *
   * @throws MssError `ERR_MSS_ZIP_DEFLATE` the compressed bytes are damaged or cut.
   * @throws MssError `ERR_MSS_ZIP_SIZE` the content is longer or shorter than declared; inflating stops there.
   * @throws MssError `ERR_MSS_ZIP_CRC` the content has another CRC-32.
   */
  read(): Uint8Array;
}

/** One archive that is in memory. */
export interface ZipArchive {
  /** In the order of the central directory, folders included. */
  readonly entries: readonly ZipEntry[];
  /** The archive's comment, `''` for none. */
  readonly comment: string;
}

/** What the ZIP reader tolerated. */
export type ZipWarningCode =
  /** Bytes before the first entry. */
  | 'ZIP_LEADING_BYTES'
  /** Bytes after the end of the archive. */
  | 'ZIP_TRAILING_BYTES'
  /** Bytes between entries that belong to none. */
  | 'ZIP_UNUSED_BYTES'
  /** `\` between the folders of a name. */
  | 'ZIP_NAME_BACKSLASH'
  /** `./` or `//` in a name. */
  | 'ZIP_NAME_NORMALISED'
  /** A name without UTF-8 flag that is UTF-8. */
  | 'ZIP_NAME_UTF8_UNFLAGGED'
  /** A name without UTF-8 flag, read as code page 437. */
  | 'ZIP_NAME_CP437';
