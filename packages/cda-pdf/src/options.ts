import type { Limits, ProfileId } from '@mss/core';

import type { Unrendered } from './unrendered.js';

/**
 * Makes a PDF/A-1b of a PDF that is not one, for example {@link createGhostscriptAdapter}. What it gives is checked.
 */
export type PdfConverter = (pdf: Uint8Array, options: { readonly signal?: AbortSignal }) => Promise<Uint8Array>;

/** How a document is rendered. */
export interface CdaPdfOptions {
  /** Decides `level1` when it is not given. Default `ref2-0.1`. */
  readonly profile?: ProfileId;
  /**
   * `1a` (tagged for assistive technology) or `1b`. Default: `1a` for level 3, `1b` for level 1, whose content nobody can
   * tag afterwards. In a level 3 document PDF attachments are listed as `1a`, and put at the end as `1b` when they are
   * PDF/A-1 or `convertEmbedded` makes them so.
   */
  readonly conformance?: '1a' | '1b';
  /** A level 1 document: header pages and the embedded content after them, or the embedded PDF alone. Default by profile. */
  readonly level1?: 'header-and-embedded' | 'embedded';
  /** The PDF's date of creation. Default: the document's `effectiveTime`, so that the same document gives the same bytes. */
  readonly createdAt?: Date;
  /** Makes embedded PDF conformant; without it those that are not PDF/A-1 are refused (level 1) or listed (level 3). */
  readonly convertEmbedded?: PdfConverter;
  /** The INS Datamatrix in the identity box. Default `false`. */
  readonly insDatamatrix?: boolean;
  /** Used: `embeddedBytes`, `pdfBytes`, `pdfPages`. */
  readonly limits?: Partial<Limits>;
  readonly signal?: AbortSignal;
}

/** A rendered document. */
export interface CdaPdf {
  readonly bytes: Uint8Array;
  readonly pages: number;
  readonly conformance: 'PDF/A-1a' | 'PDF/A-1b';
  /** What of the document is not in the PDF as the document says it; empty when everything is. */
  readonly unrendered: readonly Unrendered[];
}
