import type { CdaDocument } from '../types/document.js';
import { classOfTypes } from './class-of-types.generated.js';
import type { CodedConcept } from './code-table.js';
import { documentTypes } from './document-types.generated.js';
import { formatOfTemplates } from './format-of-templates.generated.js';
import { classLabels, formatLabels } from './labels.js';
import { loincTerms } from './loinc-terms.generated.js';

/** A code of the XDS metadata with its label when it is known. */
export interface MetadataCode {
  readonly code: string;
  readonly codeSystem: string;
  readonly displayName: string | null;
}

/**
 * The concept of a document type: JDV_J07, else TRE_A04 for LOINC codes that J07 does not list.
 *
 * @param codeSystem - OID; without it the code alone decides.
 */
export function typeByCode(code: string, codeSystem?: string | null): CodedConcept | null {
  return documentTypes.find(code, codeSystem) ?? loincTerms.find(code, codeSystem);
}

/**
 * ANS' label of a document type, or `null`. In 14 of 110 ANS archives it differs from the `displayName` that the CDA
 * itself writes; subjects and PDF names take the CDA's.
 */
export function typeLabel(code: string, codeSystem?: string | null): string | null {
  return typeByCode(code, codeSystem)?.displayName ?? null;
}

/** The label of a document class (TRE_A03), or `null`. */
export function classLabel(code: string): string | null {
  return classLabels.get(code) ?? null;
}

/**
 * The class of a document type by ASS_X04, or `null` when the table has no row: 28617-9, 34120-6, 60280-5, 78341-5,
 * 89233-1 and 101881-1 are in JDV_J07 without one. The host must then say the class; it is never guessed.
 */
export function classOfType(code: string, codeSystem?: string | null): MetadataCode | null {
  const [found] = classOfTypes.find(code, codeSystem);
  return found === undefined ? null : { ...found, displayName: classLabel(found.code) };
}

/** IHE XDS-SD: the template of level 1 documents. */
export const level1Template = '1.3.6.1.4.1.19376.1.2.20';

/** The words of ASS_A11's level 1 format codes by media type. */
const level1Words: ReadonlyMap<string, string> = new Map([
  ['application/pdf', ':pdf:'],
  ['text/plain', ':text:'],
  ['image/jpeg', ':jpeg:'],
  ['application/rtf', ':rtf:'],
  ['text/rtf', ':rtf:'],
  ['image/tiff', ':tiff:'],
]);

function labelled(code: { readonly code: string; readonly codeSystem: string } | undefined): MetadataCode | null {
  return code === undefined ? null : { ...code, displayName: formatLabels.get(code.code) ?? null };
}

/** Document templates of ANS come before those of IHE that they specialise. */
const ansTemplates = '1.2.250.1.213.1.1.1.';

/**
 * The format of a document by ASS_A11, or `null` when the table has no row for it.
 *
 * Level 1: by the media type of the embedded body. Level 3: by the document's templates, those of ANS first.
 *
 * Not covered: templates younger than the table (TROD 2024, fiches d'urgence 2025); the host must say their format.
 */
export function formatOf(document: Pick<CdaDocument, 'header' | 'body'>): MetadataCode | null {
  if (document.body.kind === 'nonXml') {
    const word = level1Words.get(document.body.media.mediaType);
    if (word === undefined) return null;
    return labelled(formatOfTemplates.find(level1Template).find((one) => one.code.includes(word)));
  }
  const roots = document.header.templateIds.map((id) => id.root).filter((root) => root !== null && root !== level1Template);
  const ordered = [...roots.filter((root) => root?.startsWith(ansTemplates)), ...roots.filter((root) => !root?.startsWith(ansTemplates))];
  for (const root of ordered) {
    const [found] = root === null ? [] : formatOfTemplates.find(root);
    if (found !== undefined) return labelled(found);
  }
  return null;
}
