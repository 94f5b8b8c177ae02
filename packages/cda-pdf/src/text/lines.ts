import type { FontSet } from '../font/font-set.js';
import { faceOf, type TextStyle } from './style.js';
import { widthOf, type MeasuredText, type Piece, type Word } from './words.js';

/** Text at its place in a line. */
export interface PlacedPiece {
  readonly text: string;
  readonly style: TextStyle;
  /** From the left of the line. */
  readonly x: number;
  readonly width: number;
}

/** One line of a paragraph. */
export interface Line {
  readonly pieces: readonly PlacedPiece[];
  readonly width: number;
  readonly height: number;
  /** From the top of the line to the baseline. */
  readonly baseline: number;
}

/** Height of a line by the height of its text: DejaVu needs 1.17, below which boxes of words would overlap. */
const leading = 1.22;
const ascent = 0.928;
const descent = 0.236;

/**
 * Breaks a measured text into lines no wider than `width`.
 *
 * A word that is wider than a line is divided between code points: nothing ever leaves its column.
 *
 * @param options.scale - multiplies every size, for tables that would otherwise be too wide.
 * @param options.emptyHeight - height of a line without text.
 */
export function breakLines(
  text: MeasuredText,
  width: number,
  options: { readonly fonts: FontSet; readonly scale: number; readonly emptyHeight: number },
): readonly Line[] {
  const { scale } = options;
  const limit = width / scale + 0.01;
  const lines: Line[] = [];
  let pieces: Piece[] = [];
  let lineWidth = 0;
  let space: Piece | null = null;
  const endLine = (): void => {
    lines.push(placeLine(pieces, scale, options.emptyHeight));
    pieces = [];
    lineWidth = 0;
    space = null;
  };
  const append = (word: Word): void => {
    if (space !== null && pieces.length > 0) {
      pieces.push(space);
      lineWidth += space.width;
    }
    for (const piece of word.pieces) pieces.push(piece);
    lineWidth += word.width;
    space = word.space;
  };
  for (const word of text.words) {
    const spaceWidth: number = (space as Piece | null)?.width ?? 0;
    if (pieces.length > 0 && word.pieces.length > 0 && lineWidth + spaceWidth + word.width > limit) endLine();
    if (word.width <= limit) append(word);
    else
      for (const [index, part] of divide(word, limit, options.fonts).entries()) {
        if (index > 0) endLine();
        append(part);
      }
    if (word.endsLine) endLine();
  }
  if (pieces.length > 0) endLine();
  return lines;
}

/** A word in parts that each fit into a line, the last one followed by the word's space. */
function divide(word: Word, limit: number, fonts: FontSet): readonly Word[] {
  const parts: Word[] = [];
  let pieces: Piece[] = [];
  let width = 0;
  for (const piece of word.pieces) {
    const face = fonts.face(faceOf(piece.style));
    let text = '';
    let textWidth = 0;
    const flush = (): void => {
      if (text !== '') pieces.push({ text, style: piece.style, width: textWidth });
      text = '';
      textWidth = 0;
    };
    for (const character of piece.text) {
      const characterWidth = widthOf(character, face, piece.style.size);
      if (width + characterWidth > limit && width > 0) {
        flush();
        parts.push({ pieces, width, space: null, endsLine: false });
        pieces = [];
        width = 0;
      }
      text += character;
      textWidth += characterWidth;
      width += characterWidth;
    }
    flush();
  }
  parts.push({ pieces, width, space: word.space, endsLine: false });
  return parts;
}

/** Joins neighbours of one style and finds the line's height from its tallest text. */
function placeLine(pieces: readonly Piece[], scale: number, emptyHeight: number): Line {
  const placed: PlacedPiece[] = [];
  let x = 0;
  let above = 0;
  let below = 0;
  let open: { text: string; style: TextStyle; x: number; width: number } | null = null;
  for (const piece of pieces) {
    const { style } = piece;
    if (open === null || open.style !== style) {
      if (open !== null) placed.push(open);
      open = { text: piece.text, style, x, width: piece.width * scale };
      const extra = ((leading - ascent - descent) / 2) * style.size;
      above = Math.max(above, ascent * style.size + extra + style.rise);
      below = Math.max(below, descent * style.size + extra - style.rise);
    } else {
      open.text += piece.text;
      open.width += piece.width * scale;
    }
    x += piece.width * scale;
  }
  if (open === null) return { pieces: [], width: 0, height: emptyHeight * scale, baseline: 0 };
  placed.push(open);
  return { pieces: placed, width: x, height: (above + below) * scale, baseline: above * scale };
}
