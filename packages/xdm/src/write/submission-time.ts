import { MssError } from '@mss/core';

import type { XdmErrorCode } from '../errors.js';

/**
 * The time of a submission as an instant and as METADATA writes it: `YYYYMMDDhhmmss`, UTC.
 *
 * @throws MssError `ERR_MSS_XDM_SUBMISSION_TIME`
 */
export function submissionInstant(time: Date | string): { readonly instant: Date; readonly digits: string } {
  const match = typeof time === 'string' ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(time) : null;
  const instant =
    typeof time === 'string'
      ? new Date(match === null ? Number.NaN : `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`)
      : time;
  const valid = !Number.isNaN(instant.getTime()) && instant.getUTCFullYear() >= 1000 && instant.getUTCFullYear() <= 9999;
  const digits = valid ? instant.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14) : '';
  if (!valid || (typeof time === 'string' && digits !== time)) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_SUBMISSION_TIME', 'submissionTime must be a valid Date or YYYYMMDDhhmmss in UTC');
  }
  return { instant, digits };
}
