import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { crc32, createInflateRaw } from 'node:zlib';
import { isMssError } from '@mss/core';
import type { DirectoryRecord } from './directory.js';
import { refuse } from './refuse.js';

/** Inflated bytes handed over at once. */
const chunkSize = 256 * 1024;

function inflated(
  compressed: AsyncIterable<Uint8Array>,
  record: DirectoryRecord,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize });
  // The pipeline destroys both ends with the error of either; the error comes out of the iteration.
  pipeline(Readable.from(compressed, { objectMode: true, highWaterMark: 1 }), inflater, () => {});
  if (signal !== undefined) addAbortSignal(signal, inflater);
  return (async function* inflating(): AsyncGenerator<Uint8Array> {
    try {
      const chunks: AsyncIterable<Uint8Array> = inflater;
      for await (const chunk of chunks) yield chunk;
    } catch (cause) {
      signal?.throwIfAborted();
      const isZlib = isNativeError(cause) && 'code' in cause && String(cause.code).startsWith('Z_');
      if (isMssError(cause) || !isZlib) throw cause;
      refuse('ERR_MSS_ZIP_DEFLATE', 'the compressed bytes are damaged or cut', { entry: record.index }, cause);
    }
    if (inflater.bytesWritten !== record.compressedSize)
      refuse('ERR_MSS_ZIP_SIZE', 'bytes after the end of the compressed content', { entry: record.index });
  })();
}

/**
 * Inflates the content of an entry piece by piece; stops at the first byte too many.
 *
 * @param compressed - exactly the compressed bytes of the entry.
 */
export async function* inflateStream(
  compressed: AsyncIterable<Uint8Array>,
  record: DirectoryRecord,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  let size = 0;
  let checksum = 0;
  const chunks = record.method === 0 ? compressed : inflated(compressed, record, signal);
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    size += chunk.length;
    if (size > record.size)
      refuse('ERR_MSS_ZIP_SIZE', 'the content is longer than declared', { entry: record.index, declared: record.size });
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (size < record.size)
    refuse('ERR_MSS_ZIP_SIZE', 'the content is shorter than declared', { entry: record.index, declared: record.size });
  if (checksum !== record.crc32) refuse('ERR_MSS_ZIP_CRC', 'the content has another CRC-32 than declared', { entry: record.index });
}
