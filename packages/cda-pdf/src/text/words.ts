import type { FontSet } from '../font/font-set.js';
import type { TrueTypeFont } from '../font/true-type.js';
import type { UnrenderedReport } from '../unrendered.js';
import { fitToFaces } from './characters.js';
import { faceOf, type Run, type TextStyle } from './style.js';

/** Text in one style with its width in points. */
export interface Piece {
  readonly text: string;
  readonly style: TextStyle;
  readonly width: number;
}

/** What no line break divides, and the space that follows it. */
export interface Word {
  readonly pieces: readonly Piece[];
  readonly width: number;
  /** The space after the word, `null` when the next word follows at once. */
  readonly space: Piece | null;
  /** A line ends here because the document says so. */
  readonly endsLine: boolean;
}

/** A paragraph measured once, to be broken at any width and scale. */
export interface MeasuredText {
  readonly words: readonly Word[];
  /** The widest word. */
  readonly minWidth: number;
  /** The widest line when only the document's own breaks count. */
  readonly maxWidth: number;
}

/** Width of a text in a face, in points. */
export function widthOf(text: string, face: TrueTypeFont, size: number): number {
  let units = 0;
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (code >= 0xd800 && code < 0xdc00 && index + 1 < text.length) code = text.codePointAt(index++) ?? 0;
    units += face.advances[face.glyphOf(code)] ?? 0;
  }
  return (units * size) / face.unitsPerEm;
}

/** A line may end after these when a letter stands on both sides; digits are kept together (dates, ranges, results). */
const breakable = /(?<=\p{L}[-–/;,])(?=\p{L})/u;
const mayBreak = /[-–/;,]/;

/**
 * Divides runs into words and measures each.
 *
 * Spaces and line feeds divide; so do a hyphen, a slash, a comma and a semicolon between letters. No-break spaces
 * (U+00A0, U+202F) and the no-break hyphen do not.
 */
export function measureText(runs: readonly Run[], fonts: FontSet, report: UnrenderedReport): MeasuredText {
  const words: Word[] = [];
  let pieces: Piece[] = [];
  let width = 0;
  const push = (space: Piece | null, endsLine: boolean): void => {
    words.push({ pieces, width, space, endsLine });
    pieces = [];
    width = 0;
  };
  const addPart = (part: string, style: TextStyle): void => {
    const face = fonts.face(faceOf(style));
    if (part === ' ') push({ text: ' ', style, width: widthOf(' ', face, style.size) }, false);
    else if (part === '\n') push(null, true);
    else {
      for (const [index, text] of (mayBreak.test(part) ? part.split(breakable) : [part]).entries()) {
        if (index > 0) push(null, false);
        const textWidth = widthOf(text, face, style.size);
        pieces.push({ text, style, width: textWidth });
        width += textWidth;
      }
    }
  };
  for (const given of runs) {
    for (const { text, style } of fitToFaces(given, fonts, report)) {
      for (const part of text.split(/([ \n])/)) if (part !== '') addPart(part, style);
    }
  }
  if (pieces.length > 0) push(null, false);
  return { words, ...extremes(words) };
}

function extremes(words: readonly Word[]): { readonly minWidth: number; readonly maxWidth: number } {
  let minWidth = 0;
  let maxWidth = 0;
  let line = 0;
  for (const word of words) {
    minWidth = Math.max(minWidth, word.width);
    maxWidth = Math.max(maxWidth, line + word.width);
    line = word.endsLine ? 0 : line + word.width + (word.space?.width ?? 0);
  }
  return { minWidth, maxWidth };
}
