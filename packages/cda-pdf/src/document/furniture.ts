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

/** A page as its furniture sees it. */
export interface FurniturePage {
  readonly width: number;
  readonly height: number;
}

/** Draws head and foot of pages. */
export interface Furniture {
  /** What is known when the page is painted. */
  draw(painter: Painter, page: FurniturePage): void;
  /** The page's number, which needs the number of all. */
  drawNumber(painter: Painter, page: FurniturePage & { readonly number: number; readonly count: number }): void;
}

const headTop = 22;
const ruleGap = 5;
/** Room for the page number at the right of the foot. */
const numberRoom = 80;

/** Head and foot of the pages: title, patient and INS above; patient and page number below. */
export function createFurniture(texts: FurnitureTexts, context: { readonly fonts: FontSet; readonly report: UnrenderedReport }): Furniture {
  const oneLine = (text: string, style: TextStyle, width: number): Line | undefined => {
    const measured = measureText([run(text, style)], context.fonts, context.report);
    const lines = breakLines(measured, width, { fonts: context.fonts, scale: 1, emptyHeight: 0 });
    if (lines.length <= 1) return lines[0];
    // The whole title stands on the first page: here it may end early.
    const short = breakLines(measured, width - 12, { fonts: context.fonts, scale: 1, emptyHeight: 0 })[0];
    const words = short?.pieces.map((piece) => piece.text).join('') ?? '';
    return breakLines(measureText([run(`${words} …`, style)], context.fonts, context.report), width * 2, {
      fonts: context.fonts,
      scale: 1,
      emptyHeight: 0,
    })[0];
  };
  const put = (
    painter: Painter,
    line: Line | undefined,
    place: { readonly page: FurniturePage; readonly y: number; readonly toRight: boolean },
  ): void => {
    if (line !== undefined) painter.line(line, place.toRight ? place.page.width - margins.side - line.width : margins.side, place.y, 1);
  };
  const footTop = (page: FurniturePage): number => page.height - margins.bottom + 16;
  return {
    draw: (painter, page) => {
      const width = page.width - 2 * margins.side;
      const y = footTop(page);
      painter.artifact(() => {
        const right = oneLine(texts.patientShort, styles.furniture, width * 0.6);
        put(painter, oneLine(texts.title, styles.furnitureStrong, width - (right?.width ?? 0) - 16), { page, y: headTop, toRight: false });
        put(painter, right, { page, y: headTop, toRight: true });
        put(painter, oneLine(texts.patientLine, styles.furniture, width - numberRoom), { page, y, toRight: false });
        painter.fill(margins.side, headTop + 9 + ruleGap, width, 0.6, colors.line);
        painter.fill(margins.side, y - ruleGap, width, 0.6, colors.line);
      });
    },
    drawNumber: (painter, page) => {
      const line = oneLine(`Page ${page.number} / ${page.count}`, styles.furniture, numberRoom);
      painter.artifact(() => put(painter, line, { page, y: footTop(page), toRight: true }));
    },
  };
}
