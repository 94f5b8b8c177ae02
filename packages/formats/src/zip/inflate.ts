import { crc32, inflateRawSync } from 'node:zlib';
import { isNativeError } from 'node:util/types';
import { ownBytes } from '../own-bytes.js';
import type { DirectoryRecord } from './directory.js';
import { refuse } from './refuse.js';

const tooLong = (record: DirectoryRecord): never =>
  refuse('ERR_MSS_ZIP_SIZE', 'the content is longer than declared', { entry: record.index, declared: record.size });

function inflate(compressed: Uint8Array, record: DirectoryRecord): Uint8Array {
  // One byte more than declared: the whole content comes in one piece, and a byte too many is seen.
  const chunkSize = Math.max(record.size + 1, 64);
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = inflateRawSync(compressed, { chunkSize, maxOutputLength: Math.max(record.size, 1), info: true }) as unknown as typeof result;
  } catch (cause) {
    if (isNativeError(cause) && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') tooLong(record);
    return refuse('ERR_MSS_ZIP_DEFLATE', 'the compressed bytes are damaged or cut', { entry: record.index }, cause);
  }
  if (result.engine.bytesWritten !== compressed.length)
    refuse('ERR_MSS_ZIP_SIZE', 'bytes after the end of the compressed content', { entry: record.index });
  return ownBytes(result.buffer);
}

/**
 * The content of an entry: inflated with its declared size as the hard cap, size and CRC-32 verified.
 *
 * @param compressed - the bytes of the entry in the archive.
 */
export function inflateEntry(compressed: Uint8Array, record: DirectoryRecord): Uint8Array {
  const content = record.method === 0 ? compressed : inflate(compressed, record);
  if (content.length > record.size) tooLong(record);
  if (content.length < record.size)
    refuse('ERR_MSS_ZIP_SIZE', 'the content is shorter than declared', { entry: record.index, declared: record.size });
  if (crc32(content) !== record.crc32) refuse('ERR_MSS_ZIP_CRC', 'the content has another CRC-32 than declared', { entry: record.index });
  return content;
}
