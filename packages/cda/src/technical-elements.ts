import { hl7Namespace } from './namespaces.js';

/** One header element that a rendition for people need not show. */
export interface TechnicalHeaderElement {
  readonly namespace: string;
  /** Local name of the element. */
  readonly name: string;
  /** Only below ClinicalDocument itself (`root`), or wherever it stands in the header (`anywhere`). */
  readonly place: 'root' | 'anywhere';
  /** The element is technical only while its `@code` is one of these; `null`: always. */
  readonly codes: readonly string[] | null;
}

const row = (name: string, place: TechnicalHeaderElement['place'], codes: readonly string[] | null = null): TechnicalHeaderElement =>
  Object.freeze({ namespace: hl7Namespace, name, place, codes });

/**
 * The header elements that ECO.2.1.5's "whole header" is read not to include: they name schemas and templates, or say
 * what every French document says. References to stylesheets are processing instructions, hence no elements at all.
 *
 * Shared by what renders a document and by what checks the rendition.
 *
 * @see Référentiel #2 v0.1, ECO.2.1.5; ANS' own rendition (CDA-FO.xsl) shows none of them either.
 */
export const technicalHeaderElements: readonly TechnicalHeaderElement[] = Object.freeze([
  row('realmCode', 'anywhere'),
  row('typeId', 'anywhere'),
  row('templateId', 'anywhere'),
  row('languageCode', 'root', Object.freeze(['fr', 'fr-FR'])),
  row('confidentialityCode', 'root', Object.freeze(['N'])),
]);

/**
 * Whether a header element is one of {@link technicalHeaderElements}.
 *
 * Only the element itself: a masking code in a `translation` of `confidentialityCode` N is for people, and stands in
 * `header.confidentialityCodes`.
 *
 * @param element.code - its `@code`.
 * @param element.depth - 1 for a child of ClinicalDocument.
 */
export function isTechnicalHeaderElement(element: {
  readonly namespace: string;
  readonly name: string;
  readonly code: string | null;
  readonly depth: number;
}): boolean {
  return technicalHeaderElements.some(
    (one) =>
      one.name === element.name &&
      one.namespace === element.namespace &&
      (one.place === 'anywhere' || element.depth === 1) &&
      (one.codes === null || (element.code !== null && one.codes.includes(element.code))),
  );
}
