import { resolveLimits, type Limits, type ReadResult } from '@mss/core';
import type { XmlProcessingInstruction } from '@mss/formats/xml';

import type { CdaDocument } from '../types/document.js';
import type { CdaWarningCode } from '../warnings.js';
import { readBody } from './body.js';
import { readDocumentTree } from './document-tree.js';
import { createHeaderReader } from './header-reader.js';
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
  const given = resolveLimits(options.limits);
  const limits: Limits = { ...given, xmlDepth: Math.min(given.xmlDepth, maxDepth) };
  const tree = readDocumentTree(bytes, limits);
  const reader = createHeaderReader();
  if (tree.wrapped) reader.warn('CDA_AUTO_PRESENTABLE', 'the document is inside a stylesheet that shows it; the stylesheet is not run');
  const header = readHeader(reader, tree.root);
  const body = readBody(reader, tree, limits);
  return {
    value: {
      bytes,
      level: body.kind === 'nonXml' ? 1 : 3,
      header,
      body,
      autoPresentable: tree.wrapped,
      stylesheetHref: stylesheetHref(tree.instructions),
    },
    warnings: [...tree.warnings, ...reader.warnings],
  };
}
