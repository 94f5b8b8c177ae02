/** A candidate hit. */
export interface ScoredEntry {
  readonly segment: number;
  readonly ordinal: number;
  readonly score: number;
}

/** Keeps the best `size` of many: higher score first, then the earlier segment and ordinal. */
export class TopHits {
  readonly #size: number;
  /** A heap with the worst on top. */
  readonly #heap: ScoredEntry[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** A score that would not be kept; look before making an object. */
  get threshold(): number {
    return this.#heap.length < this.#size ? -Infinity : (this.#heap[0]?.score ?? Infinity);
  }

  offer(entry: ScoredEntry): void {
    if (this.#heap.length < this.#size) {
      this.#heap.push(entry);
      this.#rise(this.#heap.length - 1);
    } else if (this.#size > 0 && isWorse(this.#heap[0] as ScoredEntry, entry)) {
      this.#heap[0] = entry;
      this.#sink();
    }
  }

  sorted(): ScoredEntry[] {
    return [...this.#heap].sort((a, b) => (isWorse(a, b) ? 1 : -1));
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isWorse(heap[at] as ScoredEntry, heap[parent] as ScoredEntry)) return;
      [heap[at], heap[parent]] = [heap[parent] as ScoredEntry, heap[at] as ScoredEntry];
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && isWorse(heap[child] as ScoredEntry, heap[worst] as ScoredEntry)) worst = child;
      if (worst === at) return;
      [heap[at], heap[worst]] = [heap[worst] as ScoredEntry, heap[at] as ScoredEntry];
      at = worst;
    }
  }
}

function isWorse(a: ScoredEntry, b: ScoredEntry): boolean {
  if (a.score !== b.score) return a.score < b.score;
  return a.segment !== b.segment ? a.segment > b.segment : a.ordinal > b.ordinal;
}
