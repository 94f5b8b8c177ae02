import type { CdaDocument, CdaMedia, CdaStructuredBody } from '@mss/cda';
import { isMssError } from '@mss/core';

import { compose, type CompositionContext } from './compose.js';
import { bodyGroups } from './document/body.js';
import { createMediaLibrary, type AttachedPdf } from './document/media-library.js';
import { appendPdfs } from './embedded/join-pdf.js';
import { conformantPdf } from './embedded/conformant-pdf.js';
import type { BlockGroup } from './layout/blocks.js';
import type { CdaPdf, CdaPdfOptions } from './options.js';

/** What a level 3 document needs to be rendered. */
export interface Level3Request {
  readonly document: CdaDocument;
  readonly body: CdaStructuredBody;
  readonly createdAt: Date;
  readonly front: BlockGroup;
  readonly annex: BlockGroup;
  readonly options: CdaPdfOptions;
}

/**
 * A level 3 document: front, body, annex. PDF inside it are listed and reported; as PDF/A-1b, where pages that nobody
 * tagged may stand, those that are PDF/A-1 or can be made so are put at the end instead.
 */
export async function renderLevel3(request: Level3Request, context: CompositionContext): Promise<CdaPdf> {
  const { document, body, createdAt, options } = request;
  const attached = await choosePdfs(body, options, context);
  const appended = attached.flatMap((one) => (one.bytes === null ? [] : [one.bytes]));
  const conformance = options.conformance ?? '1a';
  const media = await createMediaLibrary(body, {
    report: context.report,
    limits: context.limits,
    pdfs: new Map(attached.map((one) => [one.media, one.attached])),
  });
  const sections = bodyGroups(body, { report: context.report, media });
  const groups = [request.front, ...sections, request.annex];
  const pagesAfter = attached.reduce((sum, one) => sum + (one.bytes === null ? 0 : (one.attached.pages ?? 0)), 0);
  const made = compose({ document, groups, conformance, createdAt, pagesAfter }, context);
  const whole = appended.length === 0 ? made : await appendPdfs(made.bytes, appended, context.limits);
  return { ...whole, conformance: conformance === '1a' ? 'PDF/A-1a' : 'PDF/A-1b', unrendered: context.report.list() };
}

interface ChosenPdf {
  readonly media: CdaMedia;
  readonly attached: AttachedPdf;
  /** As PDF/A-1, `null` when it is only listed. */
  readonly bytes: Uint8Array | null;
}

async function choosePdfs(body: CdaStructuredBody, options: CdaPdfOptions, context: CompositionContext): Promise<readonly ChosenPdf[]> {
  const chosen: ChosenPdf[] = [];
  const all = new Set(body.media.values());
  for (const media of all) {
    if (media.mediaType !== 'application/pdf') continue;
    const number = chosen.length + 1;
    const listed: ChosenPdf = { media, attached: { number, byteLength: media.byteLength, pages: null, isAppended: false }, bytes: null };
    if (options.conformance !== '1b') {
      chosen.push(listed);
      continue;
    }
    try {
      const { bytes, pages } = await conformantPdf(media.bytes(), 'join', {
        convert: options.convertEmbedded,
        limits: context.limits,
        signal: options.signal,
      });
      chosen.push({ media, attached: { number, byteLength: media.byteLength, pages, isAppended: true }, bytes });
    } catch (error) {
      // An attachment that cannot be joined is listed; only the caller's own abort ends the rendering.
      if (!isMssError(error) || error.code === 'ERR_MSS_CDA_PDF_ABORTED') throw error;
      chosen.push(listed);
    }
  }
  return chosen;
}
