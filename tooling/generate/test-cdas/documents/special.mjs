import { bold, level3, paragraph, section, table } from '../body.mjs';
import { addr, entity } from '../header.mjs';
import { organizations, patients, professionals, uuidOid } from '../people.mjs';
import { el } from '../xml.mjs';

const ambulatory = ['AMB', 'Ambulatoire (hors établissement)'];
const consultation = ['11429006', 'consultation', '2.16.840.1.113883.6.96'];

const autoPresentable = {
  name: '012-auto-presentable',
  wrapped: true,
  doc: {
    templates: [['1.3.6.1.4.1.19376.1.5.3.1.1.1']],
    id: { root: uuidOid('012 auto') },
    setId: { root: uuidOid('012 auto lot') },
    type: ['11488-4', 'CR ou fiche de consultation ou de visite'],
    title: 'Compte rendu de consultation de dermatologie',
    time: '20250603110000+0200',
    patient: patients.benamar,
    authors: [{ pro: professionals.dermatologist, time: '20250603110000+0200' }],
    custodian: organizations.dermatology,
    legal: professionals.dermatologist,
    acts: [{ code: consultation, low: '20250603103000+0200', performer: professionals.dermatologist }],
    encounter: { code: ambulatory, low: '20250603103000+0200', facility: ['SA07', 'Cabinet individuel'] },
    body: level3(
      section({ code: ['10154-3', 'Motif de la consultation'], title: 'Motif', text: 'Surveillance annuelle des nævus.' }),
      section({
        code: ['29545-1', 'Examen clinique'],
        title: 'Examen',
        text: table({
          head: [['Localisation', 'Aspect', 'Conduite']],
          rows: [
            ['Omoplate gauche', 'Nævus régulier, 5 mm', 'Photographie'],
            ['Mollet droit', 'Histiocytofibrome', 'Aucune'],
          ],
        }),
      }),
      section({ code: ['55112-7', 'Conclusion'], title: 'Conclusion', text: `${bold('Aucune lésion suspecte.')} Contrôle dans un an.` }),
    ),
  },
};

const device = el(
  'author',
  {},
  el('time', { value: '20251120083000+0100' }),
  el(
    'assignedAuthor',
    {},
    el('id', { root: uuidOid('020 logiciel'), extension: 'LPS-990' }),
    addr(null),
    el('telecom', { nullFlavor: 'NAV' }),
    el(
      'assignedAuthoringDevice',
      {},
      el('manufacturerModelName', {}, 'Dossier patient Exemple'),
      el('softwareName', {}, 'Module Synthèse 4.2'),
    ),
    el(
      'representedOrganization',
      {},
      el('id', { root: organizations.hospital.root, extension: organizations.hospital.id }),
      el('name', {}, organizations.hospital.name),
    ),
  ),
);

const complete = {
  name: '020-entete-complet',
  doc: {
    templates: [['1.2.250.1.213.1.1.1.29', '2022.01']],
    id: { root: uuidOid('020 entete') },
    setId: { root: uuidOid('020 entete lot') },
    version: 4,
    type: ['34133-9', "Synthèse d'épisode de soins"],
    title: "Synthèse d'épisode de soins",
    time: '20251120084500+0100',
    patient: patients.leca,
    identifiers: { ippFirst: true },
    authors: [
      {
        pro: professionals.surgeon,
        time: '20251120080000+0100',
        functionCode: ['ATTPHYS', 'Référent - Responsable du patient dans la structure de soins', '2.16.840.1.113883.5.88'],
      },
      device,
    ],
    dataEnterer: el('dataEnterer', {}, el('time', { value: '20251120082000+0100' }), entity('assignedEntity', professionals.nurse)),
    custodian: organizations.hospital,
    legal: professionals.surgeon,
    authenticators: [
      { pro: professionals.gp, time: '20251120083500+0100' },
      { pro: professionals.radiologist, time: '20251120084000+0100' },
    ],
    recipients: [
      { pro: professionals.gp, typeCode: 'PRCP' },
      { pro: professionals.nurse, typeCode: 'TRC' },
    ],
    informants: [
      {
        classCode: 'ECON',
        code: ['WIFE', 'Épouse', '2.16.840.1.113883.5.111'],
        prefix: 'MME',
        given: 'Maria',
        family: 'LECA-ORSONI',
        phone: '+33600000102',
        address: patients.leca.addr,
      },
      {
        classCode: 'NOK',
        code: ['SON', 'Fils', '2.16.840.1.113883.5.111'],
        prefix: 'M',
        given: 'Toussaint',
        family: 'LECA-ORSONI',
        phone: '+33600000202',
      },
      {
        classCode: 'CON',
        code: ['DAU', 'Fille', '2.16.840.1.113883.5.111'],
        prefix: 'MME',
        given: 'Lesia',
        family: 'LECA-ORSONI',
        phone: '+33600000203',
      },
    ],
    participants: [
      {
        typeCode: 'PRF',
        functionCode: ['CORRE', 'Correspondant', '1.2.250.1.213.1.1.4.2.280'],
        time: { low: '20251101', high: '20251119' },
        pro: professionals.radiologist,
      },
      { typeCode: 'CON', time: { nullFlavor: 'NA' }, pro: professionals.biologist },
    ],
    orders: [{ ids: [{ root: '1.2.250.1.213.1.1.9', extension: '99251101001' }], reason: 'Bilan de rééducation' }],
    acts: [
      {
        id: { root: uuidOid('020 acte') },
        code: ['NEKA020', 'Remplacement de l’articulation coxofémorale par prothèse totale', '1.2.250.1.213.2.5', 'CCAM'],
        low: '20251101090000+0100',
        high: '20251119170000+0100',
        performer: professionals.surgeon,
      },
      { code: ['410155007', 'évaluation en ergothérapie', '2.16.840.1.113883.6.96'], low: '20251110' },
    ],
    related: [{ typeCode: 'RPLC', id: { root: uuidOid('020 entete v3') }, setId: { root: uuidOid('020 entete lot') }, version: 3 }],
    consents: [['GEN-366', 'Le patient a donné son consentement.', '1.2.250.1.213.1.1.4.322']],
    encounter: {
      id: { root: uuidOid('020 sejour'), extension: 'S25110199' },
      code: ['IMP', 'Hospitalisation (établissement, y compris HAD)'],
      low: '20251101083000+0100',
      high: '20251119173000+0100',
      facility: ['SA01', 'Etablissement public de santé'],
      place: { name: 'Service de soins de suite et de réadaptation', addr: organizations.hospital.addr },
      responsible: professionals.surgeon,
      extra: [
        el(
          'encounterParticipant',
          { typeCode: 'CON' },
          el('time', {}, el('low', { value: '20251105' })),
          entity('assignedEntity', professionals.radiologist),
        ),
      ],
    },
    body: level3(
      section({
        code: ['34133-9', "Synthèse d'épisode de soins"],
        title: 'Synthèse',
        text: [
          paragraph('Rééducation après prothèse totale de hanche, dix-neuf jours.'),
          paragraph('Autonomie de marche retrouvée avec une canne ; escaliers possibles.'),
        ].join(''),
      }),
      section({ code: ['18776-5', 'Plan de soins'], title: 'Suites', text: 'Kinésithérapie deux fois par semaine pendant six semaines.' }),
    ),
  },
};

const withoutIns = {
  name: '021-sans-ins',
  doc: {
    templates: [['1.3.6.1.4.1.19376.1.5.3.1.1.1']],
    id: { root: uuidOid('021 sans ins') },
    setId: { root: uuidOid('021 sans ins lot') },
    type: ['11488-4', 'CR ou fiche de consultation ou de visite'],
    title: 'Compte rendu de consultation',
    time: '20250728181500+0200',
    patient: patients.anonymous,
    authors: [{ pro: professionals.gp, time: '20250728181500+0200' }],
    custodian: organizations.practice,
    legal: professionals.gp,
    acts: [{ code: consultation, low: '20250728180000+0200', performer: professionals.gp }],
    encounter: { code: ambulatory, low: '20250728180000+0200', facility: ['SA08', 'Cabinet de groupe'] },
    body: level3(
      section({
        code: ['10154-3', 'Motif de la consultation'],
        title: 'Consultation',
        text: 'Patient de passage, identité déclarée sans pièce ; année de naissance seule connue.<br/>Entorse bénigne de la cheville gauche : contention, repos.',
      }),
    ),
  },
};

export const special = [autoPresentable, complete, withoutIns];
