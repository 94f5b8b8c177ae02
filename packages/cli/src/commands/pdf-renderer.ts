import type { CdaDocument } from '@mss/cda';
import { createGhostscriptAdapter, joinCdaPdfs, renderCdaPdf, type CdaPdf, type CdaPdfOptions } from '@mss/cda-pdf';

import type { CommandContext } from '../command.js';

/** Options that concern PDF, shared by the commands that make some. */
export interface PdfChoices {
  readonly converter?: string;
  readonly datamatrix?: boolean;
}

/** The choices of the command line as options of the renderer. */
export function pdfOptions(choices: PdfChoices): Pick<CdaPdfOptions, 'convertEmbedded' | 'insDatamatrix'> {
  return {
    ...(choices.converter === undefined ? {} : { convertEmbedded: createGhostscriptAdapter({ command: choices.converter }) }),
    ...(choices.datamatrix === true ? { insDatamatrix: true } : {}),
  };
}

/** Renders one document, or several joined. */
export async function renderPdf(context: CommandContext, documents: readonly CdaDocument[], choices: PdfChoices): Promise<CdaPdf> {
  const rendered: CdaPdf[] = [];
  for (const document of documents) rendered.push(await renderCdaPdf(document, { profile: context.profile, ...pdfOptions(choices) }));
  const [first] = rendered;
  if (first !== undefined && rendered.length === 1) return first;
  return {
    bytes: await joinCdaPdfs(rendered.map((pdf) => pdf.bytes)),
    pages: rendered.reduce((pages, pdf) => pages + pdf.pages, 0),
    conformance: 'PDF/A-1b',
    unrendered: rendered.flatMap((pdf) => pdf.unrendered),
  };
}
