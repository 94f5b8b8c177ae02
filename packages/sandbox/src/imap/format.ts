const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A string as a response carries it: quoted when it can be, else a literal. */
export function formatString(text: string): string | Uint8Array {
  if (/^[\x20-\x7e]*$/.test(text) && text.length < 1000) return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return formatLiteral(Buffer.from(text, 'utf8'));
}

export function formatLiteral(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`{${bytes.length}}\r\n`, 'latin1'), bytes]);
}

/** `NIL` for `null`. */
export function formatNullable(text: string | null): string | Uint8Array {
  return text === null ? 'NIL' : formatString(text);
}

const two = (n: number): string => String(n).padStart(2, '0');

/** ` 5-Nov-2026 07:08:09 +0000`, quoted: INTERNALDATE. */
export function formatInternalDate(instant: Date): string {
  const day = String(instant.getUTCDate()).padStart(2, ' ');
  const time = [instant.getUTCHours(), instant.getUTCMinutes(), instant.getUTCSeconds()].map(two).join(':');
  return `"${day}-${months[instant.getUTCMonth()] ?? ''}-${instant.getUTCFullYear()} ${time} +0000"`;
}

/** The instant of an INTERNALDATE, or `null`. */
export function parseInternalDate(text: string): Date | null {
  const match = /^ ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  const month = months.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  if (match === null || month === -1) return null;
  const [, day, , year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  return new Date(Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second)) - zone * 60_000);
}

/** `5-Nov-2026` of SEARCH, as midnight UTC; `null` when it is none. */
export function parseSearchDate(text: string): Date | null {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = months.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  return match === null || month === -1 ? null : new Date(Date.UTC(Number(match[3]), month, Number(match[1])));
}

export function formatFlags(flags: Iterable<string>): string {
  return `(${[...flags].join(' ')})`;
}

/** Numbers as a sequence set with runs: `1:3,7`. */
export function formatSequenceSet(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let index = 0; index < numbers.length;) {
    const first = numbers[index] ?? 0;
    let last = first;
    while (numbers[index + 1] === last + 1) {
      last += 1;
      index += 1;
    }
    index += 1;
    ranges.push(first === last ? String(first) : `${first}:${last}`);
  }
  return ranges.join(',');
}
