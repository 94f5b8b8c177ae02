/** Longest encoded word (RFC 2047 §2) and longest line that holds one. */
const maxWordLength = 75;
export const maxLineLength = 76;

const start = '=?UTF-8?';
const overhead = start.length + 'Q??='.length;

/** What Q encoding writes as it is: in unstructured text, and in a display name (RFC 2047 §5(3)). */
const literalInText = /^[!-<>@-^`-~]$/;
const literalInPhrase = /^[A-Za-z0-9!*+/-]$/;

export interface WordOptions {
  /** Where the words stand. */
  readonly context: 'text' | 'phrase';
  /** Q whatever is shorter, so that ASCII stays readable. */
  readonly forceQ?: boolean;
  /** Characters already on the line the words begin on, the space before them included. */
  readonly column: number;
  /** Characters that follow a word on its line. Default 0. */
  readonly after?: number;
}

function encodeQ(character: string, literal: RegExp): string {
  if (character === ' ') return '_';
  if (literal.test(character)) return character;
  let text = '';
  for (const byte of Buffer.from(character, 'utf8')) text += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
}

/**
 * Text as RFC 2047 words in UTF-8, each whole in itself: no character is split, spaces are inside the words, so that
 * a reader who drops the white space between words gets back the text exactly. Q or B, whichever is shorter.
 *
 * @returns the words; the first fits on a line that is filled up to `column`, or has to begin a new line.
 * @see RFC 2047 §2, §4, §5
 */
export function encodeWords(text: string, options: WordOptions): { readonly words: readonly string[]; readonly newLine: boolean } {
  const literal = options.context === 'phrase' ? literalInPhrase : literalInText;
  const characters = Array.from(text);
  const asQ = characters.map((character) => encodeQ(character, literal));
  const lengthQ = asQ.reduce((sum, piece) => sum + piece.length, 0);
  const sizes = characters.map((character) => Buffer.byteLength(character, 'utf8'));
  const lengthB = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 3) * 4;
  const useQ = options.forceQ === true || lengthQ <= lengthB;
  const costs = useQ ? asQ.map((piece) => piece.length) : sizes;

  const words: string[] = [];
  const full = maxWordLength - overhead - (options.after ?? 0);
  // The first word may use the rest of the line, when at least a few characters fit there.
  let room = Math.min(full, maxLineLength - options.column - overhead - (options.after ?? 0));
  const newLine = room < 16;
  if (newLine) room = full;
  let from = 0;
  while (from < characters.length) {
    const budget = useQ ? room : Math.floor(room / 4) * 3;
    let to = from;
    let used = 0;
    while (to < characters.length && used + (costs[to] ?? 0) <= budget) {
      used += costs[to] ?? 0;
      to += 1;
    }
    // A cut behind a space is kinder to readers that put a space between two words of a name (Python before 3.13).
    const space = to < characters.length ? characters.lastIndexOf(' ', to - 1) + 1 : 0;
    if (space > from + (to - from) / 2) to = space;
    const content = useQ ? asQ.slice(from, to).join('') : Buffer.from(characters.slice(from, to).join(''), 'utf8').toString('base64');
    words.push(`${start}${useQ ? 'Q' : 'B'}?${content}?=`);
    from = to;
    room = full;
  }
  return { words, newLine };
}
