import type { NarrativeElement, NarrativeNode } from '@mss/cda';

import type { Block, ColumnWish, TableCell, TableRow, VerticalAlign } from '../layout/blocks.js';
import type { TextStyle } from '../text/style.js';
import { alignOf, type BuildNarrative, type NarrativeContext, type NarrativePlace } from './narrative-place.js';
import { applyStyleCode } from './style-codes.js';
import { colors, styles } from './theme.js';

/** Most columns that one cell may say to cover: what HTML allows. */
const mostColumns = 1000;

/** What is needed of the narrative around. */
export interface TableContext extends Pick<NarrativeContext, 'report'> {
  readonly build: BuildNarrative;
}

interface Inherited {
  readonly place: NarrativePlace;
  readonly verticalAlign: VerticalAlign;
  readonly inHead: boolean;
}

const isElement = (node: NarrativeNode): node is NarrativeElement => node.kind === 'element';
const isBlank = (node: NarrativeNode): boolean => node.kind === 'text' && node.value.trim() === '';

/**
 * A table and its caption.
 *
 * `thead` rows repeat on every page; without `thead` the first rows of `th` alone do. `tfoot`, which the schema puts
 * before the bodies, comes last. What stands in a table without being a row comes before it.
 */
export function buildNarrativeTable(element: NarrativeElement, place: NarrativePlace, context: TableContext): readonly Block[] {
  const base: Inherited = {
    place: { ...place, style: tableStyle(place.style), align: 'left' },
    verticalAlign: 'top',
    inHead: false,
  };
  const head: TableRow[] = [];
  const bodies: TableRow[][] = [];
  const feet: TableRow[][] = [];
  const loose: TableRow[] = [];
  const around: NarrativeNode[] = [];
  const columns: NarrativeElement[] = [];
  for (const child of element.children) {
    if (isBlank(child)) continue;
    const name = isElement(child) ? child.name : 'text';
    if (
      !isElement(child) ||
      (name !== 'tr' && name !== 'thead' && name !== 'tbody' && name !== 'tfoot' && name !== 'colgroup' && name !== 'col')
    )
      around.push(child);
    else if (name === 'tr') loose.push(buildRow(child, base, context));
    else if (name === 'thead') head.push(...buildGroup(child, { ...base, inHead: true }, context, around));
    else if (name === 'tbody') bodies.push(buildGroup(child, base, context, around));
    else if (name === 'tfoot') feet.push(buildGroup(child, base, context, around));
    else columns.push(child);
  }
  const groups = [...(loose.length > 0 ? [loose] : []), ...bodies, ...feet].filter((group) => group.length > 0);
  const first = groups[0];
  if (head.length === 0 && first !== undefined) head.push(...leadingHeads(first));
  const before = context.build(around, place);
  const hasRows = head.length > 0 || groups.some((group) => group.length > 0);
  if (!hasRows) return before;
  return [
    ...before,
    { kind: 'table', before: before.length > 0 ? 2 : 4, look: 'grid', isData: true, head, groups, columns: columnWishes(columns) },
  ];
}

/** Tables are set a little smaller than text; a nested one as the table around it. */
function tableStyle(style: TextStyle): TextStyle {
  return style.size <= styles.tableText.size ? style : { ...style, size: styles.tableText.size };
}

/** Takes the rows of `th` alone from the top of a group, unless the whole group is of that kind. */
function leadingHeads(group: TableRow[]): readonly TableRow[] {
  const isHead = (row: TableRow): boolean => row.cells.length > 0 && row.cells.every((cell) => cell.isHeader);
  let count = 0;
  while (count < group.length && isHead(group[count] as TableRow)) count += 1;
  const spansOut = group.slice(0, count).some((row, index) => row.cells.some((cell) => cell.rowSpan > count - index));
  return count === group.length || spansOut ? [] : group.splice(0, count);
}

function inherit(element: NarrativeElement, from: Inherited, context: TableContext): Inherited {
  const { attributes } = element;
  const vertical = attributes['valign']?.toLowerCase();
  return {
    ...from,
    place: {
      ...from.place,
      depth: from.place.depth + 1,
      align: alignOf(attributes['align'], from.place.align),
      style: applyStyleCode(from.place.style, attributes['styleCode'], () => context.report.add('STYLE_IGNORED')),
    },
    verticalAlign: vertical === 'middle' || vertical === 'bottom' || vertical === 'top' ? vertical : from.verticalAlign,
  };
}

function buildGroup(group: NarrativeElement, from: Inherited, context: TableContext, around: NarrativeNode[]): TableRow[] {
  const inherited = inherit(group, from, context);
  const rows: TableRow[] = [];
  for (const child of group.children) {
    if (isElement(child) && child.name === 'tr') rows.push(buildRow(child, inherited, context));
    else if (!isBlank(child)) around.push(child);
  }
  return rows;
}

function buildRow(row: NarrativeElement, from: Inherited, context: TableContext): TableRow {
  const inherited = inherit(row, from, context);
  const cells: TableCell[] = [];
  for (const child of row.children) {
    if (isBlank(child)) continue;
    if (isElement(child) && (child.name === 'td' || child.name === 'th')) cells.push(buildCell(child, inherited, context));
    else {
      // A text or an element where a cell should be: it gets a cell of its own.
      context.report.add('ELEMENT_UNKNOWN');
      const wrapped: NarrativeElement = { kind: 'element', name: 'td', attributes: {}, children: [child] };
      cells.push(buildCell(wrapped, inherited, context));
    }
  }
  return { cells };
}

function buildCell(element: NarrativeElement, from: Inherited, context: TableContext): TableCell {
  const isHeader = element.name === 'th';
  const inherited = inherit(element, from, context);
  const style: TextStyle = isHeader ? { ...inherited.place.style, bold: true, color: colors.accent } : inherited.place.style;
  return {
    blocks: context.build(element.children, { ...inherited.place, style }),
    isHeader,
    colSpan: Math.min(mostColumns, span(element.attributes['colspan'], context)),
    rowSpan: element.attributes['rowspan']?.trim() === '0' ? Infinity : span(element.attributes['rowspan'], context),
    verticalAlign: inherited.verticalAlign,
    fill: isHeader || from.inHead ? colors.headFill : null,
  };
}

function span(value: string | undefined, context: TableContext): number {
  if (value === undefined || value.trim() === '') return 1;
  if (/^\s*\+?\d{1,9}\s*$/.test(value) && Number(value) > 0) return Number(value);
  context.report.add('TABLE_SPAN');
  return 1;
}

/** Widths of `col` elements: percentages as they are, other lengths by their proportion when every column has one. */
function columnWishes(elements: readonly NarrativeElement[]): readonly ColumnWish[] {
  const columns = elements.flatMap((element) => {
    const inner = element.children.filter((child): child is NarrativeElement => isElement(child) && child.name === 'col');
    const own = inner.length > 0 ? inner : [element];
    return own.flatMap((one) => {
      const count = Math.min(mostColumns, Number(one.attributes['span'] ?? '1') || 1);
      return Array.from({ length: Math.max(1, count) }, () => one.attributes['width'] ?? element.attributes['width']);
    });
  });
  const lengths = columns.map((width) => /^\s*(\d+(?:\.\d+)?)\s*(%|px|pt|em|cm|mm|in|\*)?\s*$/i.exec(width ?? ''));
  const sameUnit = new Set(lengths.map((length) => length?.[2] ?? '')).size === 1;
  const total = lengths.reduce((sum, length) => sum + Number(length?.[1] ?? 0), 0);
  return lengths.map((length) => {
    if (length === null) return null;
    if (length[2] === '%') return { share: Math.min(1, Number(length[1]) / Math.max(100, total)) };
    return sameUnit && total > 0 && lengths.every((one) => one !== null) ? { share: Number(length[1]) / total } : null;
  });
}
