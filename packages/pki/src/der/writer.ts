import { concatBytes } from '@mss/core';

/** One tag-length-value around parts that are complete already. */
export function writeTlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(parts);
  const digits: number[] = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
  const length = content.length < 0x80 ? [content.length] : [0x80 | digits.length, ...digits];
  return concatBytes([Uint8Array.of(tag, ...length), content]);
}
