import type { Oid } from './oid.js';

/** F, M, or U when the source says neither. */
export type AdministrativeSex = 'M' | 'F' | 'U';

/** One identifier of a patient: the number and the OID of the domain that gives it. */
export interface PatientIdentifier {
  readonly value: string;
  readonly oid: Oid;
}

/**
 * The identity traits of a patient as a document writes them, without judgement on their quality.
 *
 * A text that is absent is `null`, never `""`.
 */
export interface PatientTraits {
  /** The INS matricule with its OID when the source has one. */
  readonly ins: PatientIdentifier | null;
  /** Every other identifier (IPP, social security number …), in the order of the source. */
  readonly otherIds: readonly PatientIdentifier[];
  /** Nom de naissance. */
  readonly birthName: string | null;
  /** Nom utilisé. */
  readonly usualName: string | null;
  /** First given name of birth, then the others of the civil list, no repetition. */
  readonly givenNames: readonly string[];
  /** Prénom utilisé. */
  readonly usualGivenName: string | null;
  /** HL7 digits as written; may be lunar or partial. */
  readonly birthDate: string | null;
  readonly sex: AdministrativeSex | null;
  /** COG code of the place of birth. */
  readonly birthPlaceCode: string | null;
}
