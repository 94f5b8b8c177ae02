/** Fetches one batch, telling of each body as it comes. */
type FetchBatch<Batch> = (batch: Batch, onBody: (uid: number, body: Uint8Array) => void) => Promise<void>;

/**
 * Bodies on their way to a consumer who takes them in order: one batch is asked for at a time, the next one once that
 * has come whole and no more than `roomBytes` wait to be taken.
 */
export class BodiesAhead<Batch> {
  readonly #batches: readonly Batch[];
  readonly #fetch: FetchBatch<Batch>;
  readonly #roomBytes: number;
  readonly #bodies = new Map<number, Uint8Array>();
  #heldBytes = 0;
  #asked = 0;
  #finished = 0;
  #failure: { readonly error: unknown } | null = null;
  #tell: () => void = () => {};

  constructor(batches: readonly Batch[], options: { readonly roomBytes: number; readonly fetch: FetchBatch<Batch> }) {
    this.#batches = batches;
    this.#fetch = options.fetch;
    this.#roomBytes = options.roomBytes;
  }

  /**
   * The body of a message of a batch; `null` when the batch came without it.
   *
   * @throws what `fetch` throws, once everything that came before is taken
   */
  async take(uid: number, batchIndex: number): Promise<Uint8Array | null> {
    this.#askNext();
    while (this.#isComing(uid, batchIndex)) {
      if (this.#failure !== null) throw this.#failure.error;
      await new Promise<void>((resolve) => (this.#tell = resolve));
    }
    const body = this.#bodies.get(uid);
    if (body === undefined) return null;
    this.#bodies.delete(uid);
    this.#heldBytes -= body.length;
    return body;
  }

  #isComing(uid: number, batchIndex: number): boolean {
    return !this.#bodies.has(uid) && this.#finished <= batchIndex;
  }

  #askNext(): void {
    const batch = this.#batches[this.#asked];
    if (batch === undefined || this.#asked > this.#finished || this.#failure !== null || this.#heldBytes > this.#roomBytes) return;
    this.#asked += 1;
    const onBody = (uid: number, body: Uint8Array): void => {
      this.#bodies.set(uid, body);
      this.#heldBytes += body.length;
      this.#tell();
    };
    const onEnd = (): void => {
      this.#finished += 1;
      this.#askNext();
      this.#tell();
    };
    const onFailure = (error: unknown): void => {
      this.#failure = { error };
      this.#tell();
    };
    this.#fetch(batch, onBody).then(onEnd, onFailure);
  }
}
