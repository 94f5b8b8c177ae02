import type { Color } from '../text/style.js';
import type { TableLook, VerticalAlign } from './blocks.js';
import { measuredFlow, nothingFits, type Flow, type Paint, type Painter, type Part, type Rectangle } from './flow.js';

/** A cell laid out at the width of its columns. */
export interface LaidCell {
  readonly row: number;
  readonly column: number;
  /** The last row that the cell covers. */
  readonly lastRow: number;
  readonly x: number;
  readonly width: number;
  readonly fill: Color | null;
  readonly verticalAlign: VerticalAlign;
  readonly contents: Flow;
}

/** A table ready to be divided over pages. Rows are laid out when a page reaches them. */
export interface LaidTable {
  readonly look: TableLook;
  readonly lineColor: Color;
  readonly paddingX: number;
  readonly paddingY: number;
  /** Height of a row without text. */
  readonly emptyRow: number;
  readonly width: number;
  /** Height of a page's text area: rows lower than a part of it are not divided. */
  readonly pageHeight: number;
  readonly headRows: number;
  readonly rowCount: number;
  rowAt(index: number): readonly LaidCell[];
  /** Rows before this one will not be asked for again. */
  forget(before: number): void;
}

/** A cell that begins above and goes on: in the following rows, or on the next page. */
interface Active {
  readonly cell: LaidCell;
  /** What is left of its contents, `null` when only its ground goes on. */
  readonly contents: Flow | null;
  /** Where it begins on this page. */
  readonly top: number;
}

/** The part of a cell that stands on one page. */
interface Region {
  readonly cell: LaidCell;
  readonly top: number;
  readonly height: number;
  readonly paint: Paint | null;
  readonly paintHeight: number;
}

/** Rows up to this part of a page move to the next page whole. */
const wholeRowShare = 0.45;
/** A head higher than this part of a page is not repeated. */
const repeatedHeadShare = 0.35;

/** The whole table as a flow. Its head is repeated on every page. */
export function tableFlow(table: LaidTable): Flow {
  const head = table.headRows === 0 || table.headRows === table.rowCount ? null : headOf(table);
  const start = head === null ? 0 : table.headRows;
  return rowsFlow(table, { start, continuing: false, carried: [], head, isFirst: true });
}

function headOf(table: LaidTable): Part | null {
  const alone: LaidTable = { ...table, headRows: 0, rowCount: table.headRows, forget: () => {} };
  const part = rowsFlow(alone, { start: 0, continuing: false, carried: [], head: null, isFirst: true }).take(Infinity);
  return part.height > table.pageHeight * repeatedHeadShare ? null : part;
}

interface State {
  readonly start: number;
  /** The row at `start` has begun on the page before: its cells are among `carried`. */
  readonly continuing: boolean;
  readonly carried: readonly Active[];
  readonly head: Part | null;
  readonly isFirst: boolean;
}

function rowsFlow(table: LaidTable, state: State): Flow {
  const minHeight = (): number => {
    const headHeight = state.head?.height ?? 0;
    if (state.continuing) return headHeight + table.emptyRow;
    let whole = table.emptyRow;
    let least = 0;
    for (const { lastRow, row, contents } of table.rowAt(state.start)) {
      if (lastRow === row) whole = Math.max(whole, contents.height + 2 * table.paddingY);
      least = Math.max(least, contents.minHeight + 2 * table.paddingY);
    }
    return headHeight + (whole <= table.pageHeight * wholeRowShare ? whole : Math.min(whole, least));
  };
  const height = (): number => takeRows(table, state, { available: Infinity, force: false, self: flow }).height;
  const flow = measuredFlow({ height, minHeight }, (available, force = false) => takeRows(table, state, { available, force, self: flow }));
  return flow;
}

function takeRows(
  table: LaidTable,
  state: State,
  { available, force, self }: { readonly available: number; readonly force: boolean; readonly self: Flow },
): Part {
  table.forget(state.start);
  const regions: Region[] = [];
  const padding = 2 * table.paddingY;
  const headHeight = state.head?.height ?? 0;
  let y = headHeight;
  let active: Active[] = state.carried.map((one) => ({ ...one, top: y }));
  let row = state.start;
  let rest: State | null = null;
  for (; row < table.rowCount && rest === null; row += 1) {
    const continues = state.continuing && row === state.start;
    const begun = continues ? [] : table.rowAt(row).map((cell): Active => ({ cell, contents: cell.contents, top: y }));
    const involved = [...active, ...begun];
    let needed = continues ? 0 : table.emptyRow;
    for (const one of involved) {
      if (one.cell.lastRow === row && one.contents !== null) needed = Math.max(needed, one.contents.height + padding - (y - one.top));
    }
    if (y + needed <= available + 0.01) {
      y += needed;
      for (const one of involved) if (one.cell.lastRow === row) regions.push(finish(one, y));
      active = involved.filter((one) => one.cell.lastRow > row);
      continue;
    }
    // On an empty page a row that could not move any further is divided whatever its height.
    const movesWhole = needed <= table.pageHeight * wholeRowShare && !(force && row === state.start);
    const divided = movesWhole ? null : divide(involved, available, { padding, force: force && row === state.start, always: false });
    if (divided !== null) {
      y = divided.bottom;
      regions.push(...divided.regions.map((one) => ({ ...one, height: y - one.top })));
      rest = { ...state, start: row, continuing: true, carried: divided.carried, isFirst: false };
    } else {
      if (row === state.start) return nothingFits(self);
      const cut = divide(active, y, { padding, force: false, always: true });
      regions.push(...(cut?.regions ?? []).map((one) => ({ ...one, height: y - one.top })));
      rest = { ...state, start: row, continuing: false, carried: cut?.carried ?? [], isFirst: false };
    }
  }
  return { height: y, rest: rest === null ? null : rowsFlow(table, rest), paint: painterOf(table, state, regions) };
}

/** The rest of a cell, down to the end of its last row. */
function finish(one: Active, bottom: number): Region {
  const part = one.contents?.take(Infinity) ?? null;
  return { cell: one.cell, top: one.top, height: bottom - one.top, paint: part?.paint ?? null, paintHeight: part?.height ?? 0 };
}

/**
 * Divides cells at a page's end: each gives as much of its contents as fits above `bottom`.
 *
 * @param options.always - the page ends here anyway; otherwise `null` is returned when no cell gives anything.
 */
function divide(
  cells: readonly Active[],
  bottom: number,
  { padding, force, always }: { readonly padding: number; readonly force: boolean; readonly always: boolean },
): { readonly regions: Region[]; readonly carried: Active[]; readonly bottom: number } | null {
  const regions: Region[] = [];
  const carried: Active[] = [];
  let used = 0;
  let progress = false;
  for (const one of cells) {
    const part = one.contents?.take(bottom - one.top - padding, force) ?? null;
    const paint = part?.paint ?? null;
    if (paint !== null) progress = true;
    const paintHeight = part?.height ?? 0;
    used = Math.max(used, one.top + paintHeight + padding);
    regions.push({ cell: one.cell, top: one.top, height: 0, paint, paintHeight });
    carried.push({ cell: one.cell, contents: part === null ? null : part.rest, top: 0 });
  }
  return progress || always ? { regions, carried, bottom: Math.min(used, bottom) } : null;
}

function painterOf(table: LaidTable, state: State, regions: Region[]): Paint {
  regions.sort((a, b) => a.cell.row - b.cell.row || a.cell.column - b.cell.column);
  return (painter, x, y) => {
    const headPaint = state.head?.paint ?? null;
    if (headPaint !== null && state.isFirst) headPaint(painter, x, y);
    if (headPaint !== null && !state.isFirst) painter.artifact(() => headPaint(painter, x, y));
    painter.artifact(() => decorate(table, regions, painter, x, y));
    for (const one of regions) {
      if (one.paint === null) continue;
      const slack = one.height - 2 * table.paddingY - one.paintHeight;
      const share = one.cell.verticalAlign === 'middle' ? 0.5 : one.cell.verticalAlign === 'bottom' ? 1 : 0;
      one.paint(painter, x + one.cell.x + table.paddingX, y + one.top + table.paddingY + Math.max(0, slack * share));
    }
  };
}

/** Grounds, then lines: so that no ground hides a neighbour's line. */
function decorate(table: LaidTable, regions: readonly Region[], painter: Painter, x: number, y: number): void {
  for (const { cell, top, height } of regions) if (cell.fill !== null) painter.fill(x + cell.x, y + top, cell.width, height, cell.fill);
  if (table.look === 'plain') return;
  const outlines: Rectangle[] = regions.map(({ cell, top, height }) =>
    table.look === 'grid' ? [x + cell.x, y + top, cell.width, height] : [x + cell.x, y + top + height, cell.width, 0],
  );
  painter.outlines(outlines, table.lineColor);
}
