import { MssError } from '@mss/core';
import type { ZipErrorCode } from '../errors.js';

/**
 * Throws. Names of entries stay out of it: they may name a patient. `entry` is an index of the central directory.
 */
export function refuse(code: ZipErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown): never {
  throw new MssError<ZipErrorCode>(code, message, cause === undefined ? { details } : { details, cause });
}
