import { MssError } from '@mss/core';
import type { XmlElement } from '@mss/formats/xml';

import type { CdaErrorCode } from '../errors.js';
import type { CdaCode } from '../types/data-types.js';
import type { CdaHeader } from '../types/header.js';
import { readConsent, readEncounter, readOrder, readRelatedDocument, readServiceEvent, readVersionNumber, readWrapped } from './acts.js';
import { readCode, readId, readTime } from './data-types.js';
import { readCustodian, readParticipationOf, readParticipations } from './entities.js';
import { attribute, text, type HeaderReader } from './header-reader.js';
import { readPatient } from './patient.js';
import { findUnmapped } from './unmapped.js';

function withTranslations(code: CdaCode): readonly CdaCode[] {
  return [code, ...code.translations.flatMap(withTranslations)];
}

/**
 * The whole header of a ClinicalDocument.
 *
 * @throws MssError `ERR_MSS_CDA_NO_ID`
 * @throws MssError `ERR_MSS_CDA_NO_TYPE`
 * @throws MssError `ERR_MSS_CDA_NO_PATIENT`
 * @throws MssError `ERR_MSS_CDA_TWO_PATIENTS`
 * @see HL7 CDA R2 §4.2; CI-SIS Volet Structuration Minimale de Documents de Santé.
 */
export function readHeader(reader: HeaderReader, root: XmlElement): CdaHeader {
  const id = reader.one(root, 'id');
  if (id === null || (attribute(id, 'root') ?? attribute(id, 'extension')) === null) {
    throw new MssError<CdaErrorCode>('ERR_MSS_CDA_NO_ID', 'the document has no identifier');
  }
  const code = reader.one(root, 'code');
  if (code === null || attribute(code, 'code') === null)
    throw new MssError<CdaErrorCode>('ERR_MSS_CDA_NO_TYPE', 'the document has no type code');
  const patient = readPatient(reader, root);
  const setId = reader.one(root, 'setId');
  const effectiveTime = reader.one(root, 'effectiveTime');
  const time = effectiveTime === null ? { value: null, nullFlavor: null } : readTime(effectiveTime);
  if (time.value === null) reader.warn('CDA_NO_EFFECTIVE_TIME', 'the document has no date of creation', 'effectiveTime');
  const confidentialities = reader.all(root, 'confidentialityCode').map((one) => readCode(reader, one));
  const componentOf = reader.one(root, 'componentOf');
  const encounter = componentOf === null ? null : reader.one(componentOf, 'encompassingEncounter');
  return {
    templateIds: reader.all(root, 'templateId').map(readId),
    id: readId(id),
    setId: setId === null ? null : readId(setId),
    versionNumber: readVersionNumber(reader, root),
    code: readCode(reader, code),
    title: text(reader.one(root, 'title')),
    effectiveTime: time,
    confidentiality: confidentialities[0] ?? null,
    confidentialityCodes: confidentialities.flatMap(withTranslations),
    languageCode: attribute(reader.one(root, 'languageCode'), 'code'),
    patient,
    authors: readParticipations(reader, root, 'author'),
    dataEnterer: readParticipationOf(reader, root, 'dataEnterer'),
    informants: readParticipations(reader, root, 'informant'),
    custodian: readCustodian(reader, root),
    recipients: readParticipations(reader, root, 'informationRecipient'),
    legalAuthenticator: readParticipationOf(reader, root, 'legalAuthenticator'),
    authenticators: readParticipations(reader, root, 'authenticator'),
    participants: readParticipations(reader, root, 'participant'),
    orders: readWrapped(reader, root, { name: 'inFulfillmentOf', inner: 'order', read: readOrder }),
    serviceEvents: readWrapped(reader, root, { name: 'documentationOf', inner: 'serviceEvent', read: readServiceEvent }),
    relatedDocuments: reader.all(root, 'relatedDocument').map((one) => readRelatedDocument(reader, one)),
    consents: readWrapped(reader, root, { name: 'authorization', inner: 'consent', read: readConsent }),
    encounter: encounter === null ? null : readEncounter(reader, encounter),
    unmapped: findUnmapped(reader, root),
  };
}
