import { parseOid, type AdministrativeSex, type PatientIdentifier, type PatientTraits } from '@mss/core';
import { describeInsOid, describeMatricule, insKindOf } from '@mss/ins-address';

import { sameWord } from '../fold.js';
import type { CdaId, CdaName } from '../types/data-types.js';
import type { CdaPatient } from '../types/header.js';
import type { HeaderReader } from './header-reader.js';

const where = 'recordTarget/patientRole';

/** Real NIR and NIA before test and demonstration identities. */
function rankOfOid(oid: string): number {
  const row = describeInsOid(oid);
  if (row === null || row.kind === null) return 9;
  return (row.use === 'real' ? 0 : row.use === 'test' ? 2 : 4) + (row.kind === 'NIR' ? 0 : 1);
}

function identifiersOf(ids: readonly CdaId[]): PatientIdentifier[] {
  const found: PatientIdentifier[] = [];
  for (const { root, extension } of ids) {
    const oid = root === null ? null : parseOid(root);
    if (oid !== null && extension !== null) found.push({ value: extension, oid });
  }
  return found;
}

/** Finds the INS by its OID, never by its place, and says what is wrong with it. */
function readIns(reader: HeaderReader, identifiers: readonly PatientIdentifier[]): PatientIdentifier | null {
  const candidates = identifiers.filter((one) => insKindOf(one.oid) !== null).toSorted((a, b) => rankOfOid(a.oid) - rankOfOid(b.oid));
  const [ins] = candidates;
  if (ins === undefined) {
    reader.warn('CDA_NO_INS', 'none of the identifiers of the patient is an INS', `${where}/id`);
    return null;
  }
  if (candidates.some((one) => one.value !== ins.value)) {
    reader.warn('CDA_INS_SEVERAL', 'several different INS; the first real one, NIR before NIA, is taken', `${where}/id`);
  }
  const description = describeMatricule(ins.value, { oid: ins.oid });
  if (description.matricule === null) {
    reader.warn('CDA_INS_MALFORMED', 'the INS is not 13 characters and a key of two digits', `${where}/id`);
  } else if (description.keyExpected !== description.matricule.slice(13)) {
    reader.warn('CDA_INS_KEY', 'the key of the INS is wrong', `${where}/id`);
  }
  if (describeInsOid(ins.oid)?.use !== 'real')
    reader.warn('CDA_INS_TEST_OID', 'the INS is a test or demonstration identity', `${where}/id`);
  return ins;
}

/** A qualifier is a list of codes. */
function hasQualifier(qualifier: string | null, code: string): boolean {
  return qualifier !== null && qualifier.split(/\s+/).includes(code);
}

function partsOf(name: CdaName, kind: 'family' | 'given', code: string | null): readonly string[] {
  return name.parts
    .filter(
      (part) => part.kind === kind && part.value !== '' && (code === null ? part.qualifier === null : hasQualifier(part.qualifier, code)),
    )
    .map((part) => part.value);
}

/** The name that tells the birth name, else the first. */
function identityName(names: readonly CdaName[]): CdaName | null {
  return names.find((name) => partsOf(name, 'family', 'BR').length > 0) ?? names[0] ?? null;
}

/**
 * First given name of birth, then the others of the civil list, no repetition.
 *
 * An unqualified `given` is the whole civil list in most documents ("DOMINIQUE MARIE-LOUISE" beside a BR "DOMINIQUE") and
 * just another given name in others ("ISABELLE" beside a BR "RUTH"): the words that the list has beyond the first name
 * are the others in both. Without a BR, the unqualified one is the first given name as it stands.
 */
function givenNamesOf(name: CdaName): readonly string[] {
  const births = partsOf(name, 'given', 'BR');
  const unqualified = partsOf(name, 'given', null);
  const [first, ...others] = births.length > 0 ? births : unqualified;
  if (first === undefined) return [];
  const result = [first];
  const add = (word: string): void => {
    if (word !== '' && !result.some((one) => sameWord(one, word))) result.push(word);
  };
  for (const other of others) add(other);
  if (births.length === 0) return result;
  for (const list of unqualified) {
    if (sameWord(list, first)) continue;
    const words = list.split(/[\s,]+/);
    const firstWords = first.split(/[\s,]+/);
    const startsWithFirst = firstWords.every((word, index) => sameWord(words[index] ?? '', word));
    for (const word of startsWithFirst ? words.slice(firstWords.length) : words) add(word);
  }
  return result;
}

function sexOf(reader: HeaderReader, code: string | null): AdministrativeSex | null {
  const upper = code?.toUpperCase() ?? null;
  if (upper === 'F' || upper === 'M') return upper;
  reader.warn('CDA_SEX', 'the gender code is neither F nor M', `${where}/patient/administrativeGenderCode`);
  return upper === null ? null : 'U';
}

/** A COG code: five digits, or 2A and 2B for Corsica; 99 and the country for those born abroad. */
const cogCode = /^(?:\d{5}|2[AB]\d{3})$/;

/**
 * The identity traits of a patient by the rules of the twelve name shapes that French documents have.
 *
 * | trait | from |
 * |---|---|
 * | `birthName` | `family[BR]` |
 * | `usualName` | `family[CL]`, else `family[SP]`, else, when there is no BR, the unqualified family |
 * | `givenNames` | `given[BR]`, then the other words of the unqualified given |
 * | `usualGivenName` | `given[CL]` |
 * | `ins` | the identifier whose root is an INS OID, wherever it stands; .13 and .14 are social security numbers, not INS |
 *
 * What is doubtful is a warning, never a correction.
 *
 * @see CI-SIS Volet Structuration Minimale de Documents de Santé, recordTarget; référentiel INS.
 */
export function readPatientTraits(reader: HeaderReader, patient: Omit<CdaPatient, 'traits'>): PatientTraits {
  const identifiers = identifiersOf(patient.ids);
  const ins = readIns(reader, identifiers);
  const name = identityName(patient.names);
  const birthName = name === null ? null : (partsOf(name, 'family', 'BR')[0] ?? null);
  const usualName =
    name === null
      ? null
      : (partsOf(name, 'family', 'CL')[0] ??
        partsOf(name, 'family', 'SP')[0] ??
        (birthName === null ? (partsOf(name, 'family', null)[0] ?? null) : null));
  const givenNames = name === null ? [] : givenNamesOf(name);
  if (birthName === null) reader.warn('CDA_NO_BIRTH_NAME', 'no family name has the qualifier BR', `${where}/patient/name`);
  if (givenNames.length === 0) reader.warn('CDA_NO_GIVEN_NAME', 'no given name of birth', `${where}/patient/name`);
  const birthDate = patient.birthTime?.value ?? null;
  if (birthDate === null || !/^\d{4,14}(?:[+-]\d{4})?$/.test(birthDate)) {
    reader.warn('CDA_BIRTH_DATE', 'the date of birth is absent or not 4 to 14 digits', `${where}/patient/birthTime`);
  }
  const county = patient.birthplace?.address?.parts.find((part) => part.kind === 'county')?.value ?? null;
  return {
    ins,
    otherIds: identifiers.filter((one) => one !== ins),
    birthName,
    usualName,
    givenNames,
    usualGivenName: name === null ? null : (partsOf(name, 'given', 'CL')[0] ?? null),
    birthDate,
    sex: sexOf(reader, patient.gender?.code ?? null),
    birthPlaceCode: county !== null && cogCode.test(county.toUpperCase()) ? county.toUpperCase() : null,
  };
}
