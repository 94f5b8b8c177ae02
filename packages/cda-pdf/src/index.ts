/**
 * CDA documents rendered as PDF/A-1.
 *
 * Référentiel #2 v0.1 §3.1.3, ECO.2.1.4 and ECO.2.1.5; ISO 19005-1:2005 (PDF/A-1a and 1b); PDF Reference 1.4.
 *
 * @packageDocumentation
 */
export { renderCdaPdf, createCdaPdfRenderer, type CdaPdfRenderer } from './render.js';
export { type CdaPdf, type CdaPdfOptions, type PdfConverter } from './options.js';
export { joinCdaPdfs, type JoinOptions } from './embedded/join-pdf.js';
export { inspectPdf, type PdfaProblem, type PdfInspection } from './embedded/pdfa-check.js';
export { createGhostscriptAdapter, type GhostscriptOptions } from './adapters/ghostscript.js';
export { insDatamatrixText } from './datamatrix.js';
export { type FontReader } from './font/font-set.js';
export { type CdaPdfErrorCode } from './errors.js';
export { type Unrendered, type UnrenderedCode } from './unrendered.js';
