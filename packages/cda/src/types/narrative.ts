/**
 * The narrative block (section/text) as a tree. White space inside is as written; renderers collapse it.
 *
 * @see CDA R2 §4.3.5 and NarrativeBlock.xsd; xdm-cda §3.3 for what French documents use.
 */
export type NarrativeNode = NarrativeText | NarrativeElement;

/** Character data. */
export interface NarrativeText {
  readonly kind: 'text';
  readonly value: string;
}

/** Names of the elements that a narrative block may hold. */
export type NarrativeElementName =
  | 'content'
  | 'linkHtml'
  | 'sub'
  | 'sup'
  | 'br'
  | 'footnote'
  | 'footnoteRef'
  | 'renderMultiMedia'
  | 'paragraph'
  | 'list'
  | 'item'
  | 'caption'
  | 'table'
  | 'colgroup'
  | 'col'
  | 'thead'
  | 'tbody'
  | 'tfoot'
  | 'tr'
  | 'th'
  | 'td';

/** One element of the narrative block. */
export interface NarrativeElement {
  readonly kind: 'element';
  /** `unknown` for an element that NarrativeBlock.xsd does not know; its text is kept in the children. */
  readonly name: NarrativeElementName | 'unknown';
  /** Attributes as written: ID, styleCode, colspan, rowspan, align, valign, border, width, listType, href, referencedObject, revised … */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly NarrativeNode[];
}
