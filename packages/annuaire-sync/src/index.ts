/**
 * The Annuaire Santé on the vendor's own machine: chapter 3.4.1 of the référentiel.
 *
 * The public extraction synchronised to a local directory and searched as one types, the LDAP and FHIR services, the white
 * list of domains. RFC 9110 (range and conditional requests), RFC 6266 (Content-Disposition).
 *
 * @packageDocumentation
 */
export { type SyncErrorCode } from './errors.js';
export { syncExtraction } from './sync/sync-extraction.js';
export { type Mirror, type SyncOptions, type SyncProgress, type SyncResult } from './sync/options.js';
export { type SyncLimits } from './source/limits.js';
export { type ExpectedFile } from './source/verify-file.js';
export { type FileReport } from './load/report.js';
export { type RejectionReason } from './line/canonical-block.js';
export { type SyncWarningCode } from './line/header.js';
export { type DirectoryEntry } from './directory/entry.js';
export { type FileKind } from './directory/file-format.js';
export {
  openDirectory,
  type Directory,
  type DirectoryRejection,
  type ProfessionalRecord,
  type Snapshot,
} from './directory/open-directory.js';
export { type ChangedField, type DirectoryChange } from './directory/changes.js';
export { type AddressCheck } from './directory/check-addresses.js';
export { diffExtractions, type DiffOptions } from './sync/diff-extractions.js';
export * from './search/index.js';
export * from './ldap/index.js';
export * from './fhir/index.js';
export * from './white-list/index.js';
export * from './merged/index.js';
