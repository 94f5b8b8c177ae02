import type { CdaHeader } from './types/header.js';

/**
 * The identifier of a document in one text, as the XDS metadata `uniqueId` writes it: the root, or `root^extension`.
 *
 * @see IHE ITI TF-3, 4.2.3.2.26: uniqueId of a CDA document.
 */
export function documentIdentifier(header: Pick<CdaHeader, 'id'>): string {
  const { root, extension } = header.id;
  return extension === null ? (root ?? '') : `${root ?? ''}^${extension}`;
}
