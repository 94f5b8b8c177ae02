/**
 * Why a subject or a file name is not written.
 *
 * - `ERR_MSS_SUBJECT_LABEL_MISSING` – one document and no type label.
 * - `ERR_MSS_SUBJECT_DOCUMENT_COUNT` – the count is no positive integer.
 * - `ERR_MSS_SUBJECT_NAME_MISSING` – the document has neither a birth name nor a usual name.
 * - `ERR_MSS_SUBJECT_GIVEN_NAME_MISSING` – the document has no given name.
 * - `ERR_MSS_SUBJECT_BIRTH_DATE` – the birth date is no HL7 date.
 * - `ERR_MSS_SUBJECT_ACT_DATE_MISSING` – the document has no date of the act; another date never takes its place.
 * - `ERR_MSS_SUBJECT_ACT_DATE` – the date of the act has not the eight digits of a day.
 */
export type SubjectErrorCode =
  | 'ERR_MSS_SUBJECT_LABEL_MISSING'
  | 'ERR_MSS_SUBJECT_DOCUMENT_COUNT'
  | 'ERR_MSS_SUBJECT_NAME_MISSING'
  | 'ERR_MSS_SUBJECT_GIVEN_NAME_MISSING'
  | 'ERR_MSS_SUBJECT_BIRTH_DATE'
  | 'ERR_MSS_SUBJECT_ACT_DATE_MISSING'
  | 'ERR_MSS_SUBJECT_ACT_DATE';

/**
 * What reading a subject or a file name tolerated.
 *
 * Harmless: `SUBJECT_PREFIXED` (something stands before `XDM/1.0/DDM`), `SUBJECT_PREFIX_FORM` (case, spaces, missing plus),
 * `SUBJECT_SPACES`, `SUBJECT_NOT_NFC`, `SUBJECT_APOSTROPHE`, `SUBJECT_LABEL_VARIANT` (case or accents), `SUBJECT_LABEL_LONG`
 * (not cut at 40), `SUBJECT_LABEL_UNKNOWN`, `SUBJECT_DATE_FORM`, `SUBJECT_SEPARATORS` (a file name whose underscores are
 * missing or too many).
 * Worth a look: `SUBJECT_NAME_CASE` (the family name is not in upper case), `SUBJECT_AMBIGUOUS` (see the candidates),
 * `SUBJECT_TRAITS_MISMATCH` (the names are not those of the traits given).
 * Not readable: `SUBJECT_NO_PREFIX`, `SUBJECT_FIELD_MISSING`, `SUBJECT_TOO_LONG`.
 */
export type SubjectWarningCode =
  | 'SUBJECT_PREFIXED'
  | 'SUBJECT_PREFIX_FORM'
  | 'SUBJECT_SPACES'
  | 'SUBJECT_NOT_NFC'
  | 'SUBJECT_APOSTROPHE'
  | 'SUBJECT_LABEL_VARIANT'
  | 'SUBJECT_LABEL_LONG'
  | 'SUBJECT_LABEL_UNKNOWN'
  | 'SUBJECT_DATE_FORM'
  | 'SUBJECT_SEPARATORS'
  | 'SUBJECT_NAME_CASE'
  | 'SUBJECT_AMBIGUOUS'
  | 'SUBJECT_TRAITS_MISMATCH'
  | 'SUBJECT_NO_PREFIX'
  | 'SUBJECT_FIELD_MISSING'
  | 'SUBJECT_TOO_LONG';
