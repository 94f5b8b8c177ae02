import type { FontSet, FaceName } from '../font/font-set.js';
import type { Painter } from '../layout/flow.js';
import type { StructureNode } from '../layout/structure.js';
import type { PreparedImage } from '../image/prepared-image.js';
import { faceOf, type Color } from '../text/style.js';
import { createEmbeddedFont, type EmbeddedFont } from './embedded-font.js';
import { objectsOf, type PdfkitDocument, type PdfReference } from './pdfa-document.js';
import type { StructureWriter } from './structure-writer.js';

/** A painter on the pages of a pdfkit document. */
export interface PagePainter extends Painter {
  beginPage(width: number, height: number): void;
  /** Goes on on an earlier page, counted from 1. */
  returnToPage(number: number): void;
  /** Writes out the fonts. */
  finish(): void;
}

const number = (value: number): string => String(Math.round(value * 100) / 100);
const color = (value: Color): string => `${number(value[0])} ${number(value[1])} ${number(value[2])}`;

/** Lines under and through text, by the text's height: place above the baseline, and thickness. */
const underlineAt = -0.12;
const strikeAt = 0.26;
const lineThickness = 0.055;

/**
 * Writes content streams. Operators are gathered and handed to pdfkit at each boundary of marked content; font,
 * size and colour are set only when they change.
 *
 * pdfkit begins each page with a transformation that lets y run downwards, hence the mirrored text matrix.
 *
 * @param structure - `null` for PDF/A-1b, where nothing is tagged.
 * @see PDF Reference 1.4 §5.3 (text), §4.4 (paths), §9.5 (marked content).
 */
export function createPainter(document: PdfkitDocument, fonts: FontSet, structure: StructureWriter | null): PagePainter {
  const objects = objectsOf(document);
  const embedded = new Map<FaceName, EmbeddedFont>();
  const images = new Map<PreparedImage, { readonly key: string; readonly reference: PdfReference }>();
  let out: string[] = [];
  let inText = false;
  let isArtifact = false;
  let fontState = '';
  let fillState = '';

  const flush = (): void => {
    if (inText) out.push('ET');
    inText = false;
    if (out.length > 0) document.addContent(out.join('\n'));
    out = [];
  };
  const leaveText = (): void => {
    if (inText) out.push('ET');
    inText = false;
  };
  const setFill = (value: Color): void => {
    const state = `${color(value)} rg`;
    if (state !== fillState) out.push(state);
    fillState = state;
  };
  const fontOf = (name: FaceName): EmbeddedFont => {
    let font = embedded.get(name);
    if (font === undefined) embedded.set(name, (font = createEmbeddedFont(objects, fonts.face(name), embedded.size + 1)));
    document.page.fonts[font.key] ??= font.reference;
    return font;
  };

  return {
    beginPage: (width, height) => {
      flush();
      document.addPage({ size: [width, height], margin: 0 });
      fontState = '';
      fillState = '';
    },
    returnToPage: (page) => {
      flush();
      document.switchToPage(page - 1);
      fontState = '';
      fillState = '';
    },
    line: (line, x, y, scale) => {
      for (const { text, style, x: offset, width } of line.pieces) {
        const size = style.size * scale;
        const baseline = y + line.baseline - style.rise * scale;
        const font = fontOf(faceOf(style));
        if (!inText) out.push('BT');
        inText = true;
        setFill(style.color);
        const state = `/${font.key} ${number(size)} Tf`;
        if (state !== fontState) out.push(state);
        fontState = state;
        out.push(`1 0 0 -1 ${number(x + offset)} ${number(baseline)} Tm <${font.encode(text)}> Tj`);
        if (style.underline || style.strike) leaveText();
        if (style.underline)
          out.push(`${number(x + offset)} ${number(baseline - underlineAt * size)} ${number(width)} ${number(lineThickness * size)} re f`);
        if (style.strike)
          out.push(`${number(x + offset)} ${number(baseline - strikeAt * size)} ${number(width)} ${number(lineThickness * size)} re f`);
      }
    },
    fill: (x, y, width, height, value) => {
      leaveText();
      setFill(value);
      out.push(`${number(x)} ${number(y)} ${number(width)} ${number(height)} re f`);
    },
    outlines: (rectangles, value) => {
      if (rectangles.length === 0) return;
      leaveText();
      out.push(`${color(value)} RG 0.5 w`);
      for (const [x, y, width, height] of rectangles) {
        out.push(
          height === 0
            ? `${number(x)} ${number(y)} m ${number(x + width)} ${number(y)} l`
            : `${number(x)} ${number(y)} ${number(width)} ${number(height)} re`,
        );
      }
      out.push('S');
    },
    image: (image, x, y, width, height) => {
      leaveText();
      let known = images.get(image);
      if (known === undefined) {
        const reference = objects.writeStream({ Type: 'XObject', Subtype: 'Image', ...image.dictionary }, image.data);
        images.set(image, (known = { key: `I${images.size + 1}`, reference }));
      }
      document.page.xobjects[known.key] ??= known.reference;
      // The unit square, standing on its lower left corner, onto the place on the page; then the file's own rotation.
      out.push(
        `q ${number(width)} 0 0 ${number(-height)} ${number(x)} ${number(y + height)} cm`,
        `${image.orientation.join(' ')} cm /${known.key} Do Q`,
      );
    },
    tagged: (node: StructureNode, draw) => {
      if (structure === null || isArtifact) {
        draw();
        return;
      }
      flush();
      structure.begin(node);
      draw();
      flush();
      structure.end();
    },
    artifact: (draw) => {
      if (structure === null || isArtifact) {
        draw();
        return;
      }
      leaveText();
      out.push('/Artifact BMC');
      isArtifact = true;
      draw();
      leaveText();
      isArtifact = false;
      out.push('EMC');
    },
    finish: () => {
      flush();
      for (const font of embedded.values()) font.finish();
    },
  };
}
