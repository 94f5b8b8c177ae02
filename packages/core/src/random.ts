import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness, injected, so that a test can fix every identifier and every boundary. */
export interface RandomSource {
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/** The generator of the operating system. */
export const systemRandom: RandomSource = Object.freeze({
  uuid: (): string => randomUUID(),
  bytes: (count: number): Uint8Array => new Uint8Array(randomBytes(count)),
});
