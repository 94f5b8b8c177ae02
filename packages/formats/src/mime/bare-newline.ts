const cr = 13;
const lf = 10;

/**
 * Index of a CR without LF or a LF without CR near it, or -1.
 *
 * A bare newline is how a second message is smuggled past a server that takes `LF . LF` for the end.
 * Sixteen bytes at a time: a base64 body has two bytes below 14 in each 78, and this runs on every byte sent.
 *
 * @see RFC 5322 §2.3; RFC 5321 §2.3.8
 */
export function findBareNewline(bytes: Uint8Array): number {
  const length = bytes.length;
  // Short arrays byte by byte; an Int32Array must begin at a multiple of four.
  const head = length < 32 ? length : -bytes.byteOffset & 3;
  for (let index = 0; index < head; index += 1) if (isBareAt(bytes, index)) return index;
  if (head === length) return -1;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (length - head) >> 2);
  const last = words.length & ~3;
  for (let index = 0; index < last; index += 4) {
    const low = lowBytes(words, index) | lowBytes(words, index + 1) | lowBytes(words, index + 2) | lowBytes(words, index + 3);
    if ((low & 0x80808080) === 0) continue;
    for (let word = index; word < index + 4; word += 1) {
      if ((lowBytes(words, word) & 0x80808080) === 0) continue;
      const at = head + word * 4;
      for (let near = at; near < at + 4; near += 1) if (isBareAt(bytes, near)) return near;
    }
  }
  for (let index = head + last * 4; index < length; index += 1) if (isBareAt(bytes, index)) return index;
  return -1;
}

/** The high bit of a byte of the result is set only if that byte is below 14, or follows one that is. */
function lowBytes(words: Int32Array, index: number): number {
  const word = words[index] as number;
  return (word - 0x0e0e0e0e) & ~word;
}

function isBareAt(bytes: Uint8Array, index: number): boolean {
  const byte = bytes[index];
  if (byte === lf) return bytes[index - 1] !== cr;
  return byte === cr && bytes[index + 1] !== lf;
}
