import type { FontSet } from '../font/font-set.js';
import { breakLines } from '../text/lines.js';
import { measureText, type MeasuredText } from '../text/words.js';
import type { UnrenderedReport } from '../unrendered.js';
import type { Block, ImageBlock, ListBlock, PanelBlock, ParagraphBlock } from './blocks.js';
import { measuredFlow, nothingFits, type Flow } from './flow.js';
import { imageFlow, naturalWidth } from './image-flow.js';
import { panelFlow, panelPadding } from './panel-flow.js';
import type { Prepared, StructurePlace } from './prepared.js';
import { stack, type StackItem } from './stack.js';
import { createNode } from './structure.js';
import { prepareTable } from './table-layout.js';
import { textFlow } from './text-flow.js';

/** What blocks are measured with. */
export interface LayoutContext {
  readonly fonts: FontSet;
  readonly report: UnrenderedReport;
  /** Height of the text area of the lowest page, a turned one. */
  readonly pageHeight: number;
  /** Height of the text area of an upright page. */
  readonly fullHeight: number;
  /** Height of a line without text. */
  readonly emptyLine: number;
  /** Called with a height that something has at least: throws when that is more than all pages have. */
  readonly checkHeight: (height: number) => void;
  /** `false`: measured text is thrown away and measured again when it is laid out. */
  readonly keepsMeasures: boolean;
}

/** A word wider than this does not keep its column from being narrower: addresses of web pages are divided. */
const longestUndividedWord = 150;
/** An image in a table may be reduced to this width before its column grows. */
const smallestImage = 72;
const listIndent = 12;
/** A column narrower than this is not indented any more. */
const narrowestListColumn = 90;

/** Measures blocks once. */
export function prepareBlocks(blocks: readonly Block[], context: LayoutContext): readonly Prepared[] {
  return blocks.map((block) => prepareBlock(block, context));
}

function prepareBlock(block: Block, context: LayoutContext): Prepared {
  switch (block.kind) {
    case 'paragraph':
      return prepareParagraph(block, context);
    case 'list':
      return prepareList(block, context);
    case 'image':
      return prepareImage(block, context);
    case 'panel':
      return preparePanel(block, context);
    default:
      return prepareTable(block, context, prepareBlocks);
  }
}

/** Measured blocks one under the other. */
export function layoutStack(prepared: readonly Prepared[], width: number, scale: number, place: StructurePlace, indent = 0): Flow {
  const items = prepared.map((one): StackItem => ({
    flow: one.layout(width, scale, place),
    indent,
    before: one.before * scale,
    keepWithNext: one.keepWithNext,
  }));
  const only = items[0];
  return items.length === 1 && only !== undefined && indent === 0 ? only.flow : stack(items);
}

const layoutText = (
  text: MeasuredText,
  block: ParagraphBlock,
  context: LayoutContext,
  width: number,
  scale: number,
  place: StructurePlace,
): Flow =>
  textFlow(breakLines(text, width, { fonts: context.fonts, scale, emptyHeight: context.emptyLine }), {
    width,
    scale,
    align: block.align,
    node: place.own ?? createNode(block.tag, place.parent),
  });

function prepareParagraph(block: ParagraphBlock, context: LayoutContext): Prepared {
  const measure = (): MeasuredText => measureText(block.runs, context.fonts, context.report);
  const { minWidth, maxWidth, words } = measure();
  const kept = context.keepsMeasures ? { minWidth, maxWidth, words } : null;
  return {
    minWidth: Math.min(minWidth, longestUndividedWord),
    maxWidth,
    before: block.before,
    keepWithNext: block.keepWithNext,
    isText: true,
    wide: null,
    layout: (width, scale, place) => layoutText(kept ?? measure(), block, context, width, scale, place),
  };
}

function prepareImage(block: ImageBlock, context: LayoutContext): Prepared {
  return {
    minWidth: Math.min(smallestImage, naturalWidth(block.image)),
    maxWidth: naturalWidth(block.image),
    before: block.before,
    keepWithNext: false,
    isText: false,
    wide: null,
    layout: (width, _scale, { parent }) =>
      imageFlow(block.image, {
        width,
        maxHeight: block.fillsPage === true ? context.fullHeight : context.pageHeight / 2,
        enlarge: block.fillsPage === true,
        node: createNode('Figure', parent, { alt: block.alt }),
      }),
  };
}

function preparePanel(block: PanelBlock, context: LayoutContext): Prepared {
  const inner = prepareBlocks(block.blocks, context);
  const widest = (key: 'minWidth' | 'maxWidth'): number => inner.reduce((width, one) => Math.max(width, one[key]), 0) + 2 * panelPadding;
  return {
    minWidth: widest('minWidth'),
    maxWidth: widest('maxWidth'),
    before: block.before,
    keepWithNext: false,
    isText: false,
    wide: null,
    layout: (width, scale, place) =>
      panelFlow(layoutStack(inner, width - 2 * panelPadding, scale, { parent: createNode('Div', place.parent) }), {
        width,
        fill: block.fill,
        bar: block.bar,
      }),
  };
}

function prepareList(block: ListBlock, context: LayoutContext): Prepared {
  const items = block.items.map((item) => ({
    mark: measureText([item.mark], context.fonts, context.report),
    contents: prepareBlocks(item.blocks, context),
  }));
  const indent = items.reduce((width, item) => Math.max(width, item.mark.maxWidth + 4), listIndent);
  const widest = (key: 'minWidth' | 'maxWidth'): number =>
    items.reduce((width, item) => item.contents.reduce((inner, one) => Math.max(inner, one[key]), width), 0) + indent;
  return {
    minWidth: widest('minWidth'),
    maxWidth: widest('maxWidth'),
    before: block.before,
    keepWithNext: false,
    isText: false,
    wide: null,
    layout: (width, scale, { parent }) => {
      const list = createNode('L', parent);
      const inset = width - indent * scale < narrowestListColumn * scale ? Math.min(indent * scale, width * 0.1) : indent * scale;
      return stack(
        items.map((item): StackItem => {
          const node = createNode('LI', list);
          const mark = textFlow(breakLines(item.mark, width, { fonts: context.fonts, scale, emptyHeight: context.emptyLine }), {
            width: inset,
            scale,
            align: 'left',
            node: createNode('Lbl', node),
          });
          const body = layoutStack(item.contents, width - inset, scale, { parent: createNode('LBody', node) });
          return { flow: besideMark(mark, body, inset), indent: 0, before: 1.5 * scale, keepWithNext: false };
        }),
      );
    },
  };
}

/** The mark of a list item before the first part of its contents. */
function besideMark(mark: Flow, body: Flow, inset: number): Flow {
  const measure = { height: () => Math.max(mark.height, body.height), minHeight: () => Math.max(mark.height, body.minHeight) };
  const flow = measuredFlow(measure, (available, force = false) => {
    if (mark.height > available) return nothingFits(flow);
    const part = body.take(available, force);
    const { paint } = part;
    if (paint === null && part.rest !== null && body.height > 0) return nothingFits(flow);
    const markPaint = mark.take(available).paint;
    return {
      height: Math.max(mark.height, part.height),
      paint: (painter, x, y) => {
        markPaint?.(painter, x, y);
        paint?.(painter, x + inset, y);
      },
      rest: part.rest === null ? null : indented(part.rest, inset),
    };
  });
  return flow;
}

const indented = (flow: Flow, indent: number): Flow => stack([{ flow, indent, before: 0, keepWithNext: false }]);
