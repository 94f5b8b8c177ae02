/**
 * A name reduced to what two spellings of it share: upper case, no accents, ligatures apart, everything that is
 * neither letter nor digit (hyphen, apostrophe, point) one space.
 *
 * Only for comparing: what is shown and sent is always the text as the document writes it.
 */
export function foldName(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLocaleUpperCase('fr')
    .replaceAll('Œ', 'OE')
    .replaceAll('Æ', 'AE')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Whether two names are the same once folded. */
export function sameWord(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}
