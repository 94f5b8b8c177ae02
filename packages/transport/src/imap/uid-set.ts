/**
 * Writes UIDs as the shortest sequence set: `1:3,7`.
 *
 * @param uids - in any order, repetitions allowed
 * @see RFC 9051 §9, sequence-set
 */
export function formatUidSet(uids: Iterable<number>): string {
  const sorted = [...new Set(uids)].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let index = 0; index < sorted.length;) {
    const first = sorted[index] as number;
    let last = first;
    while (sorted[index + 1] === last + 1) {
      last += 1;
      index += 1;
    }
    index += 1;
    ranges.push(first === last ? String(first) : `${first}:${last}`);
  }
  return ranges.join(',');
}

/**
 * Refuses what is not a UID before it reaches the wire.
 *
 * @throws TypeError
 */
export function ensureUids(uids: readonly number[]): void {
  if (uids.length === 0) throw new TypeError('no UID given');
  for (const uid of uids)
    if (!Number.isInteger(uid) || uid < 1 || uid > 0xffffffff) throw new TypeError('a UID is an integer from 1 to 4294967295');
}
