import type { PreparedImage } from '../image/prepared-image.js';
import type { Color, Run } from '../text/style.js';
import type { StructureType } from './structure.js';
import type { Align } from './text-flow.js';

/** What a document is made of before it is laid out. */
export type Block = ParagraphBlock | ListBlock | TableBlock | ImageBlock | PanelBlock;

/** Blocks of one place of the document, which findings about them name. */
export interface BlockGroup {
  readonly where: string;
  readonly blocks: readonly Block[];
}

/** Running text. */
export interface ParagraphBlock {
  readonly kind: 'paragraph';
  readonly tag: StructureType;
  readonly runs: readonly Run[];
  readonly align: Align;
  readonly before: number;
  readonly keepWithNext: boolean;
}

/** Items with a mark each. */
export interface ListBlock {
  readonly kind: 'list';
  readonly before: number;
  readonly items: readonly { readonly mark: Run; readonly blocks: readonly Block[] }[];
}

/** An image; `alt` says what it is to those who do not see it. */
export interface ImageBlock {
  readonly kind: 'image';
  readonly image: PreparedImage;
  readonly alt: string;
  readonly before: number;
  /** A scanned page: it takes all the room of a page, and is enlarged to it. */
  readonly fillsPage?: boolean;
}

/** Blocks on a coloured ground with a bar at the left. */
export interface PanelBlock {
  readonly kind: 'panel';
  readonly blocks: readonly Block[];
  readonly fill: Color;
  readonly bar: Color;
  readonly before: number;
}

/** How a table is drawn: all lines, lines between rows only, or none. */
export type TableLook = 'grid' | 'rows' | 'plain';

/** Rows of cells. */
export interface TableBlock {
  readonly kind: 'table';
  readonly before: number;
  readonly look: TableLook;
  /** `false`: the rows are only a way to place the cells, screen readers see paragraphs. */
  readonly isData: boolean;
  /** Rows repeated at the top of each page. */
  readonly head: readonly TableRow[];
  /** Row groups: a rowspan does not leave its group. */
  readonly groups: readonly (readonly TableRow[])[];
  /** Wishes for the first columns. */
  readonly columns: readonly ColumnWish[];
}

/** A width in points that is kept, or a share of the table's width that is aimed at; `null`: by contents. */
export type ColumnWish = { readonly fixed: number } | { readonly share: number } | null;

/** One row. */
export interface TableRow {
  readonly cells: readonly TableCell[];
}

/** Where a cell's contents stand when the row is higher than they are. */
export type VerticalAlign = 'top' | 'middle' | 'bottom';

/** One cell. */
export interface TableCell {
  readonly blocks: readonly Block[];
  readonly isHeader: boolean;
  /** Columns that the cell covers, 1 or more. */
  readonly colSpan: number;
  /** Rows that the cell covers, 1 or more; `Infinity` to the end of its group. */
  readonly rowSpan: number;
  readonly verticalAlign: VerticalAlign;
  readonly fill: Color | null;
}
