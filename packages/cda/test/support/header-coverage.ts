import { attributeOf, childrenOf, descendantsOf, isElement, parseXml, type XmlElement } from '@mss/formats/xml';

import { isTechnicalHeaderElement, type CdaHeader } from '@mss/cda';

const hl7 = 'urn:hl7-org:v3';
/** Attributes that the schema fixes or that name the role of an element in its parent. */
const structural = new Set([
  'classCode',
  'moodCode',
  'typeCode',
  'determinerCode',
  'contextControlCode',
  'type',
  'representation',
  'partType',
]);

const normal = (text: string): string => text.replaceAll(/[ \t\r\n]+/g, ' ').trim();

function countInto(counts: Map<string, number>, value: string): void {
  const text = normal(value);
  if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
}

/** ClinicalDocument, wherever it is in the file. */
export function clinicalDocument(bytes: Uint8Array): XmlElement {
  const { root } = parseXml(bytes).value;
  if (root.name === 'ClinicalDocument') return root;
  const [found] = [...descendantsOf(root, 'ClinicalDocument', hl7)];
  if (found === undefined) throw new Error('no ClinicalDocument');
  return found;
}

const isTechnical = (element: XmlElement, depth: number): boolean =>
  isTechnicalHeaderElement({ namespace: element.namespace, name: element.name, code: attributeOf(element, 'code'), depth }) &&
  childrenOf(element).length === 0;

/** For each child of ClinicalDocument, how often each text and attribute value stands in it; technical elements left out. */
function valuesOfXml(root: XmlElement): Map<string, Map<string, number>> {
  const groups = new Map<string, Map<string, number>>();
  const visit = (element: XmlElement, depth: number, counts: Map<string, number>): void => {
    for (const child of element.children) {
      if (!isElement(child)) countInto(counts, child);
      else if (!isTechnical(child, depth + 1)) {
        for (const one of child.attributes) if (!structural.has(one.name)) countInto(counts, one.value);
        visit(child, depth + 1, counts);
      }
    }
  };
  for (const child of childrenOf(root)) {
    if (child.name === 'component') continue;
    if (isTechnical(child, 1)) continue;
    const counts = groups.get(child.name) ?? new Map<string, number>();
    groups.set(child.name, counts);
    for (const one of child.attributes) if (!structural.has(one.name)) countInto(counts, one.value);
    visit(child, 1, counts);
  }
  return groups;
}

const fields: Readonly<Record<string, (header: CdaHeader) => unknown>> = {
  id: (header) => header.id,
  setId: (header) => header.setId,
  versionNumber: (header) => header.versionNumber,
  code: (header) => header.code,
  title: (header) => header.title,
  effectiveTime: (header) => header.effectiveTime,
  confidentialityCode: (header) => header.confidentialityCodes,
  languageCode: (header) => header.languageCode,
  recordTarget: ({ patient: { traits: _traits, ...rest } }) => rest,
  author: (header) => header.authors,
  dataEnterer: (header) => header.dataEnterer,
  informant: (header) => header.informants,
  custodian: (header) => header.custodian,
  informationRecipient: (header) => header.recipients,
  legalAuthenticator: (header) => header.legalAuthenticator,
  authenticator: (header) => header.authenticators,
  participant: (header) => header.participants,
  inFulfillmentOf: (header) => header.orders,
  documentationOf: (header) => header.serviceEvents,
  relatedDocument: (header) => header.relatedDocuments,
  authorization: (header) => header.consents,
  componentOf: (header) => header.encounter,
};

/** How often each text stands in the typed value that holds one child of ClinicalDocument. */
function valuesOfHeader(header: CdaHeader, name: string): Map<string, number> {
  const counts = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') countInto(counts, value);
    else if (typeof value === 'number') countInto(counts, String(value));
    else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) visit(one);
  };
  visit(fields[name]?.(header));
  return counts;
}

/** What the header's XML says more often than the typed value. */
export function missingValues(root: XmlElement, header: CdaHeader): readonly { readonly element: string; readonly value: string }[] {
  const missing: { element: string; value: string }[] = [];
  for (const [element, wanted] of valuesOfXml(root)) {
    const found = valuesOfHeader(header, element);
    for (const [value, count] of wanted) if ((found.get(value) ?? 0) < count) missing.push({ element, value });
  }
  return missing;
}
