/** Node hands out smaller buffers from a pool that many share. */
const largestPooled = 4096;

/**
 * The bytes of a buffer that was just made, as a plain `Uint8Array`: without copying, unless they lie in the pool, where
 * `bytes.buffer` would show what other code wrote.
 */
export function ownBytes(buffer: Buffer): Uint8Array {
  return buffer.length <= largestPooled ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** A `Buffer` over the same bytes. */
export function viewAsBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
