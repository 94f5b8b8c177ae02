import type { Block, ColumnWish, ParagraphBlock, TableBlock, TableCell, TableRow } from '../layout/blocks.js';
import type { StructureType } from '../layout/structure.js';
import type { Align } from '../layout/text-flow.js';
import type { Color, Run, TextStyle } from '../text/style.js';

/** One run of text. */
export const run = (text: string, style: TextStyle): Run => ({ text, style });

/** A paragraph. */
export function paragraph(
  runs: readonly Run[],
  options: { readonly tag?: StructureType; readonly before?: number; readonly keepWithNext?: boolean; readonly align?: Align } = {},
): ParagraphBlock {
  return {
    kind: 'paragraph',
    runs,
    tag: options.tag ?? 'P',
    before: options.before ?? 0,
    keepWithNext: options.keepWithNext ?? false,
    align: options.align ?? 'left',
  };
}

/** A cell. */
export function cell(blocks: readonly Block[], options: Partial<Omit<TableCell, 'blocks'>> = {}): TableCell {
  return { blocks, isHeader: false, colSpan: 1, rowSpan: 1, verticalAlign: 'top', fill: null, ...options };
}

/** A table of one row group. */
export function table(
  rows: readonly TableRow[],
  options: {
    readonly look: TableBlock['look'];
    readonly columns?: readonly ColumnWish[];
    readonly before?: number;
    readonly isData?: boolean;
  },
): TableBlock {
  return {
    kind: 'table',
    head: [],
    groups: [rows],
    look: options.look,
    columns: options.columns ?? [],
    before: options.before ?? 0,
    isData: options.isData ?? true,
  };
}

/** A row of a list of facts: what it is, and what is known of it. */
export function factRow(label: string, style: TextStyle, blocks: readonly Block[], fill: Color | null = null): TableRow {
  return { cells: [cell([paragraph([run(label, style)])], { isHeader: true, fill }), cell(blocks, { fill })] };
}
