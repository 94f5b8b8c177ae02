import { isMssError, MssError, type Limits } from '@mss/core';

import { throwIfAborted } from '../compose.js';
import type { CdaPdfErrorCode } from '../errors.js';
import type { PdfConverter } from '../options.js';
import { notPdfa } from './join-pdf.js';
import { inspectPdf, type PdfaProblem } from './pdfa-check.js';

/** With what embedded PDF are made conformant. */
export interface ConversionContext {
  readonly convert: PdfConverter | undefined;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
}

/** A PDF/A-1. */
export interface ConformantPdf {
  readonly bytes: Uint8Array;
  readonly pages: number;
  readonly conformance: 'A' | 'B';
  /** The adapter made it: its metadata are the adapter's. */
  readonly isConverted: boolean;
}

/** Problems that hinder joining pages but leave the file itself PDF/A-1. */
const onlyWhenJoined: ReadonlySet<PdfaProblem> = new Set<PdfaProblem>(['OUTPUT_INTENT_NOT_RGB']);

/**
 * A PDF as PDF/A-1: itself when it is, else what the adapter makes of it.
 *
 * @param purpose - `alone`: the file goes out as it is; `join`: its pages stand beside ours.
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA`, `ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED`, `ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE`,
 * `ERR_MSS_CDA_PDF_EMBEDDED_LIMIT`, `ERR_MSS_CDA_PDF_CONVERSION_FAILED`.
 */
export async function conformantPdf(bytes: Uint8Array, purpose: 'alone' | 'join', context: ConversionContext): Promise<ConformantPdf> {
  const found = await inspectPdf(bytes, { limits: context.limits });
  const problems = found.problems.filter((problem) => purpose === 'join' || !onlyWhenJoined.has(problem));
  if (problems.length === 0)
    return { bytes, pages: found.pages ?? 0, conformance: found.claimedConformance === 'A' ? 'A' : 'B', isConverted: false };
  if (context.convert === undefined) return notPdfa(problems);
  throwIfAborted(context.signal);
  const converted = await context.convert(bytes, context.signal === undefined ? {} : { signal: context.signal });
  const after = await inspectConverted(converted, context.limits);
  if (after.problems.length > 0) failed(after.problems);
  return { bytes: converted, pages: after.pages ?? 0, conformance: 'B', isConverted: true };
}

async function inspectConverted(bytes: Uint8Array, limits: Limits): ReturnType<typeof inspectPdf> {
  try {
    return await inspectPdf(bytes, { limits });
  } catch (error) {
    return failed([isMssError(error) ? error.code : 'UNKNOWN']);
  }
}

function failed(problems: readonly string[]): never {
  throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_CONVERSION_FAILED', 'the conversion of the embedded PDF did not give a PDF/A-1', {
    requirement: 'ECO.2.1.5',
    details: { problems },
  });
}
