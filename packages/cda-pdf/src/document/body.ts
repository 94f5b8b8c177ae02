import type { CdaSection, CdaStructuredBody } from '@mss/cda';
import { displayEntity } from '@mss/cda';

import type { Block, BlockGroup } from '../layout/blocks.js';
import type { UnrenderedReport } from '../unrendered.js';
import { paragraph, run } from './builders.js';
import { joined } from './format-values.js';
import { confidentialityLabel } from './labels.js';
import type { MediaLibrary } from './media-library.js';
import { buildNarrative } from './narrative.js';
import { createFootnotes, type NarrativeContext } from './narrative-place.js';
import { styles } from './theme.js';

const headings = [
  { tag: 'H2', style: styles.heading2, before: 14 },
  { tag: 'H3', style: styles.heading3, before: 9 },
  { tag: 'H4', style: styles.heading4, before: 7 },
] as const;

/** What the sections of a body share. */
export interface BodyContext {
  readonly report: UnrenderedReport;
  readonly media: MediaLibrary;
}

/** The sections of a body: heading, restrictions, narrative, footnotes, then the sections inside. */
export function bodyGroups(body: CdaStructuredBody, context: BodyContext): readonly BlockGroup[] {
  const groups: BlockGroup[] = [];
  const pending = body.sections.map((section, index) => ({ section, depth: 0, number: String(index + 1) })).toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { section, depth, number } = next;
    const where = `section ${number}`;
    context.report.enter(where);
    groups.push({ where, blocks: sectionBlocks(section, depth, context) });
    for (let index = section.sections.length - 1; index >= 0; index -= 1) {
      const inner = section.sections[index];
      if (inner !== undefined) pending.push({ section: inner, depth: depth + 1, number: `${number}.${index + 1}` });
    }
  }
  const where = 'documents joints';
  context.report.enter(where);
  const remaining = context.media.remaining();
  const heading = paragraph([run('Documents joints', styles.heading2)], { tag: 'H2', before: 14, keepWithNext: true });
  if (remaining.length > 0) groups.push({ where, blocks: [heading, ...spread(remaining)] });
  return groups;
}

const spread = (blocks: readonly Block[]): readonly Block[] => blocks.map((block) => ({ ...block, before: Math.max(block.before, 4) }));

function sectionBlocks(section: CdaSection, depth: number, context: BodyContext): readonly Block[] {
  const heading = headings[Math.min(depth, headings.length - 1)] ?? headings[0];
  const blocks: Block[] = [];
  const title = section.title ?? section.code?.displayName ?? null;
  if (title !== null) blocks.push(paragraph([run(title, heading.style)], { tag: heading.tag, before: heading.before, keepWithNext: true }));
  const restriction = section.confidentiality;
  if (restriction !== null && restriction.code !== null && restriction.code !== 'N') {
    blocks.push(
      paragraph(
        [run(`Confidentialité de cette section : ${restriction.displayName ?? confidentialityLabel(restriction.code)}`, styles.alert)],
        { before: 2, keepWithNext: true },
      ),
    );
  }
  const authors = joined(
    section.authors.map((author) => displayEntity(author.entity)),
    ', ',
  );
  if (authors !== null)
    blocks.push(paragraph([run(`Auteur de cette section : ${authors}`, styles.smallMuted)], { before: 1, keepWithNext: true }));
  if (section.text !== null) {
    const footnotes = createFootnotes(section.text);
    const narrative: NarrativeContext = { report: context.report, media: context.media, footnotes };
    const place = { style: styles.body, align: 'left', depth: 0, listDepth: 0 } as const;
    for (const block of buildNarrative(section.text, place, narrative))
      blocks.push(blocks.length === 1 && title !== null ? { ...block, before: 4 } : block);
    for (let note = footnotes.pending(); note !== null; note = footnotes.pending()) {
      const { number, element } = note;
      const noteBlocks = buildNarrative(element.children, { ...place, style: styles.small }, narrative);
      blocks.push({ kind: 'list', before: 3, items: [{ mark: run(`[${number}]`, styles.small), blocks: noteBlocks }] });
    }
  }
  return blocks;
}
