import type { Flow } from './flow.js';
import type { StructureNode } from './structure.js';

/** Where a block's contents go in the structure. */
export interface StructurePlace {
  readonly parent: StructureNode | null;
  /** A node that the block takes as its own instead of making one, for the only paragraph of a cell. */
  readonly own?: StructureNode;
}

/** A block measured once, to be laid out at a width and scale. */
export interface Prepared {
  /** Width below which words are divided. */
  readonly minWidth: number;
  /** Width above which nothing is gained. */
  readonly maxWidth: number;
  readonly before: number;
  readonly keepWithNext: boolean;
  /** A paragraph: it may take the node of its cell as its own. */
  readonly isText: boolean;
  /** A table that needs more than a page's width at the smallest scale; `null` when any width will do. */
  readonly wide: WideTable | null;
  layout(width: number, scale: number, place: StructurePlace): Flow;
}

/** What a table says of itself when it may be too wide. */
export interface WideTable {
  /** Width in which the table fits at the smallest scale without dividing words. */
  readonly narrowestWidth: number;
  /** The table as several ones of fewer columns, `null` when its columns are few enough for this width. */
  split(width: number): readonly Prepared[] | null;
}
