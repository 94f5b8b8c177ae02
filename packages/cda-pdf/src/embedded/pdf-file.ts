import { MssError, type Limits } from '@mss/core';
import type { PDFDocument } from '@cantoo/pdf-lib';
import { createHash } from 'node:crypto';

import type { CdaPdfErrorCode } from '../errors.js';

/** pdf-lib, loaded when the first PDF is read: most documents hold none. */
export type PdfLib = typeof import('@cantoo/pdf-lib');

/** A PDF that was opened, or that holds what must not be opened. */
export type OpenedPdf =
  | { readonly kind: 'open'; readonly lib: PdfLib; readonly document: PDFDocument; readonly pageCount: number }
  /** Objects in compressed streams: never PDF/A-1, and a way to make a small file unfold to gigabytes. */
  | { readonly kind: 'compressed' };

/** A name as a PDF may write it: every character as it is or as `#xx`. */
const nameInPdf = (name: string): string =>
  Array.from(
    name,
    (character) => `(?:${character}|#${character.charCodeAt(0).toString(16)}|#${character.charCodeAt(0).toString(16).toUpperCase()})`,
  ).join('');

const compressedObjects = new RegExp(`/(?:${nameInPdf('ObjStm')}|${nameInPdf('XRef')})[\\s/<>[\\]()]`);
const encryptEntry = new RegExp(`/${nameInPdf('Encrypt')}\\s*(?:\\d+\\s+\\d+\\s+R|<<)`);

/**
 * Opens a PDF from outside within limits.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_LIMIT`, `ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED`, `ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE`.
 */
export async function openPdf(bytes: Uint8Array, limits: Limits): Promise<OpenedPdf> {
  if (bytes.length > limits.pdfBytes) overLimit('pdfBytes', limits.pdfBytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (!text.slice(0, 1024).includes('%PDF-')) unreadable();
  if (encryptEntry.test(text)) encrypted();
  if (compressedObjects.test(text)) return { kind: 'compressed' };
  const lib = await import('@cantoo/pdf-lib');
  try {
    const document = await lib.PDFDocument.load(bytes, {
      updateMetadata: false,
      throwOnInvalidObject: true,
      parseSpeed: lib.ParseSpeeds.Fastest,
    });
    const pageCount = document.getPageCount();
    if (pageCount > limits.pdfPages) overLimit('pdfPages', limits.pdfPages);
    if (pageCount === 0) unreadable();
    return { kind: 'open', lib, document, pageCount };
  } catch (error) {
    if (error instanceof MssError) throw error;
    if (error instanceof lib.EncryptedPDFError) encrypted();
    return unreadable();
  }
}

// The cause is left out: messages of the parser may quote the document.
function unreadable(): never {
  throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE', 'the embedded PDF cannot be read as a PDF', {
    requirement: 'ECO.2.1.5',
  });
}

function encrypted(): never {
  throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED', 'the embedded PDF is encrypted', { requirement: 'ECO.2.1.5' });
}

function overLimit(limit: 'pdfBytes' | 'pdfPages', max: number): never {
  throw new MssError<CdaPdfErrorCode>('ERR_MSS_CDA_PDF_EMBEDDED_LIMIT', 'the embedded PDF is over the limits', {
    details: { limit, max },
    requirement: 'ECO.2.1.5',
  });
}

/** Sixteen bytes that identify contents. */
export function contentId(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest().subarray(0, 16));
}
