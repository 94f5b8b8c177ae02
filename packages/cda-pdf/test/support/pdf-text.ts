import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** One piece of text with its box, from the page's lower left corner. */
export interface TextItem {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Key of the face. */
  readonly font: string;
  /** Decoration: page head and foot, repeated table heads. */
  readonly isArtifact: boolean;
}

/** A page as pdf.js reads it. */
export interface TextPage {
  readonly width: number;
  readonly height: number;
  readonly items: readonly TextItem[];
}

/** The pages of a PDF with their text in the order of the content stream. */
export async function readPdfPages(bytes: Uint8Array): Promise<readonly TextPage[]> {
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = pdfjs.getDocument({
    data: Uint8Array.from(bytes),
    verbosity: 0,
    standardFontDataUrl: join(root, 'standard_fonts/'),
    isEvalSupported: false,
  } as never);
  const document = await task.promise;
  const pages: TextPage[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const [, , width = 0, height = 0] = page.view;
    const content = await page.getTextContent({ disableNormalization: true, includeMarkedContent: true });
    const marks: (string | null)[] = [];
    const items = content.items.flatMap((item): TextItem[] => {
      if (!('str' in item)) {
        if (item.type === 'endMarkedContent') marks.pop();
        else marks.push('tag' in item && typeof item.tag === 'string' ? item.tag : null);
        return [];
      }
      if (item.str === '') return [];
      const [, , , , x = 0, y = 0] = item.transform as number[];
      return [
        { text: item.str, x, y, width: item.width, height: item.height, font: item.fontName, isArtifact: marks.includes('Artifact') },
      ];
    });
    pages.push({ width, height, items });
  }
  await task.destroy();
  return pages;
}

/** Text without any white space: line breaks of a rendition say nothing about the text. */
export const squeeze = (text: string): string => text.normalize('NFC').replaceAll(/\s+/g, '');

/** The text of a PDF without its decoration, page after page, squeezed. */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  const pages = await readPdfPages(bytes);
  return squeeze(pages.map((page) => page.items.flatMap((item) => (item.isArtifact ? [] : [item.text])).join('')).join(''));
}
