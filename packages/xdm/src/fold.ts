/**
 * A name reduced to what two spellings of it share: upper case, no accents, ligatures apart, hyphens, apostrophes and
 * everything else that is neither letter nor digit one space. Only for comparing.
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
