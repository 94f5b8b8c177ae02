import { isElement, type XmlElement } from '@mss/formats/xml';

import { hl7Namespace } from '../namespaces.js';
import type {
  CdaAddress,
  CdaAddressPart,
  CdaCode,
  CdaId,
  CdaInterval,
  CdaName,
  CdaNamePart,
  CdaTelecom,
  CdaTime,
} from '../types/data-types.js';
import { attribute, text, type HeaderReader } from './header-reader.js';

/** II */
export function readId(element: XmlElement): CdaId {
  return {
    root: attribute(element, 'root'),
    extension: attribute(element, 'extension'),
    assigningAuthorityName: attribute(element, 'assigningAuthorityName'),
    nullFlavor: attribute(element, 'nullFlavor'),
  };
}

/** CE, CD and the codes inside them. */
export function readCode(reader: HeaderReader, element: XmlElement): CdaCode {
  const originalText = reader.one(element, 'originalText');
  const reference = originalText === null ? null : reader.one(originalText, 'reference');
  return {
    code: attribute(element, 'code'),
    codeSystem: attribute(element, 'codeSystem'),
    codeSystemName: attribute(element, 'codeSystemName'),
    displayName: attribute(element, 'displayName'),
    originalText: text(originalText),
    originalTextReference: attribute(reference, 'value'),
    translations: reader.all(element, 'translation').map((one) => readCode(reader, one)),
    qualifiers: reader
      .all(element, 'qualifier')
      .map((one) => ({ name: readCodeOf(reader, one, 'name'), value: readCodeOf(reader, one, 'value') })),
    nullFlavor: attribute(element, 'nullFlavor'),
  };
}

/** The code in the child of that name. */
export function readCodeOf(reader: HeaderReader, parent: XmlElement, name: string): CdaCode | null {
  const element = reader.one(parent, name);
  return element === null ? null : readCode(reader, element);
}

/** The identifiers in the children `id`. */
export function readIds(reader: HeaderReader, parent: XmlElement): readonly CdaId[] {
  return reader.all(parent, 'id').map(readId);
}

const nameParts = ['family', 'given', 'prefix', 'suffix', 'delimiter'] as const satisfies readonly CdaNamePart['kind'][];

/** PN, EN: the parts in their order, loose text included. */
function readName(reader: HeaderReader, element: XmlElement): CdaName {
  const parts: CdaNamePart[] = [];
  for (const child of element.children) {
    if (!isElement(child)) {
      const value = child.replaceAll(/[ \t\r\n]+/g, ' ').trim();
      if (value !== '') parts.push({ kind: 'text', qualifier: null, value, nullFlavor: null });
    } else if (child.namespace === hl7Namespace) {
      const kind = nameParts.find((one) => one === child.name);
      if (kind === undefined) continue;
      reader.whole(child);
      const nullFlavor = attribute(child, 'nullFlavor');
      const value = text(child);
      if (value === null && nullFlavor === null) continue;
      parts.push({ kind, qualifier: attribute(child, 'qualifier'), value: value ?? '', nullFlavor });
    }
  }
  return { parts, use: attribute(element, 'use'), nullFlavor: attribute(element, 'nullFlavor') };
}

/** The names in the children `name`. */
export function readNames(reader: HeaderReader, parent: XmlElement): readonly CdaName[] {
  return reader.all(parent, 'name').map((one) => readName(reader, one));
}

/** AD: the parts in their order, whatever they are called; loose text is `text`. */
export function readAddress(reader: HeaderReader, element: XmlElement): CdaAddress {
  const parts: CdaAddressPart[] = [];
  for (const child of element.children) {
    if (!isElement(child)) {
      const value = child.replaceAll(/[ \t\r\n]+/g, ' ').trim();
      if (value !== '') parts.push({ kind: 'text', value, nullFlavor: null });
    } else if (child.namespace === hl7Namespace && child.name !== 'useablePeriod') {
      reader.whole(child);
      const nullFlavor = attribute(child, 'nullFlavor');
      const value = text(child);
      if (value !== null || nullFlavor !== null) parts.push({ kind: child.name, value: value ?? '', nullFlavor });
    }
  }
  return { use: attribute(element, 'use'), parts, nullFlavor: attribute(element, 'nullFlavor') };
}

/** The addresses in the children `addr`. */
export function readAddresses(reader: HeaderReader, parent: XmlElement): readonly CdaAddress[] {
  return reader.all(parent, 'addr').map((one) => readAddress(reader, one));
}

/** The telecoms in the children `telecom`. */
export function readTelecoms(reader: HeaderReader, parent: XmlElement): readonly CdaTelecom[] {
  return reader
    .all(parent, 'telecom')
    .map((one) => ({ value: attribute(one, 'value'), use: attribute(one, 'use'), nullFlavor: attribute(one, 'nullFlavor') }));
}

/** TS */
export function readTime(element: XmlElement): CdaTime {
  return { value: attribute(element, 'value'), nullFlavor: attribute(element, 'nullFlavor') };
}

/** IVL_TS in the child of that name; width and centre, which no French document has, are left to `unmapped`. */
export function readIntervalOf(reader: HeaderReader, parent: XmlElement, name: string): CdaInterval | null {
  const element = reader.one(parent, name);
  if (element === null) return null;
  const low = reader.one(element, 'low');
  const high = reader.one(element, 'high');
  return {
    value: attribute(element, 'value'),
    low: low === null ? null : readTime(low),
    high: high === null ? null : readTime(high),
    nullFlavor: attribute(element, 'nullFlavor'),
  };
}
