import type { MssWarning } from '@mss/core';
import type { DirectoryRecord } from './directory.js';
import { refuse } from './refuse.js';
import type { ZipWarningCode } from './types.js';

/** Bytes of a local header without name and extra field. */
export const localHeaderLength = 30;

/** Longest data descriptor: signature, CRC-32 and two 64-bit sizes. */
const maxDescriptorLength = 24;

/**
 * Compares the local header of an entry with the central directory and tells where the content begins.
 *
 * Two readers that trust different headers would see two different archives; such an archive is refused.
 *
 * @param header - bytes from the local header on, at least {@link localHeaderLength} plus the name when the file has them.
 * @returns the position of the content in the file.
 * @throws MssError `ERR_MSS_ZIP_TRUNCATED`, `ERR_MSS_ZIP_ENCRYPTED`, `ERR_MSS_ZIP_INCONSISTENT`
 * @see APPNOTE.TXT 6.3.10, §4.3.7
 */
export function contentOffset(header: Buffer, record: DirectoryRecord): number {
  const { index } = record;
  if (header.length < localHeaderLength + record.rawName.length)
    refuse('ERR_MSS_ZIP_TRUNCATED', 'a local header beyond the end', { entry: index });
  if (header.readUInt32LE(0) !== 0x04034b50)
    refuse('ERR_MSS_ZIP_INCONSISTENT', 'no local header where the directory says', { entry: index });
  const flags = header.readUInt16LE(6);
  if ((flags & 0x41) !== 0) refuse('ERR_MSS_ZIP_ENCRYPTED', 'an encrypted entry', { entry: index });
  const nameLength = header.readUInt16LE(26);
  const sameName =
    nameLength === record.rawName.length &&
    header.compare(record.rawName, 0, nameLength, localHeaderLength, localHeaderLength + nameLength) === 0;
  // With bit 3 the numbers may stand behind the content instead; with ZIP64 they stand in an extra field.
  const later = (flags & 8) !== 0;
  const agrees = (local: number, central: number): boolean => local === central || (later && local === 0) || local === 0xffffffff;
  const same =
    sameName &&
    header.readUInt16LE(8) === record.method &&
    agrees(header.readUInt32LE(14), record.crc32) &&
    agrees(header.readUInt32LE(18), record.compressedSize) &&
    agrees(header.readUInt32LE(22), record.size);
  if (!same) refuse('ERR_MSS_ZIP_INCONSISTENT', 'a local header contradicts the central directory', { entry: index });
  return record.localOffset + localHeaderLength + nameLength + header.readUInt16LE(28);
}

/** Where one entry's bytes are: from its local header to the end of its content. */
export interface Span {
  readonly record: DirectoryRecord;
  /** Position of the content. */
  readonly contentAt: number;
}

/**
 * Refuses entries that share bytes (with each other or with the directory), and reports bytes that belong to nobody.
 *
 * @param bounds.start - position where the archive begins; `bounds.end` - position of the central directory.
 * @see David Fifield, "A better zip bomb" (WOOT 2019): overlapping files
 */
export function checkSpans(spans: readonly Span[], bounds: { readonly start: number; readonly end: number }): MssWarning<ZipWarningCode>[] {
  const warnings: MssWarning<ZipWarningCode>[] = [];
  const ordered = spans.toSorted((a, b) => a.record.localOffset - b.record.localOffset);
  let end = bounds.start;
  let allowedGap = 0;
  let unused = false;
  for (const [place, { record, contentAt }] of ordered.entries()) {
    if (place === 0) {
      if (record.localOffset > 0) warnings.push({ code: 'ZIP_LEADING_BYTES', message: 'bytes before the first entry' });
    } else if (record.localOffset < end) refuse('ERR_MSS_ZIP_OVERLAP', 'two entries share bytes', { entry: record.index });
    else if (record.localOffset > end + allowedGap) unused = true;
    end = contentAt + record.compressedSize;
    allowedGap = (record.flags & 8) !== 0 ? maxDescriptorLength : 0;
    if (end > bounds.end) refuse('ERR_MSS_ZIP_OVERLAP', 'an entry reaches into the central directory', { entry: record.index });
  }
  if (bounds.end > end + allowedGap) unused = true;
  if (unused) warnings.push({ code: 'ZIP_UNUSED_BYTES', message: 'bytes between entries that belong to none' });
  return warnings;
}
