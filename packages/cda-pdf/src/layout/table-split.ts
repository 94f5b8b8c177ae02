import type { TableBlock, TableCell, TableRow } from './blocks.js';
import type { PlacedCell, TableGrid } from './table-grid.js';

/**
 * A table as several tables of at most `most` columns each, one under the other.
 *
 * A cell over columns of two parts stands in the part where it begins; the other part has an empty cell in its place.
 */
export function splitTable(block: TableBlock, grid: TableGrid, most: number): readonly TableBlock[] {
  const parts: TableBlock[] = [];
  const count = Math.ceil(grid.columnCount / most);
  const size = Math.ceil(grid.columnCount / count);
  for (let from = 0; from < grid.columnCount; from += size) {
    const to = Math.min(from + size, grid.columnCount);
    const rows = grid.rows.map((row): TableRow => ({ cells: row.flatMap((placed) => cut(placed, from, to)) }));
    const groups: TableRow[][] = [];
    let at = block.head.length;
    for (const group of block.groups) {
      groups.push(rows.slice(at, at + group.length));
      at += group.length;
    }
    parts.push({
      ...block,
      before: from === 0 ? block.before : 6,
      head: rows.slice(0, block.head.length),
      groups,
      columns: block.columns.slice(from, to),
    });
  }
  return parts;
}

function cut(placed: PlacedCell, from: number, to: number): readonly TableCell[] {
  const start = Math.max(placed.column, from);
  const end = Math.min(placed.column + placed.colSpan, to);
  if (start >= end) return [];
  return [{ ...placed.cell, blocks: placed.column >= from ? placed.cell.blocks : [], colSpan: end - start, rowSpan: placed.rowSpan }];
}
