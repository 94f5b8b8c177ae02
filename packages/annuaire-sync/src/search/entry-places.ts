/** Finds the place of a number in an unsorted list without sorting it: open addressing, half full at most. */
export class EntryPlaces {
  readonly #numbers: Uint32Array;
  /** Place + 1, 0 for a free slot. */
  readonly #slots: Uint32Array;
  readonly #shift: number;

  constructor(numbers: Uint32Array) {
    const bits = Math.max(1, Math.ceil(Math.log2(numbers.length * 2 + 1)));
    this.#numbers = numbers;
    this.#slots = new Uint32Array(2 ** bits);
    this.#shift = 32 - bits;
    for (let place = 0; place < numbers.length; place += 1) this.#slots[this.#slotOf(numbers[place] as number)] = place + 1;
  }

  /** @returns the place, or -1 */
  placeOf(number: number): number {
    return (this.#slots[this.#slotOf(number)] as number) - 1;
  }

  /** The slot of a number, or the free one where it would stand. */
  #slotOf(number: number): number {
    const mask = this.#slots.length - 1;
    // Fibonacci hashing: neighbours lie far apart.
    let slot = Math.imul(number, 0x9e3779b1) >>> this.#shift;
    for (let taken = this.#slots[slot] as number; taken !== 0; taken = this.#slots[slot] as number) {
      if (this.#numbers[taken - 1] === number) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
