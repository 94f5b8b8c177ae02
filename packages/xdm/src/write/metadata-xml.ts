import { writeXml, xmlElement, type XmlElement } from '@mss/formats/xml';

import type { XdmAssociation, XdmAuthor, XdmCode, XdmDocumentEntry, XdmSubmissionSet } from '../model.js';
import {
  actionSlot,
  associationPrefix,
  documentEntryIdentifiers,
  documentEntrySchemes,
  lcmNamespace,
  referenceIdSlot,
  registryObjectTypes,
  rimNamespace,
  stableDocumentEntry,
  statusApproved,
  submissionSetIdentifiers,
  submissionSetNode,
  submissionSetSchemes,
} from '../schemes.js';

/** What one METADATA.XML holds. */
export interface XdmMetadataDraft {
  readonly submissionSet: XdmSubmissionSet;
  readonly documents: readonly XdmDocumentEntry[];
  readonly associations: readonly (XdmAssociation & { readonly id: string })[];
}

type Attributes = Readonly<Record<string, string | null>>;

const rim = (name: string, attributes: Attributes = {}, children: readonly (XmlElement | null)[] = []): XmlElement =>
  xmlElement({ namespace: rimNamespace, name }, attributes, children);

function slot(name: string, values: readonly (string | null)[]): XmlElement | null {
  const present = values.filter((value) => value !== null && value !== '');
  if (present.length === 0) return null;
  const list = present.map((value) => xmlElement({ namespace: rimNamespace, name: 'Value' }, {}, [value]));
  return rim('Slot', { name }, [rim('ValueList', {}, list)]);
}

function localized(name: 'Name' | 'Description', value: string | null): XmlElement | null {
  return value === null ? null : rim(name, {}, [rim('LocalizedString', { 'xml:lang': 'fr', charset: 'UTF-8', value })]);
}

/** Classifications and identifiers of one object, numbered in its own name. */
class Parts {
  readonly #owner: string;
  readonly #label: string;
  #count = 0;

  constructor(owner: string, label: string) {
    this.#owner = owner;
    this.#label = label;
  }

  #id(letter: string): string {
    this.#count += 1;
    return `${this.#label}_${letter}${String(this.#count).padStart(3, '0')}`;
  }

  node(classificationNode: string): XmlElement {
    const attributes = {
      id: this.#id('c'),
      objectType: registryObjectTypes.classification,
      classifiedObject: this.#owner,
      classificationNode,
    };
    return rim('Classification', attributes);
  }

  #scheme(classificationScheme: string, nodeRepresentation: string, children: readonly (XmlElement | null)[]): XmlElement {
    const attributes = {
      id: this.#id('c'),
      objectType: registryObjectTypes.classification,
      classificationScheme,
      classifiedObject: this.#owner,
      nodeRepresentation,
    };
    return rim('Classification', attributes, children);
  }

  code(scheme: string, code: XdmCode | null): XmlElement | null {
    if (code === null) return null;
    return this.#scheme(scheme, code.code, [slot('codingScheme', [code.codingScheme]), localized('Name', code.displayName)]);
  }

  author(scheme: string, author: XdmAuthor): XmlElement {
    return this.#scheme(scheme, '', [
      slot('authorInstitution', author.authorInstitution),
      slot('authorPerson', [author.authorPerson]),
      slot('authorRole', author.authorRole),
      slot('authorSpecialty', author.authorSpecialty),
      slot('authorTelecommunication', author.authorTelecommunication),
    ]);
  }

  identifier(identificationScheme: string, name: string, value: string | null): XmlElement | null {
    if (value === null) return null;
    const attributes = {
      id: this.#id('i'),
      objectType: registryObjectTypes.externalIdentifier,
      registryObject: this.#owner,
      identificationScheme,
      value,
    };
    return rim('ExternalIdentifier', attributes, [rim('Name', {}, [rim('LocalizedString', { value: name })])]);
  }
}

function packageElement(set: XdmSubmissionSet): XmlElement {
  const parts = new Parts(set.entryUUID, 'SubmissionSet01');
  const attributes = {
    id: set.entryUUID,
    objectType: registryObjectTypes.package,
    status: set.availabilityStatus ?? statusApproved,
    home: set.homeCommunityId,
  };
  return rim('RegistryPackage', attributes, [
    slot('submissionTime', [set.submissionTime]),
    slot('intendedRecipient', set.intendedRecipient),
    localized('Name', set.title),
    localized('Description', set.comments),
    parts.node(submissionSetNode),
    ...set.author.map((author) => parts.author(submissionSetSchemes.author, author)),
    parts.code(submissionSetSchemes.contentTypeCode, set.contentTypeCode),
    parts.identifier(submissionSetIdentifiers.patientId, 'XDSSubmissionSet.patientId', set.patientId),
    parts.identifier(submissionSetIdentifiers.sourceId, 'XDSSubmissionSet.sourceId', set.sourceId),
    parts.identifier(submissionSetIdentifiers.uniqueId, 'XDSSubmissionSet.uniqueId', set.uniqueId),
  ]);
}

function documentElement(entry: XdmDocumentEntry, number: number): XmlElement {
  const parts = new Parts(entry.entryUUID, `Document${String(number).padStart(2, '0')}`);
  const attributes = {
    id: entry.entryUUID,
    lid: entry.logicalID,
    objectType: entry.objectType ?? stableDocumentEntry,
    mimeType: entry.mimeType,
    status: entry.availabilityStatus ?? statusApproved,
    home: entry.homeCommunityId,
  };
  return rim('ExtrinsicObject', attributes, [
    slot('hash', [entry.hash]),
    slot('size', [entry.size === null ? null : String(entry.size)]),
    slot('URI', [entry.URI]),
    slot('creationTime', [entry.creationTime]),
    slot('languageCode', [entry.languageCode]),
    slot('legalAuthenticator', [entry.legalAuthenticator]),
    slot('serviceStartTime', [entry.serviceStartTime]),
    slot('serviceStopTime', [entry.serviceStopTime]),
    slot('sourcePatientId', [entry.sourcePatientId]),
    slot('sourcePatientInfo', entry.sourcePatientInfo),
    slot('repositoryUniqueId', [entry.repositoryUniqueId]),
    slot(referenceIdSlot, entry.referenceIdList),
    slot(actionSlot, [entry.action]),
    ...Object.entries(entry.extraMetadata).map(([name, values]) => slot(name, values)),
    localized('Name', entry.title),
    localized('Description', entry.comments),
    ...entry.eventCodeList.map((code) => parts.code(documentEntrySchemes.eventCodeList, code)),
    ...entry.author.map((author) => parts.author(documentEntrySchemes.author, author)),
    parts.code(documentEntrySchemes.classCode, entry.classCode),
    ...entry.confidentialityCode.map((code) => parts.code(documentEntrySchemes.confidentialityCode, code)),
    parts.code(documentEntrySchemes.formatCode, entry.formatCode),
    parts.code(documentEntrySchemes.healthcareFacilityTypeCode, entry.healthcareFacilityTypeCode),
    parts.code(documentEntrySchemes.practiceSettingCode, entry.practiceSettingCode),
    parts.code(documentEntrySchemes.typeCode, entry.typeCode),
    parts.identifier(documentEntryIdentifiers.patientId, 'XDSDocumentEntry.patientId', entry.patientId),
    parts.identifier(documentEntryIdentifiers.uniqueId, 'XDSDocumentEntry.uniqueId', entry.uniqueId),
  ]);
}

function associationElement(association: XdmAssociation & { readonly id: string }): XmlElement {
  const attributes = {
    id: association.id,
    objectType: registryObjectTypes.association,
    associationType: associationPrefix + association.associationType,
    sourceObject: association.sourceObject,
    targetObject: association.targetObject,
  };
  return rim('Association', attributes, [slot('SubmissionSetStatus', [association.submissionSetStatus])]);
}

/**
 * METADATA.XML in ebRS 3.0: UTF-8, indented, every reference to the object that holds it, children in the order of the
 * ebRIM schema (slots, name, description, classifications, external identifiers).
 *
 * @throws MssError `ERR_MSS_XML_WRITE` when a value holds a character that XML 1.0 cannot express.
 * @see IHE ITI TF-3 4.2.1; OASIS ebRIM 3.0
 */
export function writeMetadata(draft: XdmMetadataDraft): Uint8Array {
  const objects = [
    packageElement(draft.submissionSet),
    ...draft.documents.map((entry, index) => documentElement(entry, index + 1)),
    ...draft.associations.map(associationElement),
  ];
  const root = xmlElement({ namespace: lcmNamespace, name: 'SubmitObjectsRequest' }, {}, [rim('RegistryObjectList', {}, objects)]);
  return writeXml(root, { prefixes: { [lcmNamespace]: 'lcm', [rimNamespace]: 'rim' }, indent: true });
}
