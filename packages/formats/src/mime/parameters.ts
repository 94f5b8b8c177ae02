import { decodeCharset } from './charset.js';
import { decodeHeaderWords } from './encoded-words.js';

/** A structured value: `attachment; filename="x"`. */
export interface HeaderParameters {
  /** What stands before the first `;`, in lower case, without comments. */
  readonly value: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** More parameters than this are not looked at. */
const maxParameters = 200;

interface Section {
  readonly number: number;
  readonly text: string;
  readonly percent: boolean;
}

/** One parameter as written: `name`, quoted or not, unescaped. */
function* scan(text: string): Generator<readonly [name: string, value: string]> {
  let at = 0;
  for (let count = 0; at < text.length && count < maxParameters; count += 1) {
    while (at < text.length && /[;\s]/.test(text.charAt(at))) at += 1;
    const equals = text.indexOf('=', at);
    const separator = text.indexOf(';', at);
    if (equals < 0) return;
    if (separator >= 0 && separator < equals) {
      at = separator;
      continue;
    }
    const name = text.slice(at, equals).trim().toLowerCase();
    at = equals + 1;
    while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
    let value = '';
    if (text.charAt(at) === '"') {
      at += 1;
      while (at < text.length && text.charAt(at) !== '"') {
        // QUIRK: a backslash before anything but a quote or a backslash is kept: old Windows clients write paths.
        if (text.charAt(at) === '\\' && /["\\]/.test(text.charAt(at + 1))) at += 1;
        value += text.charAt(at);
        at += 1;
      }
      const next = text.indexOf(';', at);
      at = next < 0 ? text.length : next;
    } else {
      // QUIRK: spaces belong to an unquoted value up to the next ";", because file names are sent that way.
      const next = text.indexOf(';', at);
      value = text.slice(at, next < 0 ? text.length : next).trim();
      at = next < 0 ? text.length : next;
    }
    if (name !== '') yield [name, value];
  }
}

function percentBytes(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const digits = text.charAt(at) === '%' ? /^[0-9a-f]{2}/i.exec(text.slice(at + 1, at + 3)) : null;
    if (digits === null) bytes.push(...Buffer.from(text.charAt(at), 'utf8'));
    else {
      bytes.push(Number.parseInt(digits[0], 16));
      at += 2;
    }
  }
  return Buffer.from(bytes);
}

/** Sections in order; percent-encoded neighbours are decoded together: a character may be split over two. */
function joinSections(sections: readonly Section[]): string {
  const ordered = sections.toSorted((a, b) => a.number - b.number);
  let charset = 'utf-8';
  let text = '';
  let pending: Buffer[] = [];
  const flush = (): void => {
    if (pending.length > 0) text += decodeCharset(Buffer.concat(pending), charset).text;
    pending = [];
  };
  for (const [place, section] of ordered.entries()) {
    let value = section.text;
    if (section.percent && place === 0) {
      const start = /^([^']*)'[^']*'/.exec(value);
      if (start !== null) {
        charset = start[1] === undefined || start[1] === '' ? 'utf-8' : start[1];
        value = value.slice(start[0].length);
      }
    }
    if (section.percent) pending.push(percentBytes(value));
    else {
      flush();
      text += value;
    }
  }
  flush();
  return text;
}

function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let result = '';
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') {
      if (depth === 0) result += text.slice(at, at + 2);
      at += 1;
    } else if (depth === 0 && character === '"') {
      quoted = !quoted;
      result += character;
    } else if (!quoted && character === '(') depth += 1;
    else if (!quoted && depth > 0 && character === ')') depth -= 1;
    else if (depth === 0) result += character;
  }
  // An opened comment that never ends was none.
  return depth > 0 ? text : result;
}

/**
 * Reads a structured value with parameters, generously.
 *
 * ```
 * value *( ";" name [ "*" section ] [ "*" ] "=" ( token / quoted-string ) )
 * ```
 * `name*` and `name*0*` (RFC 2231) win over `name`; of several `name` the first counts. A plain value may hold RFC 2047
 * words (forbidden, and the most common form of all) or raw UTF-8.
 *
 * @param raw - unfolded.
 * @see RFC 2045 §5.1, RFC 2231 §3 and §4, RFC 2183
 */
export function parseHeaderParameters(raw: string): HeaderParameters {
  const written = withoutComments(raw);
  const separator = written.indexOf(';');
  const value = (separator < 0 ? written : written.slice(0, separator)).trim().toLowerCase();
  const plain = new Map<string, string>();
  const sections = new Map<string, Section[]>();
  for (const [name, text] of separator < 0 ? [] : scan(written.slice(separator))) {
    const extended = /^([^*]+)\*(?:(\d{1,4})(\*)?)?$/.exec(name);
    if (extended === null) {
      if (!plain.has(name)) plain.set(name, decodeHeaderWords(text));
      continue;
    }
    const [, base = '', number] = extended;
    const list = sections.get(base) ?? [];
    list.push({ number: Number(number ?? 0), text, percent: name.endsWith('*') });
    sections.set(base, list);
  }
  for (const [name, list] of sections) plain.set(name, joinSections(list));
  return { value, parameters: Object.fromEntries([...plain].map(([name, text]) => [name, text.replaceAll(/[\r\n\u0000]/g, ' ')])) };
}
