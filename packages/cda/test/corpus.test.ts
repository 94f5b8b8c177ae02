import { describe, expect, it } from 'vitest';
import { attributeOf, childOf, descendantsOf, parseXml, type XmlElement } from '@mss/formats/xml';
import { hl7TimestampToUtc } from '@mss/core';

import {
  classOfType,
  documentIdentifier,
  formatOf,
  readCda,
  serviceStart,
  typeLabel,
  visibility,
  type CdaDocument,
  type CdaSection,
  type NarrativeNode,
} from '@mss/cda';
import { corpusAvailable, corpusNote, corpusDocuments, type CorpusDocument } from './support/corpus.js';
import { clinicalDocument, missingValues } from './support/header-coverage.js';

/** Inflated, parsed and read once for all tests. */
const load = (one: CorpusDocument): Loaded => {
  const known = loaded.get(one.name);
  if (known !== undefined) return known;
  const bytes = one.cda();
  const fresh: Loaded = { root: clinicalDocument(bytes), document: readCda(bytes).value };
  loaded.set(one.name, fresh);
  return fresh;
};
interface Loaded {
  readonly root: XmlElement;
  readonly document: CdaDocument;
}
const loaded = new Map<string, Loaded>();
const documents = corpusDocuments().map((one) => [one.name, one] as const);

/** Every text of a narrative tree, in order. */
const textOfNodes = (nodes: readonly NarrativeNode[]): string =>
  nodes.map((node) => (node.kind === 'text' ? node.value : textOfNodes(node.children))).join('');
const textOfSections = (sections: readonly CdaSection[]): string =>
  sections.map((section) => textOfNodes(section.text ?? []) + textOfSections(section.sections)).join('');

/** The metadata that ANS wrote beside its document, by slot and by classification scheme. */
function readMetadata(bytes: Uint8Array): {
  slot: (name: string) => string | null;
  code: (scheme: string) => string | null;
  external: (scheme: string) => string | null;
} {
  const { root } = parseXml(bytes).value;
  const [entry] = [...descendantsOf(root, 'ExtrinsicObject')];
  if (entry === undefined) throw new Error('no ExtrinsicObject');
  const find = (name: string, attribute: string, value: string): XmlElement | null =>
    [...descendantsOf(entry, name)].find((one) => attributeOf(one, attribute) === value) ?? null;
  return {
    slot: (name) => {
      const slot = find('Slot', 'name', name);
      const [value] = slot === null ? [] : [...descendantsOf(slot, 'Value')];
      return typeof value?.children[0] === 'string' ? value.children[0] : null;
    },
    code: (scheme) => {
      const found = find('Classification', 'classificationScheme', scheme);
      return found === null ? null : attributeOf(found, 'nodeRepresentation');
    },
    external: (scheme) => {
      const found = find('ExternalIdentifier', 'identificationScheme', scheme);
      return found === null ? null : attributeOf(found, 'value');
    },
  };
}

/** Where ANS' own metadata differ from ANS' own tables. */
const otherClass = new Set(['DLU-FR-SU_2025.01', 'DLU-FT-SU_2025.01', 'IMG_CR_IMG_2024.01_CDA-R2-Niveau-1', 'OBP-SNE_2024.01']);
const otherFormat = new Set([
  'BIO-TROD_2024.01_Angine',
  'BIO-TROD_2024.01_COVID-19_Grippe-A_Grippe-B',
  'DLU-FR-SU_2025.01',
  'DLU-FT-SU_2025.01',
  'OBP-SNE_2024.01',
]);

describe.skipIf(!corpusAvailable)(`readCda on the ANS archives${corpusNote}`, () => {
  it('finds fifty archives', () => {
    expect(documents).toHaveLength(50);
  });

  it.each(documents)('%s: every value of the header is in the typed header [ECO.2.1.5]', (_name, one) => {
    const { root, document } = load(one);
    const { header } = document;
    expect(missingValues(root, header)).toEqual([]);
    expect(header.unmapped).toEqual([]);
  });

  it.each(documents)('%s: every text of the sections is in the narrative, nothing twice [ECO.2.1.5]', (_name, one) => {
    const { root, document } = load(one);
    const { body, level } = document;
    const component = childOf(root, 'component');
    const sections = component === null ? [] : [...descendantsOf(component, 'section')];
    const wanted = sections
      .flatMap((section) => section.children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === 'text'))
      .map((text) =>
        [text.children]
          .flat()
          .map((child) => (typeof child === 'string' ? child : allText(child)))
          .join(''),
      )
      .join('');
    if (body.kind === 'nonXml') {
      expect(level).toBe(1);
      expect(body.media.mediaType).toBe('application/pdf');
      expect(body.media.bytes()).toHaveLength(body.media.byteLength);
      return;
    }
    expect(textOfSections(body.sections)).toBe(wanted);
    const references = sections.flatMap((section) =>
      [...descendantsOf(section, 'renderMultiMedia')].map((found) => attributeOf(found, 'referencedObject')),
    );
    for (const reference of references) expect(body.media.has(reference ?? '')).toBe(true);
    expect([...body.media.values()].every((media) => media.bytes().length === media.byteLength)).toBe(true);
    expect(body.media.size).toBe([...descendantsOf(root, 'observationMedia')].length);
  });

  it.each(documents)("%s: identity, act and codes are those of ANS' own METADATA.XML [ECO.2.1.2]", (name, one) => {
    const { document } = load(one);
    const { header } = document;
    const metadata = readMetadata(one.metadata());
    const { ins } = header.patient.traits;
    expect(`${ins?.value}^^^&${ins?.oid}&ISO^NH`).toBe(metadata.external('urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427'));
    expect(documentIdentifier(header)).toBe(metadata.external('urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab'));
    expect(hl7TimestampToUtc(serviceStart(header) ?? '')).toBe(metadata.slot('serviceStartTime'));
    expect(header.code.code).toBe(metadata.code('urn:uuid:f0306f51-975f-434e-a61c-c59651d33983'));
    const type = header.code;
    expect(classOfType(type.code ?? '', type.codeSystem)?.code === metadata.code('urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a')).toBe(
      !otherClass.has(name),
    );
    expect(formatOf(document)?.code === metadata.code('urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d')).toBe(!otherFormat.has(name));
    expect(typeLabel(type.code ?? '', type.codeSystem)).not.toBeNull();
    expect(visibility(document)).toEqual({ invisiblePatient: false, invisibleRepresentatives: false, maskedFromProfessionals: false });
  });
});

function allText(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : allText(child))).join('');
}
