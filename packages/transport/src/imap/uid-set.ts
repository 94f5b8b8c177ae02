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

/**
 * The UIDs of a set that a server sent: `1:3,7`.
 *
 * @param max - a set of more UIDs is cut there: a server cannot fill the memory with `1:4294967295`
 */
export function parseUidSet(text: string, max: number): number[] {
  const uids: number[] = [];
  for (const range of text.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(range);
    if (match === null) continue;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])].sort((a, b) => a - b) as [number, number];
    for (let uid = Math.max(from, 1); uid <= Math.min(to, 0xffffffff); uid += 1) {
      if (uids.length >= max) return uids;
      uids.push(uid);
    }
  }
  return uids;
}

/** How many UIDs a set has that a server sent. */
export function uidSetSize(text: string): number {
  return text.split(',').reduce((sum, range) => {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(range);
    return match === null ? sum : sum + Math.abs(Number(match[2] ?? match[1]) - Number(match[1])) + 1;
  }, 0);
}
