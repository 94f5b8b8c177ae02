import { MssError, resolveLimits, type Limits } from '@mss/core';
import type { PDFDict, PDFDocument } from '@cantoo/pdf-lib';

import { throwIfAborted } from '../compose.js';
import type { CdaPdfErrorCode } from '../errors.js';
import { createPdfaDocument, finishDocument } from '../paint/pdfa-document.js';
import { contentId, openPdf, type PdfLib } from './pdf-file.js';
import { inspectPdf, type PdfaProblem } from './pdfa-check.js';

/** Entries of a page that lead out of it: into a structure that is left behind, to actions, or to previews. */
const entriesLeftBehind = ['StructParents', 'Tabs', 'AA', 'B', 'PieceInfo', 'Thumb', 'Metadata', 'PresSteps', 'Dur', 'Trans'];

/**
 * Pages put after the pages of a PDF/A-1b of ours, whose metadata and output intent stay.
 *
 * @param base - made by this package as PDF/A-1b. Its file identifier stays: it comes from the CDA, which holds what is
 * added, whereas converters put the date of the conversion into what they make.
 * @param added - PDF/A-1 each, as {@link inspectPdf} sees it.
 */
export async function appendPdfs(
  base: Uint8Array,
  added: readonly Uint8Array[],
  limits: Limits,
): Promise<{ readonly bytes: Uint8Array; readonly pages: number }> {
  // The base may be without pages: it is ours, so it is opened without the checks for what comes from outside.
  const lib = await import('@cantoo/pdf-lib');
  const target = await lib.PDFDocument.load(base, { updateMetadata: false });
  let pages = countPages(lib, target);
  for (const one of added) {
    const opened = await openPdf(one, limits);
    if (opened.kind === 'compressed') return notPdfa(['COMPRESSED_OBJECTS']);
    pages += opened.pageCount;
    if (pages > limits.pdfPages) tooLarge('pdfPages', limits.pdfPages);
    for (const page of opened.document.getPages()) detach(lib, page.node);
    const copies = await target.copyPages(opened.document, opened.document.getPageIndices());
    for (const copy of copies) target.addPage(copy);
  }
  const bytes = await target.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false });
  if (bytes.length > limits.pdfBytes) tooLarge('pdfBytes', limits.pdfBytes);
  return { bytes, pages };
}

function countPages(lib: PdfLib, document: PDFDocument): number {
  const count = document.catalog.Pages().lookup(lib.PDFName.of('Count'));
  return count instanceof lib.PDFNumber ? count.asNumber() : 0;
}

/** Cuts what would drag the rest of the other document along. */
function detach(lib: PdfLib, page: PDFDict): void {
  for (const key of entriesLeftBehind) page.delete(lib.PDFName.of(key));
  const annotations = page.lookup(lib.PDFName.of('Annots'));
  for (const entry of annotations instanceof lib.PDFArray ? annotations.asArray() : []) {
    const annotation = page.context.lookup(entry);
    if (!(annotation instanceof lib.PDFDict)) continue;
    for (const key of ['P', 'Parent', 'StructParent', 'Dest', 'Popup', 'AA']) annotation.delete(lib.PDFName.of(key));
    const action = annotation.lookup(lib.PDFName.of('A'));
    if (action instanceof lib.PDFDict && action.lookup(lib.PDFName.of('S')) !== lib.PDFName.of('URI'))
      annotation.delete(lib.PDFName.of('A'));
  }
}

/** Throws that a PDF is not PDF/A-1. */
export function notPdfa(problems: readonly PdfaProblem[]): never {
  throw new MssError<CdaPdfErrorCode>(
    'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA',
    'the embedded PDF is not PDF/A-1 and no conversion is configured',
    {
      requirement: 'ECO.2.1.5',
      details: { problems },
    },
  );
}

function tooLarge(limit: 'pdfPages' | 'pdfBytes', max: number): never {
  throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_TOO_LARGE', 'the document makes a PDF over the limits', {
    details: { limit, max },
    requirement: 'ECO.2.1.5',
  });
}

/** How PDF are joined. */
export interface JoinOptions {
  /** Title of the joined PDF; default: that of the first. */
  readonly title?: string;
  /** Used: `pdfBytes`, `pdfPages`. */
  readonly limits?: Partial<Limits>;
  readonly signal?: AbortSignal;
}

/**
 * One PDF/A-1b of several renditions, in their order, for hosts that attach one PDF for all documents of a message.
 *
 * Tagging is lost: 1a cannot be kept when documents are joined.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA` one of them is not PDF/A-1.
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_LIMIT`, `ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED`, `ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE`,
 * `ERR_MSS_CDA_PDF_TOO_LARGE`, `ERR_MSS_CDA_PDF_ABORTED`.
 */
export async function joinCdaPdfs(pdfs: readonly Uint8Array[], options: JoinOptions = {}): Promise<Uint8Array> {
  const limits = resolveLimits(options.limits);
  const first = pdfs[0];
  if (first === undefined) throw new TypeError('joinCdaPdfs needs at least one PDF');
  for (const pdf of pdfs) {
    throwIfAborted(options.signal);
    const { problems } = await inspectPdf(pdf, { limits });
    if (problems.length > 0) notPdfa(problems);
  }
  const lib = await import('@cantoo/pdf-lib');
  const head = await lib.PDFDocument.load(first, { updateMetadata: false });
  const base = createPdfaDocument('1b', {
    title: options.title ?? head.getTitle() ?? '',
    subject: null,
    author: null,
    createdAt: head.getCreationDate() ?? new Date(0),
    fileId: contentId(pdfs),
  });
  const { bytes } = await appendPdfs(finishDocument(base, limits.pdfBytes), pdfs, limits);
  return bytes;
}
