import { readFileSync } from 'node:fs';
import { level1 } from '../body.mjs';
import { scannedPage, skinSpot, tiff } from '../images.mjs';
import { jpeg } from '../jpeg.mjs';
import { simplePdf } from '../pdf.mjs';
import { organizations, patients, professionals, uuidOid } from '../people.mjs';

const xdsSd = [['1.3.6.1.4.1.19376.1.2.20']];
const ambulatory = ['AMB', 'Ambulatoire (hors établissement)'];
const consultation = ['11429006', 'consultation', '2.16.840.1.113883.6.96'];

const letter = simplePdf("Lettre de liaison à la sortie d'un établissement de soins", [
  [
    '# Lettre de liaison à la sortie',
    '',
    "Centre hospitalier du Belvédère – service d'orthopédie",
    '1, route de l’Hôpital – 20000 AJACCIO',
    '',
    '* Patient : LECA-ORSONI Pascal (né LECA-ORSONI Pasquale, 22/07/1949)',
    '* Séjour : du 03/02/2025 au 08/02/2025',
    '',
    '* Motif d’hospitalisation',
    'Fracture du col du fémur gauche après chute de sa hauteur à domicile.',
    '',
    '* Synthèse du séjour',
    'Arthroplastie totale de hanche gauche le 04/02/2025 sous rachianesthésie.',
    'Lever à J1, marche avec deux cannes à J2. Suites simples, transfusion : aucune.',
    'Hémoglobine de sortie : 11,2 g/dL. Radiographie de contrôle satisfaisante.',
    '',
    '* Traitement de sortie',
    'Énoxaparine 4 000 UI par jour pendant 35 jours ; paracétamol 1 g x 4 par jour.',
    'Reprise du traitement habituel : périndopril 4 mg, atorvastatine 10 mg.',
  ],
  [
    '# Suites à donner',
    '',
    '* Soins infirmiers',
    'Ablation des agrafes le 19/02/2025. Surveillance des plaquettes deux fois par semaine.',
    '',
    '* Rééducation',
    'Kinésithérapie à domicile, trois séances par semaine.',
    '',
    '* Rendez-vous',
    'Consultation de contrôle le 20/03/2025 à 10 h 15, Dr Ange POLVERINI.',
    '',
    'Document validé le 08/02/2025 par le Dr Ange POLVERINI.',
  ],
]);

const report = {
  name: '003-consultation-pdfa-nia',
  doc: {
    templates: xdsSd,
    id: { root: uuidOid('003 consultation') },
    setId: { root: uuidOid('003 consultation lot') },
    type: ['11488-4', 'CR ou fiche de consultation ou de visite'],
    title: 'Compte rendu de consultation',
    time: '20250418120000+0200',
    patient: patients.benamar,
    authors: [{ pro: professionals.gp, time: '20250418115500+0200' }],
    custodian: organizations.practice,
    legal: professionals.gp,
    acts: [{ code: consultation, low: '20250418113000+0200', high: '20250418115000+0200', performer: professionals.gp }],
    encounter: { code: ambulatory, low: '20250418113000+0200', facility: ['SA08', 'Cabinet de groupe'] },
    // Made once by consultation-pdf.mjs: its bytes depend on the version of pdfkit.
    body: level1('application/pdf', readFileSync(new URL('../../../testdata/cda/parts/consultation-pdfa1b.pdf', import.meta.url))),
  },
};

const nursing = {
  name: '014-suivi-infirmier-texte',
  doc: {
    templates: xdsSd,
    id: { root: uuidOid('014 suivi') },
    setId: { root: uuidOid('014 suivi lot') },
    type: ['11506-3', 'CR ou fiche de suivi de soins par auxiliaire médical'],
    title: 'Fiche de suivi de soins infirmiers',
    time: '20250806190500+0200',
    patient: patients.garnier,
    authors: [{ pro: professionals.nurse, time: '20250806190000+0200' }],
    custodian: organizations.nurses,
    legal: professionals.nurse,
    acts: [
      {
        code: ['9632001', 'soins infirmiers', '2.16.840.1.113883.6.96'],
        low: '20250806073000+0200',
        high: '20250806080000+0200',
        performer: professionals.nurse,
      },
    ],
    encounter: { code: ['HH', 'Domicile'], low: '20250806073000+0200', facility: ['SA07', 'Cabinet individuel'] },
    body: level1(
      'text/plain',
      [
        'FICHE DE SUIVI – SOINS INFIRMIERS À DOMICILE',
        '',
        'Patient : GARNIER-LORRAIN André',
        'Passage du 06/08/2025 à 7 h 30',
        '',
        'Pansement d’ulcère de jambe gauche, face interne :',
        '  - surface 4 x 3 cm (5 x 3 cm le 30/07),',
        '  - bourgeonnement sur les deux tiers, exsudat modéré,',
        '  - pas de signe d’infection.',
        '',
        'Glycémie capillaire à jeun : 1,32 g/L',
        'Pression artérielle : 13/7      Poids : 81,4 kg',
        '',
        'Prochain passage : vendredi 08/08/2025.',
      ].join('\n'),
    ),
  },
};

const photograph = {
  name: '015-photographie-jpeg',
  doc: {
    templates: xdsSd,
    id: { root: uuidOid('015 photographie') },
    setId: { root: uuidOid('015 photographie lot') },
    type: ['52040-3', "Document encapsulant une image d'illustration non DICOM"],
    title: 'Photographie dermatoscopique',
    time: '20250603103500+0200',
    patient: patients.roux,
    authors: [{ pro: professionals.dermatologist, time: '20250603103500+0200' }],
    custodian: organizations.dermatology,
    legal: professionals.dermatologist,
    acts: [
      {
        code: ['446078000', 'dermatoscopie', '2.16.840.1.113883.6.96'],
        low: '20250603101500+0200',
        performer: professionals.dermatologist,
      },
    ],
    encounter: { code: ambulatory, low: '20250603101500+0200', facility: ['SA07', 'Cabinet individuel'] },
    body: level1('image/jpeg', jpeg(skinSpot(320, 320))),
  },
};

const rtf = (text) =>
  `{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\\f0\\fs22 ${[...text].map((one) => (one === '\n' ? '\\par\n' : one.codePointAt(0) > 0x7e ? `\\u${one.codePointAt(0)}?` : one)).join('')}}`;

const certificate = {
  name: '018-certificat-rtf',
  doc: {
    templates: xdsSd,
    id: { root: uuidOid('018 certificat') },
    setId: { root: uuidOid('018 certificat lot') },
    type: ['CERT_DECL', 'Certificat, déclaration', '1.2.250.1.213.1.1.4.12'],
    title: 'Certificat médical de non contre-indication',
    time: '20250901174500+0200',
    patient: patients.benamar,
    authors: [{ pro: professionals.gp, time: '20250901174500+0200' }],
    custodian: organizations.practice,
    legal: professionals.gp,
    acts: [{ code: consultation, low: '20250901173000+0200', performer: professionals.gp }],
    encounter: { code: ambulatory, low: '20250901173000+0200', facility: ['SA08', 'Cabinet de groupe'] },
    body: level1(
      'text/rtf',
      Buffer.from(
        rtf(
          '{\\b CERTIFICAT MÉDICAL}\nJe soussigné, Dr Étienne LAFORÊT, certifie avoir examiné ce jour Mme BENAMAR Yasmine, née le 17/05/1990, et n’avoir constaté aucune contre-indication à la pratique de l’athlétisme.\nFait à Lyon, le 01/09/2025.',
        ),
        'latin1',
      ),
    ),
  },
};

const scan = {
  name: '019-courrier-numerise-tiff',
  doc: {
    templates: xdsSd,
    id: { root: uuidOid('019 scan') },
    setId: { root: uuidOid('019 scan lot') },
    type: ['51851-4', 'Document administratif'],
    title: 'Courrier numérisé',
    time: '20250915090000+0200',
    patient: patients.garnier,
    authors: [{ pro: professionals.gp, time: '20250915090000+0200' }],
    custodian: organizations.practice,
    legal: professionals.gp,
    acts: [{ low: '20250910000000+0200', performer: professionals.gp }],
    encounter: { code: ambulatory, low: '20250910000000+0200', facility: ['SA08', 'Cabinet de groupe'] },
    body: level1('image/tiff', tiff(scannedPage(210, 297))),
  },
};

const discharge = {
  name: '002-lettre-de-liaison-pdf',
  doc: {
    templates: xdsSd,
    id: { root: uuidOid('002 sortie'), extension: 'LDL-2025-0990' },
    setId: { root: uuidOid('002 sortie lot') },
    type: ['11490-0', "Lettre de liaison à la sortie d'un établissement de soins"],
    title: "Lettre de liaison à la sortie d'un établissement de soins",
    time: '20250208113000+0100',
    patient: patients.leca,
    authors: [
      {
        pro: professionals.surgeon,
        time: '20250208112000+0100',
        functionCode: ['DISPHYS', 'Responsable de la sortie', '2.16.840.1.113883.5.88'],
      },
    ],
    custodian: organizations.hospital,
    legal: professionals.surgeon,
    informants: [
      {
        classCode: 'ECON',
        code: ['WIFE', 'Épouse', '2.16.840.1.113883.5.111'],
        prefix: 'MME',
        given: 'Maria',
        family: 'LECA-ORSONI',
        phone: '+33600000102',
      },
    ],
    recipients: [{ pro: professionals.gp, typeCode: 'PRCP' }],
    participants: [
      {
        typeCode: 'INF',
        functionCode: ['PCP', 'Médecin traitant', '2.16.840.1.113883.5.88'],
        time: { nullFlavor: 'NA' },
        pro: professionals.gp,
      },
    ],
    acts: [
      {
        code: ['NEKA020', 'Remplacement de l’articulation coxofémorale par prothèse totale', '1.2.250.1.213.2.5', 'CCAM'],
        low: '20250203142000+0100',
        high: '20250208110000+0100',
        performer: professionals.surgeon,
      },
      { code: ['S72.0', 'Fracture du col du fémur', '2.16.840.1.113883.6.3', 'CIM-10'] },
    ],
    encounter: {
      id: { root: uuidOid('002 sejour'), extension: 'S25020399' },
      code: ['IMP', 'Hospitalisation (établissement, y compris HAD)'],
      low: '20250203142000+0100',
      high: '20250208110000+0100',
      facility: ['SA01', 'Etablissement public de santé'],
      place: { name: "Service d'orthopédie", addr: organizations.hospital.addr },
      responsible: professionals.surgeon,
    },
    body: level1('application/pdf', letter),
  },
};

export const level1Documents = [discharge, report, nursing, photograph, certificate, scan];
