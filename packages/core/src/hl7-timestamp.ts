/**
 * HL7 timestamps stay text. `YYYY[MM[DD[HH[MM[SS[.f]]]]]][±ZZZZ]`
 *
 * A birth date may be lunar (month or day 00, month above 12), and a timestamp without zone belongs to no
 * known instant: a JavaScript `Date` would invent both. The digits are kept as written.
 *
 * @see HL7 v3 data types R1, TS; reading-notes of the référentiel: "three fields, never a calendar type".
 */
export type Hl7Timestamp = string & { readonly __brand: 'Hl7Timestamp' };

/** The three fields of a date as written; a field that is not there is `null`, `"00"` is kept. */
export interface Hl7Date {
  readonly year: string;
  readonly month: string | null;
  readonly day: string | null;
}

const pattern = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.\d{1,4})?)?)?)?)?)?([+-]\d{4})?$/;

/** The timestamp, or `null` when the text has another shape. Day and month are not checked against a calendar. */
export function parseHl7Timestamp(
  text: string,
): (Hl7Date & { readonly value: Hl7Timestamp; readonly time: string | null; readonly zone: string | null }) | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, year = '', month = null, day = null, hour, minute, second, zone = null] = match;
  return {
    value: text as Hl7Timestamp,
    year,
    month,
    day,
    time: hour === undefined ? null : hour + (minute ?? '') + (second ?? ''),
    zone,
  };
}

/** A date as the French read it: `JJ/MM/AAAA`, `MM/AAAA` or `AAAA`, lunar fields untouched; `null` when it is no timestamp. */
export function formatHl7Date(text: string): string | null {
  const date = parseHl7Timestamp(text);
  if (date === null) return null;
  return [date.day, date.month, date.year].filter((field) => field !== null).join('/');
}

/**
 * The same instant in UTC with as many digits as METADATA.XML wants: 14 when the time is known, the digits
 * themselves when only a date is there.
 *
 * @param options.assumedZone - the zone (`+0100`) of a timestamp that has none; without it such a timestamp
 * keeps its digits.
 * @returns `null` when the text is no timestamp or its fields are not on the calendar.
 */
export function hl7TimestampToUtc(text: string, options: { readonly assumedZone?: string } = {}): string | null {
  const parsed = parseHl7Timestamp(text);
  if (parsed === null) return null;
  const { year, month, day, time } = parsed;
  const zone = parsed.zone ?? options.assumedZone ?? null;
  if (month === null || day === null || time === null) return `${year}${month ?? ''}${day ?? ''}`;
  const digits = `${year}${month}${day}${time.padEnd(6, '0')}`;
  if (zone === null) return digits;
  const instant = Date.UTC(+year, +month - 1, +day, +time.slice(0, 2), +(time.slice(2, 4) || '0'), +(time.slice(4, 6) || '0'));
  const check = new Date(instant);
  if (check.getUTCDate() !== +day || check.getUTCMonth() !== +month - 1) return null;
  const offsetMinutes = (zone.startsWith('-') ? -1 : 1) * (+zone.slice(1, 3) * 60 + +zone.slice(3, 5));
  const utc = new Date(instant - offsetMinutes * 60_000);
  return utc.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
}
