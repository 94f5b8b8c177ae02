import type { ColumnWish } from './blocks.js';

/** What a cell asks of its columns. */
export interface ColumnDemand {
  readonly column: number;
  readonly colSpan: number;
  /** Width below which words are divided. */
  readonly min: number;
  /** Width above which nothing is gained. */
  readonly max: number;
}

/** Demands settled for each column. */
export interface ColumnExtents {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sumMin: number;
  readonly sumMax: number;
}

const fixedWidth = (wish: ColumnWish | undefined): number | null =>
  wish !== null && wish !== undefined && 'fixed' in wish ? wish.fixed : null;

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/**
 * The narrowest and widest useful width of each column.
 *
 * Cells of one column first; then cells over several columns, the narrowest first, share what they need beyond their
 * columns in proportion to the columns' widths.
 *
 * @see CSS 2.1 §17.5.2.2, automatic table layout.
 */
export function columnExtents(columnCount: number, demands: readonly ColumnDemand[], wishes: readonly ColumnWish[]): ColumnExtents {
  const min = new Float64Array(columnCount);
  const max = new Float64Array(columnCount);
  for (const one of demands) {
    if (one.colSpan !== 1) continue;
    min[one.column] = Math.max(min[one.column] ?? 0, one.min);
    max[one.column] = Math.max(max[one.column] ?? 0, one.max);
  }
  for (let column = 0; column < columnCount; column += 1) {
    const fixed = fixedWidth(wishes[column]);
    if (fixed !== null) min[column] = max[column] = fixed;
  }
  const wide = demands.filter((one) => one.colSpan > 1).sort((a, b) => a.colSpan - b.colSpan);
  for (const one of wide) {
    spread(min, max, one.column, one.colSpan, one.min);
    spread(max, max, one.column, one.colSpan, one.max);
  }
  for (let column = 0; column < columnCount; column += 1) max[column] = Math.max(max[column] ?? 0, min[column] ?? 0);
  return { min, max, sumMin: sum(min), sumMax: sum(max) };
}

function spread(target: Float64Array, weight: Float64Array, column: number, colSpan: number, needed: number): void {
  const end = Math.min(column + colSpan, target.length);
  let have = 0;
  let total = 0;
  for (let index = column; index < end; index += 1) {
    have += target[index] ?? 0;
    total += weight[index] ?? 0;
  }
  const missing = needed - have;
  if (missing <= 0) return;
  const shares = Array.from({ length: end - column }, (_, index) =>
    total === 0 ? 1 / (end - column) : (weight[column + index] ?? 0) / total,
  );
  for (const [index, share] of shares.entries()) target[column + index] = (target[column + index] ?? 0) + missing * share;
}

/**
 * Divides a width among the columns: every column its narrowest width, then by how much more it could use. When even
 * the narrowest widths are too much, all are reduced alike and words will be divided.
 */
export function columnWidths(extents: ColumnExtents, width: number, wishes: readonly ColumnWish[]): Float64Array {
  const count = extents.min.length;
  const widths = new Float64Array(count);
  if (extents.sumMin >= width) {
    for (let column = 0; column < count; column += 1)
      widths[column] = extents.sumMin === 0 ? width / count : ((extents.min[column] ?? 0) * width) / extents.sumMin;
    return widths;
  }
  const target = Float64Array.from(extents.max, (max, column) => {
    const wish = wishes[column];
    return wish !== null && wish !== undefined && 'share' in wish ? Math.max(extents.min[column] ?? 0, wish.share * width) : max;
  });
  const sumTarget = sum(target);
  if (sumTarget <= width) {
    const grows = Array.from(target, (_, column) => fixedWidth(wishes[column]) === null);
    const sumGrowing = target.reduce((total, value, column) => total + (grows[column] === true ? value : 0), 0);
    const factor = sumGrowing === 0 ? width / Math.max(1, sumTarget) : (width - sumTarget + sumGrowing) / sumGrowing;
    for (let column = 0; column < count; column += 1)
      widths[column] = (target[column] ?? 0) * (grows[column] === true || sumGrowing === 0 ? factor : 1);
    return sumTarget === 0 ? widths.fill(width / count) : widths;
  }
  const slack = (width - extents.sumMin) / (sumTarget - extents.sumMin);
  for (let column = 0; column < count; column += 1) {
    const min = extents.min[column] ?? 0;
    widths[column] = min + ((target[column] ?? 0) - min) * slack;
  }
  return widths;
}
