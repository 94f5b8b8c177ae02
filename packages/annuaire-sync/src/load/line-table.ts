import { grown } from '../line/line-block.js';

const none = -1;

/**
 * Finds lines by a 32-bit hash, in typed arrays: 10 to 16 bytes a line whatever its length. Two lines may have one hash; who
 * asks confirms by the bytes. Lines are numbered 0, 1, 2 … in the order of `add`: their *rank*.
 */
export class LineTable {
  #hashes: Uint32Array;
  /** Rank + 1 of the line in each slot, 0 for a free one. */
  #slots: Uint32Array;
  #matched: Uint8Array = new Uint8Array(0);
  #count = 0;

  /** @param expected - about so many lines: what grows leaves garbage behind */
  constructor(expected = 0) {
    this.#hashes = new Uint32Array(Math.max(expected, 1 << 12));
    let slots = 1 << 13;
    while (slots * 3 < expected * 4) slots *= 2;
    this.#slots = new Uint32Array(slots);
  }

  get count(): number {
    return this.#count;
  }

  add(hash: number): void {
    if (this.#count * 4 >= this.#slots.length * 3) this.#enlarge();
    this.#hashes = grown(this.#hashes, this.#count + 1);
    this.#hashes[this.#count++] = hash;
    this.#place(this.#count);
  }

  hashAt(rank: number): number {
    return this.#hashes[rank] ?? none;
  }

  isMatched(rank: number): boolean {
    return this.#matched[rank] === 1;
  }

  setMatched(rank: number, matched: boolean): void {
    if (this.#matched.length < this.#count) {
      const larger = new Uint8Array(this.#hashes.length);
      larger.set(this.#matched);
      this.#matched = larger;
    }
    this.#matched[rank] = matched ? 1 : 0;
  }

  /** Ranks with this hash, in no order. */
  *candidates(hash: number): Generator<number, void, undefined> {
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const rank = (this.#slots[slot] as number) - 1;
      if (rank === none) return;
      if (this.#hashes[rank] === hash) yield rank;
    }
  }

  /** The first rank with this hash that is not matched yet, or -1. */
  findUnmatched(hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const rank = (this.#slots[slot] as number) - 1;
      if (rank === none) return none;
      if (this.#hashes[rank] === hash && this.#matched[rank] !== 1) return rank;
    }
  }

  #place(rankPlusOne: number): void {
    const hash = this.#hashes[rankPlusOne - 1] as number;
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = rankPlusOne;
  }

  #enlarge(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let rank = 0; rank < this.#count; rank++) this.#place(rank + 1);
  }
}
