import type { FontSet } from '../font/font-set.js';
import type { Painter } from '../layout/flow.js';
import { breakLines, type Line } from '../text/lines.js';
import type { TextStyle } from '../text/style.js';
import { measureText } from '../text/words.js';
import type { UnrenderedReport } from '../unrendered.js';
import { run } from './builders.js';
import { colors, margins, styles } from './theme.js';

/** What stands on every page outside the text. */
export interface FurnitureTexts {
  readonly title: string;
  readonly patientShort: string;
  readonly patientLine: string;
}

/** Draws head and foot of one page. */
export type Furniture = (painter: Painter, page: { readonly width: number; readonly height: number; readonly number: number; readonly count: number }) => void;

const headTop = 22;
const ruleGap = 5;

/** Head and foot of the pages: title, patient and INS above; patient and page number below. */
export function createFurniture(texts: FurnitureTexts, context: { readonly fonts: FontSet; readonly report: UnrenderedReport }): Furniture {
  const oneLine = (text: string, style: TextStyle, width: number): Line | undefined => {
    const measured = measureText([run(text, style)], context.fonts, context.report);
    const lines = breakLines(measured, width, { fonts: context.fonts, scale: 1, emptyHeight: 0 });
    if (lines.length <= 1) return lines[0];
    // The whole title stands on the first page: here it may end early.
    const short = breakLines(measured, width - 12, { fonts: context.fonts, scale: 1, emptyHeight: 0 })[0];
    const words = short?.pieces.map((piece) => piece.text).join('') ?? '';
    return breakLines(measureText([run(`${words} …`, style)], context.fonts, context.report), width * 2, { fonts: context.fonts, scale: 1, emptyHeight: 0 })[0];
  };
  return (painter, page) => {
    const width = page.width - 2 * margins.side;
    const put = (line: Line | undefined, y: number, toRight: boolean): void => {
      if (line !== undefined) painter.line(line, toRight ? page.width - margins.side - line.width : margins.side, y, 1);
    };
    painter.artifact(() => {
      const right = oneLine(texts.patientShort, styles.furniture, width * 0.6);
      put(oneLine(texts.title, styles.furnitureStrong, width - (right?.width ?? 0) - 16), headTop, false);
      put(right, headTop, true);
      painter.fill(margins.side, headTop + 9 + ruleGap, width, 0.6, colors.line);
      const footTop = page.height - margins.bottom + 16;
      painter.fill(margins.side, footTop - ruleGap, width, 0.6, colors.line);
      const count = oneLine(`Page ${page.number} / ${page.count}`, styles.furniture, width);
      put(oneLine(texts.patientLine, styles.furniture, width - (count?.width ?? 0) - 16), footTop, false);
      put(count, footTop, true);
    });
  };
}
