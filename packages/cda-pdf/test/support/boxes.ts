import type { TextItem, TextPage } from './pdf-text.js';

/** What is wrong with the place of a text. */
export interface BoxProblem {
  readonly page: number;
  readonly kind: 'outside' | 'overlap';
}

/** Share of a font's height above its baseline; the rest is below. */
const above = 0.76;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

const boxOf = (item: TextItem): Box => ({
  left: item.x,
  right: item.x + item.width,
  bottom: item.y - item.height * (1 - above),
  top: item.y + item.height * above,
});
const area = (box: Box): number => (box.right - box.left) * (box.top - box.bottom);

/** Texts that leave their page, or cover one another by more than a tenth. */
export function boxProblems(pages: readonly TextPage[]): readonly BoxProblem[] {
  return pages.flatMap((page, index): BoxProblem[] => {
    const boxes = page.items
      .filter((item) => item.text.trim() !== '' && item.width > 0)
      .map(boxOf)
      .sort((a, b) => a.bottom - b.bottom);
    const problems: BoxProblem[] = [];
    for (const [at, box] of boxes.entries()) {
      if (box.left < 0 || box.bottom < 0 || box.right > page.width || box.top > page.height)
        problems.push({ page: index + 1, kind: 'outside' });
      for (let next = at + 1; next < boxes.length; next += 1) {
        const other = boxes[next];
        if (other === undefined || other.bottom >= box.top) break;
        const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const height = Math.min(box.top, other.top) - Math.max(box.bottom, other.bottom);
        if (width > 0 && height > 0 && (width * height) / Math.min(area(box), area(other)) > 0.1)
          problems.push({ page: index + 1, kind: 'overlap' });
      }
    }
    return problems;
  });
}
