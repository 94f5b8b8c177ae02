import { encodeWords, maxLineLength } from './encode-words.js';
import { checkHeaderText } from './refuse.js';

export interface HeaderTextOptions {
  /**
   * A beginning that raw readers look for (`XDM/1.0/DDM+`). It stays readable: outside encoded words when it can, and
   * literally inside the first one, in Q encoding, when the word it belongs to has to be encoded.
   */
  readonly keepPrefix?: string;
  /** Characters before the value on its first line, `Subject: ` is 9. Default 0. */
  readonly nameLength?: number;
}

/** A longer word would make a line that no server takes; it is encoded, because encoded words can be folded. */
const maxPlainWord = 900;

interface Run {
  text: string;
  readonly plain: boolean;
}

const isPlainWord = (word: string): boolean => /^[!-~]+$/.test(word) && !word.includes('=?') && word.length <= maxPlainWord;

/**
 * Alternating runs of plain words and of text to encode. A run to encode holds whole words; the single space between
 * two runs belongs to neither. Any other white space (several spaces, at the ends, tabulations) is inside a run to
 * encode, because readers may collapse it elsewhere.
 */
function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  let glue = false;
  const words = text.split(' ');
  for (const [index, word] of words.entries()) {
    const plain = isPlainWord(word);
    const previous = runs.at(-1);
    // An empty word is a space too many: it sticks to both neighbours.
    const encode = !plain || glue || words[index + 1] === '';
    glue = word === '' && index < words.length - 1;
    if (previous === undefined) runs.push({ text: word, plain: !encode });
    else if (previous.plain === !encode) previous.text += ` ${word}`;
    else runs.push({ text: word, plain: !encode });
  }
  return runs;
}

/**
 * Unstructured header text (Subject, Comments): plain while it can, RFC 2047 words from the first word that needs one
 * (not ASCII, looks like an encoded word, too long), plain again afterwards; folded at spaces to lines of 76 characters.
 *
 * Any reader of RFC 2047 decodes the result to the text, character by character.
 *
 * @returns the value without the field's name, folds (`CRLF SP`) included.
 * @throws MssError `ERR_MSS_MIME_HEADER_INJECTION` for line breaks and other control characters (tabulations are encoded),
 * `ERR_MSS_MIME_WRITE` for lone surrogates.
 * @see RFC 5322 §2.2.3, RFC 2047
 */
export function encodeHeaderText(text: string, options: HeaderTextOptions = {}): string {
  checkHeaderText(text);
  if (text === '') return '';
  let result = '';
  let column = options.nameLength ?? 0;
  const add = (piece: string, newLine: boolean): void => {
    if (result === '') {
      result = piece;
      column += piece.length;
    } else if (newLine || column + 1 + piece.length > maxLineLength) {
      result += `\r\n ${piece}`;
      column = 1 + piece.length;
    } else {
      result += ` ${piece}`;
      column += 1 + piece.length;
    }
  };
  for (const run of runsOf(text)) {
    if (run.plain) {
      for (const word of run.text.split(' ')) add(word, false);
      continue;
    }
    const { keepPrefix } = options;
    const forceQ = keepPrefix !== undefined && run.text.includes(keepPrefix);
    const { words, newLine } = encodeWords(run.text, { context: 'text', forceQ, column: column + (result === '' ? 0 : 1) });
    for (const [place, word] of words.entries()) add(word, place > 0 || newLine);
  }
  return result;
}
