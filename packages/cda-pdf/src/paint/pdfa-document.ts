import { concatBytes } from '@mss/core';
import PDFDocument from 'pdfkit';

/** The dictionary of an object that is still open, and the object's end. */
export interface PdfReference {
  readonly data: Record<string, unknown>;
  end(): void;
}

/** Writes objects of a PDF. Strings are names; texts are made by {@link PdfObjects.text}. */
export interface PdfObjects {
  ref(dictionary: Record<string, unknown>): PdfReference;
  write(dictionary: Record<string, unknown>): PdfReference;
  writeStream(dictionary: Record<string, unknown>, data: Uint8Array): PdfReference;
  text(value: string): unknown;
}

/** A node of pdfkit's structure tree. */
export interface PdfStructureElement {
  readonly dictionary: PdfReference;
  add(child: PdfStructureElement | PdfStructureContent): unknown;
}

/** Marked content on a page, to be added to a node. */
export interface PdfStructureContent {
  readonly refs: readonly unknown[];
}

/**
 * What this package uses of pdfkit: pages, objects, the structure tree, metadata, output intent, cross references.
 *
 * Text, fonts and images are written by this package (see decisions: widths from a table, faces opened once), so the
 * members below are the whole surface. Some have no declaration in `@types/pdfkit`; a test fails when one disappears.
 */
export interface PdfkitDocument {
  readonly page: { readonly fonts: Record<string, PdfReference>; readonly xobjects: Record<string, PdfReference> };
  addPage(options: { readonly size: readonly [number, number]; readonly margin: number }): unknown;
  switchToPage(index: number): unknown;
  addContent(content: string): unknown;
  ref(dictionary: Record<string, unknown>): PdfReference & { end(data?: Uint8Array): void };
  struct(type: string, options: { readonly alt?: string; readonly scope?: string }): PdfStructureElement;
  addStructure(element: PdfStructureElement): unknown;
  markStructureContent(tag: string): PdfStructureContent;
  endMarkedContent(): unknown;
  readonly written: readonly Uint8Array[] | undefined;
  end(): void;
}

/** What a PDF says of itself. */
export interface PdfInformation {
  readonly title: string;
  readonly subject: string | null;
  readonly author: string | null;
  readonly createdAt: Date;
  /** 16 bytes that identify the contents. */
  readonly fileId: Uint8Array;
}

/** A page of pdfkit that is still open. */
interface PdfkitPage {
  write(content: string): unknown;
}

const software = '@mss/cda-pdf';

/** Characters that XML 1.0 does not allow, and what separates lines, which one line of metadata should not hold. */
const notInMetadata = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu;

const metadataText = (text: string): string => text.replaceAll(notInMetadata, ' ').trim();

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * pdfkit's document, its output gathered in memory: neither a stream of thousands of small chunks nor a byte array for
 * each piece of a page's content.
 */
class PdfaDocument extends PDFDocument {
  /** The file so far. Without initialiser: pdfkit writes the first line from its constructor. */
  declare written: Uint8Array[] | undefined;
  /** The content of each page in pieces. */
  readonly #contents = new Map<PdfkitPage, string[]>();

  override push(chunk: Uint8Array | null): boolean {
    this.written ??= [];
    if (chunk !== null) this.written.push(chunk);
    return true;
  }

  override addContent(content: string): this {
    const page = this.page as unknown as PdfkitPage;
    const pieces = this.#contents.get(page);
    if (pieces === undefined) this.#contents.set(page, [content]);
    else pieces.push(content);
    return this;
  }

  override end(): void {
    for (const [page, pieces] of this.#contents) page.write(pieces.join('\n'));
    this.#contents.clear();
    super.end();
  }

  /**
   * QUIRK: pdfkit 0.20 puts the values of the information dictionary into the XMP packet without escaping them: a title
   * with `&` makes the file invalid, and one with tags would write metadata of its own.
   */
  _addInfo(): void {
    const information = this.info;
    const escaped = Object.entries(information).map(([key, value]) => [
      key,
      typeof value === 'string' ? escapeXml(value) : (value as unknown),
    ]);
    this.info = Object.fromEntries(escaped) as typeof information;
    (PDFDocument.prototype as unknown as Record<'_addInfo', (this: PdfaDocument) => void>)['_addInfo'].call(this);
    this.info = information;
  }
}

/** An empty PDF/A-1 document of pdfkit: PDF 1.4, French, tagged for 1a, without any of the 14 standard fonts. */
export function createPdfaDocument(conformance: '1a' | '1b', information: PdfInformation): PdfkitDocument {
  const document = new PdfaDocument({
    pdfVersion: '1.4',
    subset: conformance === '1a' ? 'PDF/A-1a' : 'PDF/A-1b',
    tagged: conformance === '1a',
    displayTitle: true,
    lang: 'fr-FR',
    font: '',
    autoFirstPage: false,
    // Pages stay open until the end: how many there are is known only then.
    bufferPages: true,
    info: {
      Title: metadataText(information.title),
      ...(information.subject === null ? {} : { Subject: metadataText(information.subject) }),
      ...(information.author === null ? {} : { Author: metadataText(information.author) }),
      Creator: software,
      Producer: software,
      CreationDate: information.createdAt,
    },
  }) as unknown as PdfkitDocument;
  return Object.assign(document, { _id: information.fileId });
}

/** The objects of a pdfkit document. */
export function objectsOf(document: PdfkitDocument): PdfObjects {
  const write = (dictionary: Record<string, unknown>, data?: Uint8Array): PdfReference => {
    const reference = document.ref(dictionary);
    reference.end(data);
    return reference;
  };
  return {
    ref: (dictionary) => document.ref(dictionary),
    write: (dictionary) => write(dictionary),
    writeStream: (dictionary, data) => write(dictionary, data),
    // pdfkit writes a primitive string as a name and a String object as a text.
    text: (value) => Object(value) as unknown,
  };
}

/**
 * Ends the document.
 *
 * @param limitBytes - more bytes than this throw a RangeError.
 */
export function finishDocument(document: PdfkitDocument, limitBytes: number): Uint8Array {
  document.end();
  const bytes = concatBytes(document.written ?? []);
  if (bytes.length > limitBytes) throw new RangeError('the PDF is over the limit');
  return bytes;
}
