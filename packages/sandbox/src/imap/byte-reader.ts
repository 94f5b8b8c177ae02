import type { Socket } from 'node:net';

/** Reads lines and counted bytes from a socket, taking no more than what was asked for. */
export class ByteReader {
  readonly #socket: Socket;
  readonly #onBytes: (count: number) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, onBytes: (count: number) => void) {
    this.#socket = socket;
    this.#onBytes = onBytes;
  }

  /**
   * The next line without its end.
   *
   * @returns `null` at the end of the connection, `'too-long'` when no line end comes within `maxBytes`.
   */
  async line(maxBytes: number): Promise<Buffer | 'too-long' | null> {
    let searched = 0;
    for (;;) {
      const end = this.#rest.indexOf(0x0a, searched);
      if (end !== -1) {
        const line = this.#rest.subarray(0, this.#rest[end - 1] === 0x0d ? end - 1 : end);
        this.#rest = this.#rest.subarray(end + 1);
        return line.length > maxBytes ? 'too-long' : line;
      }
      searched = this.#rest.length;
      if (searched > maxBytes) return 'too-long';
      const chunk = await this.#next();
      if (chunk === null) return null;
      this.#rest = searched === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    }
  }

  /** Exactly `count` bytes, or `null` when the connection ends before. With `keep: false` they are read and dropped. */
  async bytes(count: number, options: { readonly keep: boolean }): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const chunk = await this.#next();
        if (chunk === null) return null;
        this.#rest = chunk;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      if (options.keep) parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async #next(): Promise<Buffer | null> {
    for (;;) {
      const chunk: unknown = this.#socket.read();
      if (chunk instanceof Buffer) {
        this.#onBytes(chunk.length);
        return chunk;
      }
      if (this.#socket.readableEnded || this.#socket.destroyed) return null;
      await this.#readable();
    }
  }

  async #readable(): Promise<void> {
    const socket = this.#socket;
    const events = ['readable', 'end', 'close', 'error'] as const;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of events) socket.off(event, done);
        resolve();
      };
      for (const event of events) socket.on(event, done);
    });
  }
}
