import type { XmlWarningCode } from '@mss/formats/xml';
import type { ZipWarningCode } from '@mss/formats/zip';

/** What `readXdm` tolerated. Those of the document itself stand with the document. */
export type XdmWarningCode =
  | ZipWarningCode
  | XmlWarningCode
  /** A name in lower or mixed case: `metadata.xml`, `index.htm` … */
  | 'XDM_NAME_CASE'
  /** IHE_XDM stands in another folder, not at the root of the archive. */
  | 'XDM_NESTED_ROOT'
  /** `SUBSET01METADATA.XML`: the separator before METADATA.XML is missing. */
  | 'XDM_METADATA_NAME'
  /** METADATA.XML stands in IHE_XDM itself, without a folder for the subset. */
  | 'XDM_NO_SUBSET_FOLDER'
  /** The same package stands twice in the archive; one of them is read. */
  | 'XDM_PACKAGE_REPEATED'
  /** More than one subset. */
  | 'XDM_SEVERAL_SUBSETS'
  /** A folder below IHE_XDM with files and without METADATA.XML. */
  | 'XDM_SUBSET_WITHOUT_METADATA'
  /** README.TXT is missing. */
  | 'XDM_README_MISSING'
  /** README.TXT is not 7-bit ASCII. */
  | 'XDM_README_NOT_ASCII'
  /** INDEX.HTM is missing. */
  | 'XDM_INDEX_MISSING'
  /** A file of an operating system, an editor or a version control system. */
  | 'XDM_JUNK_ENTRY'
  /** A file of a subset that METADATA.XML does not describe. It is not inflated and nothing is known about it. */
  | 'XDM_UNDESCRIBED_FILE'
  /** A file outside the subsets that is neither README.TXT nor INDEX.HTM. */
  | 'XDM_UNEXPECTED_ENTRY'
  /** METADATA.XML in the older ebRS 2.1. */
  | 'XDM_EBRS_21'
  /** The elements of METADATA.XML are in an unknown namespace. */
  | 'XDM_METADATA_NAMESPACE'
  /** Identifiers with `urn:uuid:` written twice. */
  | 'XDM_UUID_PREFIX'
  /** Classifications that refer to another object than the one that holds them; they are attached where they stand. */
  | 'XDM_CLASSIFIED_OBJECT'
  /** External identifiers that refer to another object than the one that holds them; they are attached where they stand. */
  | 'XDM_REGISTRY_OBJECT'
  /** An external identifier with another name than its scheme's; the scheme counts. */
  | 'XDM_IDENTIFIER_NAME'
  /** No association between the submission set and an entry, or one that leads nowhere; the entry is attached where it stands. */
  | 'XDM_ASSOCIATION_MISSING'
  /** Several submission sets in one METADATA.XML. */
  | 'XDM_SEVERAL_SUBMISSION_SETS'
  /** No submission set, or a package that does not say that it is one. */
  | 'XDM_SUBMISSION_SET_UNCLASSIFIED'
  /** A folder of documents, which the French profile does not use; ignored. */
  | 'XDM_FOLDER_IGNORED'
  /** An attribute that must stand once stands several times with different values; the first counts. */
  | 'XDM_ATTRIBUTE_REPEATED'
  /** An entry without URI; the document was found by its hash or because it is the only one. */
  | 'XDM_URI_MISSING'
  /** The URI and the name in the archive differ in case or in the separator. */
  | 'XDM_URI_CASE'
  /** The URI holds a path. */
  | 'XDM_URI_PATH'
  /** No file has the URI of the entry; the document was found by its hash. */
  | 'XDM_URI_WRONG'
  /** An entry without hash: the content cannot be checked. */
  | 'XDM_HASH_MISSING'
  /** An entry without size. */
  | 'XDM_SIZE_MISSING'
  /** No patientId in METADATA.XML; the patient is known by sourcePatientId or by the traits only. */
  | 'XDM_PATIENT_ID_MISSING'
  /** The patientId is not an INS. */
  | 'XDM_PATIENT_ID_NOT_INS'
  /** The traits (sourcePatientInfo) are missing. */
  | 'XDM_SOURCE_PATIENT_INFO_MISSING'
  /** The INS of METADATA.XML is not 13 characters and a key. */
  | 'XDM_INS_MALFORMED'
  /** The key of the INS of METADATA.XML is wrong. */
  | 'XDM_INS_KEY'
  /** The INS of METADATA.XML belongs to the test or demonstration domain. */
  | 'XDM_INS_TEST_OID'
  /** The uniqueId of the entry is not the identifier of the document. */
  | 'XDM_UNIQUE_ID_DIFFERS'
  /** A document that is not CDA (PDF, DICOM, signature …): verified, not read. */
  | 'XDM_DOCUMENT_NOT_CDA';
