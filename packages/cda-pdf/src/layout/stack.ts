import { measuredFlow, nothingFits, type Flow, type Paint } from './flow.js';

/** One block of a stack. */
export interface StackItem {
  readonly flow: Flow;
  /** From the left of the stack. */
  readonly indent: number;
  /** Space above, dropped at the top of a page. */
  readonly before: number;
  /** A heading: it does not end a page. */
  readonly keepWithNext: boolean;
}

/** Blocks one under the other. */
export function stack(items: readonly StackItem[]): Flow {
  return stackFrom(items, 0, null);
}

/** Headings that follow each other without text keep together up to this many. */
const longestHeadingChain = 4;

/** @param head - what is left of the block at `start`. */
function stackFrom(items: readonly StackItem[], start: number, head: Flow | null): Flow {
  const flowAt = (index: number): Flow | undefined => (index === start && head !== null ? head : items[index]?.flow);
  const neededFor = (index: number, chain = 0): number => {
    const item = items[index];
    const flow = flowAt(index);
    if (item === undefined || flow === undefined) return 0;
    const next = items[index + 1];
    if (!item.keepWithNext || next === undefined || chain === longestHeadingChain) return flow.minHeight;
    return flow.height + next.before + neededFor(index + 1, chain + 1);
  };
  const heightOf = (): number => {
    let height = 0;
    for (let index = start; index < items.length; index += 1) {
      height += (index === start ? 0 : (items[index]?.before ?? 0)) + (flowAt(index)?.height ?? 0);
    }
    return height;
  };
  const take: Flow['take'] = (available, force = false) => {
    const paints: { readonly paint: Paint; readonly x: number; readonly y: number }[] = [];
    let y = 0;
    let index = start;
    let rest: Flow | null = null;
    for (; index < items.length; index += 1) {
      const item = items[index];
      const block = flowAt(index);
      if (item === undefined || block === undefined) break;
      const top = index === start ? 0 : y + item.before;
      if (index > start && item.keepWithNext && top + neededFor(index) > available) break;
      const part = block.take(available - top, force && index === start);
      if (part.paint === null) break;
      paints.push({ paint: part.paint, x: item.indent, y: top });
      y = top + part.height;
      rest = part.rest;
      if (rest !== null) break;
    }
    if (paints.length === 0 && index < items.length) return nothingFits(flow);
    return {
      height: y,
      paint: (painter, left, top) => {
        for (const one of paints) one.paint(painter, left + one.x, top + one.y);
      },
      rest: index < items.length ? stackFrom(items, index, rest) : null,
    };
  };
  const flow = measuredFlow({ height: heightOf, minHeight: () => neededFor(start) }, take);
  return flow;
}
