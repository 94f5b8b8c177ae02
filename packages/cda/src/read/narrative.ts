import { isElement, type XmlElement } from '@mss/formats/xml';

import { hl7Namespace } from '../namespaces.js';
import type { NarrativeElement, NarrativeElementName, NarrativeNode } from '../types/narrative.js';

const names: readonly NarrativeElementName[] = [
  'content',
  'linkHtml',
  'sub',
  'sup',
  'br',
  'footnote',
  'footnoteRef',
  'renderMultiMedia',
  'paragraph',
  'list',
  'item',
  'caption',
  'table',
  'colgroup',
  'col',
  'thead',
  'tbody',
  'tfoot',
  'tr',
  'th',
  'td',
];

/** The elements of NarrativeBlock.xsd. */
const narrativeElements: ReadonlyMap<string, NarrativeElementName> = new Map(names.map((name) => [name, name]));

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** What the reader of a narrative block is told. */
export interface NarrativeListener {
  unknown(name: string): void;
  reference(id: string): void;
}

/**
 * The narrative block as a tree: every element and every text, white space included. Elements that the schema does not
 * know keep their content under the name `unknown`.
 */
export function readNarrative(text: XmlElement, listener: NarrativeListener): readonly NarrativeNode[] {
  return text.children.map((child) => (isElement(child) ? readElement(child, listener) : { kind: 'text', value: child }));
}

function readElement(element: XmlElement, listener: NarrativeListener): NarrativeElement {
  const name = element.namespace === hl7Namespace ? narrativeElements.get(element.name) : undefined;
  if (name === undefined) listener.unknown(element.name);
  // fromEntries defines own properties: an attribute called __proto__ is data like any other.
  const attributes =
    element.attributes.length === 0 ? noAttributes : Object.fromEntries(element.attributes.map((one) => [one.name, one.value] as const));
  if (element.name === 'renderMultiMedia') {
    for (const id of (attributes['referencedObject'] ?? '').split(/\s+/)) if (id !== '') listener.reference(id);
  }
  return {
    kind: 'element',
    name: name ?? 'unknown',
    attributes,
    children: readNarrative(element, listener),
  };
}
