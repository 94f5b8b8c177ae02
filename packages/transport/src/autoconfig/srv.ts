import type { RandomSource } from '@mss/core';

/** One SRV record (RFC 2782). */
export interface SrvRecord {
  /** Lower is tried first. */
  readonly priority: number;
  /** Share of the connections among records of one priority. */
  readonly weight: number;
  readonly port: number;
  /** Host name; `.` or empty: the service is decidedly not offered. */
  readonly target: string;
}

/** Whether the domain says that it does not offer the service. */
export function isNotOffered(records: readonly SrvRecord[]): boolean {
  return records.length > 0 && records.every(({ target }) => target === '' || target === '.');
}

/** An integer from 0 to `most`, both included. */
function upTo(most: number, random: RandomSource): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = random.bytes(6);
  const drawn = (((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f) / 2 ** 48;
  return Math.floor(drawn * (most + 1));
}

/** Draws the records of one priority one after the other, each with a chance in proportion to its weight. */
function drawByWeight<Item extends SrvRecord>(records: readonly Item[], random: RandomSource): Item[] {
  // Weight 0 stands first, so that it is drawn only by 0 itself: "a very small chance" (RFC 2782).
  const left = records.toSorted((a, b) => Number(a.weight !== 0) - Number(b.weight !== 0));
  const drawn: Item[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    const mark = upTo(sum, random);
    let running = 0;
    const found = left.findIndex(({ weight }) => (running += weight) >= mark);
    drawn.push(...left.splice(Math.max(0, found), 1));
  }
  return drawn;
}

/**
 * The records in the order to try them: by priority, and by lot within one priority.
 *
 * @see RFC 2782, "Usage rules" and the description of Weight
 */
export function orderSrvRecords<Item extends SrvRecord>(records: readonly Item[], random: RandomSource): Item[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawByWeight(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}
