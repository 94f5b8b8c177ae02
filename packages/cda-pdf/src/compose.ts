import type { CdaDocument } from '@mss/cda';
import { MssError, type Limits } from '@mss/core';
import { createHash } from 'node:crypto';

import { formatName, joined } from './document/format-values.js';
import { titleOf } from './document/front-matter.js';
import { createFurniture, type FurniturePage } from './document/furniture.js';
import { patientLine, patientShort } from './document/identity.js';
import { remarks } from './document/remarks.js';
import { margins, pageSize, styles } from './document/theme.js';
import type { CdaPdfErrorCode } from './errors.js';
import type { FontSet } from './font/font-set.js';
import type { BlockGroup } from './layout/blocks.js';
import { paginate, type LaidPage, type PageArea } from './layout/paginate.js';
import { prepareBlocks, type LayoutContext } from './layout/prepare.js';
import type { Prepared } from './layout/prepared.js';
import { createNode } from './layout/structure.js';
import { createPainter } from './paint/painter.js';
import { createPdfaDocument, finishDocument, type PdfInformation, type PdfkitDocument } from './paint/pdfa-document.js';
import { createStructureWriter } from './paint/structure-writer.js';
import type { UnrenderedReport } from './unrendered.js';

const area: PageArea = {
  portrait: { width: pageSize.short - 2 * margins.side, height: pageSize.long - margins.top - margins.bottom },
  landscape: { width: pageSize.long - 2 * margins.side, height: pageSize.short - margins.top - margins.bottom },
};

/** Room for a heading above an image that fills its page. */
const headingRoom = 36;

/** What pages are made from. */
export interface Composition {
  readonly document: CdaDocument;
  readonly groups: readonly BlockGroup[];
  readonly conformance: '1a' | '1b';
  readonly createdAt: Date;
  /** Pages of other PDF that will follow: they count in `Page x / y`. */
  readonly pagesAfter: number;
}

/** What pages are made with. */
export interface CompositionContext {
  readonly fonts: FontSet;
  readonly report: UnrenderedReport;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
}

/**
 * Lays blocks out on pages and writes them as a PDF/A-1.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_TOO_LARGE`, `ERR_MSS_CDA_PDF_ABORTED`.
 */
export function compose(composition: Composition, context: CompositionContext): { readonly bytes: Uint8Array; readonly pages: number } {
  const { document, conformance, pagesAfter } = composition;
  const { fonts, report, limits } = context;
  const { header } = document;
  const layout: LayoutContext = {
    fonts,
    report,
    pageHeight: area.landscape.height,
    fullHeight: area.portrait.height - headingRoom,
    emptyLine: styles.tableText.size * 1.22,
    checkHeight: (height) => {
      if (height > limits.pdfPages * area.portrait.height) tooLarge('pdfPages', limits.pdfPages);
    },
    keepsMeasures: true,
  };
  const furniture = createFurniture(
    { title: titleOf(header), patientShort: patientShort(header.patient), patientLine: patientLine(header.patient) },
    context,
  );
  const prepared: Prepared[] = [];
  for (const { where, blocks } of composition.groups) {
    report.enter(where);
    for (const block of prepareBlocks(blocks, layout)) prepared.push(block);
  }
  for (const block of prepareBlocks(remarks(report.list()), layout)) prepared.push(block);
  const root = createNode('Document', null);
  const pdf = createPdfaDocument(conformance, informationOf(composition));
  const structure = conformance === '1a' ? createStructureWriter(pdf, root) : null;
  const painter = createPainter(pdf, fonts, structure);
  const sizes: FurniturePage[] = [];
  const onPage = (page: LaidPage): void => {
    throwIfAborted(context.signal);
    if (page.number + pagesAfter > limits.pdfPages) tooLarge('pdfPages', limits.pdfPages);
    const size = page.isLandscape ? { width: pageSize.long, height: pageSize.short } : { width: pageSize.short, height: pageSize.long };
    sizes.push(size);
    painter.beginPage(size.width, size.height);
    furniture.draw(painter, size);
    page.paint(painter, margins.side, margins.top);
  };
  const pages = paginate(prepared, area, { root, onPage });
  for (const [index, size] of sizes.entries()) {
    painter.returnToPage(index + 1);
    furniture.drawNumber(painter, { ...size, number: index + 1, count: pages + pagesAfter });
  }
  structure?.finish();
  painter.finish();
  const bytes = finish(pdf, limits);
  return { bytes, pages };
}

function finish(pdf: PdfkitDocument, limits: Limits): Uint8Array {
  try {
    return finishDocument(pdf, limits.pdfBytes);
  } catch (error) {
    if (error instanceof RangeError) tooLarge('pdfBytes', limits.pdfBytes);
    throw error;
  }
}

/** What a PDF of a document says of itself. */
function informationOf({ document, conformance, createdAt }: Pick<Composition, 'document' | 'conformance' | 'createdAt'>): PdfInformation {
  const { header } = document;
  const authors = header.authors.flatMap((author) => (author.entity.person?.names ?? []).map(formatName));
  // The same document rendered in the same way has the same identifier.
  const hash = createHash('sha256').update(document.bytes).update(`${conformance} ${createdAt.toISOString()}`).digest();
  return {
    title: titleOf(header),
    subject: header.code.displayName,
    author: joined(authors, ', '),
    createdAt,
    fileId: new Uint8Array(hash.subarray(0, 16)),
  };
}

/** A PDF without pages that says of itself what the document's PDF says. */
export function emptyPdf(composition: Pick<Composition, 'document' | 'conformance' | 'createdAt'>, limits: Limits): Uint8Array {
  return finish(createPdfaDocument(composition.conformance, informationOf(composition)), limits);
}

function tooLarge(limit: 'pdfPages' | 'pdfBytes', max: number): never {
  throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_TOO_LARGE', 'the document makes a PDF over the limits', {
    details: { limit, max },
    requirement: 'ECO.2.1.5',
  });
}

/** Throws what an aborted rendering throws. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_ABORTED', 'the rendering was aborted', { permanent: false, cause: signal.reason });
  }
}
