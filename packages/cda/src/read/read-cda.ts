import { resolveLimits, type Limits, type ReadResult } from '@mss/core';
import type { XmlProcessingInstruction } from '@mss/formats/xml';

import type { CdaDocument, CdaDocumentHeader } from '../types/document.js';
import type { CdaWarningCode } from '../warnings.js';
import { findBody, readBody } from './body.js';
import { readDocumentTree, type DocumentTree } from './document-tree.js';
import { createHeaderReader, type HeaderReader } from './header-reader.js';
import { readHeader } from './header.js';

/** How to read. */
export interface ReadCdaOptions {
  /** Used: `xmlBytes`, `xmlDepth` (at most 1,000), `xmlNodes`, `xmlAttributes`, `xmlAttributeLength`, `embeddedBytes`. */
  readonly limits?: Partial<Limits>;
}

/** The tree is walked by functions that call themselves: deeper documents are refused whatever the host allows. */
const maxDepth = 1000;

function stylesheetHref(instructions: readonly XmlProcessingInstruction[]): string | null {
  const instruction = instructions.find((one) => one.target === 'xml-stylesheet');
  if (instruction === undefined) return null;
  const match = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(instruction.data);
  return match?.[1] ?? match?.[2] ?? null;
}

function limitsOf(options: ReadCdaOptions): Limits {
  const given = resolveLimits(options.limits);
  return { ...given, xmlDepth: Math.min(given.xmlDepth, maxDepth) };
}

/** What both readers tell of the part before the body; the header is read first, as its refusals come first. */
function readFront(reader: HeaderReader, tree: DocumentTree): Omit<CdaDocumentHeader, 'level'> {
  if (tree.wrapped) reader.warn('CDA_AUTO_PRESENTABLE', 'the document is inside a stylesheet that shows it; the stylesheet is not run');
  return { header: readHeader(reader, tree.root), autoPresentable: tree.wrapped, stylesheetHref: stylesheetHref(tree.instructions) };
}

/**
 * Reads a CDA R2 document of level 1 or 3 (level 2, sections without entries, counts as 3).
 *
 * Tolerant within limits, and says what it tolerated. Auto-presentable documents, whose root is an XSLT around the
 * ClinicalDocument, are unwrapped; the XSLT is never run. Nothing is fetched: neither stylesheets nor schemas nor links.
 *
 * Not checked: the schema, the schematrons of the content models, coded entries, whether codes exist.
 *
 * @throws MssError every code of {@link CdaErrorCode} that says "document", "body" or "patient", and
 * `ERR_MSS_XML_DOCTYPE`, `ERR_MSS_XML_MALFORMED`, `ERR_MSS_XML_ENCODING`, `ERR_MSS_XML_LIMIT` of `@mss/formats/xml`.
 * @see Référentiel #2 v0.1 §3.1; HL7 CDA R2; CI-SIS Volet Structuration Minimale de Documents de Santé.
 */
export function readCda(bytes: Uint8Array, options: ReadCdaOptions = {}): ReadResult<CdaDocument, CdaWarningCode> {
  const limits = limitsOf(options);
  const tree = readDocumentTree(bytes, limits);
  const reader = createHeaderReader();
  const front = readFront(reader, tree);
  const body = readBody(reader, tree, limits);
  return {
    value: { bytes, level: body.kind === 'nonXml' ? 1 : 3, ...front, body },
    warnings: [...tree.warnings, ...reader.warnings],
  };
}

/**
 * Reads the header of a CDA R2 document and ends at its body: for lists of many documents, and wherever the body is not
 * shown. The header is read by the same rules, with the same warnings and the same refusals as by {@link readCda}.
 *
 * Not checked: everything from the start tag of the body on. A document that is cut off, malformed, over a limit or
 * names another patient behind that point is read here and refused by {@link readCda}; so is one whose body cannot be
 * used. Before a document is shown or filed it must be read whole.
 *
 * @throws MssError the codes of {@link readCda}, save `ERR_MSS_CDA_EMBEDDED_*`.
 * @see HL7 CDA R2 §4.2; CI-SIS Volet Structuration Minimale de Documents de Santé.
 */
export function readCdaHeader(bytes: Uint8Array, options: ReadCdaOptions = {}): ReadResult<CdaDocumentHeader, CdaWarningCode> {
  const tree = readDocumentTree(bytes, limitsOf(options), 'header');
  const reader = createHeaderReader();
  const front = readFront(reader, tree);
  const { level } = findBody(reader, tree.root);
  return { value: { level, ...front }, warnings: [...tree.warnings, ...reader.warnings] };
}
