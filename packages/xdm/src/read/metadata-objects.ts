import { attributeOf, childrenOf, type XmlElement } from '@mss/formats/xml';

import type { XdmAuthor, XdmCode, XdmDocumentEntry, XdmSubmissionSet } from '../model.js';
import {
  actionSlot,
  documentEntryIdentifiers,
  documentEntrySchemes,
  referenceIdSlot,
  submissionSetIdentifiers,
  submissionSetSchemes,
} from '../schemes.js';
import { codeOf, localizedOf, normalUuid, slotsOf, Slots } from './registry-objects.js';
import type { Tolerated } from './warnings-list.js';

/** Classifications and external identifiers that stand beside the objects, by the id of the object they refer to. */
export type LooseParts = ReadonlyMap<string, readonly XmlElement[]>;

const references: ReadonlyMap<string, string> = new Map([
  ['Classification', 'classifiedObject'],
  ['ExternalIdentifier', 'registryObject'],
]);

/** Groups the loose parts among the elements of a list. */
export function loosePartsOf(elements: readonly XmlElement[]): LooseParts {
  const parts = new Map<string, XmlElement[]>();
  for (const element of elements) {
    const attribute = references.get(element.name);
    if (attribute === undefined) continue;
    const id = normalUuid(attributeOf(element, attribute));
    const known = parts.get(id);
    if (known === undefined) parts.set(id, [element]);
    else known.push(element);
  }
  return parts;
}

/** An object of the registry with the classifications and identifiers that belong to it. */
export class RegistryObject {
  readonly id: string;
  readonly element: XmlElement;
  readonly slots: Slots;
  readonly #classifications: readonly XmlElement[];
  /** The classifications again, by their scheme. */
  readonly #byScheme = new Map<string, XmlElement[]>();
  readonly #identifiers: readonly XmlElement[];
  readonly #tolerated: Tolerated;
  readonly #where: string;

  /**
   * @param context.loose - classifications and identifiers that stand beside the objects, by the object they refer to.
   */
  constructor(element: XmlElement, context: { readonly loose: LooseParts; readonly tolerated: Tolerated; readonly where: string }) {
    const { tolerated, where } = context;
    this.element = element;
    this.slots = new Slots(element);
    this.#tolerated = tolerated;
    this.#where = where;
    this.id = normalUuid(attributeOf(element, 'id'), tolerated);
    const refersHere = (other: XmlElement, attribute: string): boolean => normalUuid(attributeOf(other, attribute)) === this.id;
    const own = (name: string): XmlElement[] => [
      ...childrenOf(element, name),
      ...(context.loose.get(this.id) ?? []).filter((other) => other.name === name),
    ];
    this.#classifications = own('Classification');
    this.#identifiers = own('ExternalIdentifier');
    for (const one of this.#classifications) {
      const scheme = normalUuid(attributeOf(one, 'classificationScheme'));
      const known = this.#byScheme.get(scheme);
      if (known === undefined) this.#byScheme.set(scheme, [one]);
      else known.push(one);
    }
    if (this.#classifications.some((one) => !refersHere(one, 'classifiedObject'))) {
      tolerated.add('XDM_CLASSIFIED_OBJECT', 'classifications that refer to another object than the one that holds them', where);
    }
    const withReference = this.#identifiers.filter((one) => attributeOf(one, 'registryObject') !== null);
    if (withReference.some((one) => !refersHere(one, 'registryObject'))) {
      tolerated.add('XDM_REGISTRY_OBJECT', 'external identifiers that refer to another object than the one that holds them', where);
    }
  }

  hasNode(node: string): boolean {
    return this.#classifications.some((one) => normalUuid(attributeOf(one, 'classificationNode')) === node);
  }

  #inScheme(scheme: string): readonly XmlElement[] {
    return this.#byScheme.get(scheme) ?? [];
  }

  codes(scheme: string): readonly XdmCode[] {
    return this.#inScheme(scheme)
      .map(codeOf)
      .filter((code) => code.code !== '');
  }

  code(scheme: string, attribute: string): XdmCode | null {
    const codes = this.codes(scheme);
    if (codes.some((code) => code.code !== codes[0]?.code)) {
      this.#tolerated.add('XDM_ATTRIBUTE_REPEATED', `${attribute} stands several times; the first counts`, this.#where);
    }
    return codes[0] ?? null;
  }

  authors(scheme: string): readonly XdmAuthor[] {
    return this.#inScheme(scheme).map((one) => {
      const slots = slotsOf(one);
      return {
        authorInstitution: slots.get('authorInstitution') ?? [],
        authorPerson: slots.get('authorPerson')?.[0] ?? null,
        authorRole: slots.get('authorRole') ?? [],
        authorSpecialty: slots.get('authorSpecialty') ?? [],
        authorTelecommunication: slots.get('authorTelecommunication') ?? [],
      };
    });
  }

  /** Every value of an identifier: more than one is a contradiction that the caller judges. */
  identifiers(scheme: string, name: string): readonly string[] {
    const found = this.#identifiers.filter((one) => normalUuid(attributeOf(one, 'identificationScheme')) === scheme);
    for (const one of found) {
      const written = localizedOf(one, 'Name');
      if (written !== null && written !== name) {
        this.#tolerated.add('XDM_IDENTIFIER_NAME', `an identifier that is not called ${name}; its scheme counts`, this.#where);
      }
    }
    return found.map((one) => (attributeOf(one, 'value') ?? '').trim()).filter((value) => value !== '');
  }
}

const prefixless = (status: string | null): string | null => (status === null || status.trim() === '' ? null : status.trim());

/** The submission set under the names of XDS. */
export function readSubmissionSet(object: RegistryObject): XdmSubmissionSet {
  const { element, slots } = object;
  return {
    entryUUID: object.id,
    availabilityStatus: prefixless(attributeOf(element, 'status')),
    submissionTime: slots.one('submissionTime'),
    title: localizedOf(element, 'Name'),
    comments: localizedOf(element, 'Description'),
    author: object.authors(submissionSetSchemes.author),
    contentTypeCode: object.code(submissionSetSchemes.contentTypeCode, 'contentTypeCode'),
    patientId: object.identifiers(submissionSetIdentifiers.patientId, 'XDSSubmissionSet.patientId')[0] ?? null,
    sourceId: object.identifiers(submissionSetIdentifiers.sourceId, 'XDSSubmissionSet.sourceId')[0] ?? null,
    uniqueId: object.identifiers(submissionSetIdentifiers.uniqueId, 'XDSSubmissionSet.uniqueId')[0] ?? null,
    intendedRecipient: slots.all('intendedRecipient'),
    homeCommunityId: attributeOf(element, 'home'),
  };
}

/** A URI slot in parts (`1|…`, `2|…`) is one URI. @see IHE ITI TF-3 4.2.3.2.27 */
function uriOf(values: readonly string[]): string | null {
  const parts = values.map((value) => /^(\d{1,3})\|(.*)$/s.exec(value));
  if (parts.length === 0) return null;
  if (parts.some((part) => part === null)) return values[0] ?? null;
  return parts
    .filter((part) => part !== null)
    .toSorted((a, b) => Number(a[1]) - Number(b[1]))
    .map((part) => part[2] ?? '')
    .join('');
}

function sizeOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A document entry under the names of XDS. */
export function readDocumentEntry(object: RegistryObject): XdmDocumentEntry {
  const { element, slots } = object;
  const entry = {
    entryUUID: object.id,
    logicalID: attributeOf(element, 'lid'),
    availabilityStatus: prefixless(attributeOf(element, 'status')),
    mimeType: prefixless(attributeOf(element, 'mimeType')),
    objectType: prefixless(attributeOf(element, 'objectType')),
    hash: slots.one('hash'),
    size: sizeOf(slots.one('size')),
    URI: uriOf(slots.all('URI')),
    creationTime: slots.one('creationTime'),
    languageCode: slots.one('languageCode'),
    legalAuthenticator: slots.one('legalAuthenticator'),
    serviceStartTime: slots.one('serviceStartTime'),
    serviceStopTime: slots.one('serviceStopTime'),
    sourcePatientId: slots.one('sourcePatientId'),
    sourcePatientInfo: slots.all('sourcePatientInfo'),
    repositoryUniqueId: slots.one('repositoryUniqueId'),
    homeCommunityId: attributeOf(element, 'home'),
    referenceIdList: slots.all(referenceIdSlot),
    action: slots.one(actionSlot),
  };
  return {
    ...entry,
    extraMetadata: slots.rest(),
    title: localizedOf(element, 'Name'),
    comments: localizedOf(element, 'Description'),
    author: object.authors(documentEntrySchemes.author),
    classCode: object.code(documentEntrySchemes.classCode, 'classCode'),
    confidentialityCode: object.codes(documentEntrySchemes.confidentialityCode),
    eventCodeList: object.codes(documentEntrySchemes.eventCodeList),
    formatCode: object.code(documentEntrySchemes.formatCode, 'formatCode'),
    healthcareFacilityTypeCode: object.code(documentEntrySchemes.healthcareFacilityTypeCode, 'healthcareFacilityTypeCode'),
    practiceSettingCode: object.code(documentEntrySchemes.practiceSettingCode, 'practiceSettingCode'),
    typeCode: object.code(documentEntrySchemes.typeCode, 'typeCode'),
    patientId: object.identifiers(documentEntryIdentifiers.patientId, 'XDSDocumentEntry.patientId')[0] ?? null,
    uniqueId: object.identifiers(documentEntryIdentifiers.uniqueId, 'XDSDocumentEntry.uniqueId')[0] ?? null,
  };
}
