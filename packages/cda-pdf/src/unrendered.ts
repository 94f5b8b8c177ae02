/** What of a document is not in its PDF as the document says it, and why. */
export type UnrenderedCode =
  /** Characters that no embedded font has: shown as U+FFFD. */
  | 'GLYPH_MISSING'
  /** Text in a script written from right to left: shown, but neither reordered nor joined. */
  | 'TEXT_DIRECTION'
  /** renderMultiMedia refers to a media that the document does not hold: a notice stands in its place. */
  | 'MEDIA_MISSING'
  /** An image whose bytes are damaged, or larger than the limits: a notice stands in its place. */
  | 'MEDIA_UNREADABLE'
  /** A media of a type that cannot be shown on paper or is not supported: a notice stands in its place. */
  | 'MEDIA_UNSUPPORTED'
  /** A PDF inside a level 3 document whose pages are not in this PDF: it is listed with its size. */
  | 'MEDIA_PDF_LISTED'
  /** An element that the narrative block does not know: its text is shown without its form. */
  | 'ELEMENT_UNKNOWN'
  /** A styleCode that is not one of the standard's: the text is shown in the style around it. */
  | 'STYLE_IGNORED'
  /** A footnoteRef without its footnote: the reference mark is shown. */
  | 'FOOTNOTE_MISSING'
  /** A colspan or rowspan that is no number, or reaches outside its table: reduced to what there is. */
  | 'TABLE_SPAN'
  /** A table of more columns than a page takes: its columns are shown in several tables, one under the other. */
  | 'TABLE_SPLIT'
  /** Elements nested deeper than any real document: their text is shown without their form. */
  | 'NESTING';

/** One finding; `where` is a place in the document (`en-tête`, `section 3`, `annexe`), never a text of it. */
export interface Unrendered {
  readonly code: UnrenderedCode;
  readonly where: string;
}

/** Collects findings, each code once per place. */
export interface UnrenderedReport {
  /** Names the place for the findings that follow. */
  enter(where: string): void;
  add(code: UnrenderedCode): void;
  list(): readonly Unrendered[];
}

/** An empty report. */
export function createUnrenderedReport(): UnrenderedReport {
  const found = new Map<string, Unrendered>();
  let place = 'document';
  return {
    enter: (where) => {
      place = where;
    },
    add: (code) => {
      const key = `${code} ${place}`;
      if (!found.has(key)) found.set(key, Object.freeze({ code, where: place }));
    },
    list: () => [...found.values()],
  };
}
