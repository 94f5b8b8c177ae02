import { MssError, systemRandom } from '@mss/core';
import { displayEntity, displayOrganization, type CdaHeader, type DocumentSet } from '@mss/cda';
import { writeZip } from '@mss/formats/zip';

import type { XdmErrorCode } from '../errors.js';
import type { XdmDocumentEntry, XdmSubmissionSet } from '../model.js';
import { deriveDocumentEntry } from './document-entry.js';
import { writeIndex } from './index-htm.js';
import { writeMetadata } from './metadata-xml.js';
import type { XdmBuildOptions, XdmMissingAttribute } from './options.js';
import { patientIdOf } from './patient-ids.js';
import { writeReadme, type XdmSender } from './readme.js';
import { submissionInstant } from './submission-time.js';
import { deriveSubmissionSet } from './submission-set.js';

/** An archive and what was written into its METADATA.XML. */
export interface BuiltXdm {
  /** IHE_XDM.ZIP */
  readonly bytes: Uint8Array;
  readonly submissionSet: XdmSubmissionSet;
  /** In the order of the set: DOC0001.XML, DOC0002.XML … */
  readonly documents: readonly XdmDocumentEntry[];
  /** What French texts require, and neither the documents nor the host gave: to be shown to whoever configures the host. */
  readonly missing: readonly XdmMissingAttribute[];
}

const maxDocuments = 9999;
/** The name under which a stylesheet stands beside the documents. */
const stylesheetName = 'FSTYLE.XSL';

function senderOf(header: CdaHeader): XdmSender {
  const entity = header.authors[0]?.entity ?? null;
  const organization = entity?.organization ?? header.custodian;
  const national = organization?.ids.find((id) => id.extension !== null)?.extension ?? null;
  const telephone = organization?.telecoms.find((telecom) => telecom.value?.startsWith('tel:') === true)?.value?.slice(4) ?? null;
  return {
    name: entity?.person === null || entity === null ? null : displayEntity(entity),
    institution: organization === null ? null : displayOrganization(organization),
    institutionId: national,
    telephone,
  };
}

/** What the set as a whole lacks. */
function missingOf(set: XdmSubmissionSet, documents: DocumentSet['documents'], hasStylesheet: boolean): XdmMissingAttribute[] {
  const missing: XdmMissingAttribute[] = [];
  if (set.contentTypeCode === null) missing.push({ where: 'submissionSet', attribute: 'contentTypeCode' });
  if (set.author.length === 0) missing.push({ where: 'submissionSet', attribute: 'author' });
  for (const [index, document] of documents.entries()) {
    const cites = document.stylesheetHref?.toUpperCase() === stylesheetName;
    if (cites && !hasStylesheet) missing.push({ where: uriOf(index), attribute: 'stylesheet' });
  }
  return missing;
}

const uriOf = (index: number): string => `DOC${String(index + 1).padStart(4, '0')}.XML`;

/**
 * Builds IHE_XDM.ZIP from the documents of one patient.
 *
 * ```
 * README.TXT                        7-bit ASCII, CRLF
 * INDEX.HTM                         XHTML Basic 1.1
 * IHE_XDM/SUBSET01/METADATA.XML     ebRS 3.0
 * IHE_XDM/SUBSET01/DOC0001.XML      the bytes of the document, untouched
 * IHE_XDM/SUBSET01/FSTYLE.XSL       when the host gives a stylesheet
 * ```
 *
 * The same set, options and random source give the same bytes. Documents with a test INS or a wrong key are packed: what
 * may be sent to whom is decided when a message is composed.
 *
 * Not checked: that codes belong to the value sets of ANS, save the class; that the document is valid CDA.
 *
 * @throws MssError `ERR_MSS_XDM_SUBMISSION_TIME` no valid Date, nor 14 digits
 * @throws MssError `ERR_MSS_XDM_CLASS_UNKNOWN` no class for the type of a document, unless `unknownClass` is `omit`
 * @throws MssError `ERR_MSS_XDM_NO_PATIENT_ID` no identifier of the patient
 * @throws MssError `ERR_MSS_XDM_SOURCE_ID_UNKNOWN` no custodian and no `sourceId`
 * @throws MssError `ERR_MSS_XDM_DOCUMENT_INCOMPLETE` a document without identifier or type
 * @throws MssError `ERR_MSS_XDM_DUPLICATE_UNIQUE_ID` twice the same document
 * @throws MssError `ERR_MSS_XDM_TOO_MANY_DOCUMENTS` more than 9,999
 * @throws MssError `ERR_MSS_XDM_VISIBILITY` hidden from patient and professionals
 * @throws MssError `ERR_MSS_XDM_VALUE_INVALID` an option that its attribute cannot hold
 * @see Référentiel #2 v0.1, ECO.2.1.1 and ECO.2.1.4; IHE ITI TF-2 3.32
 */
export function buildXdm(set: DocumentSet, options: XdmBuildOptions): BuiltXdm {
  const { instant, digits } = submissionInstant(options.submissionTime);
  if (set.documents.length > maxDocuments) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_TOO_MANY_DOCUMENTS', `an archive holds at most ${maxDocuments} documents`);
  }
  const random = options.random ?? systemRandom;
  const uuid = (): string => `urn:uuid:${random.uuid()}`;
  const ids = { entryUUID: uuid(), uniqueUuid: random.uuid(), time: digits };
  const patientId = patientIdOf(set.patient);
  const submissionSet = deriveSubmissionSet({ set, patientId, ids }, options);

  const missing = missingOf(submissionSet, set.documents, options.stylesheet !== undefined);
  const documents: XdmDocumentEntry[] = [];
  const uniqueIds = new Set<string | null>();
  for (const [index, document] of set.documents.entries()) {
    const overrides = options.documents?.[index] ?? null;
    const place = { entryUUID: uuid(), uri: uriOf(index), patientId };
    const derived = deriveDocumentEntry({ document, place }, { ...options, overrides });
    if (uniqueIds.has(derived.entry.uniqueId)) {
      throw new MssError<XdmErrorCode>('ERR_MSS_XDM_DUPLICATE_UNIQUE_ID', 'two documents have the same identifier', {
        details: { uri: place.uri },
      });
    }
    uniqueIds.add(derived.entry.uniqueId);
    documents.push(derived.entry);
    missing.push(...derived.missing);
  }
  const associations = documents.map((entry) => ({
    id: uuid(),
    associationType: 'HasMember',
    sourceObject: submissionSet.entryUUID,
    targetObject: entry.entryUUID,
    submissionSetStatus: 'Original',
  }));

  const sender = options.sender ?? senderOf(set.documents[0].header);
  const stylesheets = options.stylesheet === undefined ? [] : [{ name: stylesheetName, bytes: options.stylesheet }];
  const files = [
    { name: 'METADATA.XML', bytes: writeMetadata({ submissionSet, documents, associations }) },
    ...set.documents.map((document, index) => ({ name: uriOf(index), bytes: document.bytes })),
    ...stylesheets,
  ];
  const links = documents.map((entry) => ({ name: entry.URI ?? '', label: entry.typeCode?.displayName ?? null }));
  const nothing = new Uint8Array();
  const bytes = writeZip(
    [
      {
        name: 'README.TXT',
        bytes: writeReadme(
          sender,
          files.map((file) => file.name),
        ),
      },
      { name: 'INDEX.HTM', bytes: writeIndex(sender, links) },
      { name: 'IHE_XDM/', bytes: nothing },
      { name: 'IHE_XDM/SUBSET01/', bytes: nothing },
      ...files.map((file) => ({ name: `IHE_XDM/SUBSET01/${file.name}`, bytes: file.bytes })),
    ],
    { modifiedAt: options.modifiedAt ?? instant },
  );
  return { bytes, submissionSet, documents, missing };
}
