import { MssError, upperCaseFrench, type PatientTraits } from '@mss/core';

import type { SubjectErrorCode } from './errors.js';
import { cleanField } from './text.js';

/** What subject and file name need of a patient; `PatientTraits` of a document or of METADATA.XML fit. */
export type NamedPatient = Pick<PatientTraits, 'birthName' | 'usualName' | 'givenNames' | 'usualGivenName' | 'birthDate'>;

const given = (text: string | null | undefined): string | null => {
  const clean = cleanField(text ?? '');
  return clean === '' ? null : clean;
};

/**
 * `<NOM>`: the birth name, else the usual name, in upper case with its accents.
 *
 * @throws MssError `ERR_MSS_SUBJECT_NAME_MISSING`
 * @see Référentiel #2 v0.1, ECO.2.1.3
 */
export function familyNameOf(patient: NamedPatient, requirement = 'ECO.2.1.3'): string {
  const name = given(patient.birthName) ?? given(patient.usualName);
  if (name === null) {
    throw new MssError<SubjectErrorCode>('ERR_MSS_SUBJECT_NAME_MISSING', 'the patient has neither a birth name nor a usual name', {
      requirement,
    });
  }
  return upperCaseFrench(name);
}

/**
 * `<prénom>`: the first given name as the document writes it, else the given name in use.
 *
 * @throws MssError `ERR_MSS_SUBJECT_GIVEN_NAME_MISSING`
 * @see Référentiel #2 v0.1, ECO.2.1.3
 */
export function givenNameOf(patient: NamedPatient, requirement = 'ECO.2.1.3'): string {
  const name = patient.givenNames.map(given).find((one) => one !== null) ?? given(patient.usualGivenName);
  if (name === null || name === undefined) {
    throw new MssError<SubjectErrorCode>('ERR_MSS_SUBJECT_GIVEN_NAME_MISSING', 'the patient has no given name', { requirement });
  }
  return name;
}

const present = (names: readonly (string | null)[]): string[] => names.filter((name) => name !== null);

/** Every family name and given name under which a sender may have written this patient. */
export function writtenNamesOf(patient: NamedPatient): { readonly families: readonly string[]; readonly givens: readonly string[] } {
  const all = patient.givenNames.map(given);
  return {
    families: present([given(patient.birthName), given(patient.usualName)]),
    givens: present([...all, given(patient.usualGivenName), given(present(all).join(' '))]),
  };
}
