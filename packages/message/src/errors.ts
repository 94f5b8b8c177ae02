/**
 * Why a message was not composed, or could not be read.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_MSS_MESSAGE_SENDER` | the sender's address or label is not one (ECO.2.2.7) |
 * | `ERR_MSS_MESSAGE_NO_RECIPIENT` | nobody to write to |
 * | `ERR_MSS_MESSAGE_RECIPIENT` | an address that is not one, or a patient's address given as a professional's |
 * | `ERR_MSS_MESSAGE_TWO_PATIENTS` | two different patients among the recipients, or in the archives of a mail that is read (ECO.2.1.1) |
 * | `ERR_MSS_MESSAGE_TOO_MANY_ARCHIVES` | reading: a flood of archives in one mail |
 * | `ERR_MSS_MESSAGE_PATIENT_MISMATCH` | the patient written to is not the patient of the documents (ECO.2.1.1) |
 * | `ERR_MSS_MESSAGE_INVISIBLE_TO_PATIENT` | a document that the patient may not see yet |
 * | `ERR_MSS_MESSAGE_INVISIBLE_TO_REPRESENTATIVES` | a document hidden from the legal representatives of a minor, sent to the space they read |
 * | `ERR_MSS_MESSAGE_MASKED_FROM_PROFESSIONALS` | a document masked from professionals, sent to one |
 * | `ERR_MSS_MESSAGE_VISIBILITY` | a document with a combination of masks that has no meaning |
 * | `ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE` | a recipient outside the configured white list |
 * | `ERR_MSS_MESSAGE_TOO_LARGE` | more encoded bytes than a recipient's domain takes |
 * | `ERR_MSS_MESSAGE_TEST_IDENTITY` | a test or demonstration INS in the production environment |
 * | `ERR_MSS_MESSAGE_INS_KEY` | a document whose INS has a wrong key |
 * | `ERR_MSS_MESSAGE_SUBJECT` | no subject, or one that pretends to announce documents (ECO.2.1.3) |
 * | `ERR_MSS_MESSAGE_BODY` | text and HTML of different wording, or inline images (ECO.2.2.4) |
 * | `ERR_MSS_MESSAGE_APPLICATIVE_CONTACT` | an applicative mailbox without the contact of ECO.2.2.5 |
 * | `ERR_MSS_MESSAGE_DUPLICATE_ATTACHMENT` | two attachments of the same name |
 * | `ERR_MSS_MESSAGE_ATTACHMENT` | an attachment whose name or type cannot be sent |
 * | `ERR_MSS_MESSAGE_MESSAGE_ID` | the message answered has no usable Message-ID (ECO.2.2.2) |
 * | `ERR_MSS_MESSAGE_END_OF_CONVERSATION` | the end of a conversation told to somebody who is not a patient, or in a profile that has none |
 * | `ERR_MSS_MESSAGE_NIL` | the profile asks for the product number (X-MSS-NIL) and none was given |
 */
export type MessageErrorCode =
  | 'ERR_MSS_MESSAGE_SENDER'
  | 'ERR_MSS_MESSAGE_NO_RECIPIENT'
  | 'ERR_MSS_MESSAGE_RECIPIENT'
  | 'ERR_MSS_MESSAGE_TWO_PATIENTS'
  | 'ERR_MSS_MESSAGE_TOO_MANY_ARCHIVES'
  | 'ERR_MSS_MESSAGE_PATIENT_MISMATCH'
  | 'ERR_MSS_MESSAGE_INVISIBLE_TO_PATIENT'
  | 'ERR_MSS_MESSAGE_INVISIBLE_TO_REPRESENTATIVES'
  | 'ERR_MSS_MESSAGE_MASKED_FROM_PROFESSIONALS'
  | 'ERR_MSS_MESSAGE_VISIBILITY'
  | 'ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE'
  | 'ERR_MSS_MESSAGE_TOO_LARGE'
  | 'ERR_MSS_MESSAGE_TEST_IDENTITY'
  | 'ERR_MSS_MESSAGE_INS_KEY'
  | 'ERR_MSS_MESSAGE_SUBJECT'
  | 'ERR_MSS_MESSAGE_BODY'
  | 'ERR_MSS_MESSAGE_APPLICATIVE_CONTACT'
  | 'ERR_MSS_MESSAGE_DUPLICATE_ATTACHMENT'
  | 'ERR_MSS_MESSAGE_ATTACHMENT'
  | 'ERR_MSS_MESSAGE_MESSAGE_ID'
  | 'ERR_MSS_MESSAGE_END_OF_CONVERSATION'
  | 'ERR_MSS_MESSAGE_NIL';

/**
 * What the reader of a message tolerated.
 *
 * `MESSAGE_MIME` groups the warnings of the MIME reader, `MESSAGE_ARCHIVE` those of the archive reader.
 */
export type MessageWarningCode =
  | 'MESSAGE_MIME'
  | 'MESSAGE_ARCHIVE'
  | 'MESSAGE_NO_MESSAGE_ID'
  | 'MESSAGE_SUBJECT_WITHOUT_PREFIX'
  | 'MESSAGE_SUBJECT_WITHOUT_ARCHIVE'
  | 'MESSAGE_SUBJECT_TOLERATED'
  | 'MESSAGE_ARCHIVE_UNREADABLE'
  | 'MESSAGE_SEVERAL_ARCHIVES'
  | 'MESSAGE_NO_PDF'
  | 'MESSAGE_HTML_ONLY'
  | 'MESSAGE_ADDRESS';
