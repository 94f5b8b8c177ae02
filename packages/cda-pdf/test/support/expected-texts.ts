import { isTechnicalHeaderElement } from '@mss/cda';
import { attributeOf, childrenOf, descendantsOf, isElement, parseXml, type XmlElement } from '@mss/formats/xml';

import { squeeze } from './pdf-text.js';

const hl7 = 'urn:hl7-org:v3';
const times = new Set(['effectiveTime', 'time', 'low', 'high', 'birthTime', 'deceasedTime', 'center']);

/** What a rendition must show of a CDA, found in its XML without the reader under test. */
export interface ExpectedTexts {
  readonly header: readonly string[];
  readonly narrative: readonly string[];
}

function clinicalDocument(root: XmlElement): XmlElement {
  if (root.name === 'ClinicalDocument') return root;
  for (const element of descendantsOf(root, 'ClinicalDocument', hl7)) return element;
  throw new Error('no ClinicalDocument');
}

/** The French form of an attribute's value. */
function rendered(element: XmlElement, value: string): string | null {
  if (element.name === 'telecom') return value.replace(/^(?:tel|fax|mailto):/i, '');
  if (times.has(element.name)) {
    const [, year = '', month, day] = /^(\d{4})(\d{2})?(\d{2})?/.exec(value) ?? [];
    return [day, month, year].filter((part) => part !== undefined).join('/');
  }
  // A pointer into the narrative, where the text itself stands.
  if (element.name === 'reference') return null;
  if (value === 'true') return 'oui';
  return value === 'false' ? 'non' : value;
}

function headerTexts(element: XmlElement, depth: number, into: string[]): void {
  for (const child of childrenOf(element)) {
    if (depth === 1 && child.name === 'component' && child.namespace === hl7) continue;
    if (isTechnicalHeaderElement({ namespace: child.namespace, name: child.name, code: attributeOf(child, 'code'), depth })) continue;
    for (const name of ['displayName', 'extension', 'value']) {
      const value = attributeOf(child, name);
      const text = value === null ? null : rendered(child, value);
      if (text !== null) into.push(text);
    }
    // An identifier without extension is its root; a code without a name is the code.
    const root = attributeOf(child, 'root');
    if (root !== null && attributeOf(child, 'extension') === null) into.push(root);
    for (const node of child.children) if (typeof node === 'string') into.push(node);
    headerTexts(child, depth + 1, into);
  }
}

/** Texts in reading order: a table's foot, which the schema puts first, after its bodies; footnotes after the section. */
function narrativeTexts(element: XmlElement, into: string[], footnotes: XmlElement[]): void {
  const isFoot = (node: XmlElement['children'][number]): boolean => isElement(node) && node.name === 'tfoot';
  const children = [...element.children.filter((node) => !isFoot(node)), ...element.children.filter(isFoot)];
  for (const node of children) {
    if (!isElement(node)) into.push(node);
    else if (node.name === 'footnote') footnotes.push(node);
    else narrativeTexts(node, into, footnotes);
  }
}

/** Every readable text of the header and of the sections, squeezed, in document order. */
export function expectedTexts(bytes: Uint8Array): ExpectedTexts {
  const document = clinicalDocument(parseXml(bytes).value.root);
  const header: string[] = [];
  headerTexts(document, 1, header);
  const narrative: string[] = [];
  for (const section of descendantsOf(document, 'section', hl7)) {
    for (const child of childrenOf(section)) {
      if (child.name !== 'title' && child.name !== 'text') continue;
      const footnotes: XmlElement[] = [];
      narrativeTexts(child, narrative, footnotes);
      for (let note = footnotes.shift(); note !== undefined; note = footnotes.shift()) narrativeTexts(note, narrative, footnotes);
    }
  }
  const clean = (texts: readonly string[]): readonly string[] => texts.map(squeeze).filter((text) => text !== '');
  return { header: clean(header), narrative: clean(narrative) };
}
