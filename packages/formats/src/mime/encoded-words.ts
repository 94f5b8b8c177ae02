import { decodeCharset } from './charset.js';

// QUIRK: spaces inside Q text and words glued to other text are read, as every mail client does; RFC 2047 §5 forbids both.
const wordPattern = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=/giu;

function bytesOfQ(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const digits = character === '=' ? /^[0-9a-f]{2}/i.exec(text.slice(at + 1, at + 3)) : null;
    if (digits !== null) {
      bytes.push(Number.parseInt(digits[0], 16));
      at += 2;
    } else if (character === '_') bytes.push(0x20);
    else bytes.push(...Buffer.from(character, 'utf8'));
  }
  return Buffer.from(bytes);
}

/** What a decoded word must not bring into a header: line breaks and NUL become spaces. */
const withoutBreaks = (text: string): string => text.replaceAll(/[\r\n\u0000]/g, ' ');

/**
 * Decodes the RFC 2047 words of an unfolded header value.
 *
 * White space between two words is dropped, and the bytes of neighbours with the same charset are decoded together, so
 * that a character split over two words (forbidden, and common) comes out whole. Never throws.
 *
 * @see RFC 2047 §4, §6.2; RFC 2231 §5 (language suffix, ignored)
 */
export function decodeHeaderWords(raw: string): string {
  if (!raw.includes('=?')) return raw;
  let text = '';
  let end = 0;
  let charset: string | null = null;
  let pending: Buffer[] = [];
  const flush = (): void => {
    if (charset !== null) text += withoutBreaks(decodeCharset(Buffer.concat(pending), charset).text);
    charset = null;
    pending = [];
  };
  for (const match of raw.matchAll(wordPattern)) {
    const [whole, label = '', encoding = '', content = ''] = match;
    const between = raw.slice(end, match.index);
    const adjacent = charset !== null && /^[ \t\r\n]*$/.test(between);
    if (!adjacent) {
      flush();
      text += between;
    } else if (charset !== label.toLowerCase()) flush();
    charset = label.toLowerCase();
    pending.push(encoding.toLowerCase() === 'q' ? bytesOfQ(content) : Buffer.from(content, 'base64'));
    end = match.index + whole.length;
  }
  flush();
  return text + raw.slice(end);
}
