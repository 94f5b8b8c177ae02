/** TypeScript's ES2023 library lacks it; every supported Node has it. */
type Transferable = ArrayBuffer & { transfer(length: number): ArrayBuffer };

/** Whether bytes are all of their memory: not part of something larger, perhaps of the pool that small buffers share, nor of several threads. */
export function ownsMemory(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
}

/**
 * Gives the memory of bytes that nobody needs any more back at once; they are empty from then on.
 *
 * Left to the garbage collector, every few megabytes of messages that pass through cost a full collection of the host's heap,
 * which takes longer than to seal, store and send them.
 */
export function freeBytes(bytes: Uint8Array): void {
  if (ownsMemory(bytes)) (bytes.buffer as Transferable).transfer(0);
}

/** A copy in memory of its own. A `slice` of a Buffer would be the same memory. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
