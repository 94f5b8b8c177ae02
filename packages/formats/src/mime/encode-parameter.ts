import { encodeWords } from './encode-words.js';
import { checkHeaderText, refuseDraft } from './refuse.js';

const token = /^[A-Za-z0-9!#$&+.^_`{|}~-]+$/;
/** attribute-char of RFC 2231 §7. */
const attributeCharacter = /^[A-Za-z0-9!#$&+.^_`{|}~-]$/;

/** Encoded characters of one section, so that ` name*10*=UTF-8''…;` fits on a line. */
const sectionLength = (name: string): number => Math.max(20, 61 - name.length);

const withoutAccent: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  '’': "'",
  '‘': "'",
  '–': '-',
  '—': '-',
  '\u00a0': ' ',
};

/** A text in ASCII that says nearly the same, for readers that know no RFC 2231. */
function asciiFallback(text: string): string {
  return Array.from(text.normalize('NFD'))
    .map((character) => withoutAccent[character] ?? (/\p{M}/u.test(character) ? '' : character))
    .join('')
    .replaceAll(/[^ -~]|["\\]/gu, '_');
}

function percent(character: string): string {
  if (attributeCharacter.test(character)) return character;
  let text = '';
  for (const byte of Buffer.from(character, 'utf8')) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
}

/** `name*=UTF-8''…`, or `name*0*=…; name*1*=…` when that is too long for a line. */
function extended(name: string, value: string): string {
  const sections: string[] = [''];
  const room = sectionLength(name);
  for (const character of value) {
    const piece = percent(character);
    const last = sections.length - 1;
    if ((sections[last] ?? '').length + piece.length > room) sections.push(piece);
    else sections[last] += piece;
  }
  if (sections.length === 1) return `${name}*=UTF-8''${sections[0] ?? ''}`;
  return sections.map((section, index) => `${name}*${index}*=${index === 0 ? "UTF-8''" : ''}${section}`).join('; ');
}

function checkParameter(name: string, value: string): void {
  if (!/^[A-Za-z0-9-]+$/.test(name)) refuseDraft('a parameter name that is no token');
  checkHeaderText(value);
}

const isSimple = (value: string): boolean =>
  /^[ -~]*$/.test(value) && !/["\\]|=\?/.test(value) && value.length <= 200 && !/^ | $| {2}/.test(value);

/**
 * One parameter of a structured field, without the `;` before it.
 *
 * | value | written |
 * |---|---|
 * | a token | `name=value` |
 * | ASCII without `"`, `\` and `=?`, at most 200 characters | `name="value"` |
 * | anything else | `name*=UTF-8''percent-encoded; name="ASCII fallback"`, in sections when long |
 *
 * The fallback comes second: of two parameters that mean the same, Python's reader keeps the first, and a full file name is
 * worth more than a reduced one.
 *
 * @throws MssError `ERR_MSS_MIME_HEADER_INJECTION` for control characters, `ERR_MSS_MIME_WRITE` for a name that is none.
 * @see RFC 2045 §5.1, RFC 2231
 */
export function encodeParameter(name: string, value: string): string {
  checkParameter(name, value);
  if (token.test(value) && value.length <= 200) return `${name}=${value}`;
  if (isSimple(value)) return `${name}="${value}"`;
  return `${extended(name, value)}; ${name}="${asciiFallback(value).slice(0, 150)}"`;
}

/**
 * The same parameter for readers that know only RFC 2047: encoded words in a quoted string. RFC 2047 §5 forbids it;
 * Outlook wrote and reads nothing else for years. For `name` of Content-Type, beside a proper `filename*`.
 */
export function encodeLegacyParameter(name: string, value: string): string {
  checkParameter(name, value);
  if (isSimple(value)) return `${name}="${value}"`;
  return `${name}="${encodeWords(value, { context: 'phrase', column: name.length + 3, after: 2 }).words.join(' ')}"`;
}
