import type { MssWarning } from '@mss/core';

import type { SubjectWarningCode } from './errors.js';

const sentences: Readonly<Record<SubjectWarningCode, string>> = Object.freeze({
  SUBJECT_PREFIXED: 'something stands before XDM/1.0/DDM',
  SUBJECT_PREFIX_FORM: 'the prefix is not written exactly XDM/1.0/DDM+',
  SUBJECT_SPACES: 'spaces that the form does not have',
  SUBJECT_NOT_NFC: 'accents written as separate characters',
  SUBJECT_APOSTROPHE: 'another apostrophe than in the type table',
  SUBJECT_LABEL_VARIANT: 'the label differs from the type table in case or accents',
  SUBJECT_LABEL_LONG: 'the label is not cut at 40 characters',
  SUBJECT_LABEL_UNKNOWN: 'the label is in no known type table',
  SUBJECT_DATE_FORM: 'the date has another form',
  SUBJECT_SEPARATORS: 'the fields are not joined by one underscore each',
  SUBJECT_NAME_CASE: 'the family name is not in upper case',
  SUBJECT_AMBIGUOUS: 'several readings are possible: see the candidates, and METADATA.XML',
  SUBJECT_TRAITS_MISMATCH: 'the names are not those of the patient given for comparison',
  SUBJECT_NO_PREFIX: 'no XDM/1.0/DDM prefix, or no date of an act at the beginning of a file name',
  SUBJECT_FIELD_MISSING: 'a mandatory field is missing',
  SUBJECT_TOO_LONG: 'too long to be read',
});

/** The warning of a code, with its fixed sentence: never a word of the subject. */
export function warning(code: SubjectWarningCode): MssWarning<SubjectWarningCode> {
  return { code, message: sentences[code] };
}
