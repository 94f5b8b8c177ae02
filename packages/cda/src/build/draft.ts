import type { PatientTraits } from '@mss/core';

/** II. `root` is an OID or a UUID. */
export interface IdDraft {
  readonly root: string;
  readonly extension?: string;
}

/** A coded value written as it is given. */
export interface CodeDraft {
  readonly code: string;
  /** OID of the code system. */
  readonly codeSystem: string;
  readonly displayName: string;
  readonly codeSystemName?: string;
}

/** A code of one of the ANS tables of this package, or a whole coded value for what the table does not list. */
export type TableCodeDraft = string | CodeDraft;

/** `tel:+33…`, `mailto:…` */
export interface TelecomDraft {
  readonly value: string;
  /** H home, HP, WP work, MC mobile, EC emergency, DIR direct, PUB … */
  readonly use?: string;
}

/** An address; the parts are written in the order of this type. */
export interface AddressDraft {
  readonly use?: string;
  readonly streetAddressLines?: readonly string[];
  readonly houseNumber?: string;
  readonly streetName?: string;
  readonly unitID?: string;
  readonly additionalLocator?: string;
  readonly postalCode?: string;
  readonly city?: string;
  readonly country?: string;
}

/** A person other than the patient. */
export interface PersonNameDraft {
  readonly family: string;
  readonly given?: string;
  /** M, MME. */
  readonly prefix?: string;
  /** DR, PR. */
  readonly suffix?: string;
}

/** An organisation. */
export interface OrganizationDraft {
  /** Usually 1.2.250.1.71.4.2.2 and the Struct_IdNat (`1` and the FINESS number, `2` and the SIREN …). */
  readonly id: IdDraft;
  readonly name: string;
  readonly telecoms?: readonly TelecomDraft[];
  readonly address?: AddressDraft;
  /** Setting of exercise: a code of JDV_J04 (`AMBULATOIRE`, `ETABLISSEMENT` …). */
  readonly practiceSetting?: TableCodeDraft;
}

/** A professional and the organisation for which he or she acts. */
export interface ProfessionalDraft {
  /** Usually 1.2.250.1.71.4.2.1 and the PS_IdNat (`8` and the RPPS number). */
  readonly id: IdDraft;
  readonly name: PersonNameDraft;
  /** Profession and speciality: a code of JDV_J01 (`G15_10/SM26` …). */
  readonly specialty?: TableCodeDraft;
  readonly telecoms?: readonly TelecomDraft[];
  readonly address?: AddressDraft;
  readonly organization?: OrganizationDraft;
}

/** The patient. */
export interface PatientDraft {
  /**
   * `birthName`, at least one of `givenNames`, `sex` and `birthDate` must be there; with an INS also `birthPlaceCode`.
   * `otherIds` are written after the INS.
   */
  readonly traits: PatientTraits;
  readonly addresses?: readonly AddressDraft[];
  readonly telecoms?: readonly TelecomDraft[];
  /** Commune or country of birth in letters. */
  readonly birthPlaceName?: string;
  /** Who represents the patient in law. */
  readonly guardians?: readonly {
    readonly name: PersonNameDraft;
    readonly telecoms?: readonly TelecomDraft[];
    readonly address?: AddressDraft;
  }[];
}

/** An act that the document reports. */
export interface ActDraft {
  readonly id?: IdDraft;
  readonly code?: CodeDraft;
  /** HL7 digits, with zone when there is a time. */
  readonly start?: string;
  readonly end?: string;
  readonly performer?: ProfessionalDraft;
}

/** The main act: what names the PDF and fills serviceStartTime and practiceSettingCode. */
export interface MainActDraft extends ActDraft {
  readonly start: string;
  /** With an organisation that has a `practiceSetting`. */
  readonly performer: ProfessionalDraft;
}

/** The stay or visit during which the document was made. */
export interface EncounterDraft {
  readonly id?: IdDraft;
  /** AMB, IMP, EMER … of 2.16.840.1.113883.5.4. */
  readonly code?: CodeDraft;
  readonly start?: string;
  readonly end?: string;
  readonly responsible?: ProfessionalDraft;
  readonly facility: {
    readonly id?: IdDraft;
    /** Kind of structure: a code of JDV_J02 (`SA07` …). */
    readonly type: TableCodeDraft;
    readonly name?: string;
    readonly address?: AddressDraft;
  };
}

/** What a level 1 document may embed. */
export type EmbeddableMediaType = 'application/pdf' | 'image/jpeg' | 'image/tiff' | 'text/rtf' | 'text/plain';

/** Everything that {@link buildCda} needs to know. */
export interface CdaDraft {
  /** Default: `2.25.` and a random UUID as an integer (X.667). */
  readonly id?: IdDraft;
  /** Common to all versions. Default: like `id`. Must be given when a document is replaced. */
  readonly setId?: IdDraft;
  /** Default 1. */
  readonly versionNumber?: number;
  /** The version that this one replaces; it keeps `setId`. */
  readonly replaces?: { readonly id: IdDraft; readonly versionNumber?: number };
  /** Type of document: a code of JDV_J07 (`11490-0` …). */
  readonly type: TableCodeDraft;
  readonly title: string;
  /** When the document was made: HL7 digits with time and zone. */
  readonly effectiveTime: string;
  /** Default N. */
  readonly confidentiality?: 'N' | 'R' | 'V';
  /** INVISIBLE_PATIENT and MASQUE_PS exclude each other. */
  readonly masking?: readonly ('INVISIBLE_PATIENT' | 'INVISIBLE_REPRESENTANTS_LEGAUX' | 'MASQUE_PS')[];
  readonly patient: PatientDraft;
  readonly authors: readonly [AuthorDraft, ...AuthorDraft[]];
  /** Who keeps the document. */
  readonly custodian: OrganizationDraft;
  readonly recipients?: readonly ProfessionalDraft[];
  /** Who answers for the document. */
  readonly legalAuthenticator: AuthorDraft;
  /** Prescription numbers that the document answers. */
  readonly orders?: readonly IdDraft[];
  readonly acts: readonly [MainActDraft, ...ActDraft[]];
  readonly encounter: EncounterDraft;
  readonly body: { readonly mediaType: EmbeddableMediaType; readonly bytes: Uint8Array };
}

/** A professional and the moment of writing or signing: HL7 digits with time and zone. */
export interface AuthorDraft {
  readonly professional: ProfessionalDraft;
  readonly time: string;
}
