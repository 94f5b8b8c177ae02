import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { formatDosTime } from './dos-time.js';
import { refuse } from './refuse.js';
import type { ZipWriteOptions } from './write.js';
import { checkWrittenSizes, dataDescriptor, directoryAndEnd, localHeader, NameGuard, type WrittenEntry } from './write-headers.js';

/** One entry to write whose content is not in memory. */
export interface ZipEntryStreamDraft {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** Not compressed. Default `false`. */
  readonly stored?: boolean;
}

const chunkSize = 256 * 1024;

function deflated(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const deflater = createDeflateRaw({ level: 6, chunkSize });
  pipeline(Readable.from(content, { objectMode: true, highWaterMark: 1 }), deflater, () => {});
  return deflater;
}

/**
 * Writes an archive piece by piece, in memory that does not depend on its size. Sizes and CRC-32 follow each content
 * in a data descriptor; otherwise as {@link writeZip}.
 *
 * @throws MssError `ERR_MSS_ZIP_WRITE` from the iteration, for the same reasons as {@link writeZip}; errors of a content
 * come out unchanged. An archive whose iteration did not end normally is incomplete.
 * @see PKWARE APPNOTE.TXT 6.3.10, §4.3.9
 */
export async function* writeZipStream(
  entries: Iterable<ZipEntryStreamDraft> | AsyncIterable<ZipEntryStreamDraft>,
  options: ZipWriteOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const time = formatDosTime(options.modifiedAt);
  const guard = new NameGuard();
  const written: WrittenEntry[] = [];
  let offset = 0;
  for await (const draft of entries) {
    const { rawName, flags, isDirectory } = guard.accept(draft.name);
    const method = isDirectory || draft.stored === true ? 0 : 8;
    const announced: WrittenEntry = { rawName, isDirectory, flags: flags | 8, method, crc32: 0, size: 0, compressedSize: 0, offset };
    const header = localHeader(announced, time);
    yield header;

    let size = 0;
    let checksum = 0;
    let compressedSize = 0;
    const measured = (async function* measuring(): AsyncGenerator<Uint8Array> {
      for await (const chunk of draft.content) {
        if (isDirectory && chunk.length > 0) refuse('ERR_MSS_ZIP_WRITE', 'a folder with content');
        size += chunk.length;
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    })();
    for await (const chunk of method === 0 ? measured : deflated(measured)) {
      compressedSize += chunk.length;
      checkWrittenSizes(size, compressedSize, offset);
      yield chunk;
    }
    const entry: WrittenEntry = { ...announced, crc32: checksum, size, compressedSize };
    const descriptor = dataDescriptor(entry);
    yield descriptor;
    written.push(entry);
    offset += header.length + compressedSize + descriptor.length;
  }
  if (written.length === 0) refuse('ERR_MSS_ZIP_WRITE', 'an archive without entries');
  yield directoryAndEnd(written, time, offset);
}
