import { isMssError } from '@mss/core';
import type { PkiErrorCode } from '../../src/index.js';

/** The error that a promise ends with, as data to compare; a success is shown as such. */
export async function refusalOf(
  work: Promise<unknown>,
): Promise<{ code: PkiErrorCode | 'none'; requirement: string | undefined; permanent: boolean | undefined }> {
  try {
    await work;
    return { code: 'none', requirement: undefined, permanent: undefined };
  } catch (error) {
    if (!isMssError<PkiErrorCode>(error)) throw error;
    return { code: error.code, requirement: error.requirement, permanent: error.permanent };
  }
}

/** The codes in `details.reasons` of an unknown revocation. */
export async function reasonsOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (!isMssError(error)) throw error;
    const { reasons = [] } = error.details as { reasons?: readonly { readonly code: string }[] };
    return reasons.map(({ code }) => code);
  }
}
