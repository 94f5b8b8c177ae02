import { Buffer } from 'node:buffer';

/**
 * Distinct values, told apart by their bytes: a value seen before costs one hash and one comparison, no string.
 *
 * Values are numbered from 0 in the order of their first use.
 */
export class ValueTable {
  #slots = new Int32Array(1024).fill(-1);
  #hashes = new Uint32Array(512);
  #ends = new Uint32Array(512);
  #pool = new Uint8Array(8192);
  #poolEnd = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns the number of the value; it is new when it equals the size before the call */
  idOf(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] as number;
      if (id < 0) return this.#insert(slot, hash, bytes.subarray(start, end));
      if (this.#hashes[id] === hash && this.#equals(id, bytes, start, end)) return id;
    }
  }

  /** The value as text. */
  textOf(id: number): string {
    const start = id === 0 ? 0 : (this.#ends[id - 1] as number);
    return Buffer.from(this.#pool.buffer, start, (this.#ends[id] as number) - start).toString('utf8');
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = id === 0 ? 0 : (this.#ends[id - 1] as number);
    if ((this.#ends[id] as number) - from !== end - start) return false;
    for (let at = start, known = from; at < end; at += 1, known += 1) if (bytes[at] !== this.#pool[known]) return false;
    return true;
  }

  #insert(slot: number, hash: number, value: Uint8Array): number {
    const id = this.#size;
    if (id === this.#hashes.length) {
      this.#hashes = larger(this.#hashes, new Uint32Array(id * 2));
      this.#ends = larger(this.#ends, new Uint32Array(id * 2));
    }
    if (this.#poolEnd + value.length > this.#pool.length)
      this.#pool = larger(this.#pool, new Uint8Array(Math.max(this.#pool.length * 2, this.#poolEnd + value.length)));
    this.#pool.set(value, this.#poolEnd);
    this.#poolEnd += value.length;
    this.#hashes[id] = hash;
    this.#ends[id] = this.#poolEnd;
    this.#slots[slot] = id;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let id = 0; id < this.#size; id += 1) {
      let slot = (this.#hashes[id] as number) & mask;
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}

/** Of the beginning, the end and the length: long values that share them are told apart by the comparison. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  const head = Math.min(end, start + 12);
  for (let at = start; at < head; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  for (let at = Math.max(head, end - 8); at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function larger<Numbers extends Uint8Array | Uint32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
