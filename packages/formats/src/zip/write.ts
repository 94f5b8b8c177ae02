import { crc32, deflateRawSync } from 'node:zlib';
import { concatBytes } from '@mss/core';
import { formatDosTime } from './dos-time.js';
import { refuse } from './refuse.js';
import { checkWrittenSizes, directoryAndEnd, localHeader, NameGuard, type WrittenEntry } from './write-headers.js';

/** One entry to write. */
export interface ZipEntryDraft {
  /** With `/` between folders; a folder ends with `/` and has no bytes. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Not compressed. Default `false`: deflate, unless that makes the entry larger. */
  readonly stored?: boolean;
}

export interface ZipWriteOptions {
  /** The time of every entry, written as MS-DOS time in UTC. */
  readonly modifiedAt: Date;
}

/**
 * Writes an archive in memory, deterministically: the same entries and time give the same bytes with the same zlib.
 *
 * Deflate level 6, no extra field, no comment, no data descriptor, the UTF-8 flag only on names that need it. Every
 * archive written is one that {@link readZip} accepts without warning (sizes apart: the limits of the reader are the
 * host's).
 *
 * @throws MssError `ERR_MSS_ZIP_WRITE` for unsafe, repeated or too long names, a folder with content, no entry, a date
 * outside 1980-2107, 4 GiB or 65,535 entries.
 * @see PKWARE APPNOTE.TXT 6.3.10
 */
export function writeZip(entries: readonly ZipEntryDraft[], options: ZipWriteOptions): Uint8Array {
  if (entries.length === 0) refuse('ERR_MSS_ZIP_WRITE', 'an archive without entries');
  const time = formatDosTime(options.modifiedAt);
  const guard = new NameGuard();
  const parts: Uint8Array[] = [];
  const written: WrittenEntry[] = [];
  let offset = 0;
  for (const draft of entries) {
    const { rawName, flags, isDirectory } = guard.accept(draft.name);
    const { bytes } = draft;
    if (isDirectory && bytes.length > 0) refuse('ERR_MSS_ZIP_WRITE', 'a folder with content');
    let content = bytes;
    if (draft.stored !== true && bytes.length > 0) {
      // Room for the worst case, so that the result comes in one piece.
      const deflated = deflateRawSync(bytes, { level: 6, chunkSize: Math.max(64, bytes.length + (bytes.length >> 10) + 64) });
      if (deflated.length < bytes.length) content = deflated;
    }
    checkWrittenSizes(bytes.length, content.length, offset);
    const entry: WrittenEntry = {
      rawName,
      isDirectory,
      flags,
      method: content === bytes ? 0 : 8,
      crc32: crc32(bytes),
      size: bytes.length,
      compressedSize: content.length,
      offset,
    };
    const header = localHeader(entry, time);
    parts.push(header, content);
    written.push(entry);
    offset += header.length + content.length;
  }
  parts.push(directoryAndEnd(written, time, offset));
  return concatBytes(parts);
}
