import type { PatientTraits } from '@mss/core';

import type { CdaAddress, CdaCode, CdaId, CdaInterval, CdaName, CdaTelecom, CdaTime } from './data-types.js';

/** A person of the header other than the patient. */
export interface CdaPerson {
  readonly names: readonly CdaName[];
}

/** An authoring device or software. */
export interface CdaDevice {
  readonly manufacturerModelName: string | null;
  readonly softwareName: string | null;
  readonly code: CdaCode | null;
}

/** An organisation in any role (represented, custodian, scoping, received, provider). */
export interface CdaOrganization {
  readonly ids: readonly CdaId[];
  readonly names: readonly string[];
  readonly telecoms: readonly CdaTelecom[];
  readonly addresses: readonly CdaAddress[];
  /** `standardIndustryClassCode`: the setting of exercise. */
  readonly industry: CdaCode | null;
  /** `asOrganizationPartOf/wholeOrganization`. */
  readonly partOf: CdaOrganization | null;
  /** `asOrganizationPartOf/code`: what kind of part it is; stands also without a whole organisation. */
  readonly partOfCode: CdaCode | null;
  /** `asOrganizationPartOf/id`. */
  readonly partOfIds: readonly CdaId[];
}

/** assignedEntity, assignedAuthor, associatedEntity, relatedEntity, intendedRecipient, guardian: who, and for whom. */
export interface CdaEntity {
  /** `@classCode` as written (ASSIGNED, ECON, NOK, CON, CAREGIVER, PAT, GUARD …). */
  readonly classCode: string | null;
  readonly ids: readonly CdaId[];
  /** Profession and speciality, or the relationship to the patient. */
  readonly code: CdaCode | null;
  readonly addresses: readonly CdaAddress[];
  readonly telecoms: readonly CdaTelecom[];
  readonly person: CdaPerson | null;
  readonly device: CdaDevice | null;
  readonly organization: CdaOrganization | null;
  readonly nullFlavor: string | null;
}

/** One taking part: author, data enterer, informant, recipient, authenticator, participant, performer. */
export interface CdaParticipation {
  /** `@typeCode` as written. */
  readonly typeCode: string | null;
  readonly functionCode: CdaCode | null;
  readonly time: CdaInterval | null;
  /** `signatureCode/@code` of authenticators. */
  readonly signatureCode: string | null;
  readonly entity: CdaEntity;
}

/** documentationOf/serviceEvent: an act that the document reports. */
export interface CdaServiceEvent {
  readonly classCode: string | null;
  readonly ids: readonly CdaId[];
  readonly code: CdaCode | null;
  readonly effectiveTime: CdaInterval | null;
  /** `lab:statusCode/@code`. */
  readonly statusCode: string | null;
  readonly performers: readonly CdaParticipation[];
}

/** inFulfillmentOf/order: the order that the document answers. */
export interface CdaOrder {
  readonly ids: readonly CdaId[];
  readonly accessionNumbers: readonly CdaId[];
  readonly code: CdaCode | null;
  readonly priority: CdaCode | null;
}

/** relatedDocument. */
export interface CdaRelatedDocument {
  /** RPLC, APND or XFRM. */
  readonly typeCode: string | null;
  readonly ids: readonly CdaId[];
  readonly setId: CdaId | null;
  readonly versionNumber: number | null;
  readonly code: CdaCode | null;
}

/** authorization/consent. */
export interface CdaConsent {
  readonly ids: readonly CdaId[];
  readonly code: CdaCode | null;
  readonly statusCode: string | null;
}

/** componentOf/encompassingEncounter. */
export interface CdaEncounter {
  readonly ids: readonly CdaId[];
  readonly code: CdaCode | null;
  readonly effectiveTime: CdaInterval | null;
  readonly dischargeDisposition: CdaCode | null;
  readonly responsibleParty: CdaEntity | null;
  readonly participants: readonly CdaParticipation[];
  /** location/healthCareFacility. */
  readonly facility: CdaFacility | null;
}

/** healthCareFacility. */
export interface CdaFacility {
  readonly ids: readonly CdaId[];
  /** Code of JDV_J02. */
  readonly code: CdaCode | null;
  readonly name: string | null;
  readonly address: CdaAddress | null;
  readonly organization: CdaOrganization | null;
}

/** recordTarget/patientRole, whole. */
export interface CdaPatient {
  /** The identity traits by the rules of xdm-cda §5.1; what packages compare and show. */
  readonly traits: PatientTraits;
  readonly ids: readonly CdaId[];
  readonly addresses: readonly CdaAddress[];
  readonly telecoms: readonly CdaTelecom[];
  readonly names: readonly CdaName[];
  readonly gender: CdaCode | null;
  readonly birthTime: CdaTime | null;
  readonly birthplace: { readonly name: string | null; readonly address: CdaAddress | null } | null;
  readonly maritalStatus: CdaCode | null;
  readonly deceased: { readonly indicator: string | null; readonly time: CdaTime | null } | null;
  readonly multipleBirth: { readonly indicator: string | null; readonly order: string | null } | null;
  readonly guardians: readonly CdaEntity[];
  readonly providerOrganization: CdaOrganization | null;
}

/** The header of a CDA R2 document as typed values. */
export interface CdaHeader {
  readonly templateIds: readonly CdaId[];
  readonly id: CdaId;
  readonly setId: CdaId | null;
  readonly versionNumber: number | null;
  /** The document's type: LOINC or an ANS code. */
  readonly code: CdaCode;
  readonly title: string | null;
  readonly effectiveTime: CdaTime;
  /** The first `confidentialityCode`. */
  readonly confidentiality: CdaCode | null;
  /**
   * Every code of confidentiality and masking: each `confidentialityCode` and its translations, flat, in order.
   * The schema allows one `confidentialityCode`, so a masking code beside `N` stands in a `translation`.
   */
  readonly confidentialityCodes: readonly CdaCode[];
  readonly languageCode: string | null;
  readonly patient: CdaPatient;
  readonly authors: readonly CdaParticipation[];
  readonly dataEnterer: CdaParticipation | null;
  readonly informants: readonly CdaParticipation[];
  readonly custodian: CdaOrganization | null;
  readonly recipients: readonly CdaParticipation[];
  readonly legalAuthenticator: CdaParticipation | null;
  readonly authenticators: readonly CdaParticipation[];
  readonly participants: readonly CdaParticipation[];
  readonly orders: readonly CdaOrder[];
  readonly serviceEvents: readonly CdaServiceEvent[];
  readonly relatedDocuments: readonly CdaRelatedDocument[];
  readonly consents: readonly CdaConsent[];
  readonly encounter: CdaEncounter | null;
  /** Header elements that no field above holds (extensions, repetitions of what may stand once): nothing is lost. */
  readonly unmapped: readonly CdaUnmappedElement[];
}

/** A header element that the typed header has no field for. */
export interface CdaUnmappedElement {
  /** Names from below ClinicalDocument, for example `recordTarget/patientRole/patient/raceCode`. */
  readonly path: string;
  /** Every text and value below the element, in document order. */
  readonly texts: readonly string[];
}
