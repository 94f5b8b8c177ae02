import { describeCda } from '@mss/cda';

import type { CommandContext, CommandResult } from '../command.js';
import { ensureOutputFile, writeOutput } from '../io.js';
import { readDocument, readDocumentSet } from './documents.js';
import { renderPdf } from './pdf-renderer.js';

/** Options of `mss cda pdf`. */
export interface PdfOptions {
  readonly output: string;
  readonly converter?: string;
  readonly datamatrix?: boolean;
}

/** `mss cda inspect`. */
export async function inspectCda(context: CommandContext, file: string): Promise<CommandResult> {
  return { result: { ...describeCda(await readDocument(context, file)) } };
}

/** `mss cda pdf`: one document, or several of one patient joined. */
export async function pdfCda(context: CommandContext, files: readonly string[], options: PdfOptions): Promise<CommandResult> {
  ensureOutputFile(options.output);
  const set = await readDocumentSet(context, files);
  const pdf = await renderPdf(context, set.documents, options);
  await writeOutput(options.output, pdf.bytes);
  return {
    result: { file: options.output, bytes: pdf.bytes.length, pages: pdf.pages, conformance: pdf.conformance, unrendered: pdf.unrendered },
  };
}
