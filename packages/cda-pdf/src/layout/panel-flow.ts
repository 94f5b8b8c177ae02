import type { Color } from '../text/style.js';
import { measuredFlow, nothingFits, type Flow } from './flow.js';

/** Space between a panel's edge and its contents. */
export const panelPadding = 9;

const barWidth = 3;

/** Contents on a coloured ground with a bar at the left; divided only when higher than what is left of a page. */
export function panelFlow(contents: Flow, options: { readonly width: number; readonly fill: Color; readonly bar: Color }): Flow {
  const whole = (): number => contents.height + 2 * panelPadding;
  const flow = measuredFlow({ height: whole, minHeight: whole }, (available, force = false) => {
    const part = contents.take(available - 2 * panelPadding, force);
    const { paint } = part;
    if (paint === null) return nothingFits(flow);
    const height = part.height + 2 * panelPadding;
    return {
      height,
      paint: (painter, x, y) => {
        painter.artifact(() => {
          painter.fill(x, y, options.width, height, options.fill);
          painter.fill(x, y, barWidth, height, options.bar);
        });
        paint(painter, x + panelPadding, y + panelPadding);
      },
      rest: part.rest === null ? null : panelFlow(part.rest, options),
    };
  });
  return flow;
}
