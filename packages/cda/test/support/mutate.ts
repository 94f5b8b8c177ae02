import * as fc from 'fast-check';

/** One change of an XML text; most leave it well-formed, so that what is behind the parser is reached. */
export interface Mutation {
  readonly kind: 'value' | 'repeat' | 'rename' | 'insert' | 'cut';
  /** Where, between 0 and 1. */
  readonly at: number;
  readonly piece: string;
  readonly count: number;
}

const pieces = [
  '',
  ' ',
  'x'.repeat(3000),
  'constructor',
  '__proto__',
  'valueOf',
  '-1',
  '999999999999999999999999',
  '00000000',
  '20260230999999+9999',
  '^^^^^^',
  '&amp;&amp;&amp;',
  '~~~',
  '|',
  '\\X41\\',
  '\\',
  '%2e%2e/',
  '../',
  'urn:uuid:urn:uuid:',
  'PID-5|A^B^^^^^L',
  'PID-7|2026',
  'B64',
  'image/png',
  'BR CL SP',
  '1.2.250.1.213.1.4.8',
  '\u2028é𝒜',
  '<x>',
  '</x>',
  '<!--',
  ']]>',
  '&',
  '\u0000',
] as const;
const names = ['id', 'name', 'time', 'text', 'table', 'section', 'component', 'entry', 'Slot', 'Value', 'Classification', 'x'] as const;

/** Lists of changes. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('value', 'value', 'repeat', 'repeat', 'rename', 'insert', 'cut'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    piece: fc.constantFrom(...pieces),
    count: fc.nat(3),
  }),
  { minLength: 1, maxLength: 5 },
);

/** What a pattern finds from a position on. */
function from(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern.source, 'g');
  sticky.lastIndex = start;
  return sticky.exec(text);
}

function apply(text: string, { kind, at, piece, count }: Mutation): string {
  const start = Math.floor(at * text.length);
  const put = (index: number, length: number, replacement: string): string =>
    text.slice(0, index) + replacement + text.slice(index + length);
  if (kind === 'insert') return put(start, 0, piece);
  if (kind === 'cut') return put(start, count * 20, '');
  if (kind === 'value') {
    const found = from(/"[^"<>]*"|>[^<>]+</, text, start);
    if (found === null) return text;
    const [whole] = found;
    return put(found.index + 1, whole.length - 2, piece.replaceAll('<', '&lt;').replaceAll('"', '&quot;'));
  }
  if (kind === 'repeat') {
    const found = from(/<([\w:]+)([^<>]*)>[^<]*<\/\1>|<[\w:]+[^<>]*\/>/, text, start);
    return found === null ? text : put(found.index, found[0].length, found[0].repeat(count));
  }
  const found = from(/<([\w:]+)((?:[^<>]*[^/<>])?>[^<]*<\/)\1>/, text, start);
  const name = names[(count * 3 + piece.length) % names.length] ?? 'x';
  return found === null ? text : put(found.index, found[0].length, `<${name}${found[2] ?? ''}${name}>`);
}

/** The text with all changes. */
export function mutated(text: string, changes: readonly Mutation[]): string {
  return changes.reduce(apply, text);
}
