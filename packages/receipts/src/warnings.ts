import type { MssWarning } from '@mss/core';

import type { ReceiptWarningCode } from './errors.js';

const sentences: Readonly<Record<ReceiptWarningCode, string>> = Object.freeze({
  RECEIPT_NOT_A_REPORT: 'no multipart/report of this kind around the fields',
  RECEIPT_BROKEN_MULTIPART: 'the boundary of the header is not that of the body',
  RECEIPT_FIELDS_IN_TEXT: 'the fields of the report stand in a text part',
  RECEIPT_FIELD_MALFORMED: 'a field of the report is malformed',
  RECEIPT_FIELD_MISSING: 'a mandatory field of the report is missing',
  RECEIPT_FREE_TEXT: 'no machine-readable report: read from the text',
  RECEIPT_UNKNOWN_DIALECT: 'the text is of no known mail system',
  RECEIPT_STATUS_FROM_TEXT: 'the status is the one that the remote server gave in its text',
  RECEIPT_STATUS_INFERRED: 'the report has no status: it was inferred from the words',
  RECEIPT_NO_RECIPIENT: 'the report names no recipient',
  RECEIPT_DISPOSITION_MALFORMED: 'the Disposition field is not of RFC 8098',
  RECEIPT_ERROR_IN_DISPOSITION: 'code and label of an integration error stand in the Disposition field',
});

/** Collects warnings, each code once. The sentences are fixed: nothing of the message is in them. */
export class Tolerance {
  readonly #codes = new Set<ReceiptWarningCode>();

  add(code: ReceiptWarningCode): void {
    this.#codes.add(code);
  }

  list(): readonly MssWarning<ReceiptWarningCode>[] {
    return [...this.#codes].map((code) => ({ code, message: sentences[code] }));
  }
}
