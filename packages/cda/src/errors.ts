import type { XmlErrorCode } from '@mss/formats/xml';

/** Why a document cannot be read, put together with others, or built. */
export type CdaErrorCode =
  /** No `{urn:hl7-org:v3}ClinicalDocument` anywhere in the XML. */
  | 'ERR_MSS_CDA_NO_CLINICAL_DOCUMENT'
  /** More than one ClinicalDocument in the XML: which one is meant cannot be known. */
  | 'ERR_MSS_CDA_SEVERAL_CLINICAL_DOCUMENTS'
  /** Neither an INS nor a family name in recordTarget. */
  | 'ERR_MSS_CDA_NO_PATIENT'
  /** The header has no document identifier. */
  | 'ERR_MSS_CDA_NO_ID'
  /** The header has no type code. */
  | 'ERR_MSS_CDA_NO_TYPE'
  /** Neither structuredBody nor nonXMLBody. */
  | 'ERR_MSS_CDA_NO_BODY'
  /** A level 1 body without content. */
  | 'ERR_MSS_CDA_EMBEDDED_EMPTY'
  /** A level 1 body that is a reference; nothing is fetched. */
  | 'ERR_MSS_CDA_EMBEDDED_EXTERNAL'
  /** A level 1 body that is compressed, which the French profile does not use. */
  | 'ERR_MSS_CDA_EMBEDDED_COMPRESSED'
  /** A level 1 body that is not base64 although it says so. */
  | 'ERR_MSS_CDA_EMBEDDED_BASE64'
  /** An embedded body or media over the limit `embeddedBytes`. */
  | 'ERR_MSS_CDA_EMBEDDED_LIMIT'
  /** Two patients: in one document, or in the documents of one set (ECO.2.1.1). */
  | 'ERR_MSS_CDA_TWO_PATIENTS'
  /** The same INS with other traits: one of the documents may be another person's (ECO.2.1.1). */
  | 'ERR_MSS_CDA_TRAITS_CONFLICT'
  /** Two documents of one set have the same identifier. */
  | 'ERR_MSS_CDA_DUPLICATE_DOCUMENT'
  /** A set without documents. */
  | 'ERR_MSS_CDA_NO_DOCUMENTS'
  /** buildCda: something that a French header must have is missing; `details.field` names it. */
  | 'ERR_MSS_CDA_BUILD_MISSING'
  /** buildCda: a value that its field cannot hold; `details.field` names it. */
  | 'ERR_MSS_CDA_BUILD_INVALID'
  /** buildCda: the INS is malformed, has a wrong key, or a test OID in production. */
  | 'ERR_MSS_CDA_BUILD_INS'
  /** buildCda: the body is not of the media type it is said to be, or of none that a level 1 document may embed. */
  | 'ERR_MSS_CDA_BUILD_MEDIA';

/** Everything that {@link readCda} may throw. */
export type CdaReadErrorCode = CdaErrorCode | XmlErrorCode;
