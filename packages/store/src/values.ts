import { storeError } from './errors.js';
import type { StoreValue } from './types.js';

/** TypeScript's ES2023 library lacks it; every supported Node has it. */
const isWellFormed = (text: string): boolean => (text as string & { isWellFormed(): boolean }).isWellFormed();

/**
 * Checks that every parameter comes back from both databases as it went in.
 *
 * @throws TypeError for what is no {@link StoreValue}
 * @throws MssError `ERR_MSS_STORE_VALUE`: NUL or a lone surrogate in a text, an integer beyond ±(2^53 - 1), NaN or an infinity
 */
export function checkValues(parameters: readonly StoreValue[]): void {
  for (const [index, value] of parameters.entries()) {
    const why = refusal(value, index);
    if (why !== null) throw storeError('ERR_MSS_STORE_VALUE', `parameter ${index + 1} ${why}`, { details: { parameter: index + 1 } });
  }
}

/** @throws MssError `ERR_MSS_STORE_SQL`: not as many parameters as `?` */
export function checkCount(given: number, expected: number): void {
  if (given !== expected) throw storeError('ERR_MSS_STORE_SQL', `the statement has ${expected} parameters, ${given} were given`);
}

function refusal(value: StoreValue, index: number): string | null {
  if (value === null) return null;
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'holds a NUL character, which PostgreSQL refuses and SQLite may cut at';
    return isWellFormed(value) ? null : 'holds half of a surrogate pair, which UTF-8 cannot carry';
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'is not a finite number';
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'is an integer beyond 2^53 - 1' : null;
  }
  if (value instanceof Uint8Array) return null;
  throw new TypeError(`parameter ${index + 1} is not a text, number, null or Uint8Array`);
}
