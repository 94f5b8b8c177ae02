import type { FaceName } from '../font/font-set.js';

/** Red, green and blue, 0 to 1. */
export type Color = readonly [number, number, number];

/** How a run of text looks. */
export interface TextStyle {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly mono: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  /** Height in points; for sub and superscript already the reduced one. */
  readonly size: number;
  /** How far above the baseline the text stands, in points. */
  readonly rise: number;
  readonly color: Color;
}

/** A piece of text in one style. A line feed is a line break that the document asks for. */
export interface Run {
  readonly text: string;
  readonly style: TextStyle;
}

/** The face of a style. */
export function faceOf(style: TextStyle): FaceName {
  if (style.mono) return 'mono';
  if (style.bold) return style.italic ? 'boldItalic' : 'bold';
  return style.italic ? 'italic' : 'regular';
}
