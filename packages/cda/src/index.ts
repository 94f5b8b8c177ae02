/**
 * CDA R2 documents of the French profile, level 1 and level 3, as typed values.
 *
 * Référentiel #2 v0.1 §3.1; HL7 CDA R2; CI-SIS Volet Structuration Minimale de Documents Médicaux.
 *
 * @packageDocumentation
 */
export type * from './types/data-types.js';
export type * from './types/header.js';
export type * from './types/narrative.js';
export type * from './types/document.js';
export { type CdaErrorCode, type CdaReadErrorCode } from './errors.js';
export { type CdaWarningCode } from './warnings.js';
export { readCda, readCdaHeader, type ReadCdaOptions } from './read/read-cda.js';
export { isTechnicalHeaderElement, technicalHeaderElements, type TechnicalHeaderElement } from './technical-elements.js';
export { sniffMediaType } from './sniff-media-type.js';
export { createDocumentSet } from './document-set.js';
export { comparePatients, type PatientComparison } from './same-patient.js';
export { documentIdentifier } from './document-identifier.js';
export { caseNumber, orderNumbers } from './order-numbers.js';
export { mainServiceEvent, serviceStart } from './service-start.js';
export { visibility, type DocumentVisibility } from './visibility.js';
export { describeCda, type CdaDescription } from './describe.js';
export { displayEntity, displayName, displayOrganization } from './display-names.js';
export { type CodedConcept, type CodeTable, type Correspondence, type CorrespondenceTable } from './tables/code-table.js';
export { authorSpecialties } from './tables/author-specialties.generated.js';
export { classOfTypes } from './tables/class-of-types.generated.js';
export { confidentialityCodes } from './tables/confidentiality-codes.generated.js';
export { documentTypes } from './tables/document-types.generated.js';
export { facilityTypes } from './tables/facility-types.generated.js';
export { formatOfTemplates } from './tables/format-of-templates.generated.js';
export { loincTerms } from './tables/loinc-terms.generated.js';
export { practiceSettings } from './tables/practice-settings.generated.js';
export { classLabel, classOfType, formatOf, level1Template, typeByCode, typeLabel, type MetadataCode } from './tables/lookup.js';
export { buildCda, type BuildCdaOptions } from './build/build-cda.js';
export type {
  ActDraft,
  AddressDraft,
  AuthorDraft,
  CdaDraft,
  CodeDraft,
  EmbeddableMediaType,
  EncounterDraft,
  IdDraft,
  MainActDraft,
  OrganizationDraft,
  PatientDraft,
  PersonNameDraft,
  ProfessionalDraft,
  TableCodeDraft,
  TelecomDraft,
} from './build/draft.js';
