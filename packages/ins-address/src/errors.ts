/**
 * Why the package refuses to make a qualified identity or an address.
 *
 * - `ERR_MSS_INS_MALFORMED` – not 13 + 2 characters of a matricule.
 * - `ERR_MSS_INS_KEY` – the last two digits are not the key of the first thirteen.
 * - `ERR_MSS_INS_NOT_QUALIFIED` – the host does not state the status `qualifiee`, or the value was not made by `qualifyIns`.
 * - `ERR_MSS_INS_ASSERTED_BY` – nobody is named who states the status.
 * - `ERR_MSS_INS_OID_MISSING` – an identity base states the status without the OID that tells NIR from NIA.
 * - `ERR_MSS_INS_NOT_AN_INS` – the OID is not one of an INS matricule (social security number, INS-C, any other).
 * - `ERR_MSS_INS_TEST_IDENTITY` – a test or demonstration identity in the environment `production`.
 * - `ERR_MSS_INS_DEROGATION_ABSENT` – the profile knows no derogation.
 * - `ERR_MSS_INS_DEROGATION_EXPIRED` – the derogation ended on 31 December 2022.
 * - `ERR_MSS_INS_DEROGATION_MAILBOX` – the derogation is for personal mailboxes only.
 * - `ERR_MSS_INS_DEROGATION_SENDING` – the derogation is for manual sending only.
 * - `ERR_MSS_INS_DEROGATION_CONFIRMATION` – a typed NIR whose sex and birth year nobody confirmed, or confirmed otherwise.
 */
export type InsErrorCode =
  | 'ERR_MSS_INS_MALFORMED'
  | 'ERR_MSS_INS_KEY'
  | 'ERR_MSS_INS_NOT_QUALIFIED'
  | 'ERR_MSS_INS_ASSERTED_BY'
  | 'ERR_MSS_INS_OID_MISSING'
  | 'ERR_MSS_INS_NOT_AN_INS'
  | 'ERR_MSS_INS_TEST_IDENTITY'
  | 'ERR_MSS_INS_DEROGATION_ABSENT'
  | 'ERR_MSS_INS_DEROGATION_EXPIRED'
  | 'ERR_MSS_INS_DEROGATION_MAILBOX'
  | 'ERR_MSS_INS_DEROGATION_SENDING'
  | 'ERR_MSS_INS_DEROGATION_CONFIRMATION';

/**
 * What reading found about a matricule.
 *
 * Tolerated, the matricule is still usable: `INS_SPACES` (spaces inside or around), `INS_LOWER_CASE` (2a, 2b).
 * Not acceptable: `INS_LENGTH`, `INS_CHARACTERS`, `INS_SEX`, `INS_MONTH`, `INS_DEPARTMENT`, `INS_KEY_MISSING` (13 digits
 * only), `INS_KEY`, `INS_OID_NOT_INS`.
 */
export type InsProblemCode =
  | 'INS_SPACES'
  | 'INS_LOWER_CASE'
  | 'INS_LENGTH'
  | 'INS_CHARACTERS'
  | 'INS_SEX'
  | 'INS_MONTH'
  | 'INS_DEPARTMENT'
  | 'INS_KEY_MISSING'
  | 'INS_KEY'
  | 'INS_OID_NOT_INS';

/** What reading an address tolerated: `INS_ADDRESS_CASE` (letters in another case), or a problem of its matricule. */
export type PatientAddressWarningCode = InsProblemCode | 'INS_ADDRESS_CASE';
