import type { StructureNode } from '../layout/structure.js';
import type { PdfkitDocument, PdfStructureElement } from './pdfa-document.js';

/** Marks content on pages as belonging to nodes of the structure. */
export interface StructureWriter {
  begin(node: StructureNode): void;
  end(): void;
}

/**
 * The structure tree of a document in pdfkit's form.
 *
 * @param root - its order is the reading order, whatever the order of painting.
 * @see PDF Reference 1.4 §9.6, §9.7.4 (standard types), §9.7.5 (attributes of cells).
 */
export function createStructureWriter(document: PdfkitDocument, root: StructureNode): StructureWriter {
  const elements = new Map<StructureNode, PdfStructureElement>();
  const pending: [StructureNode, PdfStructureElement | null][] = [[root, null]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, parent] = next;
    const element = makeElement(document, node);
    elements.set(node, element);
    if (parent === null) document.addStructure(element);
    else parent.add(element);
    for (let index = node.children.length - 1; index >= 0; index -= 1) {
      const child = node.children[index];
      if (child !== undefined) pending.push([child, element]);
    }
  }
  return {
    begin: (node) => {
      const content = document.markStructureContent(node.type);
      elements.get(node)?.add(content);
    },
    end: () => {
      document.endMarkedContent();
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
