import { concatBytes } from '@mss/core';
import { headOf, malformed } from './ber.js';
import { ldapError } from './errors.js';

/** LDAPMessages out of a stream of bytes. Nothing is kept beyond one message and one chunk. */
export class FrameReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #maxMessageBytes: number;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>, maxMessageBytes: number) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#maxMessageBytes = maxMessageBytes;
  }

  /**
   * The contents of the next message; `null` at the end of the stream, in the middle of a message too.
   *
   * @throws ERR_MSS_ANNUAIRE_LDAP_PROTOCOL | ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE before more than a head was kept
   */
  async next(): Promise<Uint8Array | null> {
    let head = this.#head();
    while (head === null) {
      const chunk = await this.#chunk();
      if (chunk === null) return null;
      this.#rest = this.#rest.length === 0 ? chunk : concatBytes([this.#rest, chunk]);
      head = this.#head();
    }
    const { start, length } = head;
    if (length > this.#maxMessageBytes) {
      const details = { limit: 'messageBytes', max: this.#maxMessageBytes };
      throw ldapError('ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE', 'a message is larger than the limit messageBytes', { details });
    }
    const end = start + length;
    const parts = [this.#rest];
    let size = this.#rest.length;
    while (size < end) {
      const chunk = await this.#chunk();
      if (chunk === null) return null;
      parts.push(chunk);
      size += chunk.length;
    }
    const whole = parts.length === 1 ? this.#rest : concatBytes(parts);
    this.#rest = whole.subarray(end);
    return whole.subarray(start, end);
  }

  #head(): ReturnType<typeof headOf> {
    const [tag] = this.#rest;
    if (tag !== undefined && tag !== 0x30) throw malformed();
    return headOf(this.#rest, 0);
  }

  async #chunk(): Promise<Uint8Array | null> {
    const { done, value } = await this.#chunks.next();
    return done === true ? null : value;
  }
}
