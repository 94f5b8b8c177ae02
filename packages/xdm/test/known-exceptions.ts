import type { XdmCode } from '@mss/xdm';

import type { Difference } from './compare-metadata.js';

/** A cause for which METADATA.XML of ANS and ours differ. */
export interface KnownException {
  readonly attribute: string;
  /** Names of the archives, or every archive. */
  readonly archives: readonly string[] | 'every archive';
  readonly reason: string;
  /**
   * `defect`: the sample is wrong; `own`: each sender makes its own value; `host`: neither the CDA nor the tables say it, the
   * host must; `label`: another wording of the same code.
   */
  readonly cause: 'defect' | 'own' | 'host' | 'label';
  /** Whether a difference is of this cause and of no other. */
  explains(difference: Difference): boolean;
}

function isCode(value: unknown): value is XdmCode {
  return typeof value === 'object' && value !== null && 'codingScheme' in value;
}
const codeOf = (value: unknown): string | null => (isCode(value) ? value.code : null);
const schemeOf = (value: unknown): string | null => (isCode(value) ? value.codingScheme : null);

/** TRE_R02-SecteurActivite, the facility; TRE_R209-TypeActivite, the activity. */
const facilities = '1.2.250.1.71.4.2.4';
const activities = '1.2.250.1.213.2.2';

const trimmed = (value: unknown): string => JSON.stringify(value).replaceAll(/ +(?=[\^"])/g, '');
/** The same but for spaces at the end of a component. */
const onlySpaces = ({ ans, ours }: Difference): boolean => trimmed(ans) === trimmed(ours);
const codes =
  (ansCode: string, ourCode: string | null) =>
  ({ ans, ours }: Difference): boolean =>
    codeOf(ans) === ansCode && codeOf(ours) === ourCode;
const texts =
  (ansText: string, ourText: string) =>
  ({ ans, ours }: Difference): boolean =>
    ans === ansText && ours === ourText;
const structure = ({ ans, ours }: Difference): boolean => ans === 'wrong' && ours === 'right';

/** Codes in the order of their first appearance, and whether one is repeated. */
function codesOf(list: unknown): { readonly distinct: string; readonly repeats: boolean } {
  const keys = Array.isArray(list) ? list.map((one: unknown) => `${schemeOf(one) ?? ''} ${codeOf(one) ?? ''}`) : [];
  const distinct = [...new Set(keys)];
  return { distinct: distinct.join(', '), repeats: distinct.length < keys.length };
}

const trailingSpaces = 'the CDA has a space at the end of the text and ANS keeps it: a defect of the sample, it is not written';
const namesWithSpaces: readonly string[] = [
  'CANCER-FRCP_2022.01_Transversale',
  'CANCER-FRCP_2025.01_Appareil',
  'CANCER-PPS_2022.01_feuille-de-style-externe',
  'CSE-CS9_2024.01',
  'CSE-CS9_2025.01',
  'OBP-SNE_2024.01',
  'SDM-MR_2025.01_patiente-enceinte',
];
const titlesWithSpaces: readonly string[] = [
  'CANCER-PPS_2022.01_feuille-de-style-externe',
  'eP-MED-DM_2022.01_PosoNonStruct',
  'eP-MED-DM_2024.01_PosoStruct',
];
const ownLabel = 'ANS writes the label of JDV_J07; ours is the one of the document, as in the subject and the name of the PDF';
const notInA11 = 'the template is younger than ASS_A11, so the host must say the format';
const notInX04 = 'ASS_X04 has no row for this type, so the host must say the class';

/**
 * Every difference between the METADATA.XML of the archives of ANS and the one that is derived from their CDA. Any other
 * difference fails the test, and so does a row that no longer holds.
 */
export const knownExceptions: readonly KnownException[] = [
  {
    attribute: 'XDSSubmissionSet.contentTypeCode',
    archives: 'every archive',
    reason: 'ANS puts the code of the facility here; ours is the activity of the encounter, or nothing when the CDA does not tell it',
    cause: 'defect',
    explains: ({ ans, ours }) => schemeOf(ans) === facilities && (ours === null || schemeOf(ours) === activities),
  },
  {
    attribute: 'XDSSubmissionSet.uniqueId',
    archives: 'every archive',
    reason: 'each sender makes its own: ANS below its own arc, ours below 2.25 (ITU-T X.667)',
    cause: 'own',
    explains: ({ ans, ours }) => String(ans).startsWith('1.2.250.1.213.1.1.1.1.') && String(ours).startsWith('2.25.'),
  },
  {
    attribute: 'Classification/@classifiedObject',
    archives: 'every archive',
    reason: 'the classifications of the document entry refer to the submission set',
    cause: 'defect',
    explains: structure,
  },
  {
    attribute: 'ExternalIdentifier/@registryObject',
    archives: 'every archive',
    reason: 'the identifiers refer to objects that are not there',
    cause: 'defect',
    explains: structure,
  },
  {
    attribute: 'ExternalIdentifier/Name',
    archives: 'every archive',
    reason: 'XDSSumissionSet.sourceId, misspelt',
    cause: 'defect',
    explains: structure,
  },
  {
    attribute: 'ExtrinsicObject/@id',
    archives: [],
    reason: 'urn:uuid:urn:uuid:, seen in another edition of the archive with an external stylesheet',
    cause: 'defect',
    explains: structure,
  },
  {
    attribute: 'XDSDocumentEntry.classCode',
    archives: ['DLU-FR-SU_2025.01', 'DLU-FT-SU_2025.01'],
    reason: notInX04,
    cause: 'host',
    explains: codes('11', null),
  },
  {
    attribute: 'XDSDocumentEntry.classCode',
    archives: ['OBP-SNE_2024.01'],
    reason: 'ANS writes 10 where its own ASS_X04 says 11',
    cause: 'defect',
    explains: codes('10', '11'),
  },
  {
    attribute: 'XDSDocumentEntry.classCode',
    archives: ['IMG_CR_IMG_2024.01_CDA-R2-Niveau-1'],
    reason: 'ANS writes 10 where its own ASS_X04 says 31',
    cause: 'defect',
    explains: codes('10', '31'),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode',
    archives: ['BIO-TROD_2024.01_Angine', 'BIO-TROD_2024.01_COVID-19_Grippe-A_Grippe-B'],
    reason: notInA11,
    cause: 'host',
    explains: codes('urn:ans:ci-sis:trod:2024', null),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode',
    archives: ['DLU-FR-SU_2025.01'],
    reason: notInA11,
    cause: 'host',
    explains: codes('urn:asip:ci-sis:fr-su:2024', null),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode',
    archives: ['DLU-FT-SU_2025.01'],
    reason: notInA11,
    cause: 'host',
    explains: codes('urn:asip:ci-sis:ft-su:2024', null),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode',
    archives: ['OBP-SNE_2024.01'],
    reason: 'ANS writes a format of 2012 where its own ASS_A11 says that of 2023',
    cause: 'defect',
    explains: ({ ans, ours }) =>
      /^urn:asip:ci-sis:\w+:2012$/.test(codeOf(ans) ?? '') && /^urn:asip:ci-sis:obp-\w+:2023$/.test(codeOf(ours) ?? ''),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode.codingScheme',
    archives: [
      'BIO-CR-BIO_2021.01_Auto-Presentable',
      'BIO-CR-BIO_2021.01_Electrophorese',
      'BIO-CR-BIO_2021.01_Microbiologie_V2',
      'BIO-CR-BIO_2024.01_CR-2nde-intention-PDF',
      'BIO-CR-BIO_2024.01_DEP-CCU-HPV-structure-CYTO-pdf',
      'BIO-CR-BIO_2024.01_Electrophorese',
      'BIO-CR-BIO_2024.01_Folates_nmol_par_Litre_2',
      'BIO-CR-BIO_2024.01_Glycemie_mmol_par_Litre_1',
      'BIO-CR-BIO_2024.01_Glycemie_mole',
      'BIO-CR-BIO_2024.01_Hemoglobine_g_par_Litre_1',
      'BIO-CR-BIO_2024.01_Microbiologie_V1',
      'BIO-CR-BIO_2024.01_Microbiologie_V2',
      'BIO-CR-BIO_2024.01_Microbiologie_V2_Delete',
      'BIO-CR-BIO_2024.01_TSH_1',
      'BIO-CR-BIO_2024.01_TSH_date_1',
      'IMG_CR_IMG_2024.01',
      'eP-MED-DM_2022.01_PosoNonStruct',
      'eP-MED-DM_2024.01_PosoStruct',
    ],
    reason: 'ANS writes a format of IHE under the OID of its own complementary formats; its own ASS_A11 has it under that of IHE',
    cause: 'defect',
    explains: texts('1.2.250.1.213.1.1.4.2.282', '1.3.6.1.4.1.19376.1.2.3'),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode.codingScheme',
    archives: ['BIO-CR-BIO_2021.01_CDA-R2-Niveau-1', 'DOC_NON_STRUCTURE_CDA-R2-N1', 'IMG_CR_IMG_2024.01_CDA-R2-Niveau-1', 'TLM-CR_2022.01'],
    reason: 'ANS writes the format of a level 1 body under the OID of its document types; its own ASS_A11 has it under that of IHE',
    cause: 'defect',
    explains: texts('1.2.250.1.213.1.1.4.12', '1.3.6.1.4.1.19376.1.2.3'),
  },
  {
    attribute: 'XDSDocumentEntry.formatCode.codingScheme',
    archives: ['CNAM-HR_2021.01', 'CNAM-HR_2021.01_sans-info', 'CSE-CS9_2024.01', 'CSE-CS9_2025.01', 'VSM_1.4_2022.01'],
    reason: 'ANS writes the format under the OID of its document types; its own ASS_A11 has it under that of the complementary formats',
    cause: 'defect',
    explains: texts('1.2.250.1.213.1.1.4.12', '1.2.250.1.213.1.1.4.2.282'),
  },
  {
    attribute: 'XDSDocumentEntry.typeCode.displayName',
    archives: ['DLU-EHPAD-DLU_2022.01', 'DLU-EHPAD-FLUDR_2022.01'],
    reason: ownLabel,
    cause: 'label',
    explains: texts("Document de liaison d'urgence", "Dossier de liaison d'urgence"),
  },
  {
    attribute: 'XDSDocumentEntry.typeCode.displayName',
    archives: ['IMG-DA-IMG_2024.01_Mammo-Echo-Seins', 'IMG-DA-IMG_2024.01_Scanner_Crane_ThoraxAbdomenPelvis'],
    reason: ownLabel,
    cause: 'label',
    explains: texts("Demande d'actes d'imagerie", "Demande d'acte d'imagerie"),
  },
  {
    attribute: 'XDSDocumentEntry.typeCode.displayName',
    archives: ['IMG_CR_IMG_2024.01', 'IMG_CR_IMG_2024.01_CDA-R2-Niveau-1'],
    reason: ownLabel,
    cause: 'label',
    explains: texts("CR d'imagerie médicale", 'CR d’imagerie médicale'),
  },
  {
    attribute: 'XDSDocumentEntry.typeCode.displayName',
    archives: ['TLM-CR_2022.01'],
    reason: ownLabel,
    cause: 'label',
    explains: texts('CR de télémédecine', "Compte-rendu d'acte de télémédecine"),
  },
  {
    attribute: 'XDSDocumentEntry.typeCode.displayName',
    archives: [],
    reason: ownLabel,
    cause: 'label',
    explains: texts('Historique des vaccinations', 'Historique de vaccinations'),
  },
  {
    attribute: 'XDSDocumentEntry.eventCodeList',
    archives: ['IMG_CR_IMG_2024.01', 'IMG_CR_IMG_2024.01_CDA-R2-Niveau-1'],
    reason: 'ANS repeats the modality and the region once per act; ours has each code once',
    cause: 'defect',
    explains: ({ ans, ours }) => codesOf(ans).distinct === codesOf(ours).distinct && codesOf(ans).repeats && !codesOf(ours).repeats,
  },
  {
    attribute: 'XDSDocumentEntry.action',
    archives: ['BIO-CR-BIO_2024.01_Microbiologie_V2_Delete'],
    reason: 'a deletion is an act of the sender and not in the CDA, which is that of the replacement: the host must say it',
    cause: 'host',
    explains: ({ ans, ours }) => ans === 'D' && ours === 'C',
  },
  {
    attribute: 'XDSDocumentEntry.legalAuthenticator',
    archives: [
      'AVC-EUNV_2022.01',
      'AVC-PAVC_2022.01',
      'AVC-SUNV_2022.01',
      'CANCER-FRCP_2022.01_Transversale',
      'CANCER-FRCP_2025.01_Appareil',
      'CANCER-PPS_2022.01_feuille-de-style-externe',
      'CSE-CS9_2024.01',
      'CSE-CS9_2025.01',
      'LDL-SES_2022.01',
      'OBP-SNE_2024.01',
    ],
    reason: trailingSpaces,
    cause: 'defect',
    explains: onlySpaces,
  },
  { attribute: 'XDSDocumentEntry.author', archives: namesWithSpaces, reason: trailingSpaces, cause: 'defect', explains: onlySpaces },
  { attribute: 'XDSSubmissionSet.author', archives: namesWithSpaces, reason: trailingSpaces, cause: 'defect', explains: onlySpaces },
  { attribute: 'XDSDocumentEntry.title', archives: titlesWithSpaces, reason: trailingSpaces, cause: 'defect', explains: onlySpaces },
  { attribute: 'XDSSubmissionSet.title', archives: titlesWithSpaces, reason: trailingSpaces, cause: 'defect', explains: onlySpaces },
];

/** The row that lists a difference of an archive, or `null`. */
export function exceptionFor(archive: string, difference: Difference): KnownException | null {
  return (
    knownExceptions.find(
      (one) =>
        one.attribute === difference.attribute &&
        (one.archives === 'every archive' || one.archives.includes(archive)) &&
        one.explains(difference),
    ) ?? null
  );
}

/** Archives that the table was made from; in others a difference of a known cause is accepted as well. */
export const surveyed: readonly string[] = [
  'AVC-EUNV_2022.01',
  'AVC-PAVC_2022.01',
  'AVC-SUNV_2022.01',
  'BIO-CR-BIO_2021.01_Auto-Presentable',
  'BIO-CR-BIO_2021.01_CDA-R2-Niveau-1',
  'BIO-CR-BIO_2021.01_Electrophorese',
  'BIO-CR-BIO_2021.01_Microbiologie_V2',
  'BIO-CR-BIO_2024.01_CR-2nde-intention-PDF',
  'BIO-CR-BIO_2024.01_DEP-CCU-HPV-structure-CYTO-pdf',
  'BIO-CR-BIO_2024.01_Electrophorese',
  'BIO-CR-BIO_2024.01_Folates_nmol_par_Litre_2',
  'BIO-CR-BIO_2024.01_Glycemie_mmol_par_Litre_1',
  'BIO-CR-BIO_2024.01_Glycemie_mole',
  'BIO-CR-BIO_2024.01_Hemoglobine_g_par_Litre_1',
  'BIO-CR-BIO_2024.01_Microbiologie_V1',
  'BIO-CR-BIO_2024.01_Microbiologie_V2',
  'BIO-CR-BIO_2024.01_Microbiologie_V2_Delete',
  'BIO-CR-BIO_2024.01_TSH_1',
  'BIO-CR-BIO_2024.01_TSH_date_1',
  'BIO-TROD_2024.01_Angine',
  'BIO-TROD_2024.01_COVID-19_Grippe-A_Grippe-B',
  'CANCER-CR-GM_2022.01_AnalyseRealisee',
  'CANCER-FRCP_2022.01_Transversale',
  'CANCER-FRCP_2025.01_Appareil',
  'CANCER-PPS_2022.01_feuille-de-style-externe',
  'CARD-F-PRC-DCI_2022.01',
  'CARD-F-PRC-TAP_2022.01',
  'CNAM-HR_2021.01',
  'CNAM-HR_2021.01_sans-info',
  'CSE-CS9_2024.01',
  'CSE-CS9_2025.01',
  'DLU-EHPAD-DLU_2022.01',
  'DLU-EHPAD-FLUDR_2022.01',
  'DLU-FR-SU_2025.01',
  'DLU-FT-SU_2025.01',
  'DOC_NON_STRUCTURE_CDA-R2-N1',
  'IMG-DA-IMG_2024.01_Mammo-Echo-Seins',
  'IMG-DA-IMG_2024.01_Scanner_Crane_ThoraxAbdomenPelvis',
  'IMG_CR_IMG_2024.01',
  'IMG_CR_IMG_2024.01_CDA-R2-Niveau-1',
  'LDL-SES_2022.01',
  'OBP-SNE_2024.01',
  'SDM-MR_2025.01_patiente-enceinte',
  'TLM-CR_2022.01',
  'TLM-DA_2022.01_TCG_anamnese-non-structuree',
  'TLM-DA_2022.01_TCG_anamnèse-non-structurée',
  'TLM-DA_2022.01_TE1_anamnese-non-structuree',
  'VSM_1.4_2022.01',
  'eP-MED-DM_2022.01_PosoNonStruct',
  'eP-MED-DM_2024.01_PosoStruct',
];
