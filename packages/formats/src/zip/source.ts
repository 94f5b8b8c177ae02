import { resolveLimits, type MssWarning, type ReadResult } from '@mss/core';
import { viewAsBuffer } from '../own-bytes.js';
import { readDirectory, type DirectoryRecord } from './directory.js';
import { findDirectory, tailLength } from './end-of-directory.js';
import { inflateStream } from './inflate-stream.js';
import { checkSpans, contentOffset, localHeaderLength, type Span } from './local-header.js';
import type { ZipReadOptions } from './read.js';
import { refuse } from './refuse.js';
import type { ZipEntryInfo, ZipWarningCode } from './types.js';

/** Bytes that are read piece by piece: an open file, a range of an HTTP resource. */
export interface ZipSource {
  /** Bytes of the whole archive. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, or fewer at the end. Called one at a time per reader. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** One entry of an archive that is read piece by piece. */
export interface ZipSourceEntry extends ZipEntryInfo {
  /** Opens the content; each call reads it anew. See {@link readZipEntryStream}. */
  stream(options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
}

/** One archive that is read piece by piece. */
export interface ZipSourceArchive {
  readonly entries: readonly ZipSourceEntry[];
  readonly comment: string;
}

/** Compressed bytes asked from a source at once. */
const pieceLength = 256 * 1024;

/** A source over bytes in memory. */
export function bytesAsZipSource(bytes: Uint8Array): ZipSource {
  return { size: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) };
}

/** What this package needs of an open file (`FileHandle` of `node:fs/promises`). */
export interface ReadableFile {
  stat(): Promise<{ readonly size: number }>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

/** A source over an open file, which stays open: closing it is the caller's. */
export async function fileAsZipSource(file: ReadableFile): Promise<ZipSource> {
  const { size } = await file.stat();
  return {
    size,
    read: async (offset, length): Promise<Uint8Array> => {
      const target = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(target, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return target.subarray(0, filled);
    },
  };
}

async function readExactly(source: ZipSource, offset: number, length: number): Promise<Buffer> {
  return viewAsBuffer(await source.read(offset, length));
}

async function* compressedPieces(source: ZipSource, span: Span): AsyncGenerator<Uint8Array> {
  const end = span.contentAt + span.record.compressedSize;
  for (let at = span.contentAt; at < end;) {
    const piece = await source.read(at, Math.min(pieceLength, end - at));
    if (piece.length === 0) refuse('ERR_MSS_ZIP_TRUNCATED', 'the source ended inside an entry', { entry: span.record.index });
    yield piece;
    at += piece.length;
  }
}

function sourceEntry(source: ZipSource, span: Span): ZipSourceEntry {
  const { name, size, compressedSize, crc32, isDirectory, modifiedAt } = span.record;
  return {
    name,
    size,
    compressedSize,
    crc32,
    isDirectory,
    modifiedAt,
    stream: (options = {}) => inflateStream(compressedPieces(source, span), span.record, options),
  };
}

/**
 * Opens an archive without loading it: the end, the directory and the local headers are read and checked as
 * {@link readZip} does, contents are streamed on demand.
 *
 * @throws MssError every `ERR_MSS_ZIP_*` code but `ERR_MSS_ZIP_WRITE`.
 */
export async function readZipSource(
  source: ZipSource,
  options: ZipReadOptions = {},
): Promise<ReadResult<ZipSourceArchive, ZipWarningCode>> {
  const limits = resolveLimits(options.limits);
  if (source.size > limits.archiveBytes) {
    refuse('ERR_MSS_ZIP_TOO_LARGE', 'the archive is over the limit archiveBytes', { limit: 'archiveBytes', max: limits.archiveBytes });
  }
  const tailAt = Math.max(0, source.size - tailLength);
  const place = findDirectory(await readExactly(source, tailAt, source.size - tailAt), source.size);
  const { records, warnings } = readDirectory(await readExactly(source, place.offset, place.size), place, limits);
  const spans: Span[] = [];
  for (const record of records) spans.push({ record, contentAt: contentOffset(await localHeaderOf(source, record), record) });
  const all: MssWarning<ZipWarningCode>[] = [...warnings, ...checkSpans(spans, { start: place.base, end: place.offset })];
  if (place.trailing > 0) all.push({ code: 'ZIP_TRAILING_BYTES', message: 'bytes after the end of the archive' });
  return { value: { entries: spans.map((span) => sourceEntry(source, span)), comment: place.comment }, warnings: all };
}

function localHeaderOf(source: ZipSource, record: DirectoryRecord): Promise<Buffer> {
  return readExactly(source, record.localOffset, localHeaderLength + record.rawName.length);
}

/**
 * The content of one entry piece by piece, inflated as it is asked for, in memory that does not depend on its size.
 *
 * Size and CRC-32 are verified while it flows: a consumer must not act on a content whose iteration did not end
 * normally.
 *
 * @throws MssError `ERR_MSS_ZIP_DEFLATE`, `ERR_MSS_ZIP_SIZE`, `ERR_MSS_ZIP_CRC`, `ERR_MSS_ZIP_TRUNCATED` from the iteration; the
 * signal's reason when it is aborted.
 */
export function readZipEntryStream(entry: ZipSourceEntry, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<Uint8Array> {
  return entry.stream(options);
}
