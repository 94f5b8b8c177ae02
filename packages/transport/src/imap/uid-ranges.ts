/** A set of UIDs as few ranges: a folder of 100,000 messages is seldom more than some hundred of them. */
export class UidRanges {
  /** First and last of each range, in order, never touching. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** The written form of all ranges but the last; adding at the end is what happens most. */
  #prefix: string | null = '';
  #size = 0;

  constructor(uids: Iterable<number> = []) {
    for (const uid of uids) this.add(uid);
  }

  /**
   * Reads `1:3,7`.
   *
   * @throws TypeError when it is not a set in order as `toString` writes it
   */
  static parse(text: string): UidRanges {
    const ranges = new UidRanges();
    if (text === '') return ranges;
    for (const part of text.split(',')) {
      const match = /^([1-9]\d{0,9})(?::([1-9]\d{0,9}))?$/.exec(part);
      const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
      if (match === null || to < from || from <= (ranges.#to.at(-1) ?? 0) || to > 0xffffffff)
        throw new TypeError('not a set of UIDs in order');
      ranges.#from.push(from);
      ranges.#to.push(to);
      ranges.#size += to - from + 1;
    }
    ranges.#prefix = null;
    return ranges;
  }

  get size(): number {
    return this.#size;
  }

  get last(): number {
    return this.#to.at(-1) ?? 0;
  }

  has(uid: number): boolean {
    const index = this.#at(uid);
    return index < this.#from.length && (this.#from[index] as number) <= uid;
  }

  add(uid: number): void {
    const index = this.#at(uid);
    if (index < this.#from.length && (this.#from[index] as number) <= uid) return;
    this.#size += 1;
    const touchesBefore = index > 0 && this.#to[index - 1] === uid - 1;
    const touchesAfter = this.#from[index] === uid + 1;
    const atEnd = index === this.#from.length;
    if (touchesBefore && touchesAfter) {
      this.#to[index - 1] = this.#to[index] as number;
      this.#from.splice(index, 1);
      this.#to.splice(index, 1);
    } else if (touchesBefore) this.#to[index - 1] = uid;
    else if (touchesAfter) this.#from[index] = uid;
    else {
      if (atEnd && this.#prefix !== null) this.#prefix = this.#from.length === 0 ? '' : `${this.toString()},`;
      this.#from.splice(index, 0, uid);
      this.#to.splice(index, 0, uid);
    }
    if (!atEnd) this.#prefix = null;
  }

  delete(uid: number): boolean {
    if (!this.has(uid)) return false;
    const index = this.#at(uid);
    const [from, to] = [this.#from[index] as number, this.#to[index] as number];
    const left = [...(from < uid ? [[from, uid - 1]] : []), ...(uid < to ? [[uid + 1, to]] : [])];
    this.#from.splice(index, 1, ...left.map(([first]) => first as number));
    this.#to.splice(index, 1, ...left.map(([, last]) => last as number));
    this.#size -= 1;
    this.#prefix = null;
    return true;
  }

  /** Those of the set that lie in the range, in order. */
  *within(from: number, to: number): Generator<number> {
    for (let index = this.#at(from); index < this.#from.length && (this.#from[index] as number) <= to; index += 1) {
      const last = Math.min(to, this.#to[index] as number);
      for (let uid = Math.max(from, this.#from[index] as number); uid <= last; uid += 1) yield uid;
    }
  }

  [Symbol.iterator](): Generator<number> {
    return this.within(1, 0xffffffff);
  }

  toString(): string {
    const last = this.#from.length - 1;
    if (last < 0) return '';
    this.#prefix ??= this.#from
      .slice(0, -1)
      .map((_, index) => `${this.#written(index)},`)
      .join('');
    return this.#prefix + this.#written(last);
  }

  #written(index: number): string {
    const [from, to] = [this.#from[index], this.#to[index]];
    return from === to ? String(from) : `${from}:${to}`;
  }

  /** Index of the first range that ends at `uid` or later. */
  #at(uid: number): number {
    let [low, high] = [0, this.#to.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#to[middle] as number) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
