import { MssError } from '@mss/core';
import type { MimeErrorCode } from '../errors.js';

/** Throws because a draft cannot be written. Texts of the draft stay out of the error. */
export function refuseDraft(message: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new MssError<MimeErrorCode>('ERR_MSS_MIME_WRITE', message, { details });
}

/** Throws because text would end the header field it stands in, or hide in it. */
export function refuseInjection(details: Readonly<Record<string, unknown>> = {}): never {
  throw new MssError<MimeErrorCode>('ERR_MSS_MIME_HEADER_INJECTION', 'a line break or another control character in a header value', {
    details,
  });
}

/**
 * Checks text that becomes part of a header field.
 *
 * @throws MssError `ERR_MSS_MIME_HEADER_INJECTION` for control characters, `ERR_MSS_MIME_WRITE` for lone surrogates.
 */
export function checkHeaderText(text: string): void {
  if (/[\u0000-\u0008\u000a-\u001f\u007f\u0080-\u009f\u2028\u2029]/.test(text)) refuseInjection();
  if (/\p{Surrogate}/u.test(text)) refuseDraft('a lone surrogate in a header value');
}
