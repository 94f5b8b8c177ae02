import { ensureOid, type Oid } from '@mss/core';

/** Which of the two numbers a matricule is: of the register, or waiting for registration. */
export type InsKind = 'NIR' | 'NIA';

/** One row of {@link insOids}. */
export interface InsOid {
  readonly oid: Oid;
  /** `null` when numbers under this OID are no INS matricule. */
  readonly kind: InsKind | null;
  /** `real` people, `test` identities, `demonstration` identities. */
  readonly use: 'real' | 'test' | 'demonstration';
  /** What ANS calls it. */
  readonly name: string;
}

/** The keys of {@link insOids}. */
export type InsOidName = 'nir' | 'nia' | 'nirTest' | 'nirDemonstration' | 'ssNir' | 'ssNia' | 'insC' | 'insCTest' | 'insCDemonstration';

const row = (oid: string, kind: InsKind | null, use: InsOid['use'], name: string): InsOid =>
  Object.freeze({ oid: ensureOid(oid), kind, use, name });

/**
 * The OIDs that matter when a number is to become a patient's address.
 *
 * `ssNir` and `ssNia` hold the same digits as an INS but are social security numbers, which a person may share with a
 * parent: never an address. The three INS-C are 22-digit numbers computed from a Vitale card, abandoned.
 *
 * @see ANS, CDA-FO.xsl (TestContenuCDA-3-0) and "Liste des OID des autorités d'affectation des INS".
 */
export const insOids: Readonly<Record<InsOidName, InsOid>> = Object.freeze({
  nir: row('1.2.250.1.213.1.4.8', 'NIR', 'real', 'INS-NIR'),
  nia: row('1.2.250.1.213.1.4.9', 'NIA', 'real', 'INS-NIA'),
  nirTest: row('1.2.250.1.213.1.4.10', 'NIR', 'test', 'INS-NIR de test'),
  nirDemonstration: row('1.2.250.1.213.1.4.11', 'NIR', 'demonstration', 'INS-NIR de démonstration'),
  ssNir: row('1.2.250.1.213.1.4.13', null, 'real', 'N° SS-NIR'),
  ssNia: row('1.2.250.1.213.1.4.14', null, 'real', 'N° SS-NIA'),
  insC: row('1.2.250.1.213.1.4.2', null, 'real', 'INS-C'),
  insCTest: row('1.2.250.1.213.1.4.6', null, 'test', 'INS-C de test'),
  insCDemonstration: row('1.2.250.1.213.1.4.7', null, 'demonstration', 'INS-C de démonstration'),
});

/** The row of an OID, or `null` when the OID has nothing to do with the INS. */
export function describeInsOid(oid: string): InsOid | null {
  return Object.values(insOids).find((one) => one.oid === oid) ?? null;
}

/** Whether numbers under this OID are INS matricules: NIR or NIA, test and demonstration included. */
export function isInsOid(oid: string): boolean {
  return insKindOf(oid) !== null;
}

/** Whether this OID holds test or demonstration identities, which the environment `production` refuses for addresses. */
export function isTestInsOid(oid: string): boolean {
  const found = describeInsOid(oid);
  return found !== null && found.kind !== null && found.use !== 'real';
}

/** NIR or NIA, which only the OID tells; `null` for any OID that is not one of an INS matricule. */
export function insKindOf(oid: string): InsKind | null {
  return describeInsOid(oid)?.kind ?? null;
}
