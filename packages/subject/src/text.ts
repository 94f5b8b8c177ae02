/** Most characters of a subject or a name that a reader looks at. */
export const maxReadLength = 4000;

/**
 * A field as it may stand in a header: NFC, one line, single spaces, no direction marks (they could show a name backwards),
 * well-formed Unicode.
 */
export function cleanField(text: string): string {
  return text
    .replaceAll(/\p{Cs}/gu, '\ufffd')
    .normalize('NFC')
    .replaceAll(/[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '')
    .replaceAll(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
}

/** The first `codePoints` code points after NFC, without the space that the cut may leave at the end. */
export function truncateLabel(label: string, codePoints = 40): string {
  const clean = cleanField(label);
  return clean.length <= codePoints ? clean : Array.from(clean).slice(0, codePoints).join('').trimEnd();
}

const apostrophes = /[\u2018\u2019\u02bc\u0060\u00b4\u2032]/g;

/** With every apostrophe written `'`. */
export function foldApostrophes(text: string): string {
  return text.replaceAll(apostrophes, "'");
}

/** For comparing generously: apostrophes, case and accents do not count. */
export function foldLoosely(text: string): string {
  return foldApostrophes(text)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss');
}

/** Even more generously: only letters and digits count, everything else separates words. */
export function foldToWords(text: string): string {
  return foldLoosely(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Whether a word has letters and all of them are upper case. */
export function isUpperCase(word: string): boolean {
  return /\p{L}/u.test(word) && word === word.toLocaleUpperCase('fr');
}
