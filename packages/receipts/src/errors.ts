/**
 * Why a receipt is not asked for or not built.
 *
 * - `ERR_MSS_RECEIPT_ADDRESS` – an address that is none, or none that can be written to.
 * - `ERR_MSS_RECEIPT_ENVELOPE_ID` – an envelope id that is longer than 100 characters once encoded, or not printable ASCII.
 * - `ERR_MSS_RECEIPT_NOTIFY` – a combination of NOTIFY values that RFC 3461 forbids.
 * - `ERR_MSS_RECEIPT_DISPOSITION` – a disposition that contradicts itself, or an error that has no code of the list.
 * - `ERR_MSS_RECEIPT_FORBIDDEN` – the message must never be answered with a receipt (it is one, or it is automatic).
 */
export type ReceiptErrorCode =
  | 'ERR_MSS_RECEIPT_ADDRESS'
  | 'ERR_MSS_RECEIPT_ENVELOPE_ID'
  | 'ERR_MSS_RECEIPT_NOTIFY'
  | 'ERR_MSS_RECEIPT_DISPOSITION'
  | 'ERR_MSS_RECEIPT_FORBIDDEN';

/**
 * What reading a receipt tolerated.
 *
 * `RECEIPT_NOT_A_REPORT` – no multipart/report of the right kind around the fields.
 * `RECEIPT_BROKEN_MULTIPART` – the boundary of the header is not that of the body.
 * `RECEIPT_FIELDS_IN_TEXT` – the fields of the report stand in a text part.
 * `RECEIPT_FIELD_MALFORMED` – a field without its type, a status with a comment, an unknown action.
 * `RECEIPT_FIELD_MISSING` – a mandatory field is missing.
 * `RECEIPT_FREE_TEXT` – no machine-readable report: the text was read by the rules of a mail system.
 * `RECEIPT_UNKNOWN_DIALECT` – not even the mail system is known: the text was read by general rules.
 * `RECEIPT_STATUS_FROM_TEXT` – the status is the one the remote server gave in its text, more precise than the field.
 * `RECEIPT_STATUS_INFERRED` – no code anywhere: the status was inferred from the words.
 * `RECEIPT_NO_RECIPIENT` – a report that names no recipient.
 * `RECEIPT_DISPOSITION_MALFORMED` – a Disposition that is none of RFC 8098.
 * `RECEIPT_ERROR_IN_DISPOSITION` – the code and label of ANS inside the Disposition field.
 */
export type ReceiptWarningCode =
  | 'RECEIPT_NOT_A_REPORT'
  | 'RECEIPT_BROKEN_MULTIPART'
  | 'RECEIPT_FIELDS_IN_TEXT'
  | 'RECEIPT_FIELD_MALFORMED'
  | 'RECEIPT_FIELD_MISSING'
  | 'RECEIPT_FREE_TEXT'
  | 'RECEIPT_UNKNOWN_DIALECT'
  | 'RECEIPT_STATUS_FROM_TEXT'
  | 'RECEIPT_STATUS_INFERRED'
  | 'RECEIPT_NO_RECIPIENT'
  | 'RECEIPT_DISPOSITION_MALFORMED'
  | 'RECEIPT_ERROR_IN_DISPOSITION';
