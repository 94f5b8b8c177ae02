import { MssError } from './errors.js';

/** An object identifier in dotted form, made only by {@link parseOid} and {@link ensureOid}. */
export type Oid = string & { readonly __brand: 'Oid' };

const pattern = /^[0-2](\.(0|[1-9][0-9]{0,38}))+$/;

/** The OID, or `null` when the text is not one: first arc 0 to 2, no leading zero, at most 39 digits an arc (X.667 UUID arcs fit). */
export function parseOid(text: string): Oid | null {
  return text.length <= 255 && pattern.test(text) ? (text as Oid) : null;
}

/**
 * The OID of a text that must be one.
 *
 * @throws MssError `ERR_MSS_CORE_OID_INVALID`
 */
export function ensureOid(text: string): Oid {
  const oid = parseOid(text);
  if (oid === null) throw new MssError('ERR_MSS_CORE_OID_INVALID', 'not an object identifier in dotted form');
  return oid;
}
