import type { CdaReadErrorCode } from '@mss/cda';
import type { XmlErrorCode } from '@mss/formats/xml';
import type { ZipErrorCode } from '@mss/formats/zip';

/** Why an archive cannot be written. */
export type XdmBuildErrorCode =
  /** `submissionTime` is neither a valid Date nor 14 digits `YYYYMMDDhhmmss` on the calendar. */
  | 'ERR_MSS_XDM_SUBMISSION_TIME'
  /** The ANS correspondence has no class for the type of a document, and the host gave none; `details.typeCode` names it. */
  | 'ERR_MSS_XDM_CLASS_UNKNOWN'
  /** The documents name no identifier of the patient. */
  | 'ERR_MSS_XDM_NO_PATIENT_ID'
  /** No OID for the sender: the documents have no custodian with an identifier, and the host gave no `sourceId`. */
  | 'ERR_MSS_XDM_SOURCE_ID_UNKNOWN'
  /** A document lacks what its entry cannot do without; `details.attribute` names it. */
  | 'ERR_MSS_XDM_DOCUMENT_INCOMPLETE'
  /** Two documents of the archive would have the same uniqueId. */
  | 'ERR_MSS_XDM_DUPLICATE_UNIQUE_ID'
  /** More documents than 8.3 names from DOC0001.XML to DOC9999.XML. */
  | 'ERR_MSS_XDM_TOO_MANY_DOCUMENTS'
  /** The visibility asked for contradicts itself (hidden from the patient and from the professionals). */
  | 'ERR_MSS_XDM_VISIBILITY'
  /** A value of the host that its attribute cannot hold; `details.attribute` names it. */
  | 'ERR_MSS_XDM_VALUE_INVALID';

/** Why an archive that is a readable zip is no IHE_XDM archive that anything can be done with: thrown. */
export type XdmReadErrorCode =
  /** No `IHE_XDM/<subset>/METADATA.XML` (ECO.2.1.2). */
  | 'ERR_MSS_XDM_NO_METADATA'
  /** Two METADATA.XML for one subset, or two packages that differ: which one counts cannot be known. */
  | 'ERR_MSS_XDM_AMBIGUOUS_METADATA'
  /** METADATA.XML is XML, and not a submission of registry objects. */
  | 'ERR_MSS_XDM_METADATA_INVALID'
  /** METADATA.XML describes more documents, or holds more objects, than the limit `archiveEntries` allows. */
  | 'ERR_MSS_XDM_TOO_MANY_OBJECTS'
  /** METADATA.XML identifies nobody: neither patientId nor sourcePatientInfo (ECO.2.1.2). */
  | 'ERR_MSS_XDM_NO_PATIENT';

/** Why an archive that was read must not be filed as it is: reported in `problems`, `ok` is false. */
export type XdmProblemCode =
  /** METADATA.XML names two patients (ECO.2.1.1). */
  | 'ERR_MSS_XDM_TWO_PATIENTS'
  /** METADATA.XML describes no document. */
  | 'ERR_MSS_XDM_NO_DOCUMENTS'
  /** A described document is not in the archive. */
  | 'ERR_MSS_XDM_DOCUMENT_MISSING'
  /** Several files could be the described document. */
  | 'ERR_MSS_XDM_DOCUMENT_AMBIGUOUS'
  /** Two entries describe the same file. */
  | 'ERR_MSS_XDM_DOCUMENT_DESCRIBED_TWICE'
  /** The URI of an entry points outside its subset. */
  | 'ERR_MSS_XDM_URI_UNSAFE'
  /** The file has another SHA-1 than its entry says. */
  | 'ERR_MSS_XDM_HASH_MISMATCH'
  /** The file has another size than its entry says. */
  | 'ERR_MSS_XDM_SIZE_MISMATCH'
  /** The patient of a document is not the patient of METADATA.XML; `fields` names the traits that differ. */
  | 'ERR_MSS_XDM_IDENTITY_MISMATCH'
  /** A document that its entry says to be XML cannot be read; `cause` is the code of the reader. */
  | 'ERR_MSS_XDM_DOCUMENT_UNREADABLE';

/** Every code of this package's own. */
export type XdmErrorCode = XdmBuildErrorCode | XdmReadErrorCode | XdmProblemCode;

/** Everything that `readXdm` may throw. */
export type XdmThrownErrorCode = XdmReadErrorCode | ZipErrorCode | XmlErrorCode;

/** The reader's code behind `ERR_MSS_XDM_DOCUMENT_UNREADABLE`. */
export type XdmDocumentErrorCode = CdaReadErrorCode;
