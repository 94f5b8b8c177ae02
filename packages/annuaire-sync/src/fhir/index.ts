/** The FHIR service of the Annuaire Santé: FHIR R4, guide "Annuaire Santé" of the ANS. */
export {
  createFhirDirectory,
  type FhirAnswer,
  type FhirDirectory,
  type FhirDirectoryOptions,
  type FhirSearchOptions,
} from './directory.js';
export { createCallLimiter, type CallLimiter, type CallLimiterOptions, type Wait } from './call-limiter.js';
export { type FhirOrganizationCriteria, type FhirPractitionerCriteria, type FhirRoleCriteria } from './criteria.js';
export type * from './types.js';
export { type FhirErrorCode } from './errors.js';
