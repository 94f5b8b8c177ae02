/**
 * The UUIDs and URNs of the ebRIM form of XDS metadata.
 *
 * @see IHE ITI TF-3 4.2.5 (UUIDs), 4.2.1 (metadata object types)
 */

/** ebRS 3.0, what is written. */
export const lcmNamespace = 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0';
export const rimNamespace = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
export const namespaces30: readonly string[] = [lcmNamespace, rimNamespace];
/** ebRS 2.1, read. */
export const namespaces21: readonly string[] = [
  'urn:oasis:names:tc:ebxml-regrep:registry:xsd:2.1',
  'urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1',
];

export const statusApproved = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';
export const associationPrefix = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:';
const registryObject = 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:';
export const registryObjectTypes: Readonly<Record<'package' | 'classification' | 'externalIdentifier' | 'association', string>> = {
  package: `${registryObject}RegistryPackage`,
  classification: `${registryObject}Classification`,
  externalIdentifier: `${registryObject}ExternalIdentifier`,
  association: `${registryObject}Association`,
};

/** `objectType` of a stable document entry. */
export const stableDocumentEntry = 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1';
/** `classificationNode` that makes a package a submission set, or a folder. */
export const submissionSetNode = 'urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd';
export const folderNode = 'urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2';

export const submissionSetSchemes = {
  author: 'urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  contentTypeCode: 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500',
} as const;

export const submissionSetIdentifiers = {
  patientId: 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  sourceId: 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832',
  uniqueId: 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8',
} as const;

export const documentEntrySchemes = {
  author: 'urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d',
  classCode: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a',
  confidentialityCode: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  eventCodeList: 'urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  formatCode: 'urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d',
  healthcareFacilityTypeCode: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSettingCode: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
} as const;

export const documentEntryIdentifiers = {
  patientId: 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  uniqueId: 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab',
} as const;

/** Slot of ANS: `C` for the replacement, `D` for the deletion of an earlier version. */
export const actionSlot = 'urn:action:extraMetadataSlot';
/** Slot of referenceIdList. */
export const referenceIdSlot = 'urn:ihe:iti:xds:2013:referenceIdList';
