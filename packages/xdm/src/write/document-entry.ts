import { hl7TimestampToUtc, MssError } from '@mss/core';
import { documentIdentifier, mainServiceEvent, type CdaCode, type CdaDocument, type CdaHeader } from '@mss/cda';

import type { XdmErrorCode } from '../errors.js';
import { formatSourcePatientInfo } from '../hl7/source-patient-info.js';
import type { XdmCode, XdmDocumentEntry } from '../model.js';
import { stableDocumentEntry, statusApproved } from '../schemes.js';
import { sha1Hex } from '../sha1.js';
import { authorOf, xcnOf } from './actors.js';
import { classCodeFor, formatCodeFor } from './ans-codes.js';
import { confidentialityCodesOf } from './confidentiality.js';
import type { XdmBuildOptions, XdmDocumentOverrides, XdmMissingAttribute } from './options.js';
import { sourcePatientIdOf } from './patient-ids.js';

/** Where one entry stands in the archive, and whose it is. */
export interface EntryPlace {
  readonly entryUUID: string;
  /** `DOC0001.XML` */
  readonly uri: string;
  /** CX, the same for the whole archive. */
  readonly patientId: string;
}

/** A coded value of a CDA under the names of XDS; `null` without code. */
function codeOf(code: CdaCode | null): XdmCode | null {
  return code === null || code.code === null ? null : { code: code.code, codingScheme: code.codeSystem, displayName: code.displayName };
}

/** The codes of every act and their translations (CCAM, modality, region …), no repetition. */
function eventCodes(header: CdaHeader, added: readonly XdmCode[]): readonly XdmCode[] {
  const coded = header.serviceEvents.flatMap(({ code }) => (code === null ? [] : [code, ...code.translations]));
  const codes = [...coded.map(codeOf).filter((code) => code !== null), ...added];
  const byKey = new Map<string, XdmCode>();
  for (const code of codes) {
    const key = `${code.codingScheme ?? ''} ${code.code}`;
    if (!byKey.has(key)) byKey.set(key, code);
  }
  return [...byKey.values()];
}

/** The setting of the first performer who has one. */
function practiceSetting(header: CdaHeader): XdmCode | null {
  const performers = header.serviceEvents.flatMap((event) => event.performers);
  return performers.map((one) => codeOf(one.entity.organization?.industry ?? null)).find((code) => code !== null) ?? null;
}

function actionOf(header: CdaHeader, overrides: XdmDocumentOverrides): string | null {
  const action = overrides.action ?? ((header.versionNumber ?? 1) > 1 ? 'replace' : 'create');
  return { create: null, replace: 'C', delete: 'D' }[action];
}

function required(value: string | null, attribute: string, uri: string): string {
  if (value !== null && value !== '') return value;
  throw new MssError<XdmErrorCode>('ERR_MSS_XDM_DOCUMENT_INCOMPLETE', `the document has nothing for ${attribute}`, {
    details: { attribute, uri },
  });
}

/** Attributes that the CI-SIS requires and that a document may fail to give. */
const expected: readonly (keyof XdmDocumentEntry)[] = [
  'author',
  'classCode',
  'creationTime',
  'formatCode',
  'healthcareFacilityTypeCode',
  'languageCode',
  'legalAuthenticator',
  'practiceSettingCode',
  'serviceStartTime',
  'sourcePatientInfo',
  'title',
];

const isMissing = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

/**
 * The entry of one document, derived from the document and from what the host knows beside it.
 *
 * | attribute | from |
 * |---|---|
 * | hash, size | SHA-1 in upper case and length of the bytes as they are |
 * | creationTime, serviceStartTime, serviceStopTime | effectiveTime, main act; in UTC |
 * | author, legalAuthenticator | author, legalAuthenticator |
 * | classCode | type through ASS_X04 |
 * | formatCode | templates through ASS_A11, the media type for level 1 |
 * | typeCode | code, with the label of the document |
 * | confidentialityCode | confidentialityCode, then what is hidden from whom |
 * | eventCodeList | codes of the acts with their translations |
 * | patientId, sourcePatientId | INS; first other identifier |
 * | uniqueId | id |
 *
 * @throws MssError `ERR_MSS_XDM_CLASS_UNKNOWN` unless `unknownClass` is `omit`
 * @throws MssError `ERR_MSS_XDM_DOCUMENT_INCOMPLETE` no identifier or no type
 * @throws MssError `ERR_MSS_XDM_VISIBILITY`
 * @see CI-SIS Volet Transmission de documents CDA, mapping XDS; IHE ITI TF-3 4.2.3.2
 */
export function deriveDocumentEntry(
  { document, place }: { readonly document: CdaDocument; readonly place: EntryPlace },
  options: Pick<XdmBuildOptions, 'unknownClass' | 'assumedZone' | 'repositoryUniqueId'> & {
    readonly overrides?: XdmDocumentOverrides | null;
  },
): { readonly entry: XdmDocumentEntry; readonly missing: readonly XdmMissingAttribute[] } {
  const { header } = document;
  const { traits } = header.patient;
  const overrides = options.overrides ?? {};
  const utc = (value: string | null | undefined): string | null =>
    value === null || value === undefined
      ? null
      : hl7TimestampToUtc(value, options.assumedZone === undefined ? {} : { assumedZone: options.assumedZone });
  const act = mainServiceEvent(header);
  const omit = options.unknownClass === 'omit';
  const entry: XdmDocumentEntry = {
    entryUUID: place.entryUUID,
    logicalID: null,
    availabilityStatus: statusApproved,
    mimeType: overrides.mimeType ?? 'text/xml',
    objectType: stableDocumentEntry,
    hash: sha1Hex(document.bytes),
    size: document.bytes.length,
    URI: place.uri,
    creationTime: utc(header.effectiveTime.value),
    languageCode: header.languageCode,
    legalAuthenticator: header.legalAuthenticator === null ? null : xcnOf(header.legalAuthenticator.entity),
    serviceStartTime: utc(act?.effectiveTime?.low?.value),
    serviceStopTime: utc(act?.effectiveTime?.high?.value),
    sourcePatientId: sourcePatientIdOf(traits),
    sourcePatientInfo: formatSourcePatientInfo(traits),
    repositoryUniqueId: options.repositoryUniqueId ?? null,
    homeCommunityId: null,
    referenceIdList: overrides.referenceIdList ?? [],
    action: actionOf(header, overrides),
    extraMetadata: {},
    title: overrides.title ?? header.title,
    comments: overrides.comments ?? '',
    author: header.authors.map(authorOf),
    classCode: classCodeFor(header, { given: overrides.classCode, omit, uri: place.uri }),
    confidentialityCode: confidentialityCodesOf(document, overrides.visibility),
    eventCodeList: eventCodes(header, overrides.eventCodeList ?? []),
    formatCode: formatCodeFor(document, overrides.formatCode),
    healthcareFacilityTypeCode: overrides.healthcareFacilityTypeCode ?? codeOf(header.encounter?.facility?.code ?? null),
    practiceSettingCode: overrides.practiceSettingCode ?? practiceSetting(header),
    typeCode: {
      code: required(header.code.code, 'typeCode', place.uri),
      codingScheme: header.code.codeSystem,
      displayName: header.code.displayName,
    },
    patientId: place.patientId,
    uniqueId: required(header.id.root === null ? null : documentIdentifier(header), 'uniqueId', place.uri),
  };
  const missing = expected.filter((attribute) => isMissing(entry[attribute])).map((attribute) => ({ where: place.uri, attribute }));
  return { entry, missing };
}
