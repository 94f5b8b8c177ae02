import type { PatientTraits } from '@mss/core';

import { foldName } from './fold.js';

/** What comparing two identities gives. */
export type PatientComparison =
  /** The same INS and no trait against it; or, without INS on one side, the same traits. */
  | 'same'
  /** The same INS, but another birth name, given name, date of birth or sex. */
  | 'traits-conflict'
  /** Two people, or nothing that shows them to be one. */
  | 'different';

/** Names compared: `null` when one side has none to compare. */
function sameFamily(a: PatientTraits, b: PatientTraits): boolean | null {
  if (a.birthName !== null && b.birthName !== null) return foldName(a.birthName) === foldName(b.birthName);
  const ofA = [a.birthName, a.usualName].filter((name) => name !== null).map(foldName);
  const ofB = [b.birthName, b.usualName].filter((name) => name !== null).map(foldName);
  if (ofA.length === 0 || ofB.length === 0) return null;
  return ofA.some((name) => ofB.includes(name));
}

function sameGiven(a: PatientTraits, b: PatientTraits): boolean | null {
  const [firstA] = a.givenNames;
  const [firstB] = b.givenNames;
  if (firstA !== undefined && firstB !== undefined) return foldName(firstA) === foldName(firstB);
  const ofA = [...a.givenNames, a.usualGivenName].filter((name) => name !== null).map(foldName);
  const ofB = [...b.givenNames, b.usualGivenName].filter((name) => name !== null).map(foldName);
  if (ofA.length === 0 || ofB.length === 0) return null;
  return ofA.some((name) => ofB.includes(name));
}

/** Only the date: a time of birth that one of two documents adds is no difference. */
function sameBirthDate(a: PatientTraits, b: PatientTraits): boolean | null {
  if (a.birthDate === null || b.birthDate === null) return null;
  return a.birthDate.slice(0, 8) === b.birthDate.slice(0, 8);
}

function sameSex(a: PatientTraits, b: PatientTraits): boolean | null {
  if (a.sex === null || b.sex === null || a.sex === 'U' || b.sex === 'U') return null;
  return a.sex === b.sex;
}

function matriculeOf(traits: PatientTraits): string | null {
  return traits.ins === null ? null : `${traits.ins.oid} ${traits.ins.value.replaceAll(/\s+/g, '').toUpperCase()}`;
}

/**
 * Whether two identities are one patient.
 *
 * | | traits agree | a trait differs |
 * |---|---|---|
 * | same INS (number and OID) | same | traits-conflict |
 * | an INS on one side, or on none | same, when family name, given name and date of birth are on both sides | different |
 * | two INS | different | different |
 *
 * Names are compared in upper case without accents, hyphens and apostrophes; a trait that one side does not have
 * differs from nothing. Not compared: other identifiers, place of birth, addresses.
 */
export function comparePatients(a: PatientTraits, b: PatientTraits): PatientComparison {
  const family = sameFamily(a, b);
  const given = sameGiven(a, b);
  const birthDate = sameBirthDate(a, b);
  const contradicted = [family, given, birthDate, sameSex(a, b)].includes(false);
  const insA = matriculeOf(a);
  const insB = matriculeOf(b);
  if (insA !== null && insB !== null) {
    if (insA !== insB) return 'different';
    return contradicted ? 'traits-conflict' : 'same';
  }
  return !contradicted && family === true && given === true && birthDate === true ? 'same' : 'different';
}
