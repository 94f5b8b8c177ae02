import type { XmlWarningCode } from '@mss/formats/xml';

/** What {@link readCda} tolerated. */
export type CdaWarningCode =
  | XmlWarningCode
  /** The root is a stylesheet that shows the document inside it. */
  | 'CDA_AUTO_PRESENTABLE'
  /** No date of creation. */
  | 'CDA_NO_EFFECTIVE_TIME'
  /** versionNumber is no whole number. */
  | 'CDA_VERSION_NUMBER'
  /** No INS among the patient's identifiers. */
  | 'CDA_NO_INS'
  /** Several different INS; the first real one is taken. */
  | 'CDA_INS_SEVERAL'
  /** The INS is not 13 characters and a key. */
  | 'CDA_INS_MALFORMED'
  /** The key of the INS is wrong. */
  | 'CDA_INS_KEY'
  /** The INS belongs to the test or demonstration domain. */
  | 'CDA_INS_TEST_OID'
  /** No family name of birth. */
  | 'CDA_NO_BIRTH_NAME'
  /** No given name of birth. */
  | 'CDA_NO_GIVEN_NAME'
  /** No date of birth, or one that is not 4 to 14 digits. */
  | 'CDA_BIRTH_DATE'
  /** No gender code, or none of F and M. */
  | 'CDA_SEX'
  /** A header element without a typed field; it stands in `header.unmapped`. */
  | 'CDA_HEADER_UNMAPPED'
  /** No section, or none with text. */
  | 'CDA_BODY_EMPTY'
  /** An element that NarrativeBlock.xsd does not know; kept as `unknown`. */
  | 'CDA_NARRATIVE_UNKNOWN'
  /** A section has several texts; they follow each other. */
  | 'CDA_SECTION_TEXTS'
  /** renderMultiMedia refers to a media that the document does not hold. */
  | 'CDA_MEDIA_UNRESOLVED'
  /** The first bytes of a media say another type than its mediaType. */
  | 'CDA_MEDIA_TYPE'
  /** A media of a level 3 document is not base64 although it says so; left out. */
  | 'CDA_MEDIA_BASE64'
  /** A media of a level 3 document is empty, compressed or a reference; left out, never fetched. */
  | 'CDA_MEDIA_EXTERNAL'
  /** A media without ID, or with the ID of another; kept under an invented key. */
  | 'CDA_MEDIA_ID'
  /** Content in base64 that does not say so. */
  | 'CDA_REPRESENTATION';
