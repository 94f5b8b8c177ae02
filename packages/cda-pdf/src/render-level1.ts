import type { CdaDocument, CdaNonXmlBody } from '@mss/cda';
import { MssError, type Limits } from '@mss/core';

import { compose, emptyPdf, type CompositionContext } from './compose.js';
import { paragraph, run } from './document/builders.js';
import { styles } from './document/theme.js';
import { appendPdfs } from './embedded/join-pdf.js';
import { embeddedBodyBlocks } from './embedded/body-blocks.js';
import { conformantPdf } from './embedded/conformant-pdf.js';
import type { CdaPdfErrorCode } from './errors.js';
import type { BlockGroup } from './layout/blocks.js';
import type { CdaPdf, CdaPdfOptions } from './options.js';

/** What a level 1 document needs to be rendered. */
export interface Level1Request {
  readonly document: CdaDocument;
  readonly body: CdaNonXmlBody;
  readonly form: 'header-and-embedded' | 'embedded';
  readonly createdAt: Date;
  /** Identity, title and what is asked first. */
  readonly front: BlockGroup;
  /** The rest of the header. */
  readonly annex: BlockGroup;
  readonly options: CdaPdfOptions;
}

/**
 * A level 1 document: header pages followed by its content, or its PDF alone.
 *
 * @see Référentiel #2 v0.1 ECO.2.1.5 (header and text); v1.0.1 ECO.2.1.5 (the PDF of the CDA itself).
 */
export async function renderLevel1(request: Level1Request, context: CompositionContext): Promise<CdaPdf> {
  const { body, options } = request;
  if (options.conformance === '1a') {
    throw new MssError<CdaPdfErrorCode>(
      'ERR_MSS_CDA_PDF_CONFORMANCE',
      'a level 1 document is rendered as PDF/A-1b: its content cannot be tagged',
      { requirement: 'ECO.2.1.5' },
    );
  }
  return body.media.mediaType === 'application/pdf' ? renderEmbeddedPdf(request, context) : renderOther(request, context);
}

async function renderEmbeddedPdf(request: Level1Request, context: CompositionContext): Promise<CdaPdf> {
  const { document, body, form, createdAt, options } = request;
  const limits: Limits = context.limits;
  const purpose = form === 'embedded' ? 'alone' : 'join';
  const embedded = await conformantPdf(body.media.bytes(), purpose, { convert: options.convertEmbedded, limits, signal: options.signal });
  if (form === 'embedded' && embedded.isConverted) {
    // Under metadata of ours: converters write the date of the conversion, and not always the same one everywhere.
    const base = emptyPdf({ document, conformance: '1b', createdAt }, limits);
    return { ...(await appendPdfs(base, [embedded.bytes], limits)), conformance: 'PDF/A-1b', unrendered: [] };
  }
  if (form === 'embedded') {
    return {
      bytes: embedded.bytes,
      pages: embedded.pages,
      conformance: embedded.conformance === 'A' ? 'PDF/A-1a' : 'PDF/A-1b',
      unrendered: [],
    };
  }
  const notice = `Le contenu du document (${embedded.pages} page${embedded.pages > 1 ? 's' : ''}) suit ces informations.`;
  const groups = [
    request.front,
    { where: 'corps du document', blocks: [paragraph([run(notice, styles.notice)], { before: 12 })] },
    request.annex,
  ];
  const head = compose({ document, groups, conformance: '1b', createdAt, pagesAfter: embedded.pages }, context);
  const joined = await appendPdfs(head.bytes, [embedded.bytes], limits);
  return { ...joined, conformance: 'PDF/A-1b', unrendered: context.report.list() };
}

/** An image or a text is rendered with the header whatever the form: there is no PDF that could stand alone. */
async function renderOther(request: Level1Request, context: CompositionContext): Promise<CdaPdf> {
  const { document, body, createdAt } = request;
  const content = await embeddedBodyBlocks(body.media, context);
  const heading = paragraph([run('Contenu du document', styles.heading2)], { tag: 'H2', before: 14, keepWithNext: true });
  const groups = [request.front, request.annex, { where: 'corps du document', blocks: content.length === 0 ? [] : [heading, ...content] }];
  const made = compose({ document, groups, conformance: '1b', createdAt, pagesAfter: 0 }, context);
  return { ...made, conformance: 'PDF/A-1b', unrendered: context.report.list() };
}
