import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFRef,
  PDFStream,
  PDFString,
  PDFHexString,
  decodePDFRawStream,
} from '@cantoo/pdf-lib';

/** A PDF opened to look at its objects. */
export async function openObjects(bytes: Uint8Array): Promise<PDFDocument> {
  return PDFDocument.load(bytes, { updateMetadata: false });
}

/** The XMP packet. */
export function xmpOf(document: PDFDocument): string {
  const metadata = document.catalog.lookup(PDFName.of('Metadata'), PDFStream);
  return new TextDecoder().decode(metadata.getContents());
}

/** The decoded content stream of each page. */
export function contentsOf(document: PDFDocument): readonly string[] {
  return document.getPages().map((page) => {
    const contents = page.node.lookup(PDFName.of('Contents'));
    const streams = contents instanceof PDFArray ? contents.asArray().map((one) => document.context.lookup(one)) : [contents];
    return streams
      .map((stream) => (stream instanceof PDFRawStream ? Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1') : ''))
      .join('\n');
  });
}

/** A node of the structure tree, as plain data. */
export interface StructureOutline {
  readonly type: string;
  readonly alt: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Pieces of marked content directly in the node. */
  readonly content: number;
  readonly children: readonly StructureOutline[];
}

function plain(value: unknown): unknown {
  if (value instanceof PDFName) return value.decodeText();
  if (value instanceof PDFNumber) return value.asNumber();
  return String(value);
}

/** The structure tree below its root. */
export function structureOf(document: PDFDocument): readonly StructureOutline[] {
  const root = document.catalog.lookup(PDFName.of('StructTreeRoot'), PDFDict);
  const kids = (dictionary: PDFDict): readonly unknown[] => {
    const k = dictionary.lookup(PDFName.of('K'));
    return k instanceof PDFArray ? k.asArray() : k === undefined ? [] : [k];
  };
  const node = (dictionary: PDFDict): StructureOutline => {
    const all = kids(dictionary).map((kid) => (kid instanceof PDFRef ? document.context.lookup(kid) : kid));
    const elements = all.filter((kid): kid is PDFDict => kid instanceof PDFDict && kid.has(PDFName.of('S')));
    const alt = dictionary.lookup(PDFName.of('Alt'));
    const a = dictionary.lookup(PDFName.of('A'));
    return {
      type: dictionary.lookup(PDFName.of('S'), PDFName).decodeText(),
      alt: alt instanceof PDFString || alt instanceof PDFHexString ? alt.decodeText() : null,
      attributes: a instanceof PDFDict ? Object.fromEntries(a.entries().map(([key, value]) => [key.decodeText(), plain(value)])) : {},
      content: all.length - elements.length,
      children: elements.map(node),
    };
  };
  return kids(root).map((kid) => node(kid instanceof PDFRef ? document.context.lookup(kid, PDFDict) : (kid as PDFDict)));
}

/** Every node of some type, in reading order. */
export function nodesOf(outline: readonly StructureOutline[], type: string): readonly StructureOutline[] {
  return outline.flatMap((node) => [...(node.type === type ? [node] : []), ...nodesOf(node.children, type)]);
}
