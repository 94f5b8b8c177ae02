import { authorityOid, componentAt, componentsOf, escapeHl7, joinComponents } from './escape.js';

/** XCN: a professional, a patient or a system as author. `id^family^given^^^^^^&OID&ISO^nameType^^^type` */
export interface Xcn {
  readonly id: string | null;
  /** Family name, or the name of the software. */
  readonly familyName: string | null;
  /** Given name, or the model of the device. */
  readonly givenName: string | null;
  readonly oid: string | null;
  /** `D` for a person, `U` for a system. */
  readonly nameType: string | null;
  /** `IDNPS` (national identifier), `EI` (internal), `RI` (system), `NH` (patient). */
  readonly typeCode: string | null;
}

/**
 * Reads `801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`.
 *
 * @returns `null` when it holds neither identifier nor name.
 * @see HL7 v2.5.1 2.A.88; IHE ITI TF-3 4.2.3.1.7
 */
export function parseXcn(text: string): Xcn | null {
  const components = componentsOf(text.trim());
  const xcn: Xcn = {
    id: componentAt(components, 1),
    familyName: componentAt(components, 2),
    givenName: componentAt(components, 3),
    oid: authorityOid(components[8]),
    nameType: componentAt(components, 10),
    typeCode: componentAt(components, 13),
  };
  return xcn.id === null && xcn.familyName === null && xcn.givenName === null ? null : xcn;
}

const text = (value: string | null): string => escapeHl7(value ?? '');

/** Writes what {@link parseXcn} reads. */
export function formatXcn(xcn: Xcn): string {
  const authority = xcn.oid === null ? '' : `&${escapeHl7(xcn.oid)}&ISO`;
  return joinComponents([
    text(xcn.id),
    text(xcn.familyName),
    text(xcn.givenName),
    '',
    '',
    '',
    '',
    '',
    authority,
    text(xcn.nameType),
    '',
    '',
    text(xcn.typeCode),
  ]);
}
