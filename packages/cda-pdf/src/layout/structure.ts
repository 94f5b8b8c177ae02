/** Structure types of PDF 1.4 that this package uses. */
export type StructureType =
  | 'Document'
  | 'Part'
  | 'Sect'
  | 'Div'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'H4'
  | 'P'
  | 'L'
  | 'LI'
  | 'Lbl'
  | 'LBody'
  | 'Table'
  | 'TR'
  | 'TH'
  | 'TD'
  | 'Caption'
  | 'Figure'
  | 'Note';

/** Attributes of a node, for those who hear the document instead of seeing it. */
export interface StructureAttributes {
  readonly alt?: string;
  readonly scope?: 'Row' | 'Column';
  readonly colSpan?: number;
  readonly rowSpan?: number;
}

/** A node of the logical structure (PDF/A-1a): its order is the reading order. */
export interface StructureNode {
  readonly type: StructureType;
  readonly attributes: StructureAttributes;
  readonly children: StructureNode[];
  readonly parent: StructureNode | null;
  /** Its place among the parent's children. */
  readonly index: number;
}

/** A node, put last under its parent when one is given. */
export function createNode(type: StructureType, parent: StructureNode | null, attributes: StructureAttributes = {}): StructureNode {
  const node: StructureNode = { type, attributes, children: [], parent, index: parent?.children.length ?? 0 };
  parent?.children.push(node);
  return node;
}
