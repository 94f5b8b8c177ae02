import { childrenOf, type XmlElement } from '@mss/formats/xml';

import { hl7Namespace } from '../namespaces.js';
import type { CdaDevice, CdaEntity, CdaOrganization, CdaParticipation, CdaPerson } from '../types/header.js';
import { readAddresses, readCodeOf, readIds, readIntervalOf, readNames, readTelecoms } from './data-types.js';
import { attribute, text, type HeaderReader } from './header-reader.js';

/** An organisation, whatever its role. */
export function readOrganization(reader: HeaderReader, element: XmlElement): CdaOrganization {
  const asPart = reader.one(element, 'asOrganizationPartOf');
  const whole = asPart === null ? null : reader.one(asPart, 'wholeOrganization');
  return {
    ids: readIds(reader, element),
    names: reader
      .all(element, 'name')
      .map((one) => {
        reader.whole(one);
        return text(one);
      })
      .filter((name) => name !== null),
    telecoms: readTelecoms(reader, element),
    addresses: readAddresses(reader, element),
    industry: readCodeOf(reader, element, 'standardIndustryClassCode'),
    partOf: whole === null ? null : readOrganization(reader, whole),
    partOfCode: asPart === null ? null : readCodeOf(reader, asPart, 'code'),
    partOfIds: asPart === null ? [] : readIds(reader, asPart),
  };
}

const personNames = ['assignedPerson', 'associatedPerson', 'relatedPerson', 'guardianPerson', 'informationRecipient'];
const organizationNames = [
  'representedOrganization',
  'scopingOrganization',
  'receivedOrganization',
  'guardianOrganization',
  'serviceProviderOrganization',
];

/** The first child that has one of these names, in their order. */
function oneOf(reader: HeaderReader, parent: XmlElement, names: readonly string[]): XmlElement | null {
  for (const name of names) {
    const found = reader.one(parent, name);
    if (found !== null) return found;
  }
  return null;
}

function readPerson(reader: HeaderReader, element: XmlElement): CdaPerson {
  return { names: readNames(reader, element) };
}

function readDevice(reader: HeaderReader, element: XmlElement): CdaDevice {
  return {
    manufacturerModelName: text(reader.one(element, 'manufacturerModelName')),
    softwareName: text(reader.one(element, 'softwareName')),
    code: readCodeOf(reader, element, 'code'),
  };
}

/** assignedEntity, assignedAuthor, associatedEntity, relatedEntity, intendedRecipient, guardian. */
export function readEntity(reader: HeaderReader, element: XmlElement): CdaEntity {
  const person = oneOf(reader, element, personNames);
  const device = reader.one(element, 'assignedAuthoringDevice');
  const organization = oneOf(reader, element, organizationNames);
  return {
    classCode: attribute(element, 'classCode'),
    ids: readIds(reader, element),
    code: readCodeOf(reader, element, 'code'),
    addresses: readAddresses(reader, element),
    telecoms: readTelecoms(reader, element),
    person: person === null ? null : readPerson(reader, person),
    device: device === null ? null : readDevice(reader, device),
    organization: organization === null ? null : readOrganization(reader, organization),
    nullFlavor: attribute(element, 'nullFlavor'),
  };
}

const entityNames = ['assignedAuthor', 'assignedEntity', 'associatedEntity', 'relatedEntity', 'intendedRecipient'];

const nobody: CdaEntity = {
  classCode: null,
  ids: [],
  code: null,
  addresses: [],
  telecoms: [],
  person: null,
  device: null,
  organization: null,
  nullFlavor: null,
};

/** author, dataEnterer, informant, informationRecipient, authenticator, participant, performer … */
function readParticipation(reader: HeaderReader, element: XmlElement): CdaParticipation {
  const entity = oneOf(reader, element, entityNames);
  return {
    typeCode: attribute(element, 'typeCode'),
    functionCode: readCodeOf(reader, element, 'functionCode'),
    time: readIntervalOf(reader, element, 'time'),
    signatureCode: attribute(reader.one(element, 'signatureCode'), 'code'),
    entity: entity === null ? nobody : readEntity(reader, entity),
  };
}

/** Every child of that name as a participation. */
export function readParticipations(reader: HeaderReader, parent: XmlElement, name: string): readonly CdaParticipation[] {
  return reader.all(parent, name).map((one) => readParticipation(reader, one));
}

/** The first child of that name as a participation. */
export function readParticipationOf(reader: HeaderReader, parent: XmlElement, name: string): CdaParticipation | null {
  const element = reader.one(parent, name);
  return element === null ? null : readParticipation(reader, element);
}

/** custodian/assignedCustodian/representedCustodianOrganization; `null` when it says nothing. */
export function readCustodian(reader: HeaderReader, root: XmlElement): CdaOrganization | null {
  const custodian = reader.one(root, 'custodian');
  if (custodian === null) return null;
  const assigned = reader.one(custodian, 'assignedCustodian');
  const organization = assigned === null ? null : reader.one(assigned, 'representedCustodianOrganization');
  return organization === null || childrenOf(organization, undefined, hl7Namespace).length === 0
    ? null
    : readOrganization(reader, organization);
}
