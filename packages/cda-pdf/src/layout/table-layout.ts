import type { Color } from '../text/style.js';
import type { Block, TableBlock, TableLook } from './blocks.js';
import type { Flow } from './flow.js';
import type { LayoutContext } from './prepare.js';
import type { Prepared, StructurePlace } from './prepared.js';
import { stack, type StackItem } from './stack.js';
import { createNode, type StructureNode } from './structure.js';
import { columnExtents, columnWidths, type ColumnDemand } from './table-columns.js';
import { tableFlow, type LaidCell, type LaidTable } from './table-flow.js';
import { resolveGrid, type PlacedCell, type TableGrid } from './table-grid.js';
import { splitTable } from './table-split.js';

/** Sizes of text in a table, tried from the largest: below the last a page is turned, then words are divided. */
const scales = [1, 0.94, 0.88, 0.82, 0.76];
/** The smallest scale of text. */
export const smallestScale = 0.76;
/** Smaller print is better than columns no wider than their longest word. */
const comfort = 1.18;
/** A column narrower than this holds no word: the table is split. */
const narrowestColumn = 20;

const paddings: Readonly<Record<TableLook, readonly [number, number]>> = { grid: [4, 2.6], rows: [3, 2.4], plain: [3, 1.6] };
const lineColor: Color = [0.76, 0.81, 0.86];

/** A table of more cells measures its text once more when a page reaches it, instead of keeping all of it. */
const largeTable = 3000;

type PrepareBlocks = (blocks: readonly Block[], context: LayoutContext) => readonly Prepared[];

interface MeasuredCell {
  readonly placed: PlacedCell;
  readonly contents: readonly Prepared[];
}

/** Measures a table once. */
export function prepareTable(block: TableBlock, context: LayoutContext, prepareBlocks: PrepareBlocks): Prepared {
  const grid = resolveGrid([block.head, ...block.groups]);
  if (grid.adjusted) context.report.add('TABLE_SPAN');
  // Known before anything is measured: a table of a million rows must not cost its measures to be refused.
  context.checkHeight(grid.rows.length * context.emptyLine * smallestScale);
  const cellCount = grid.rows.reduce((count, row) => count + row.length, 0);
  const inside = cellCount > largeTable ? { ...context, keepsMeasures: false } : context;
  const rows = grid.rows.map((row) => row.map((placed): MeasuredCell => ({ placed, contents: prepareBlocks(placed.cell.blocks, inside) })));
  const [paddingX, paddingY] = paddings[block.look];
  const demands = rows.flatMap((row) => row.map((cell) => demandOf(cell, paddingX)));
  const extents = columnExtents(grid.columnCount, demands, block.columns);
  return {
    minWidth: extents.sumMin,
    maxWidth: extents.sumMax,
    before: block.before,
    keepWithNext: false,
    isText: false,
    wide: {
      narrowestWidth: extents.sumMin * smallestScale,
      split: (width) => {
        const most = Math.max(1, Math.floor(width / narrowestColumn));
        if (grid.columnCount <= most) return null;
        context.report.add('TABLE_SPLIT');
        return splitTable(block, grid, most).map((part) => prepareTable(part, context, prepareBlocks));
      },
    },
    layout: (width, scale, place) => {
      const fits = (one: number, room: number): boolean => extents.sumMin * room * one * scale <= width + 0.01;
      const own = (scales.find((one) => fits(one, comfort)) ?? scales.find((one) => fits(one, 1)) ?? smallestScale) * scale;
      const widths = columnWidths(extents, width / own, block.columns).map((one) => one * own);
      return tableFlow({
        look: block.look,
        lineColor,
        paddingX: paddingX * own,
        paddingY: paddingY * own,
        emptyRow: context.emptyLine * own + (block.look === 'plain' ? 0 : 2 * paddingY * own),
        width,
        pageHeight: context.pageHeight,
        headRows: block.head.length,
        rowCount: rows.length,
        ...rowLayout(rows, grid, widths, { block, scale: own, paddingX: paddingX * own, place }),
      });
    },
  };
}

function demandOf({ placed, contents }: MeasuredCell, paddingX: number): ColumnDemand {
  let min = 0;
  let max = 0;
  for (const one of contents) {
    min = Math.max(min, one.minWidth);
    max = Math.max(max, one.maxWidth);
  }
  return { column: placed.column, colSpan: placed.colSpan, min: min + 2 * paddingX, max: max + 2 * paddingX + 0.5 };
}

interface RowOptions {
  readonly block: TableBlock;
  readonly scale: number;
  readonly paddingX: number;
  readonly place: StructurePlace;
}

/** Lays rows out when they are first asked for, in the order of the document. */
function rowLayout(
  rows: readonly (readonly MeasuredCell[])[],
  grid: TableGrid,
  widths: Float64Array,
  options: RowOptions,
): Pick<LaidTable, 'rowAt' | 'forget'> {
  const edges = new Float64Array(grid.columnCount + 1);
  for (let column = 0; column < grid.columnCount; column += 1) edges[column + 1] = (edges[column] ?? 0) + (widths[column] ?? 0);
  const edge = (column: number): number => edges[Math.min(column, grid.columnCount)] ?? 0;
  const parent = options.block.isData ? createNode('Table', options.place.parent) : options.place.parent;
  const laid: (readonly LaidCell[] | undefined)[] = [];
  const rowAt = (index: number): readonly LaidCell[] => {
    const known = laid[index];
    if (known !== undefined) return known;
    const rowNode = options.block.isData ? createNode('TR', parent) : parent;
    const cells = (rows[index] ?? []).map(({ placed, contents }): LaidCell => {
      const x = edge(placed.column);
      const width = edge(placed.column + placed.colSpan) - x;
      return {
        row: placed.row,
        column: placed.column,
        lastRow: placed.row + placed.rowSpan - 1,
        x,
        width,
        fill: placed.cell.fill,
        verticalAlign: placed.cell.verticalAlign,
        contents: layoutCell(contents, width - 2 * options.paddingX, options, cellPlace(placed, rowNode, options.block, index)),
      };
    });
    laid[index] = cells;
    return cells;
  };
  let forgotten = 0;
  const forget = (before: number): void => {
    for (; forgotten < before; forgotten += 1) laid[forgotten] = undefined;
  };
  return { rowAt, forget };
}

function cellPlace(placed: PlacedCell, row: StructureNode | null, block: TableBlock, index: number): StructurePlace {
  if (!block.isData) return { parent: row };
  const { cell, colSpan, rowSpan } = placed;
  const own = createNode(cell.isHeader ? 'TH' : 'TD', row, {
    ...(cell.isHeader ? { scope: index < block.head.length ? 'Column' : 'Row' } : {}),
    ...(colSpan > 1 ? { colSpan } : {}),
    ...(rowSpan > 1 ? { rowSpan } : {}),
  });
  return { parent: own, own };
}

/** The only paragraph of a cell is the cell's own content; several blocks are nodes below it. */
function layoutCell(contents: readonly Prepared[], width: number, options: RowOptions, place: StructurePlace): Flow {
  const only = contents[0];
  const below: StructurePlace = { parent: place.parent };
  if (contents.length === 1 && only !== undefined) return only.layout(width, options.scale, only.isText ? place : below);
  return stack(
    contents.map((one, at): StackItem => ({
      flow: one.layout(width, options.scale, below),
      indent: 0,
      before: at === 0 ? 0 : one.before * options.scale,
      keepWithNext: one.keepWithNext,
    })),
  );
}
