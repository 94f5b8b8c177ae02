/** One field of a report, unfolded. */
export interface ReportField {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/** Fields that stand together; groups are separated by empty lines. */
export type FieldGroup = readonly ReportField[];

/** Characters of one value, and of one report, that are looked at: a report is small. */
const maxValue = 8000;
const maxReport = 1_000_000;

const fieldLine = /^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:(.*)$/;

/**
 * Reads the groups of a message/delivery-status or message/disposition-notification body.
 *
 * Tolerated: lines that are no field, folded lines that lost their space are dropped, several empty lines.
 *
 * @see RFC 3464 §2.1, RFC 8098 §3.1
 */
export function readFieldGroups(text: string): readonly FieldGroup[] {
  const groups: ReportField[][] = [];
  let group: ReportField[] = [];
  for (const line of text.slice(0, maxReport).split(/\r?\n|\r/)) {
    const last = group.at(-1);
    const match = fieldLine.exec(line);
    if (line.trim() === '') {
      if (group.length > 0) groups.push(group);
      group = [];
    } else if (/^[ \t]/.test(line) && last !== undefined) {
      if (last.value.length < maxValue) group[group.length - 1] = { name: last.name, value: `${last.value} ${line.trim()}`.trim() };
    } else if (match !== null) {
      group.push({ name: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').trim().slice(0, maxValue) });
    }
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** The value of the first field with that name; `null` without one, or when it is empty. */
export function fieldOf(group: FieldGroup, name: string): string | null {
  const value = group.find((field) => field.name === name)?.value ?? '';
  return value === '' ? null : value;
}

/** `type; value`; `type` is in lower case, and `''` when it is missing. */
export function typedValue(text: string): { readonly type: string; readonly value: string } {
  const match = /^\s*([A-Za-z0-9-]{1,40})\s*;\s*(.*)$/s.exec(text);
  return match === null ? { type: '', value: text.trim() } : { type: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').trim() };
}

/**
 * The address of a typed address field: a name before and a remark after it, brackets, quotes and the escapes of RFC 6533 undone;
 * `null` when nothing is left.
 */
export function addressOfField(text: string | null): string | null {
  if (text === null) return null;
  const { type, value } = typedValue(text);
  const named = /<([^<>]*@[^<>]*)>/.exec(value)?.[1] ?? value.replace(/\s+\([^()]*\)\s*$/, '');
  const bare = named.replace(/^["'<\s]+|[>"'\s]+$/g, '').replace(/^mailto:/i, '');
  const address = type === 'utf-8' ? bare.replaceAll(/\\x\{([0-9A-Fa-f]{1,6})\}/g, decodePoint) : bare;
  return address === '' ? null : address;
}

/** The name of a typed name field (`dns; mail.example.org`); remarks in brackets after it are dropped. */
export function nameOfField(text: string | null): string | null {
  if (text === null) return null;
  const name = typedValue(text)
    .value.replace(/\s+\(.*$/s, '')
    .trim();
  return name === '' ? null : name;
}

function decodePoint(whole: string, hex: string): string {
  const point = Number.parseInt(hex, 16);
  return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : whole;
}
