import type { Line } from '../text/lines.js';
import { nothingFits, type Flow, type Part } from './flow.js';
import type { StructureNode } from './structure.js';

/** Where lines stand in their width. */
export type Align = 'left' | 'center' | 'right';

/** Lines of one paragraph as a flow: at least two lines stay together at a page's foot and head. */
export function textFlow(
  lines: readonly Line[],
  options: { readonly width: number; readonly align: Align; readonly scale: number; readonly node: StructureNode | null },
): Flow {
  return flowFrom(lines, 0, options);
}

type Options = Parameters<typeof textFlow>[1];

function flowFrom(lines: readonly Line[], start: number, options: Options): Flow {
  let height = 0;
  for (let index = start; index < lines.length; index += 1) height += lines[index]?.height ?? 0;
  const count = lines.length - start;
  const first = lines[start]?.height ?? 0;
  const flow: Flow = {
    height,
    minHeight: count <= 3 ? height : first + (lines[start + 1]?.height ?? 0),
    take: (available, force = false) => {
      if (height <= available + 0.01) return paintLines(lines, start, lines.length, height, options);
      let end = start;
      let taken = 0;
      while (end < lines.length && taken + (lines[end]?.height ?? 0) <= available) taken += lines[end++]?.height ?? 0;
      if (lines.length - end === 1 && end - start > 2) taken -= lines[--end]?.height ?? 0;
      if (end === start || (end - start === 1 && count > 3 && start === 0 && !force)) return nothingFits(flow);
      return { ...paintLines(lines, start, end, taken, options), rest: flowFrom(lines, end, options) };
    },
  };
  return flow;
}

function paintLines(lines: readonly Line[], start: number, end: number, height: number, options: Options): Part {
  const { align, width, scale, node } = options;
  return {
    height,
    rest: null,
    paint: (painter, x, y) => {
      const draw = (): void => {
        let top = y;
        for (let index = start; index < end; index += 1) {
          const line = lines[index];
          if (line === undefined) continue;
          const slack = align === 'left' ? 0 : (width - line.width) / (align === 'center' ? 2 : 1);
          painter.line(line, x + Math.max(0, slack), top, scale);
          top += line.height;
        }
      };
      if (node === null) draw();
      else painter.tagged(node, draw);
    },
  };
}
