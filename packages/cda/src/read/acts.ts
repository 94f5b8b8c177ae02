import type { XmlElement } from '@mss/formats/xml';

import { dicomNamespace, labNamespace } from '../namespaces.js';
import type { CdaConsent, CdaEncounter, CdaFacility, CdaOrder, CdaRelatedDocument, CdaServiceEvent } from '../types/header.js';
import { readAddress, readCodeOf, readId, readIds, readIntervalOf } from './data-types.js';
import { readEntity, readOrganization, readParticipations } from './entities.js';
import { attribute, text, type HeaderReader } from './header-reader.js';

/** INT@value; `null` with a warning when it is no whole number. */
export function readVersionNumber(reader: HeaderReader, parent: XmlElement): number | null {
  const value = attribute(reader.one(parent, 'versionNumber'), 'value');
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  reader.warn('CDA_VERSION_NUMBER', 'the version number is no whole number', 'versionNumber');
  return null;
}

/** documentationOf/serviceEvent */
export function readServiceEvent(reader: HeaderReader, element: XmlElement): CdaServiceEvent {
  return {
    classCode: attribute(element, 'classCode'),
    ids: readIds(reader, element),
    code: readCodeOf(reader, element, 'code'),
    effectiveTime: readIntervalOf(reader, element, 'effectiveTime'),
    statusCode: attribute(reader.one(element, 'statusCode', labNamespace), 'code'),
    performers: readParticipations(reader, element, 'performer'),
  };
}

/** inFulfillmentOf/order */
export function readOrder(reader: HeaderReader, element: XmlElement): CdaOrder {
  return {
    ids: readIds(reader, element),
    accessionNumbers: reader.all(element, 'accessionNumber', dicomNamespace).map(readId),
    code: readCodeOf(reader, element, 'code'),
    priority: readCodeOf(reader, element, 'priorityCode'),
  };
}

/** relatedDocument, its parentDocument inside. */
export function readRelatedDocument(reader: HeaderReader, element: XmlElement): CdaRelatedDocument {
  const parent = reader.one(element, 'parentDocument');
  const setId = parent === null ? null : reader.one(parent, 'setId');
  return {
    typeCode: attribute(element, 'typeCode'),
    ids: parent === null ? [] : readIds(reader, parent),
    setId: setId === null ? null : readId(setId),
    versionNumber: parent === null ? null : readVersionNumber(reader, parent),
    code: parent === null ? null : readCodeOf(reader, parent, 'code'),
  };
}

/** authorization/consent */
export function readConsent(reader: HeaderReader, element: XmlElement): CdaConsent {
  return {
    ids: readIds(reader, element),
    code: readCodeOf(reader, element, 'code'),
    statusCode: attribute(reader.one(element, 'statusCode'), 'code'),
  };
}

function readFacility(reader: HeaderReader, element: XmlElement): CdaFacility {
  const place = reader.one(element, 'location');
  const address = place === null ? null : reader.one(place, 'addr');
  const name = place === null ? null : reader.one(place, 'name');
  if (name !== null) reader.whole(name);
  const organization = reader.one(element, 'serviceProviderOrganization');
  return {
    ids: readIds(reader, element),
    code: readCodeOf(reader, element, 'code'),
    name: text(name),
    address: address === null ? null : readAddress(reader, address),
    organization: organization === null ? null : readOrganization(reader, organization),
  };
}

/** componentOf/encompassingEncounter */
export function readEncounter(reader: HeaderReader, element: XmlElement): CdaEncounter {
  const party = reader.one(element, 'responsibleParty');
  const responsible = party === null ? null : reader.one(party, 'assignedEntity');
  const location = reader.one(element, 'location');
  const facility = location === null ? null : reader.one(location, 'healthCareFacility');
  return {
    ids: readIds(reader, element),
    code: readCodeOf(reader, element, 'code'),
    effectiveTime: readIntervalOf(reader, element, 'effectiveTime'),
    dischargeDisposition: readCodeOf(reader, element, 'dischargeDispositionCode'),
    responsibleParty: responsible === null ? null : readEntity(reader, responsible),
    participants: readParticipations(reader, element, 'encounterParticipant'),
    facility: facility === null ? null : readFacility(reader, facility),
  };
}

/** The elements of that name, each with the one element of the second name inside it. */
export function readWrapped<Value>(
  reader: HeaderReader,
  root: XmlElement,
  wrapper: { readonly name: string; readonly inner: string; readonly read: (reader: HeaderReader, element: XmlElement) => Value },
): readonly Value[] {
  return reader
    .all(root, wrapper.name)
    .map((one) => reader.one(one, wrapper.inner))
    .filter((one) => one !== null)
    .map((one) => wrapper.read(reader, one));
}
