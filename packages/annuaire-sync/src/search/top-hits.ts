/** A candidate hit. */
export interface ScoredEntry {
  readonly segment: number;
  readonly ordinal: number;
  /** See `Segment.nameKeys`. */
  readonly nameKey: number;
  readonly score: number;
}

/** Keeps the best `size` of many: higher score first, then by name, then the earlier segment and ordinal. */
export class TopHits {
  readonly #size: number;
  /** A heap with the worst on top. */
  readonly #heap: ScoredEntry[] = [];
  /** What scores less is not among the best. */
  floor: number = -Infinity;

  constructor(size: number) {
    this.#size = size;
  }

  /** Makes no object of what is not kept: most are not. */
  offer(segment: number, ordinal: number, score: number, nameKeys: Uint32Array): void {
    const heap = this.#heap;
    if (heap.length < this.#size) {
      heap.push({ segment, ordinal, score, nameKey: nameKeys[ordinal] as number });
      this.#rise(heap.length - 1);
      if (heap.length === this.#size) this.floor = (heap[0] as ScoredEntry).score;
      return;
    }
    const worst = heap[0];
    if (worst === undefined || score < worst.score) return;
    if (score === worst.score && segment === worst.segment && ordinal > worst.ordinal) return;
    const entry = { segment, ordinal, score, nameKey: nameKeys[ordinal] as number };
    if (!isWorse(worst, entry)) return;
    heap[0] = entry;
    this.#sink();
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
    const entry = heap[0] as ScoredEntry;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isWorse(heap[child + 1] as ScoredEntry, heap[child] as ScoredEntry)) child += 1;
      if (!isWorse(heap[child] as ScoredEntry, entry)) break;
      heap[at] = heap[child] as ScoredEntry;
      at = child;
    }
    heap[at] = entry;
    this.floor = (heap[0] as ScoredEntry).score;
  }
}

function isWorse(a: ScoredEntry, b: ScoredEntry): boolean {
  if (a.score !== b.score) return a.score < b.score;
  if (a.nameKey !== b.nameKey) return a.nameKey > b.nameKey;
  return a.segment !== b.segment ? a.segment > b.segment : a.ordinal > b.ordinal;
}
