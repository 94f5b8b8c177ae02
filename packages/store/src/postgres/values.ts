import { storeError } from '../errors.js';
import type { StoreValue } from '../types.js';

/** Object identifiers of types, from pg_type. */
const types = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, numeric: 1700 } as const;

/** How the text of a result becomes a {@link StoreValue}; every type that is not named here stays the text that the server sent. */
export function valueParser(oid: number): (text: string) => StoreValue {
  switch (oid) {
    case types.bool:
      return (text) => (text === 't' ? 1 : 0);
    case types.bytea:
      return bytes;
    case types.int2:
    case types.int4:
    case types.float4:
    case types.float8:
      return Number;
    case types.int8:
    case types.numeric:
      return integerOrFraction;
    default:
      return (text) => text;
  }
}

function bytes(text: string): Uint8Array {
  if (!text.startsWith('\\x')) throw storeError('ERR_MSS_STORE_SQL', 'the server writes bytea in another form than hex');
  const buffer = Buffer.from(text.slice(2), 'hex');
  // Small buffers share their memory with others.
  return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
}

/** `sum(…)` of integers is numeric in PostgreSQL. */
function integerOrFraction(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw storeError('ERR_MSS_STORE_VALUE', 'a row holds an integer beyond 2^53 - 1');
  }
  return value;
}

/** A value as pg takes it: bytes are copied, for the caller may change them before they are sent, or sent again. */
export function toPostgres(value: StoreValue): string | number | null | Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
