import { MssError, type Limits } from '@mss/core';
import type { XmlElement } from '@mss/formats/xml';

import type { CdaErrorCode } from '../errors.js';
import type { CdaMedia, CdaNonXmlBody, CdaSection, CdaStructuredBody } from '../types/document.js';
import type { NarrativeNode } from '../types/narrative.js';
import { readCodeOf, readId } from './data-types.js';
import type { DocumentTree, MediaElement } from './document-tree.js';
import { readParticipations } from './entities.js';
import { attribute, text, type HeaderReader } from './header-reader.js';
import { readMedia, type MediaProblem } from './media.js';
import { readNarrative, type NarrativeListener } from './narrative.js';

const level1Errors: Readonly<Record<MediaProblem, readonly [CdaErrorCode, string]>> = {
  empty: ['ERR_MSS_CDA_EMBEDDED_EMPTY', 'the body of the level 1 document has no content'],
  external: ['ERR_MSS_CDA_EMBEDDED_EXTERNAL', 'the body of the level 1 document is a reference; nothing is fetched'],
  compressed: ['ERR_MSS_CDA_EMBEDDED_COMPRESSED', 'the body of the level 1 document is compressed, which the French profile does not use'],
  base64: ['ERR_MSS_CDA_EMBEDDED_BASE64', 'the body of the level 1 document is not base64 although it says so'],
};

/** Warnings of one kind: a hostile document must not make a million of them. */
const maxReported = 20;

const nonXmlPath = 'component/nonXMLBody/text';

function readNonXmlBody(reader: HeaderReader, body: XmlElement, limits: Limits): CdaNonXmlBody {
  const element = reader.one(body, 'text');
  const read = element === null ? 'empty' : readMedia(element, { id: null, maxBytes: limits.embeddedBytes });
  if (typeof read === 'string') {
    const [code, message] = level1Errors[read];
    throw new MssError<CdaErrorCode>(code, message);
  }
  if (read.assumedBase64) reader.warn('CDA_REPRESENTATION', 'the embedded body is base64 without saying so', nonXmlPath);
  if (read.typeMismatch)
    reader.warn('CDA_MEDIA_TYPE', 'the first bytes of the embedded body say another type than its mediaType', nonXmlPath);
  return { kind: 'nonXml', media: read.media };
}

function readSection(reader: HeaderReader, element: XmlElement, listener: NarrativeListener): CdaSection {
  const id = reader.one(element, 'id');
  const texts = reader.all(element, 'text');
  if (texts.length > 1) reader.warn('CDA_SECTION_TEXTS', 'a section with several texts', 'section/text');
  const narrative: NarrativeNode[] | null = texts.length === 0 ? null : texts.flatMap((one) => readNarrative(one, listener));
  return {
    id: id === null ? null : readId(id),
    code: readCodeOf(reader, element, 'code'),
    title: text(reader.one(element, 'title')),
    text: narrative,
    confidentiality: readCodeOf(reader, element, 'confidentialityCode'),
    authors: readParticipations(reader, element, 'author'),
    languageCode: attribute(reader.one(element, 'languageCode'), 'code'),
    templateIds: reader.all(element, 'templateId').map(readId),
    sections: readSections(reader, element, listener),
  };
}

function readSections(reader: HeaderReader, parent: XmlElement, listener: NarrativeListener): readonly CdaSection[] {
  return reader
    .all(parent, 'component')
    .flatMap((component) => reader.all(component, 'section').map((one) => readSection(reader, one, listener)));
}

function readMediaMap(reader: HeaderReader, elements: readonly MediaElement[], limits: Limits): ReadonlyMap<string, CdaMedia> {
  const found = new Map<string, CdaMedia>();
  for (const [index, { element, regionIds }] of elements.entries()) {
    const id = attribute(element, 'ID');
    const value = reader.one(element, 'value');
    const read = value === null ? 'empty' : readMedia(value, { id, maxBytes: limits.embeddedBytes });
    const where = 'observationMedia/value';
    if (read === 'base64') reader.warn('CDA_MEDIA_BASE64', 'a media is not base64 although it says so; left out', where);
    else if (typeof read === 'string') reader.warn('CDA_MEDIA_EXTERNAL', 'a media without usable content; left out', where);
    else {
      if (read.typeMismatch) reader.warn('CDA_MEDIA_TYPE', 'the first bytes of a media say another type than its mediaType', where);
      if (read.assumedBase64) reader.warn('CDA_REPRESENTATION', 'a media is base64 without saying so', where);
      const unusable = id === null || found.has(id);
      if (unusable) reader.warn('CDA_MEDIA_ID', 'a media without ID of its own', where);
      found.set(unusable ? ` media ${index + 1}` : id, read.media);
      for (const region of regionIds) if (!found.has(region)) found.set(region, read.media);
    }
  }
  return found;
}

/**
 * The element of the body and the level that it makes.
 *
 * @throws MssError `ERR_MSS_CDA_NO_BODY`
 */
export function findBody(reader: HeaderReader, root: XmlElement): { readonly level: 1 | 3; readonly element: XmlElement } {
  const component = reader.one(root, 'component');
  const nonXml = component === null ? null : reader.one(component, 'nonXMLBody');
  if (nonXml !== null) return { level: 1, element: nonXml };
  const structured = component === null ? null : reader.one(component, 'structuredBody');
  if (structured === null) throw new MssError<CdaErrorCode>('ERR_MSS_CDA_NO_BODY', 'the document has no body');
  return { level: 3, element: structured };
}

/**
 * The body of a document: sections and narrative with their media, or the embedded content of a level 1 document.
 *
 * @throws MssError `ERR_MSS_CDA_NO_BODY`
 * @throws MssError `ERR_MSS_CDA_EMBEDDED_EMPTY`
 * @throws MssError `ERR_MSS_CDA_EMBEDDED_EXTERNAL`
 * @throws MssError `ERR_MSS_CDA_EMBEDDED_COMPRESSED`
 * @throws MssError `ERR_MSS_CDA_EMBEDDED_BASE64`
 * @throws MssError `ERR_MSS_CDA_EMBEDDED_LIMIT`
 */
export function readBody(reader: HeaderReader, tree: DocumentTree, limits: Limits): CdaNonXmlBody | CdaStructuredBody {
  const found = findBody(reader, tree.root);
  if (found.level === 1) return readNonXmlBody(reader, found.element, limits);
  const structured = found.element;
  const unknown = new Set<string>();
  const references = new Set<string>();
  const sections = readSections(reader, structured, {
    unknown: (name) => void (unknown.size < maxReported && unknown.add(name)),
    reference: (id) => void references.add(id),
  });
  const media = readMediaMap(reader, tree.media, limits);
  if (!hasText(sections)) reader.warn('CDA_BODY_EMPTY', 'no section with text', 'component/structuredBody');
  for (const name of unknown)
    reader.warn('CDA_NARRATIVE_UNKNOWN', 'an element that a narrative block cannot hold; its text is kept', `section/text//${name}`);
  const unresolved = [...references].filter((id) => !media.has(id)).slice(0, maxReported);
  for (const _ of unresolved) {
    reader.warn('CDA_MEDIA_UNRESOLVED', 'renderMultiMedia refers to a media that is not there', 'section/text//renderMultiMedia');
  }
  return { kind: 'structured', sections, media };
}

function hasText(sections: readonly CdaSection[]): boolean {
  return sections.some((section) => section.text !== null || hasText(section.sections));
}
