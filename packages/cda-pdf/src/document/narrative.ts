import type { NarrativeElement, NarrativeNode } from '@mss/cda';

import type { Block } from '../layout/blocks.js';
import type { Run, TextStyle } from '../text/style.js';
import { paragraph, run } from './builders.js';
import { createInlineBuilder } from './inline.js';
import { listMark } from './list-marks.js';
import { plainText, type NarrativeContext, type NarrativePlace } from './narrative-place.js';
import { buildNarrativeTable } from './narrative-table.js';
import { addressStyle, applyStyleCode, raised, revised } from './style-codes.js';
import { styles } from './theme.js';

/** Elements deeper than this are shown as their text alone. */
const deepest = 120;

/**
 * The blocks of a narrative: every text of it, in its order, with the form that the narrative gives it.
 *
 * @see CDA R2 §4.3.5; NarrativeBlock.xsd.
 */
export function buildNarrative(nodes: readonly NarrativeNode[], place: NarrativePlace, context: NarrativeContext): readonly Block[] {
  const blocks: Block[] = [];
  const inline = createInlineBuilder();
  let before = 0;
  const endParagraph = (space: number): void => {
    const runs = inline.take();
    if (runs.length > 0) blocks.push(paragraph(runs, { align: place.align, before: blocks.length === 0 ? 0 : before }));
    if (runs.length > 0) before = space;
    else before = Math.max(before, space);
  };
  const addBlocks = (more: readonly Block[], space: number): void => {
    endParagraph(space);
    for (const block of more)
      blocks.push(blocks.length === 0 ? { ...block, before: 0 } : { ...block, before: Math.max(block.before, before, 2) });
    before = space;
  };

  const visit = (node: NarrativeNode, here: NarrativePlace): void => {
    if (node.kind === 'text') {
      inline.text(node.value, here.style);
      return;
    }
    if (here.depth > deepest) {
      context.report.add('NESTING');
      inline.text(` ${plainText(node.children)} `, here.style);
      return;
    }
    const unknownStyle = (): void => context.report.add('STYLE_IGNORED');
    const style = applyStyleCode(here.style, node.attributes['styleCode'], unknownStyle);
    const inside: NarrativePlace = { ...here, style, depth: here.depth + 1 };
    const visitChildren = (at: NarrativePlace): void => {
      for (const child of node.children) visit(child, at);
    };
    switch (node.name) {
      case 'br':
        inline.lineBreak(here.style);
        break;
      case 'content':
        visitChildren({ ...inside, style: revised(style, node.attributes['revised']) });
        break;
      case 'sub':
      case 'sup':
        visitChildren({ ...inside, style: raised(style, node.name) });
        break;
      case 'linkHtml':
        visitChildren(inside);
        printAddress(node, inside.style);
        break;
      case 'footnote':
        printFootnote(node, here.style);
        break;
      case 'footnoteRef':
        printReference(node.attributes['IDREF'] ?? '', here.style);
        break;
      case 'paragraph':
        endParagraph(4);
        addBlocks(buildNarrative(node.children, inside, context), 4);
        break;
      case 'caption':
        endParagraph(3);
        addBlocks(buildNarrative(node.children, { ...inside, style: { ...style, bold: true } }, context).map(asHeading), 2);
        break;
      case 'list':
        addBlocks(buildList(node, inside, context), 4);
        break;
      case 'table':
        addBlocks(
          buildNarrativeTable(node, inside, { report: context.report, build: (nodes, at) => buildNarrative(nodes, at, context) }),
          6,
        );
        break;
      case 'renderMultiMedia':
        addBlocks(buildMedia(node, inside, context), 4);
        break;
      case 'item':
      case 'colgroup':
      case 'col':
      case 'thead':
      case 'tbody':
      case 'tfoot':
      case 'tr':
        // Outside its list or table: its text stands on its own.
        context.report.add('ELEMENT_UNKNOWN');
        addBlocks(buildNarrative(node.children, inside, context), 2);
        break;
      case 'th':
      case 'td':
      case 'unknown':
        context.report.add('ELEMENT_UNKNOWN');
        inline.text(' ', style);
        visitChildren(inside);
        inline.text(' ', style);
        break;
    }
  };
  const printAddress = (link: NarrativeElement, style: TextStyle): void => {
    const address = (link.attributes['href'] ?? '').trim();
    // A reference inside the document leads nowhere on paper; a label that is the address is enough.
    if (address === '' || address.startsWith('#') || plainText(link.children).replaceAll(/\s+/g, '') === address.replaceAll(/\s+/g, ''))
      return;
    inline.text(plainText(link.children).trim() === '' ? address : ` (${address})`, addressStyle(style));
  };
  const printFootnote = (footnote: NarrativeElement, style: TextStyle): void => {
    const number = context.footnotes.number(footnote);
    // A note that stands apart from the text, for references elsewhere, needs no mark of its own.
    if (!inline.isEmpty() || !context.footnotes.isReferenced(footnote)) inline.verbatim(`[${number}]`, raised(style, 'sup'));
  };
  const printReference = (id: string, style: TextStyle): void => {
    const number = context.footnotes.numberOf(id);
    if (number === null) context.report.add('FOOTNOTE_MISSING');
    inline.verbatim(`[${number ?? '?'}]`, raised(style, 'sup'));
  };

  for (const node of nodes) visit(node, place);
  endParagraph(0);
  return blocks;
}

const asHeading = (block: Block): Block => (block.kind === 'paragraph' ? { ...block, keepWithNext: true } : block);

function buildList(list: NarrativeElement, place: NarrativePlace, context: NarrativeContext): readonly Block[] {
  const blocks: Block[] = [];
  const items: { mark: Run; blocks: readonly Block[] }[] = [];
  const inside = { ...place, listDepth: place.listDepth + 1 };
  const flush = (): void => {
    if (items.length > 0) blocks.push({ kind: 'list', before: 2, items: items.splice(0) });
  };
  let index = 0;
  for (const child of list.children) {
    if (child.kind === 'element' && child.name === 'item') {
      index += 1;
      const style = applyStyleCode(place.style, child.attributes['styleCode'], () => context.report.add('STYLE_IGNORED'));
      const mark = listMark({
        ordered: list.attributes['listType']?.toLowerCase() === 'ordered',
        styleCode: list.attributes['styleCode'],
        index,
        depth: place.listDepth,
      });
      items.push({
        mark: run(mark, { ...place.style, underline: false, strike: false }),
        blocks: buildNarrative(child.children, { ...inside, style, depth: place.depth + 1 }, context),
      });
    } else {
      // The caption, or what has no place in a list: before the items that follow it.
      const others = buildNarrative([child], place, context);
      if (others.length > 0) flush();
      blocks.push(...others);
    }
  }
  flush();
  return blocks;
}

function buildMedia(element: NarrativeElement, place: NarrativePlace, context: NarrativeContext): readonly Block[] {
  const caption = element.children.filter((child) => child.kind === 'element' || child.value.trim() !== '');
  const captionText = plainText(caption).replaceAll(/\s+/g, ' ').trim();
  const ids = (element.attributes['referencedObject'] ?? '').split(/\s+/).filter((id) => id !== '');
  const shown = (ids.length === 0 ? [''] : ids).flatMap((id) => context.media.show(id, captionText === '' ? null : captionText));
  return [...shown, ...buildNarrative(caption, { ...place, style: styles.small }, context)];
}
