import { parseHl7Timestamp, getProfile, resolveLimits } from '@mss/core';
import type { CdaDocument } from '@mss/cda';

import { throwIfAborted, type CompositionContext } from './compose.js';
import { insDatamatrix } from './datamatrix.js';
import { annex } from './document/annex.js';
import { frontMatter, titleBlocks } from './document/front-matter.js';
import { identityBox } from './document/identity.js';
import { createFontSet, type FontReader, type FontSet } from './font/font-set.js';
import type { CdaPdf, CdaPdfOptions } from './options.js';
import { renderLevel1 } from './render-level1.js';
import { renderLevel3 } from './render-level3.js';
import { createUnrenderedReport } from './unrendered.js';

/** Renders documents with faces that are read once. */
export interface CdaPdfRenderer {
  render(document: CdaDocument, options?: CdaPdfOptions): Promise<CdaPdf>;
}

/**
 * A renderer of its own set of faces.
 *
 * @param options.readFont - gives a font file by its name (`DejaVuSansCondensed.ttf` …) where the npm package
 * `dejavu-fonts-ttf` is not on disk, for example in a program bundled into one file.
 */
export function createCdaPdfRenderer(options: { readonly readFont?: FontReader } = {}): CdaPdfRenderer {
  const fonts = createFontSet(options.readFont);
  return { render: async (document, renderOptions = {}) => renderWith(fonts, document, renderOptions) };
}

/** Faces of {@link renderCdaPdf}: constants of the installed font package, read at the first use; nothing of a document. */
const sharedFonts: FontSet = createFontSet();

/**
 * Renders a CDA document as PDF/A-1: identity, title, author, recipients and act first, then every section of the body
 * (or the embedded content of a level 1 document), then the rest of the header, all in French.
 *
 * The same document with the same options gives the same bytes. Nothing is fetched, run, logged or written to disk.
 * Text is never dropped: what cannot be shown as the document says it is in `unrendered`, and the page says it.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA` level 1: the embedded PDF is not PDF/A-1 and `convertEmbedded` is not given.
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED`, `ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE`, `ERR_MSS_CDA_PDF_EMBEDDED_LIMIT`
 * level 1: the embedded PDF.
 * @throws MssError `ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED`, `ERR_MSS_CDA_PDF_MEDIA_UNREADABLE` level 1: an embedded body that is no PDF.
 * @throws MssError `ERR_MSS_CDA_PDF_CONVERSION_FAILED`, `ERR_MSS_CDA_PDF_CONVERTER_MISSING` the adapter.
 * @throws MssError `ERR_MSS_CDA_PDF_TOO_LARGE` over `pdfPages` or `pdfBytes`.
 * @throws MssError `ERR_MSS_CDA_PDF_CONFORMANCE` PDF/A-1a asked for a level 1 document.
 * @throws MssError `ERR_MSS_CDA_PDF_ABORTED` by `signal`.
 * @see Référentiel #2 v0.1 ECO.2.1.4, ECO.2.1.5; ISO 19005-1; CDA R2 §4.3.5.
 */
export async function renderCdaPdf(document: CdaDocument, options: CdaPdfOptions = {}): Promise<CdaPdf> {
  return renderWith(sharedFonts, document, options);
}

async function renderWith(fonts: FontSet, document: CdaDocument, options: CdaPdfOptions): Promise<CdaPdf> {
  throwIfAborted(options.signal);
  const limits = resolveLimits(options.limits);
  const { header, body } = document;
  const report = createUnrenderedReport();
  const datamatrix = options.insDatamatrix === true ? await insDatamatrix(header.patient.traits) : null;
  const context: CompositionContext = { fonts, report, limits, signal: options.signal };
  const request = {
    document,
    options,
    createdAt: options.createdAt ?? createdAtOf(document),
    front: { where: 'en-tête', blocks: [identityBox(header.patient, datamatrix), ...titleBlocks(header), ...frontMatter(header)] },
    annex: { where: 'annexe', blocks: annex(header) },
  };
  if (body.kind === 'structured') return renderLevel3({ ...request, body }, context);
  const form = options.level1 ?? getProfile(options.profile).pdf.level1;
  return renderLevel1({ ...request, body, form }, context);
}

/** The document's own date as an instant; a time without zone is read as UTC, a date without time as its midnight. */
function createdAtOf(document: CdaDocument): Date {
  const value = document.header.effectiveTime.value;
  const parsed = value === null ? null : parseHl7Timestamp(value);
  if (parsed === null) return new Date(0);
  const { year, month, day, time, zone } = parsed;
  const digits = (time ?? '').padEnd(6, '0');
  const offset = zone === null ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const instant = new Date(
    `${year}-${month ?? '01'}-${day ?? '01'}T${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4, 6)}${offset}`,
  );
  return Number.isNaN(instant.getTime()) ? new Date(0) : instant;
}
