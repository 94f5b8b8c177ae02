/** What several directories say, side by side: référentiel §3.4.1. */
export {
  createMergedDirectory,
  type MergedAnswer,
  type MergedDirectory,
  type MergedDirectoryOptions,
  type SourceOutcome,
} from './merged-directory.js';
export { extractionSource, fhirSource, ldapSource, type MergedQuery, type MergedSource, type SourceAnswer } from './sources.js';
export { mergeRecords, type Agreement, type Fact, type MergedEntry, type MergedValue, type Provenance } from './merge.js';
export { recordOfEntry, recordsOfFhir, recordsOfLdapEntry, type AnnuaireRecord, type MergedField } from './record.js';
