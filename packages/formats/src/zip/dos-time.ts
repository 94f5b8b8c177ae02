import { MssError } from '@mss/core';
import type { ZipErrorCode } from '../errors.js';

const two = (value: number): string => String(value).padStart(2, '0');

/** MS-DOS date and time as `YYYY-MM-DDThh:mm:ss`, or `null` when they are not on the calendar. */
export function parseDosTime(date: number, time: number): string | null {
  const year = 1980 + (date >> 9);
  const month = (date >> 5) & 15;
  const day = date & 31;
  const hour = time >> 11;
  const minute = (time >> 5) & 63;
  const second = (time & 31) * 2;
  const check = new Date(Date.UTC(year, month - 1, day));
  if (month < 1 || check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

/**
 * An instant as MS-DOS date and time in UTC, to the even second below.
 *
 * @throws MssError `ERR_MSS_ZIP_WRITE` before 1980 or after 2107.
 */
export function formatDosTime(instant: Date): { readonly date: number; readonly time: number } {
  const year = instant.getUTCFullYear();
  if (!(year >= 1980 && year <= 2107)) throw new MssError<ZipErrorCode>('ERR_MSS_ZIP_WRITE', 'a date that MS-DOS time cannot hold');
  return {
    date: ((year - 1980) << 9) | ((instant.getUTCMonth() + 1) << 5) | instant.getUTCDate(),
    time: (instant.getUTCHours() << 11) | (instant.getUTCMinutes() << 5) | (instant.getUTCSeconds() >> 1),
  };
}
