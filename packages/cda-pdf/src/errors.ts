/** Every code that this package throws. */
export type CdaPdfErrorCode =
  /** The embedded PDF of a level 1 document is not PDF/A-1 and no conversion is configured; `details.problems` says why (ECO.2.1.5). */
  | 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA'
  /** The embedded PDF is encrypted: it can be neither checked nor joined. */
  | 'ERR_MSS_CDA_PDF_EMBEDDED_ENCRYPTED'
  /** The embedded PDF cannot be read as a PDF. */
  | 'ERR_MSS_CDA_PDF_EMBEDDED_UNREADABLE'
  /** The embedded PDF is over `pdfBytes` or `pdfPages`. */
  | 'ERR_MSS_CDA_PDF_EMBEDDED_LIMIT'
  /** The body of a level 1 document is of a type that cannot be shown; `details.mediaType`. */
  | 'ERR_MSS_CDA_PDF_MEDIA_UNSUPPORTED'
  /** The body of a level 1 document is damaged or over the limits; `details.mediaType`. */
  | 'ERR_MSS_CDA_PDF_MEDIA_UNREADABLE'
  /** The document would make more pages than `pdfPages`, or a PDF over `pdfBytes`. */
  | 'ERR_MSS_CDA_PDF_TOO_LARGE'
  /** What was asked contradicts itself, for example PDF/A-1a for a level 1 document with a PDF inside. */
  | 'ERR_MSS_CDA_PDF_CONFORMANCE'
  /** The conversion adapter failed, timed out or gave something that is not PDF/A-1. Not permanent when it timed out. */
  | 'ERR_MSS_CDA_PDF_CONVERSION_FAILED'
  /** Ghostscript is not installed, or not under the given command. */
  | 'ERR_MSS_CDA_PDF_CONVERTER_MISSING'
  /** The rendering was aborted by the caller's signal. */
  | 'ERR_MSS_CDA_PDF_ABORTED';
