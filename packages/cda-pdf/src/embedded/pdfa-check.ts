import { resolveLimits, type Limits } from '@mss/core';
import type { PDFDict, PDFDocument, PDFObject } from '@cantoo/pdf-lib';

import { openPdf, type PdfLib } from './pdf-file.js';

/** Why a PDF is not PDF/A-1b, or cannot be joined to pages in RGB. */
export type PdfaProblem =
  /** Objects or cross references in compressed streams, which PDF 1.4 does not have (§6.1.4). */
  | 'COMPRESSED_OBJECTS'
  /** No metadata that claim PDF/A-1 (§6.7.11), or metadata of another part. */
  | 'NO_PDFA1_CLAIM'
  /** The metadata stream is compressed (§6.7.2). */
  | 'METADATA_FILTERED'
  /** No file identifier in the trailer (§6.1.3). */
  | 'NO_FILE_ID'
  /** No output intent of PDF/A-1 with a profile (§6.2.2). */
  | 'NO_OUTPUT_INTENT'
  /** The output intent is not RGB or grey: the pages cannot stand beside ours. */
  | 'OUTPUT_INTENT_NOT_RGB'
  /** Images in DeviceCMYK under another output intent (§6.2.3). */
  | 'DEVICE_CMYK'
  /** A font that is not embedded (§6.3.4). */
  | 'FONT_NOT_EMBEDDED'
  /** Soft masks, blending or constant transparency (§6.4). */
  | 'TRANSPARENCY'
  /** LZW, JPEG 2000 or encrypted streams (§6.1.10), or streams in other files (§6.1.7). */
  | 'STREAM_FILTER'
  /** Actions that run something, additional actions, JavaScript (§6.6). */
  | 'ACTION'
  /** Annotations of a kind that is not allowed (§6.5.2). */
  | 'ANNOTATION'
  /** Files inside the file (§6.1.11), optional content (§6.1.13), alternate images, PostScript (§6.2.4 to §6.2.7). */
  | 'FORBIDDEN_FEATURE';

/** What is known of a PDF. */
export interface PdfInspection {
  /** `null` when the file could not be opened safely. */
  readonly pages: number | null;
  /** What its metadata claim: `1` and `B` for PDF/A-1b. */
  readonly claimedPart: string | null;
  readonly claimedConformance: string | null;
  /** Empty: plausibly PDF/A-1b. */
  readonly problems: readonly PdfaProblem[];
}

const allowedAnnotations = new Set([
  'Text',
  'Link',
  'FreeText',
  'Line',
  'Square',
  'Circle',
  'Highlight',
  'Underline',
  'Squiggly',
  'StrikeOut',
  'Stamp',
  'Ink',
  'Popup',
  'Widget',
  'PrinterMark',
  'TrapNet',
]);
const forbiddenActions = new Set([
  'Launch',
  'Sound',
  'Movie',
  'ResetForm',
  'ImportData',
  'JavaScript',
  'SetState',
  'NOP',
  'Hide',
  'Rendition',
  'Trans',
  'SetOCGState',
  'GoTo3DView',
  'RichMediaExecute',
]);
const forbiddenFilters = new Set(['LZWDecode', 'LZW', 'JPXDecode', 'Crypt']);
const fontsWithPrograms = new Set(['Type1', 'MMType1', 'TrueType', 'CIDFontType0', 'CIDFontType2']);

/**
 * Whether a PDF claims to be PDF/A-1 and plausibly is: metadata, output intent, embedded fonts, transparency, filters,
 * actions, annotations, forbidden features of every object of the file.
 *
 * Not checked: content streams (colour operators, glyphs without outline), the inside of fonts and profiles, the
 * metadata's agreement with the information dictionary. A validator such as veraPDF or PDFBox Preflight checks those.
 *
 * @throws MssError `ERR_MSS_CDA_PDF_EMBEDDED_LIMIT`, `ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED`, `ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE`.
 * @see ISO 19005-1:2005 with Cor. 1 and 2.
 */
export async function inspectPdf(bytes: Uint8Array, options: { readonly limits?: Partial<Limits> } = {}): Promise<PdfInspection> {
  const opened = await openPdf(bytes, resolveLimits(options.limits));
  if (opened.kind === 'compressed') return { pages: null, claimedPart: null, claimedConformance: null, problems: ['COMPRESSED_OBJECTS'] };
  const { lib, document, pageCount } = opened;
  const problems = new Set<PdfaProblem>();
  const claim = checkMetadata(lib, document, problems);
  if (document.context.trailerInfo.ID === undefined) problems.add('NO_FILE_ID');
  const intent = checkOutputIntent(lib, document, problems);
  for (const [, object] of document.context.enumerateIndirectObjects()) {
    const pending: PDFObject[] = [object];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const dictionary = next instanceof lib.PDFStream ? next.dict : next;
      if (dictionary instanceof lib.PDFArray) pending.push(...dictionary.asArray());
      if (!(dictionary instanceof lib.PDFDict)) continue;
      checkDictionary(lib, dictionary, { problems, isStream: next instanceof lib.PDFStream, intent });
      pending.push(...dictionary.values());
    }
  }
  return { pages: pageCount, ...claim, problems: [...problems].sort() };
}

type Claim = Pick<PdfInspection, 'claimedPart' | 'claimedConformance'>;

function checkMetadata(lib: PdfLib, document: PDFDocument, problems: Set<PdfaProblem>): Claim {
  const metadata = document.catalog.lookup(lib.PDFName.of('Metadata'));
  const none: Claim = { claimedPart: null, claimedConformance: null };
  if (!(metadata instanceof lib.PDFStream)) {
    problems.add('NO_PDFA1_CLAIM');
    return none;
  }
  if (metadata.dict.has(lib.PDFName.of('Filter'))) {
    problems.add('METADATA_FILTERED').add('NO_PDFA1_CLAIM');
    return none;
  }
  const packet = new TextDecoder('utf-8').decode(metadata.getContents());
  const value = (name: string): string | null => new RegExp(`pdfaid:${name}\\s*(?:=\\s*["']|>\\s*)([^"'<\\s]+)`).exec(packet)?.[1] ?? null;
  const claim: Claim = { claimedPart: value('part'), claimedConformance: value('conformance')?.toUpperCase() ?? null };
  if (claim.claimedPart !== '1' || (claim.claimedConformance !== 'A' && claim.claimedConformance !== 'B')) problems.add('NO_PDFA1_CLAIM');
  return claim;
}

/** Number of colour components of the output intent, `null` without one. */
function checkOutputIntent(lib: PdfLib, document: PDFDocument, problems: Set<PdfaProblem>): number | null {
  const intents = document.catalog.lookup(lib.PDFName.of('OutputIntents'));
  for (const entry of intents instanceof lib.PDFArray ? intents.asArray() : []) {
    const intent = document.context.lookup(entry);
    if (!(intent instanceof lib.PDFDict) || nameOf(lib, intent, 'S') !== 'GTS_PDFA1') continue;
    const profile = intent.lookup(lib.PDFName.of('DestOutputProfile'));
    if (!(profile instanceof lib.PDFStream)) continue;
    const count = profile.dict.lookup(lib.PDFName.of('N'));
    const components = count instanceof lib.PDFNumber ? count.asNumber() : 0;
    if (components !== 3 && components !== 1) problems.add('OUTPUT_INTENT_NOT_RGB');
    return components;
  }
  problems.add('NO_OUTPUT_INTENT');
  return null;
}

function nameOf(lib: PdfLib, dictionary: PDFDict, key: string): string | null {
  const value = safeLookup(lib, dictionary, key);
  return value instanceof lib.PDFName ? value.decodeText() : null;
}

const safeLookup = (lib: PdfLib, dictionary: PDFDict, key: string): PDFObject | undefined => dictionary.lookup(lib.PDFName.of(key));

interface DictionaryContext {
  readonly problems: Set<PdfaProblem>;
  readonly isStream: boolean;
  readonly intent: number | null;
}

function checkDictionary(lib: PdfLib, dictionary: PDFDict, { problems, isStream, intent }: DictionaryContext): void {
  const has = (key: string): boolean => dictionary.has(lib.PDFName.of(key));
  const name = (key: string): string | null => nameOf(lib, dictionary, key);
  const type = name('Type');
  const subtype = name('Subtype');
  if (isStream) checkStream(lib, dictionary, problems);
  if (subtype !== null && fontsWithPrograms.has(subtype) && (type === 'Font' || has('BaseFont'))) checkFont(lib, dictionary, problems);
  if (subtype === 'Image') {
    if (has('SMask') && name('SMask') !== 'None') problems.add('TRANSPARENCY');
    if (name('ColorSpace') === 'DeviceCMYK' && intent !== 4) problems.add('DEVICE_CMYK');
    if (has('Alternates') || has('OPI')) problems.add('FORBIDDEN_FEATURE');
  }
  if (subtype === 'PS' || name('Subtype2') === 'PS' || subtype === 'PostScript') problems.add('FORBIDDEN_FEATURE');
  if (name('S') === 'Transparency') problems.add('TRANSPARENCY');
  if (type === 'ExtGState' || has('BM') || has('ca') || has('CA')) checkGraphicsState(lib, dictionary, problems);
  if (has('AA')) problems.add('ACTION');
  const action = name('S');
  if (action !== null && forbiddenActions.has(action) && (type === 'Action' || type === null)) problems.add('ACTION');
  if (has('JS') || has('JavaScript')) problems.add('ACTION');
  if (type === 'Annot' && subtype !== null && !allowedAnnotations.has(subtype)) problems.add('ANNOTATION');
  if (has('EmbeddedFiles') || has('OCProperties') || (type === 'Filespec' && has('EF')) || type === 'EmbeddedFile')
    problems.add('FORBIDDEN_FEATURE');
}

function checkStream(lib: PdfLib, dictionary: PDFDict, problems: Set<PdfaProblem>): void {
  if (dictionary.has(lib.PDFName.of('F'))) problems.add('STREAM_FILTER');
  const filter = safeLookup(lib, dictionary, 'Filter');
  const filters = filter instanceof lib.PDFArray ? filter.asArray() : [filter];
  for (const one of filters) if (one instanceof lib.PDFName && forbiddenFilters.has(one.decodeText())) problems.add('STREAM_FILTER');
}

function checkFont(lib: PdfLib, font: PDFDict, problems: Set<PdfaProblem>): void {
  const descriptor = safeLookup(lib, font, 'FontDescriptor');
  const isEmbedded =
    descriptor instanceof lib.PDFDict &&
    ['FontFile', 'FontFile2', 'FontFile3'].some((key) => safeLookup(lib, descriptor, key) instanceof lib.PDFStream);
  if (!isEmbedded) problems.add('FONT_NOT_EMBEDDED');
}

function checkGraphicsState(lib: PdfLib, state: PDFDict, problems: Set<PdfaProblem>): void {
  const mask = safeLookup(lib, state, 'SMask');
  if (mask !== undefined && nameOf(lib, state, 'SMask') !== 'None' && nameOf(lib, state, 'Type') === 'ExtGState')
    problems.add('TRANSPARENCY');
  const mode = safeLookup(lib, state, 'BM');
  const modes = mode instanceof lib.PDFArray ? mode.asArray() : [mode];
  for (const one of modes)
    if (one instanceof lib.PDFName && !['Normal', 'Compatible'].includes(one.decodeText())) problems.add('TRANSPARENCY');
  for (const key of ['ca', 'CA']) {
    const alpha = safeLookup(lib, state, key);
    if (alpha instanceof lib.PDFNumber && alpha.asNumber() !== 1) problems.add('TRANSPARENCY');
  }
}
