import type { TableCell, TableRow } from './blocks.js';

/** A cell at its place in the grid. */
export interface PlacedCell {
  readonly cell: TableCell;
  readonly row: number;
  readonly column: number;
  readonly rowSpan: number;
  readonly colSpan: number;
}

/** Rows of cells resolved into a grid. */
export interface TableGrid {
  readonly rows: readonly (readonly PlacedCell[])[];
  readonly columnCount: number;
  /** Some span was cut down to the table. */
  readonly adjusted: boolean;
}

/**
 * Finds the column of every cell.
 *
 * As in HTML a cell takes the first free column, and a rowspan ends with its row group. A column in which no cell
 * begins is folded into the one before it, so that `colspan="999999"` costs nothing and means the whole row.
 *
 * @param groups - row groups: head, bodies, foot.
 * @see HTML 4.01 §11.2; NarrativeBlock.xsd StrucDoc.Td.
 */
export function resolveGrid(groups: readonly (readonly TableRow[])[]): TableGrid {
  const rows: PlacedCell[][] = [];
  const starts = new Set<number>();
  let adjusted = false;
  for (const group of groups) {
    const groupEnd = rows.length + group.length;
    let above: PlacedCell[] = [];
    for (const row of group) {
      const index = rows.length;
      above = above.filter((one) => one.row + one.rowSpan > index);
      const placed: PlacedCell[] = [];
      let column = 0;
      let next = 0;
      for (const cell of row.cells) {
        for (let over = above[next]; over !== undefined && over.column <= column; over = above[next]) {
          column = Math.max(column, over.column + over.colSpan);
          next += 1;
        }
        const rowSpan = Math.min(cell.rowSpan, groupEnd - index);
        const room = (above[next]?.column ?? Infinity) - column;
        const colSpan = Math.min(cell.colSpan, room);
        if ((rowSpan !== cell.rowSpan && cell.rowSpan !== Infinity) || colSpan !== cell.colSpan) adjusted = true;
        placed.push({ cell, row: index, column, rowSpan, colSpan });
        starts.add(column);
        column += colSpan;
      }
      above = [...above, ...placed].sort((a, b) => a.column - b.column);
      rows.push(placed);
    }
  }
  return { ...fold(rows, starts), adjusted };
}

/** Renumbers columns so that only those remain in which a cell begins. */
function fold(rows: readonly (readonly PlacedCell[])[], starts: ReadonlySet<number>): Pick<TableGrid, 'rows' | 'columnCount'> {
  const order = [...starts].sort((a, b) => a - b);
  const number = new Map(order.map((column, index) => [column, index]));
  const firstFrom = (column: number): number => {
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((order[middle] ?? 0) < column) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    columnCount: Math.max(1, order.length),
    rows: rows.map((row) =>
      row.map((one) => {
        const column = number.get(one.column) ?? 0;
        return { ...one, column, colSpan: Math.max(1, firstFrom(one.column + one.colSpan) - column) };
      }),
    ),
  };
}
