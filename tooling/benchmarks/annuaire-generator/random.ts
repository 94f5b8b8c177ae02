/** A seeded source of numbers: the same seed gives the same directory on every machine. Not for secrets. */
export interface SeededRandom {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** Mixes whole numbers into one seed, so that person 5 of seed 1 needs none of the persons before it. */
export function mixSeed(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13) ^ Math.floor(part / 0x100000000), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** mulberry32. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('an empty list');
      return item;
    },
  };
}

/** Draws items by rank, the first most often: weight 1 / (rank + flatness) ^ exponent, as names and towns are distributed. */
export class ZipfList<Item> {
  readonly #items: readonly Item[];
  readonly #cumulated: Float64Array;

  constructor(items: readonly Item[], options: { readonly flatness: number; readonly exponent: number }) {
    this.#items = items;
    this.#cumulated = new Float64Array(items.length);
    let total = 0;
    for (let rank = 0; rank < items.length; rank++) {
      total += (rank + options.flatness) ** -options.exponent;
      this.#cumulated[rank] = total;
    }
  }

  draw(random: SeededRandom): Item {
    const cumulated = this.#cumulated;
    const wanted = random.next() * (cumulated[cumulated.length - 1] ?? 0);
    let low = 0;
    let high = cumulated.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? 0) <= wanted) low = middle + 1;
      else high = middle;
    }
    const item = this.#items[low];
    if (item === undefined) throw new RangeError('an empty list');
    return item;
  }
}
