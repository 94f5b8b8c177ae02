import { resolveLimits, systemRandom, type Environment, type Limits, type RandomSource } from '@mss/core';
import { writeXml, type XmlElement } from '@mss/formats/xml';

import { readCda } from '../read/read-cda.js';
import { confidentialityCodes } from '../tables/confidentiality-codes.generated.js';
import { documentTypes } from '../tables/document-types.generated.js';
import { level1Template } from '../tables/lookup.js';
import type { CdaDocument } from '../types/document.js';
import { actElement, encounterElement } from './acts.js';
import { checkTableCode, checkText, checkTime, invalid, missing } from './check.js';
import type { CdaDraft, IdDraft } from './draft.js';
import { codeElement, hl7, idElement, organizationElement, prefixes, textElement } from './elements.js';
import { embeddedElement } from './embedded-element.js';
import { recordTargetElement } from './patient-element.js';
import { authorElement, legalAuthenticatorElement, recipientElement } from './people.js';

/** How to build. */
export interface BuildCdaOptions {
  /** Default `production`: test and demonstration INS are refused. */
  readonly environment?: Environment;
  /** Makes the identifiers that the draft leaves out. */
  readonly random?: RandomSource;
  /** Used: `embeddedBytes`. */
  readonly limits?: Partial<Limits>;
}

/** The three templates of a French level 1 document: HL7 France, CI-SIS, IHE XDS-SD. */
const templates = ['2.16.840.1.113883.2.8.2.1', '1.2.250.1.213.1.1.1.1', level1Template];

/** X.667: an OID that needs no registration. */
function uuidOid(random: RandomSource): IdDraft {
  return { root: `2.25.${BigInt(`0x${random.uuid().replaceAll('-', '')}`)}` };
}

function confidentialityElement({ confidentiality = 'N', masking = [] }: CdaDraft): XmlElement {
  if (masking.includes('INVISIBLE_PATIENT') && masking.includes('MASQUE_PS')) {
    invalid('masking', 'INVISIBLE_PATIENT and MASQUE_PS together leave nobody who may see the document');
  }
  const code = checkTableCode(confidentiality, confidentialityCodes, 'confidentiality');
  const masks = masking.map((one) => codeElement('translation', checkTableCode(one, confidentialityCodes, 'masking')));
  return codeElement('confidentialityCode', code, masks);
}

interface Version {
  readonly id: IdDraft;
  readonly setId: IdDraft;
  readonly versionNumber: number;
  readonly relatedDocument: XmlElement | null;
}

function versionOf(draft: CdaDraft, random: RandomSource): Version {
  const { replaces, versionNumber = 1 } = draft;
  if (!Number.isSafeInteger(versionNumber) || versionNumber < 1) invalid('versionNumber', 'is no positive whole number');
  const id = draft.id ?? uuidOid(random);
  if (replaces === undefined) return { id, setId: draft.setId ?? uuidOid(random), versionNumber, relatedDocument: null };
  if (draft.setId === undefined) missing('setId, which all versions of a document share');
  const replaced = replaces.versionNumber ?? versionNumber - 1;
  if (versionNumber < 2 || replaced < 1 || replaced >= versionNumber)
    invalid('versionNumber', 'must be greater than that of the replaced version');
  const parent = hl7(
    'parentDocument',
    {},
    idElement('id', replaces.id, 'replaces.id'),
    idElement('setId', draft.setId, 'setId'),
    hl7('versionNumber', { value: String(replaced) }),
  );
  return { id, setId: draft.setId, versionNumber, relatedDocument: hl7('relatedDocument', { typeCode: 'RPLC' }, parent) };
}

/**
 * Wraps a PDF, JPEG, TIFF, RTF or plain text in a CDA R2 level 1 document with a French header, so that software that
 * holds only such a file can send it.
 *
 * Strict: the first thing that is missing or wrong is refused, and no identifier is invented but UUID-based ones. The
 * document is read back before it is returned: what comes out is what {@link readCda} gives to the receiver.
 *
 * Not checked: that people and organisations exist, that the body is about the patient, that a PDF is a PDF/A-1.
 *
 * @throws MssError `ERR_MSS_CDA_BUILD_MISSING` mandatory value absent; `details.field` names it.
 * @throws MssError `ERR_MSS_CDA_BUILD_INVALID` value that its field cannot hold; `details.field` names it.
 * @throws MssError `ERR_MSS_CDA_BUILD_INS` INS malformed, with a wrong key, of a wrong OID, or a test INS in production.
 * @throws MssError `ERR_MSS_CDA_BUILD_MEDIA` body empty, over the limit, or of another type than it is said to be.
 * @see CI-SIS Volet Structuration Minimale de Documents de Santé; IHE ITI TF-3 §5.2 (XDS-SD); référentiel #2 v0.1, ECO.2.1.4.
 */
export function buildCda(draft: CdaDraft, options: BuildCdaOptions = {}): CdaDocument {
  const { environment = 'production', random = systemRandom } = options;
  const limits = resolveLimits(options.limits);
  const [mainAct, ...otherActs] = draft.acts;
  if (mainAct === undefined) missing('acts');
  if (draft.authors.length === 0) missing('authors');
  checkTime(mainAct.start, 'acts[0].start', { precision: 'any' });
  if (mainAct.performer.organization?.practiceSetting === undefined) missing('acts[0].performer.organization.practiceSetting');
  const version = versionOf(draft, random);
  const root = hl7(
    'ClinicalDocument',
    {},
    hl7('realmCode', { code: 'FR' }),
    hl7('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    templates.map((template) => hl7('templateId', { root: template })),
    idElement('id', version.id, 'id'),
    codeElement('code', checkTableCode(draft.type, documentTypes, 'type')),
    textElement('title', checkText(draft.title, 'title')),
    hl7('effectiveTime', { value: checkTime(draft.effectiveTime, 'effectiveTime', { precision: 'time' }) }),
    confidentialityElement(draft),
    hl7('languageCode', { code: 'fr-FR' }),
    idElement('setId', version.setId, 'setId'),
    hl7('versionNumber', { value: String(version.versionNumber) }),
    recordTargetElement(draft.patient, environment),
    draft.authors.map(authorElement),
    hl7(
      'custodian',
      {},
      hl7('assignedCustodian', {}, organizationElement('representedCustodianOrganization', draft.custodian, 'custodian')),
    ),
    (draft.recipients ?? []).map(recipientElement),
    legalAuthenticatorElement(draft.legalAuthenticator),
    (draft.orders ?? []).map((id) => hl7('inFulfillmentOf', {}, hl7('order', {}, idElement('id', id, 'orders')))),
    actElement(mainAct, 'acts[0]'),
    otherActs.map((act, index) => actElement(act, `acts[${index + 1}]`)),
    version.relatedDocument,
    encounterElement(draft.encounter),
    embeddedElement(draft.body, limits),
  );
  const bytes = writeXml(root, { prefixes });
  return readCda(bytes, { limits: { ...options.limits, xmlBytes: Math.max(limits.xmlBytes, bytes.length) } }).value;
}
