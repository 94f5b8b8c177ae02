import type { StructureNode } from '../layout/structure.js';
import type { PdfkitDocument, PdfStructureElement } from './pdfa-document.js';

/** Marks content on pages as belonging to nodes of the structure. */
export interface StructureWriter {
  begin(node: StructureNode): void;
  end(): void;
  /** Adds the nodes that got no content. */
  finish(): void;
}

/**
 * The structure tree of a document in pdfkit's form, made while pages are painted.
 *
 * @param root - its order is the reading order, whatever the order of painting.
 * @see PDF Reference 1.4 §9.6, §9.7.4 (standard types), §9.7.5 (attributes of cells).
 */
export function createStructureWriter(document: PdfkitDocument, root: StructureNode): StructureWriter {
  const elements = new Map<StructureNode, PdfStructureElement>();
  /** Children of each node that have their element: always the first ones. */
  const made = new Map<StructureNode, number>();
  const top = makeElement(document, root);
  elements.set(root, top);
  document.addStructure(top);

  const makeChildren = (node: StructureNode, element: PdfStructureElement, upTo: number): void => {
    for (let index = made.get(node) ?? 0; index < upTo; index += 1) {
      const child = node.children[index];
      if (child === undefined) continue;
      const childElement = makeElement(document, child);
      elements.set(child, childElement);
      element.add(childElement);
    }
    made.set(node, Math.max(made.get(node) ?? 0, upTo));
  };
  const elementOf = (node: StructureNode): PdfStructureElement => {
    const known = elements.get(node);
    if (known !== undefined) return known;
    if (node.parent === null) throw new RangeError('a node outside the structure was painted');
    makeChildren(node.parent, elementOf(node.parent), node.index + 1);
    return elementOf(node);
  };
  return {
    begin: (node) => {
      const element = elementOf(node);
      element.add(document.markStructureContent(node.type));
    },
    end: () => {
      document.endMarkedContent();
    },
    finish: () => {
      const pending: StructureNode[] = [root];
      for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
        makeChildren(node, elementOf(node), node.children.length);
        for (const child of node.children) pending.push(child);
      }
    },
  };
}

function makeElement(document: PdfkitDocument, node: StructureNode): PdfStructureElement {
  const { alt, scope, colSpan, rowSpan } = node.attributes;
  const element = document.struct(node.type, {
    ...(alt === undefined ? {} : { alt }),
    ...(scope === undefined ? {} : { scope }),
  });
  if (colSpan !== undefined || rowSpan !== undefined) {
    element.dictionary.data['A'] = {
      O: 'Table',
      ...(scope === undefined ? {} : { Scope: scope }),
      ...(colSpan === undefined ? {} : { ColSpan: colSpan }),
      ...(rowSpan === undefined ? {} : { RowSpan: rowSpan }),
    };
  }
  return element;
}
