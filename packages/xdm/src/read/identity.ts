import type { PatientIdentifier, PatientTraits } from '@mss/core';

import { foldName } from '../fold.js';
import { sameIdentifier } from './patient.js';

/** A trait that differs between two sources. */
export type XdmIdentityField = 'ins' | 'identifier' | 'birthName' | 'usualName' | 'givenName' | 'birthDate' | 'sex';

function differ(a: string | null | undefined, b: string | null | undefined): boolean {
  return a !== null && a !== undefined && b !== null && b !== undefined && foldName(a) !== foldName(b);
}

const identifiersOf = (patient: PatientTraits): readonly PatientIdentifier[] =>
  patient.ins === null ? patient.otherIds : [patient.ins, ...patient.otherIds];

/** Whether one side writes an identifier of the other, wherever it writes it. */
function shares(identifier: PatientIdentifier, patient: PatientTraits): boolean {
  return identifiersOf(patient).some((one) => sameIdentifier(one, identifier));
}

/** The first given name is the same, or all of them are, however they are cut. */
function sameGivenNames(a: PatientTraits, b: PatientTraits): boolean {
  const [firstA] = a.givenNames;
  const [firstB] = b.givenNames;
  if (firstA === undefined || firstB === undefined) return true;
  return foldName(firstA) === foldName(firstB) || foldName(a.givenNames.join(' ')) === foldName(b.givenNames.join(' '));
}

/** Two authorities in common with other numbers, and no number in common. */
function otherNumbers(a: PatientTraits, b: PatientTraits): boolean {
  const pairs = a.otherIds.flatMap((one) => b.otherIds.filter((two) => two.oid === one.oid).map((two) => sameIdentifier(one, two)));
  return pairs.length > 0 && !pairs.includes(true);
}

/**
 * The traits in which two sources contradict each other; a trait that one of them does not have contradicts nothing.
 *
 * | field | compared |
 * |---|---|
 * | `ins` | matricule and OID, wherever the other side writes them |
 * | `identifier` | other numbers of the same authority, when there is no INS on one side |
 * | `birthName`, `givenName` | upper case, without accents, hyphens and apostrophes; first given name of birth, or all |
 * | `usualName` | only when one side has no name of birth |
 * | `birthDate` | year, month and day |
 * | `sex` | F and M |
 *
 * @see Référentiel #2 v0.1, ECO.2.1.1 and ECO.2.1.2
 */
export function identityDifferences(a: PatientTraits, b: PatientTraits): readonly XdmIdentityField[] {
  const fields: XdmIdentityField[] = [];
  if (a.ins !== null && b.ins !== null) {
    if (!shares(a.ins, b) && !shares(b.ins, a)) fields.push('ins');
  } else if (otherNumbers(a, b)) fields.push('identifier');
  if (a.birthName !== null && b.birthName !== null) {
    if (differ(a.birthName, b.birthName)) fields.push('birthName');
  } else if (differ(a.usualName, b.usualName)) fields.push('usualName');
  if (!sameGivenNames(a, b)) fields.push('givenName');
  if (a.birthDate !== null && b.birthDate !== null && a.birthDate.slice(0, 8) !== b.birthDate.slice(0, 8)) fields.push('birthDate');
  const sexes = [a.sex, b.sex];
  if (sexes.every((sex) => sex === 'F' || sex === 'M') && a.sex !== b.sex) fields.push('sex');
  return fields;
}

/** Whether differing fields mean another person for sure, or only a contradiction about one. */
export function areTwoPatients(a: PatientTraits, b: PatientTraits, fields: readonly XdmIdentityField[]): boolean {
  if (fields.includes('ins') || fields.includes('identifier')) return true;
  const sameIns = a.ins !== null && b.ins !== null;
  return !sameIns && fields.length > 0;
}
