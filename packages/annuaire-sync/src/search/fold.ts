const ligatures: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd' };

/** Lower case, without accents, ligatures undone: what a person types and what the directory writes become the same. */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (/^[\x20-\x7e]*$/.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[œæßøłđ]/g, (letter) => ligatures[letter] ?? letter);
}

/** The words of a text: letters and figures; apostrophes, hyphens, points and everything else part words. */
export function wordsOf(text: string): string[] {
  return foldText(text).match(/[a-z0-9]+/g) ?? [];
}

/** A name as it stands in an alphabetical list: words alone, one space between them. */
export function alphabeticalForm(name: string): string {
  return wordsOf(name).join(' ');
}

/** The first six characters of a name in alphabetical form as one number of 32 bits that rises with the alphabet. */
export function nameKey(form: string): number {
  let key = 0;
  for (let at = 0; at < 6; at += 1) {
    const code = at < form.length ? form.charCodeAt(at) : space;
    key = key * 37 + (code === space ? 0 : code < letterA ? code - digit0 + 1 : code - letterA + 11);
  }
  return key;
}

const space = 0x20;
const digit0 = 0x30;
const letterA = 0x61;
