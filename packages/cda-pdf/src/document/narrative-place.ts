import type { NarrativeElement, NarrativeNode } from '@mss/cda';

import type { Block } from '../layout/blocks.js';
import type { Align } from '../layout/text-flow.js';
import type { TextStyle } from '../text/style.js';
import type { UnrenderedReport } from '../unrendered.js';
import type { MediaLibrary } from './media-library.js';

/** Makes the blocks of some nodes. */
export type BuildNarrative = (nodes: readonly NarrativeNode[], place: NarrativePlace) => readonly Block[];

/** What the elements of one section share. */
export interface NarrativeContext {
  readonly report: UnrenderedReport;
  readonly media: MediaLibrary;
  /** Footnotes of the section in the order of their marks. */
  readonly footnotes: Footnotes;
}

/** Where an element stands. */
export interface NarrativePlace {
  readonly style: TextStyle;
  readonly align: Align;
  readonly depth: number;
  readonly listDepth: number;
}

/** Notes found so far. */
export interface Footnotes {
  /** The number of a note, new for a new one. */
  number(element: NarrativeElement): number;
  /** Some footnoteRef leads to this note. */
  isReferenced(element: NarrativeElement): boolean;
  /** The number of the note with this ID, `null` when the section has none. */
  numberOf(id: string): number | null;
  /** Notes whose text has not been asked for yet; a note may hold notes. */
  pending(): { readonly number: number; readonly element: NarrativeElement } | null;
}

/** The notes of a section, whose `footnote` elements may stand after the references to them. */
export function createFootnotes(nodes: readonly NarrativeNode[]): Footnotes {
  const byId = new Map<string, NarrativeElement>();
  const references = new Set<string>();
  const numbers = new Map<NarrativeElement, number>();
  const queue: { readonly number: number; readonly element: NarrativeElement }[] = [];
  const search: NarrativeNode[] = [...nodes];
  for (let node = search.pop(); node !== undefined; node = search.pop()) {
    if (node.kind !== 'element') continue;
    const id = node.attributes['ID'];
    if (node.name === 'footnote' && id !== undefined && !byId.has(id)) byId.set(id, node);
    if (node.name === 'footnoteRef') references.add(node.attributes['IDREF'] ?? '');
    for (const child of node.children) search.push(child);
  }
  const number = (element: NarrativeElement): number => {
    const known = numbers.get(element);
    if (known !== undefined) return known;
    numbers.set(element, numbers.size + 1);
    queue.push({ number: numbers.size, element });
    return numbers.size;
  };
  return {
    number,
    isReferenced: (element) => references.has(element.attributes['ID'] ?? ''),
    numberOf: (id) => {
      const element = byId.get(id);
      return element === undefined ? null : number(element);
    },
    pending: () => queue.shift() ?? null,
  };
}

/** `align` of a cell or row. */
export function alignOf(value: string | undefined, otherwise: Align): Align {
  switch (value?.toLowerCase()) {
    case 'center':
      return 'center';
    case 'right':
    case 'char':
      return 'right';
    case 'left':
    case 'justify':
      return 'left';
    default:
      return otherwise;
  }
}

/** All text below a node. */
export function plainText(nodes: readonly NarrativeNode[]): string {
  const parts: string[] = [];
  const pending = nodes.toReversed();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'text') parts.push(node.value);
    else {
      if (node.name === 'br') parts.push(' ');
      for (let index = node.children.length - 1; index >= 0; index -= 1) {
        const child = node.children[index];
        if (child !== undefined) pending.push(child);
      }
    }
  }
  return parts.join('');
}
