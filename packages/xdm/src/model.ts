/**
 * The metadata of an archive under the names of XDS. Texts are as written (HL7 v2 data types included: read them with
 * `parseCx`, `parseXcn`, `parseXon`); an attribute that is absent is `null` or an empty list.
 *
 * @see IHE ITI TF-3 4.2.3.2 (DocumentEntry), 4.2.3.3 (SubmissionSet)
 */

/** A coded attribute: nodeRepresentation, slot codingScheme, Name. */
export interface XdmCode {
  readonly code: string;
  /** OID of the terminology; `null` when the source says none. */
  readonly codingScheme: string | null;
  readonly displayName: string | null;
}

/** One author. */
export interface XdmAuthor {
  /** XON. */
  readonly authorInstitution: readonly string[];
  /** XCN. */
  readonly authorPerson: string | null;
  readonly authorRole: readonly string[];
  readonly authorSpecialty: readonly string[];
  /** XTN. */
  readonly authorTelecommunication: readonly string[];
}

/** What the sender did: RegistryPackage. */
export interface XdmSubmissionSet {
  readonly entryUUID: string;
  readonly availabilityStatus: string | null;
  /** `YYYYMMDDhhmmss`, UTC. */
  readonly submissionTime: string | null;
  readonly title: string | null;
  readonly comments: string | null;
  readonly author: readonly XdmAuthor[];
  readonly contentTypeCode: XdmCode | null;
  /** CX. */
  readonly patientId: string | null;
  /** OID. */
  readonly sourceId: string | null;
  /** OID. */
  readonly uniqueId: string | null;
  readonly intendedRecipient: readonly string[];
  readonly homeCommunityId: string | null;
}

/** One document: ExtrinsicObject. */
export interface XdmDocumentEntry {
  readonly entryUUID: string;
  /** `@lid`. */
  readonly logicalID: string | null;
  readonly availabilityStatus: string | null;
  readonly mimeType: string | null;
  readonly objectType: string | null;
  /** SHA-1 of the file in hexadecimal. */
  readonly hash: string | null;
  readonly size: number | null;
  /** Name of the file in its subset. */
  readonly URI: string | null;
  /** UTC. */
  readonly creationTime: string | null;
  readonly languageCode: string | null;
  /** XCN. */
  readonly legalAuthenticator: string | null;
  /** UTC. */
  readonly serviceStartTime: string | null;
  /** UTC. */
  readonly serviceStopTime: string | null;
  /** CX. */
  readonly sourcePatientId: string | null;
  /** `PID-5|…`, `PID-7|…` */
  readonly sourcePatientInfo: readonly string[];
  readonly repositoryUniqueId: string | null;
  readonly homeCommunityId: string | null;
  /** CXi. */
  readonly referenceIdList: readonly string[];
  /** `urn:action:extraMetadataSlot`: `C` replaces an earlier version, `D` deletes one. */
  readonly action: string | null;
  /** Every other slot. */
  readonly extraMetadata: Readonly<Record<string, readonly string[]>>;
  readonly title: string | null;
  readonly comments: string | null;
  readonly author: readonly XdmAuthor[];
  readonly classCode: XdmCode | null;
  readonly confidentialityCode: readonly XdmCode[];
  readonly eventCodeList: readonly XdmCode[];
  readonly formatCode: XdmCode | null;
  readonly healthcareFacilityTypeCode: XdmCode | null;
  readonly practiceSettingCode: XdmCode | null;
  readonly typeCode: XdmCode | null;
  /** CX. */
  readonly patientId: string | null;
  /** OID, or OID^extension. */
  readonly uniqueId: string | null;
}

/** A link between two objects of the metadata. */
export interface XdmAssociation {
  /** `HasMember`, `RPLC`, `APND` … without the urn. */
  readonly associationType: string;
  readonly sourceObject: string;
  readonly targetObject: string;
  /** `Original` or `Reference`. */
  readonly submissionSetStatus: string | null;
}
