import { refuseDraft } from './refuse.js';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const obsoleteZones: Readonly<Record<string, string>> = {
  EST: '-0500',
  EDT: '-0400',
  CST: '-0600',
  CDT: '-0500',
  MST: '-0700',
  MDT: '-0600',
  PST: '-0800',
  PDT: '-0700',
};

const two = (value: number): string => String(value).padStart(2, '0');

function zoneMinutes(zone: string): number | null {
  const match = /^([+-])(\d{2})([0-5]\d)$/.exec(zone);
  if (match === null) return null;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/**
 * An instant as a Date field writes it: `Fri, 02 Jan 2026 04:04:06 +0100`.
 *
 * @param options.zone - the offset to write the instant in, `+hhmm` or `-hhmm`. Default `+0000`.
 * @throws MssError `ERR_MSS_MIME_WRITE` for another zone, or no date.
 * @see RFC 5322 §3.3
 */
export function formatMailDate(instant: Date, options: { readonly zone?: string } = {}): string {
  const zone = options.zone ?? '+0000';
  const offset = zoneMinutes(zone);
  if (offset === null) refuseDraft('a zone that is not +hhmm or -hhmm');
  const local = new Date(instant.getTime() + offset * 60_000);
  const year = local.getUTCFullYear();
  if (!(year >= 1900 && year <= 9999)) refuseDraft('a date that no header can hold');
  const date = `${days[local.getUTCDay()] ?? ''}, ${two(local.getUTCDate())} ${months[local.getUTCMonth()] ?? ''} ${year}`;
  return `${date} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${zone}`;
}

/**
 * The instant of a Date field, or `null`. Obsolete forms (two-digit years, named zones, no day name, comments) are read;
 * an unknown or missing zone is `+0000`, as RFC 5322 §4.3 says of `-0000`.
 *
 * @see RFC 5322 §3.3, §4.3
 */
export function parseMailDate(raw: string): Date | null {
  const text = raw.replaceAll(/\([^()]*\)/g, ' ').trim();
  const match =
    /^(?:[A-Za-z]{2,9}\.?,?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*[\s-]+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([+-]\d{4}|[A-Za-z]{1,5}))?$/.exec(
      text,
    );
  if (match === null) return null;
  const [, day = '', monthName = '', yearText = '', hour = '', minute = '', second = '0', zone = '+0000'] = match;
  const month = months.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  let year = Number(yearText);
  if (yearText.length === 2) year += year < 50 ? 2000 : 1900;
  else if (yearText.length === 3) year += 1900;
  const offset = zoneMinutes(obsoleteZones[zone.toUpperCase()] ?? zone) ?? 0;
  // A leap second is the second before.
  const instant = Date.UTC(year, month, Number(day), Number(hour), Number(minute), Math.min(Number(second), 59));
  const check = new Date(instant);
  const onCalendar =
    month >= 0 &&
    check.getUTCMonth() === month &&
    check.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60;
  return onCalendar ? new Date(instant - offset * 60_000) : null;
}
