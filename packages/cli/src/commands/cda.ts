import { writeFile } from 'node:fs/promises';

import { describeCda } from '@mss/cda';
import { MssError } from '@mss/core';

import type { CommandContext, CommandResult } from '../command.js';
import type { CliErrorCode } from '../errors.js';
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
  const set = await readDocumentSet(context, files);
  const pdf = await renderPdf(context, set.documents, options);
  await writeOutput(options.output, pdf.bytes);
  return { result: { file: options.output, bytes: pdf.bytes.length, pages: pdf.pages, conformance: pdf.conformance, unrendered: pdf.unrendered } };
}

/** Writes a result to the file the user named; `-` is not a file here. */
export async function writeOutput(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { mode: 0o600 });
  } catch (error) {
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_FILE', 'the output file could not be written', { cause: error, details: { reason: (error as NodeJS.ErrnoException).code } });
  }
}
