import type { Clock, RandomSource } from '@mss/core';

/**
 * A version 7 UUID: ids of entries follow one another, so that a database adds them at one end of its indexes. 74 bits are random: the
 * id also serves as ENVID, which nobody can guess.
 *
 * @see RFC 9562 §5.7
 */
export function createEntryId(clock: Clock, random: RandomSource): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(clock.now().getTime(), 0, 6);
  bytes.set(random.bytes(10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
