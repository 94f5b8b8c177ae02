/** Unsigned 32-bit numbers of unknown count, in chunks: growing copies nothing, and nothing stands in memory twice. */
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
    return (this.#chunks[index >>> chunkBits] as Uint32Array)[index & chunkMask] as number;
  }

  /** Changes each number. */
  map(change: (value: number) => number): void {
    for (const chunk of this.chunks()) for (let at = 0; at < chunk.length; at += 1) chunk[at] = change(chunk[at] as number);
  }

  /** The numbers in pieces, in their order. */
  *chunks(): Generator<Uint32Array> {
    for (const [at, chunk] of this.#chunks.entries()) yield chunk.subarray(0, Math.min(chunk.length, this.#length - at * chunk.length));
  }

  /** One array of them all; this one is empty afterwards. */
  drain(): Uint32Array<ArrayBuffer> {
    const all = new Uint32Array(this.#length);
    let at = 0;
    for (const chunk of this.chunks()) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks.length = 0;
    this.#length = 0;
    return all;
  }
}

const chunkBits = 16;
const chunkMask: number = (1 << chunkBits) - 1;
