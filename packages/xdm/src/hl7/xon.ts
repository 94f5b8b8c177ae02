import { authorityOid, componentAt, componentsOf, escapeHl7, joinComponents } from './escape.js';

/** XON: an organisation. `name^^^^^&OID&ISO^type^^^id` */
export interface Xon {
  readonly name: string;
  readonly oid: string | null;
  /** `IDNST` (national identifier of a structure), `SIREN`, `XX` … */
  readonly typeCode: string | null;
  readonly id: string | null;
}

/**
 * Reads `Laboratoire des charmes^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120459876`.
 *
 * @returns `null` when it has no name.
 * @see HL7 v2.5.1 2.A.89; IHE ITI TF-3 4.2.3.1.7
 */
export function parseXon(text: string): Xon | null {
  const components = componentsOf(text.trim());
  const name = componentAt(components, 1);
  if (name === null) return null;
  return {
    name,
    oid: authorityOid(components[5]),
    typeCode: componentAt(components, 7),
    id: componentAt(components, 10) ?? componentAt(components, 3),
  };
}

/** Writes what {@link parseXon} reads. */
export function formatXon(xon: Xon): string {
  const authority = xon.oid === null ? '' : `&${escapeHl7(xon.oid)}&ISO`;
  return joinComponents([escapeHl7(xon.name), '', '', '', '', authority, escapeHl7(xon.typeCode ?? ''), '', '', escapeHl7(xon.id ?? '')]);
}
