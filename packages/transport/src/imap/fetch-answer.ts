import { protocol, type ServerResponse } from './response-reader.js';

/** A value of an answer: text of an atom, number or string; bytes of a literal; a list; `null` is NIL. */
type Value = string | Uint8Array | null | readonly Value[];

/** The items of one untagged FETCH. */
export interface FetchAnswer {
  readonly uid: number | null;
  readonly flags: readonly string[] | null;
  readonly internalDate: Date | null;
  readonly sizeBytes: number | null;
  /** `BODY[]`, or the part of it that was asked for; `null` when it is not there or NIL. */
  readonly body: Uint8Array | null;
  /** Whether it tells more than a change of flags: nobody else's answer does that. */
  readonly wasAskedFor: boolean;
}

/** Lists of flags are flat; what is deeper comes from servers that want to fill the stack. */
const maxDepth = 16;

/**
 * Reads `* 3 FETCH (UID 7 FLAGS (\Seen) BODY[] {5}…)`.
 *
 * @returns `null` when it is no FETCH
 * @throws MssError `ERR_MSS_IMAP_PROTOCOL` for one that cannot be read
 * @see RFC 9051 §7.5.2
 */
export function readFetchAnswer(response: ServerResponse): FetchAnswer | null {
  const cursor = new Cursor(response);
  if (!cursor.skip(/\* \d{1,10} FETCH /iy)) return null;
  const items = cursor.value(0);
  if (!Array.isArray(items) || items.length % 2 !== 0) throw protocol('Fetch');
  const answer: { -readonly [Name in keyof FetchAnswer]: FetchAnswer[Name] } = {
    uid: null,
    flags: null,
    internalDate: null,
    sizeBytes: null,
    body: null,
    wasAskedFor: false,
  };
  for (let index = 0; index < items.length; index += 2) {
    const [name, value] = [items[index] as Value, items[index + 1] as Value];
    if (typeof name !== 'string') throw protocol('Fetch');
    switch (name.toUpperCase().replace(/^BODY\[\](?:<\d{1,10}>)?$/, 'BODY[]')) {
      case 'UID':
        answer.uid = numberIn(value);
        break;
      case 'FLAGS':
        answer.flags = Array.isArray(value) ? value.filter((flag) => typeof flag === 'string') : [];
        break;
      case 'INTERNALDATE':
        answer.internalDate = dateIn(value);
        answer.wasAskedFor = true;
        break;
      case 'RFC822.SIZE':
        answer.sizeBytes = numberIn(value);
        answer.wasAskedFor = true;
        break;
      case 'BODY[]':
        answer.body = typeof value === 'string' ? Buffer.from(value, 'latin1') : value instanceof Uint8Array ? value : null;
        answer.wasAskedFor = true;
        break;
    }
  }
  return answer;
}

function numberIn(value: Value): number | null {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 9051 §9, date-time: ` 1-Mar-2026 10:00:00 +0000`. */
function dateIn(value: Value): Date | null {
  const match = typeof value === 'string' ? /^ ?(\d{1,2})-([a-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/i.exec(value) : null;
  if (match === null) return null;
  const [, day = '', name = '', year, time, hours, minutes] = match;
  const month = String(months.indexOf(name.toLowerCase()) + 1).padStart(2, '0');
  const date = new Date(`${year}-${month}-${day.padStart(2, '0')}T${time}${hours}:${minutes}`);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Where reading stands in an answer: a place in one of its lines. */
class Cursor {
  readonly #response: ServerResponse;
  #line = 0;
  #text: string;
  #at = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#text = textOfLine(response.lines[0]);
  }

  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  value(depth: number): Value {
    const first = this.#text[this.#at];
    if (first === '(') return this.#list(depth);
    if (first === '"') return this.#take(/"((?:[^"\\\r\n]|\\["\\])*)"/y).replaceAll(/\\(.)/g, '$1');
    if (first === '{' || first === '~') return this.#literal();
    // An atom, with its section: `BODY[HEADER.FIELDS (DATE)]<0>`.
    const atom = this.#take(/((?:[^\s()"{[]|\[[^\]\r\n]*\])+)/y);
    return /^NIL$/i.test(atom) ? null : atom;
  }

  #list(depth: number): readonly Value[] {
    if (depth > maxDepth) throw protocol('Fetch');
    const values: Value[] = [];
    this.#at += 1;
    while (!this.skip(/ *\)/y)) {
      this.skip(/ +/y);
      values.push(this.value(depth + 1));
    }
    return values;
  }

  #literal(): Uint8Array {
    this.#take(/~?(\{\d{1,10}\})\r?\n$/y);
    const literal = this.#response.literals[this.#line];
    this.#line += 1;
    this.#text = textOfLine(this.#response.lines[this.#line]);
    this.#at = 0;
    if (literal === undefined) throw protocol('Fetch');
    return literal;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw protocol('Fetch');
    this.#at = pattern.lastIndex;
    return match[1] ?? '';
  }
}

function textOfLine(line: Uint8Array | undefined): string {
  return line === undefined ? '' : Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1');
}
