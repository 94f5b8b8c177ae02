/** Unsigned 32-bit numbers of unknown count, in chunks: growing copies nothing. */
export class GrowingUint32Array {
  readonly #chunks: Uint32Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length & chunkMask;
    if (at === 0) this.#chunks.push(new Uint32Array(chunkMask + 1));
    (this.#chunks[this.#chunks.length - 1] as Uint32Array)[at] = value;
    this.#length += 1;
  }

  get(index: number): number {
    return this.#chunks[index >>> chunkBits]?.[index & chunkMask] ?? 0;
  }

  /** One array of them all, each changed by `map`; this array is empty afterwards. */
  drain(map: (value: number) => number = (value) => value): Uint32Array<ArrayBuffer> {
    const all = new Uint32Array(this.#length);
    let at = 0;
    while (this.#chunks.length > 0) {
      const chunk = this.#chunks.shift() as Uint32Array;
      const end = Math.min(this.#length - at, chunk.length);
      for (let index = 0; index < end; index += 1) all[at + index] = map(chunk[index] as number);
      at += end;
    }
    this.#length = 0;
    return all;
  }
}

const chunkBits = 18;
const chunkMask: number = (1 << chunkBits) - 1;
