import type { PreparedImage } from '../image/prepared-image.js';
import { nothingFits, type Flow } from './flow.js';
import type { StructureNode } from './structure.js';

/** Points per pixel when an image says nothing of its size: 96 pixels an inch. */
const pointsPerPixel = 0.75;

/** An image reduced to the width and to the greatest height; enlarged to them only when that is asked for. */
export function imageFlow(
  image: PreparedImage,
  options: { readonly width: number; readonly maxHeight: number; readonly enlarge: boolean; readonly node: StructureNode | null },
): Flow {
  const factor = Math.min(options.enlarge ? Infinity : pointsPerPixel, options.width / image.width, options.maxHeight / image.height);
  const width = image.width * factor;
  const height = image.height * factor;
  const flow: Flow = {
    height,
    minHeight: height,
    take: (available) => {
      if (height > available + 0.01) return nothingFits(flow);
      return {
        height,
        rest: null,
        paint: (painter, x, y) => {
          const draw = (): void => painter.image(image, x, y, width, height);
          if (options.node === null) draw();
          else painter.tagged(options.node, draw);
        },
      };
    },
  };
  return flow;
}

/** Width that an image takes when there is room. */
export const naturalWidth = (image: PreparedImage): number => image.width * pointsPerPixel;
