import type { Flow, Paint } from './flow.js';
import type { Prepared } from './prepared.js';
import { stack, type StackItem } from './stack.js';
import type { StructureNode } from './structure.js';

/** A page, to be painted before the next one is laid out. */
export interface LaidPage {
  /** From 1. */
  readonly number: number;
  readonly isLandscape: boolean;
  readonly paint: Paint;
}

/** The text area of pages in both directions. */
export interface PageArea {
  readonly portrait: { readonly width: number; readonly height: number };
  readonly landscape: { readonly width: number; readonly height: number };
}

/** Blocks that stand on pages of one direction. */
interface Stretch {
  readonly isLandscape: boolean;
  readonly blocks: Prepared[];
}

/**
 * Lays blocks out on pages. A table that is too wide even in small print turns its page; one of too many columns for
 * a turned page becomes several. A heading goes with what follows it.
 *
 * @param options.onPage - called with each page; it may throw to stop.
 * @returns the number of pages.
 */
export function paginate(
  prepared: readonly Prepared[],
  area: PageArea,
  options: { readonly root: StructureNode; readonly onPage: (page: LaidPage) => void },
): number {
  let count = 0;
  for (const { isLandscape, blocks } of stretches(prepared, area)) {
    const { width, height } = isLandscape ? area.landscape : area.portrait;
    const items = blocks.map((one): StackItem => ({
      flow: lazyFlow(() => one.layout(width, 1, { parent: options.root })),
      indent: 0,
      before: one.before,
      keepWithNext: one.keepWithNext,
    }));
    let rest: Flow | null = items.length === 0 ? null : stack(items);
    while (rest !== null) {
      let part = rest.take(height);
      if (part.paint === null) part = rest.take(height, true);
      // Every line and image is lower than a page; should one not be, it is better cut than tried for ever.
      if (part.paint === null) part = rest.take(Infinity, true);
      const { paint } = part;
      if (paint === null) break;
      count += 1;
      options.onPage({ number: count, isLandscape, paint });
      rest = part.rest;
    }
  }
  return count;
}

/** A flow that is laid out when it is first needed, so that the structure grows in reading order. */
function lazyFlow(make: () => Flow): Flow {
  let flow: Flow | null = null;
  const made = (): Flow => (flow ??= make());
  return {
    get height() {
      return made().height;
    },
    get minHeight() {
      return made().minHeight;
    },
    take: (available, force) => made().take(available, force),
  };
}

function stretches(prepared: readonly Prepared[], area: PageArea): readonly Stretch[] {
  const result: Stretch[] = [];
  for (const block of prepared) {
    const isLandscape = block.wide !== null && block.wide.narrowestWidth > area.portrait.width;
    const blocks = isLandscape ? (block.wide?.split(area.landscape.width) ?? [block]) : [block];
    const last = result.at(-1);
    if (last !== undefined && last.isLandscape === isLandscape) last.blocks.push(...blocks);
    else result.push({ isLandscape, blocks: [...(isLandscape && last !== undefined ? takeHeadings(last.blocks) : []), ...blocks] });
  }
  return result.filter((one) => one.blocks.length > 0);
}

/** Removes the headings at the end, which belong to what comes next. */
function takeHeadings(blocks: Prepared[]): readonly Prepared[] {
  let count = 0;
  while (blocks.at(-1 - count)?.keepWithNext === true) count += 1;
  return count === 0 ? [] : blocks.splice(-count);
}
