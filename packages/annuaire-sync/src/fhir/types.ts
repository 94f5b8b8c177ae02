import type { MssWarning } from '@mss/core';

/** What was tolerated in an answer. */
export type FhirWarningCode =
  /** An e-mail address that no extension marks as MSSanté was left out. */
  | 'FHIR_NOT_A_MAILBOX'
  /** A mailbox without an address that can be written to was left out. */
  | 'FHIR_ADDRESS_INVALID'
  /** A type of mailbox that TRE_R257 does not know; shown as it is. */
  | 'FHIR_MAILBOX_TYPE_UNKNOWN'
  /** An entry of the answer that is no resource of the kind asked for was left out. */
  | 'FHIR_RESOURCE_UNEXPECTED'
  /** An instant that is none. */
  | 'FHIR_INSTANT_INVALID'
  /** A resource that the service marks as withdrawn was left out. */
  | 'FHIR_INACTIVE'
  /** The service remarks on the search: a criterion that it does not know was left out, for one. The message has its code. */
  | 'FHIR_REMARK';

/** A mailbox as the service describes it. What it does not say is `null`. */
export interface FhirMailbox {
  readonly address: string;
  /** `PER`, `ORG`, `APP`, `CAB`, or whatever was published. */
  readonly type: string | null;
  readonly description: string | null;
  readonly service: string | null;
  readonly dematerialisation: boolean | null;
  readonly rank: number | null;
}

/** A code with its label, for example of a profession. */
export interface FhirCode {
  readonly system: string | null;
  readonly code: string | null;
  readonly display: string | null;
}

interface Resource {
  /** Technical number, which may change; never an identity. */
  readonly id: string;
  /** When the service changed it last. */
  readonly lastUpdated: Date | null;
  /** All of them, as published. */
  readonly identifiers: readonly { readonly system: string | null; readonly value: string }[];
  readonly mailboxes: readonly FhirMailbox[];
}

/** A professional (`Practitioner`). */
export interface FhirPractitioner extends Resource {
  readonly kind: 'practitioner';
  readonly familyName: string | null;
  readonly givenNames: readonly string[];
  readonly civility: string | null;
  /** `8` + RPPS, `0` + ADELI (IDNPS). */
  readonly nationalIdentifier: string | null;
  readonly rpps: string | null;
  /** Professions and diplomas. */
  readonly qualifications: readonly FhirCode[];
}

/** One activity of a professional (`PractitionerRole`). */
export interface FhirPractitionerRole extends Resource {
  readonly kind: 'practitioner-role';
  readonly practitionerId: string | null;
  readonly organizationId: string | null;
  /** Name of the activity, where the service gives one. */
  readonly familyName: string | null;
  readonly givenNames: readonly string[];
  readonly codes: readonly FhirCode[];
  readonly specialties: readonly FhirCode[];
}

/** A structure (`Organization`). */
export interface FhirOrganization extends Resource {
  readonly kind: 'organization';
  readonly name: string | null;
  readonly aliases: readonly string[];
  readonly finess: string | null;
  readonly addressLines: readonly string[];
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly country: string | null;
}

/** A resource of the directory. */
export type FhirResource = FhirPractitioner | FhirPractitionerRole | FhirOrganization;

/** One page of a search. */
export interface FhirPage {
  readonly resources: readonly FhirResource[];
  /** When the service answered. */
  readonly at: Date;
  /** As the service counts; `null` when it does not. */
  readonly total: number | null;
  /** There is more: the bound of pages was reached, or the service counts more than it gave. */
  readonly isPartial: boolean;
  readonly warnings: readonly MssWarning<FhirWarningCode>[];
}
