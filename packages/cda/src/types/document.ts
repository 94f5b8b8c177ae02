import type { PatientTraits } from '@mss/core';

import type { CdaCode, CdaId } from './data-types.js';
import type { CdaHeader, CdaParticipation } from './header.js';
import type { NarrativeNode } from './narrative.js';

/** An image or document of the body (observationMedia), or the embedded body of a level 1 document. */
export interface CdaMedia {
  /** `@ID` that renderMultiMedia refers to; `null` for an embedded body. */
  readonly id: string | null;
  /** `@mediaType` as written. */
  readonly declaredMediaType: string | null;
  /** What the first bytes say: `application/pdf`, `image/jpeg`, `image/png`, `image/tiff`, `application/rtf`, `text/plain` … */
  readonly mediaType: string;
  /** The bytes, base64 undone. Decoded at each call: keep the result. */
  bytes(): Uint8Array;
  /** Length of {@link bytes} without decoding. */
  readonly byteLength: number;
}

/** One section of a structured body; sections nest. */
export interface CdaSection {
  readonly id: CdaId | null;
  readonly code: CdaCode | null;
  readonly title: string | null;
  /** `null` when the section has no text. */
  readonly text: readonly NarrativeNode[] | null;
  readonly confidentiality: CdaCode | null;
  /** Authors of this section when they are not those of the document. */
  readonly authors: readonly CdaParticipation[];
  readonly languageCode: string | null;
  readonly templateIds: readonly CdaId[];
  readonly sections: readonly CdaSection[];
}

/** A level 1 body. */
export interface CdaNonXmlBody {
  readonly kind: 'nonXml';
  readonly media: CdaMedia;
}

/** A level 3 body. */
export interface CdaStructuredBody {
  readonly kind: 'structured';
  readonly sections: readonly CdaSection[];
  /**
   * Every observationMedia of the body by its ID, those of entries included; a regionOfInterest's ID leads to its media too.
   * One without ID stands under an invented key that begins with a space, so that nothing is lost and nothing refers to it.
   */
  readonly media: ReadonlyMap<string, CdaMedia>;
}

/** What stands before the body of a document. */
export interface CdaDocumentHeader {
  /** 1: an embedded body, 3: a structured one. */
  readonly level: 1 | 3;
  readonly header: CdaHeader;
  /** The root is an XSLT that shows the document inside it. It is never run. */
  readonly autoPresentable: boolean;
  /** `href` of an `xml-stylesheet` instruction, `null` when there is none. */
  readonly stylesheetHref: string | null;
}

/** One CDA document, read. */
export interface CdaDocument extends CdaDocumentHeader {
  /** The document's bytes exactly as received: what is archived, hashed and sent. */
  readonly bytes: Uint8Array;
  readonly body: CdaNonXmlBody | CdaStructuredBody;
}

/** One patient, one or more documents: the one value from which archive, PDF, subject, headers and address are derived. */
export interface DocumentSet {
  readonly patient: PatientTraits;
  readonly documents: readonly [CdaDocument, ...CdaDocument[]];
}
