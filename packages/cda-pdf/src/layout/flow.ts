import type { Color } from '../text/style.js';
import type { Line } from '../text/lines.js';
import type { PreparedImage } from '../image/prepared-image.js';
import type { StructureNode } from './structure.js';

/** x, y, width, height. */
export type Rectangle = readonly [number, number, number, number];

/** Draws on one page. Lengths are points; x runs to the right, y runs down from the page's top left corner. */
export interface Painter {
  line(line: Line, x: number, y: number, scale: number): void;
  fill(x: number, y: number, width: number, height: number, color: Color): void;
  /** Thin outlines of rectangles. */
  outlines(rectangles: readonly Rectangle[], color: Color): void;
  image(image: PreparedImage, x: number, y: number, width: number, height: number): void;
  /** What `draw` paints is the content of this node of the document's structure; not nested. */
  tagged(node: StructureNode, draw: () => void): void;
  /** What `draw` paints is decoration: screen readers skip it, and nodes named inside count for nothing. */
  artifact(draw: () => void): void;
}

/** Draws with the upper left corner at this place. */
export type Paint = (painter: Painter, x: number, y: number) => void;

/** What {@link Flow.take} gives: `paint` is null when not even the first part fits. */
export interface Part {
  readonly height: number;
  readonly paint: Paint | null;
  /** What is left for the next page, `null` when nothing is. */
  readonly rest: Flow | null;
}

/** Something laid out at a width, to be divided over pages from its top. */
export interface Flow {
  /** Height when nothing divides it. */
  readonly height: number;
  /** Height of the smallest first part that stands alone. */
  readonly minHeight: number;
  /**
   * Takes as much as fits into `available` points, unless it looks better to begin on the next page.
   *
   * @param force - the page is empty: looks do not matter, something must be taken if anything fits.
   */
  take(available: number, force?: boolean): Part;
}

/**
 * A flow whose heights are computed when they are first asked for, and once: a flow inside a flow inside a flow would
 * otherwise be measured again at every level.
 */
export function measuredFlow(measure: { readonly height: () => number; readonly minHeight: () => number }, take: Flow['take']): Flow {
  let height: number | null = null;
  let minHeight: number | null = null;
  return {
    get height() {
      return (height ??= measure.height());
    },
    get minHeight() {
      return (minHeight ??= measure.minHeight());
    },
    take,
  };
}

/** A part that holds nothing because nothing fits. */
export const nothingFits = (flow: Flow): Part => ({ height: 0, paint: null, rest: flow });
