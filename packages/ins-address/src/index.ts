/**
 * INS matricule and traits, patient mail addresses built only from a qualified identity.
 *
 * Référentiel #2 v0.1, 3.4.2 "Patient destinataire d'un courriel" and ECO.2.2.6.
 *
 * @packageDocumentation
 */
export { type InsErrorCode, type InsProblemCode, type PatientAddressWarningCode } from './errors.js';
export { describeInsOid, insKindOf, insOids, isInsOid, isTestInsOid, type InsKind, type InsOid, type InsOidName } from './ins-oids.js';
export { ensureMatricule, isValidMatricule, matriculeKey, parseMatricule, type InsMatricule } from './matricule.js';
export { describeMatricule, sexOfMatricule, type MatriculeDescription } from './describe.js';
export { isQualifiedIns, qualifyIns, type InsAssertion, type InsQualification, type QualifiedIns } from './qualified-ins.js';
export {
  isAddressOfPatient,
  isPatientAddress,
  parsePatientAddress,
  patientAddress,
  patientDomain,
  type PatientAddress,
  type ReadPatientAddress,
} from './patient-address.js';
export {
  derogationPatientAddress,
  promptForTypedNir,
  type DerogationOptions,
  type DerogationRequest,
  type ManualEntryConfirmation,
  type ManualEntryPrompt,
} from './derogation.js';
