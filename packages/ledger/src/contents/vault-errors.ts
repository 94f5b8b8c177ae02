import { isMssError, MssError } from '@mss/core';

import type { ContentErrorCode } from '../outbox/errors.js';
import { systemCode } from './system-code.js';

/** An error of the file system as a code of ours; paths stay out of the message. */
export function vaultError(reason: string, cause?: unknown): MssError<ContentErrorCode> {
  const full = reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG';
  return new MssError(
    full ? 'ERR_MSS_LEDGER_VAULT_FULL' : 'ERR_MSS_LEDGER_VAULT_UNAVAILABLE',
    full ? 'the vault has no room left' : 'the vault cannot be read or written',
    { permanent: false, details: { reason }, ...(cause === undefined ? {} : { cause }) },
  );
}

/** Lets errors of ours and of the programmer through, and the others as {@link vaultError}. */
export async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (isMssError(cause) || cause instanceof TypeError) throw cause;
    if (systemCode(cause) === 'ENOENT') {
      throw new MssError<ContentErrorCode>('ERR_MSS_LEDGER_CONTENT_MISSING', 'the content is not in the vault');
    }
    throw vaultError(systemCode(cause), cause);
  }
}
