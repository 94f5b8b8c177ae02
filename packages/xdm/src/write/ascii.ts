const replacements: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ł: 'l',
  Ł: 'L',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
  '…': '...',
  '€': 'EUR',
  '°': 'o',
  '№': 'No',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2009': ' ',
};

const plain = /^[ -~]*$/;

/**
 * Text in 7-bit ASCII: accents dropped, ligatures and typographic signs spelt out, control characters one space,
 * anything else `?`.
 */
export function toAscii(text: string): string {
  if (plain.test(text)) return text;
  let ascii = '';
  for (const character of text.normalize('NFKD').replaceAll(/\p{M}+/gu, '')) {
    const replaced = replacements[character] ?? character;
    ascii += plain.test(replaced) ? replaced : /^\p{C}|\s$/u.test(replaced) ? ' ' : '?';
  }
  return ascii;
}
