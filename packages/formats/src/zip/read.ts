import { resolveLimits, type Limits, type ReadResult } from '@mss/core';
import { viewAsBuffer } from '../own-bytes.js';
import { readDirectory, type DirectoryRecord } from './directory.js';
import { findDirectory, tailLength } from './end-of-directory.js';
import { inflateEntry } from './inflate.js';
import { checkSpans, contentOffset, type Span } from './local-header.js';
import { refuse } from './refuse.js';
import type { ZipArchive, ZipEntry, ZipWarningCode } from './types.js';

export interface ZipReadOptions {
  /**
   * Used: `archiveBytes`, `archiveEntries`, `entryBytes`, `archiveInflatedBytes`, `compressionRatio` (for entries
   * above 64 KiB), `entryNameBytes`, `entryDepth`.
   */
  readonly limits?: Partial<Limits>;
}

class MemoryEntry implements ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly isDirectory: boolean;
  readonly modifiedAt: string | null;
  readonly #record: DirectoryRecord;
  readonly #compressed: Uint8Array;

  constructor(record: DirectoryRecord, compressed: Uint8Array) {
    this.name = record.name;
    this.size = record.size;
    this.compressedSize = record.compressedSize;
    this.crc32 = record.crc32;
    this.isDirectory = record.isDirectory;
    this.modifiedAt = record.modifiedAt;
    this.#record = record;
    this.#compressed = compressed;
  }

  read(): Uint8Array {
    return inflateEntry(this.#compressed, this.#record);
  }
}

/**
 * Opens an archive that is in memory. Nothing is inflated before everything is checked, and what is inflated later is
 * capped by the size that passed the check.
 *
 * Order of the checks: size, end record, volumes, then entry by entry encryption, method, type, name, duplicates,
 * size, ratio, total; then every local header against the directory; then overlaps.
 *
 * Not read: encryption, other methods than stored and deflate, several volumes. Not kept: extra fields, comments of
 * entries, permissions.
 *
 * @throws MssError every `ERR_MSS_ZIP_*` code but `ERR_MSS_ZIP_WRITE`.
 * @see PKWARE APPNOTE.TXT 6.3.10
 */
export function readZip(bytes: Uint8Array, options: ZipReadOptions = {}): ReadResult<ZipArchive, ZipWarningCode> {
  const limits = resolveLimits(options.limits);
  if (bytes.length > limits.archiveBytes) {
    refuse('ERR_MSS_ZIP_TOO_LARGE', 'the archive is over the limit archiveBytes', { limit: 'archiveBytes', max: limits.archiveBytes });
  }
  const buffer = viewAsBuffer(bytes);
  const place = findDirectory(buffer.subarray(Math.max(0, buffer.length - tailLength)), buffer.length);
  const { records, warnings } = readDirectory(buffer.subarray(place.offset, place.offset + place.size), place, limits);
  const spans: Span[] = records.map((record) => ({ record, contentAt: contentOffset(buffer.subarray(record.localOffset), record) }));
  warnings.push(...checkSpans(spans, { start: place.base, end: place.offset }));
  if (place.trailing > 0) warnings.push({ code: 'ZIP_TRAILING_BYTES', message: 'bytes after the end of the archive' });
  const entries = spans.map(
    ({ record, contentAt }) => new MemoryEntry(record, new Uint8Array(bytes.buffer, bytes.byteOffset + contentAt, record.compressedSize)),
  );
  return { value: { entries, comment: place.comment }, warnings };
}
