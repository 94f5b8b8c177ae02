import { authorityOid, componentAt, componentsOf, escapeHl7, joinComponents } from './escape.js';

/** CX: an identifier of a patient. `id^^^&OID&ISO^type` */
export interface Cx {
  readonly id: string;
  /** OID of the assigning authority. */
  readonly oid: string | null;
  /** `NH` for an INS, `PI` for an internal number, `INS-C` … */
  readonly typeCode: string | null;
}

/**
 * Reads `279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH`.
 *
 * @returns `null` when there is no identifier in it. Neither the OID nor the key of the number is checked.
 * @see HL7 v2.5.1 2.A.14; IHE ITI TF-3 4.2.3.1.7
 */
export function parseCx(text: string): Cx | null {
  const components = componentsOf(text.trim());
  const id = componentAt(components, 1);
  if (id === null) return null;
  return { id, oid: authorityOid(components[3]), typeCode: componentAt(components, 5) };
}

/** Writes what {@link parseCx} reads. */
export function formatCx(cx: Cx): string {
  const authority = cx.oid === null ? '' : `&${escapeHl7(cx.oid)}&ISO`;
  return joinComponents([escapeHl7(cx.id), '', '', authority, escapeHl7(cx.typeCode ?? '')]);
}
