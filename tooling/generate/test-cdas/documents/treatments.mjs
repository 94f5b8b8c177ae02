import { bold, italic, level3, list, paragraph, section, table } from '../body.mjs';
import { organizations, patients, professionals, uuidOid } from '../people.mjs';

const encounter = (low) => ({ code: ['AMB', 'Ambulatoire (hors établissement)'], low, facility: ['SA08', 'Cabinet de groupe'] });
const consultation = ['11429006', 'consultation', '2.16.840.1.113883.6.96'];

const prescription = {
  name: '004-prescription-ins-test',
  doc: {
    templates: [['1.3.6.1.4.1.19376.1.9.1.1.1'], ['1.3.6.1.4.1.19376.1.5.3.1.1.1'], ['1.2.250.1.213.1.1.1.39', '2024.01']],
    id: { root: uuidOid('004 prescription') },
    setId: { root: uuidOid('004 prescription lot') },
    type: ['57833-6', 'Prescription de produits de santé'],
    title: 'Prescription de médicaments',
    time: '20250930110500+0200',
    patient: patients.casanova,
    authors: [{ pro: professionals.gp, time: '20250930110500+0200' }],
    custodian: organizations.practice,
    legal: professionals.gp,
    acts: [{ code: consultation, low: '20250930104000+0200', performer: professionals.gp }],
    encounter: encounter('20250930104000+0200'),
    body: level3(
      section({
        code: ['57828-6', 'Prescriptions'],
        title: 'Prescription de médicaments',
        text: [
          table({
            head: [['N°', 'Médicament', 'Posologie', 'Durée', 'Renouvellement']],
            rows: [
              ['1', `${bold('AMLODIPINE 5 mg')}, gélule<br/>${italic('Amlor ou générique')}`, '1 gélule le matin', '1 mois', '2 fois'],
              ['2', `${bold('ATORVASTATINE 20 mg')}, comprimé pelliculé`, '1 comprimé le soir au coucher', '1 mois', '2 fois'],
              [
                '3',
                `${bold('PARACÉTAMOL 1 g')}, comprimé`,
                `En cas de douleur :${list(['1 comprimé par prise ;', 'au moins 6 heures entre deux prises ;', 'au plus 3 par jour.'])}`,
                '5 jours',
                'Non',
              ],
            ],
          }),
        ].join(''),
      }),
      section({
        code: ['46264-8', 'Dispositifs médicaux'],
        title: 'Dispositifs médicaux',
        text: 'Tensiomètre électronique au bras, validé, 1 unité (non remboursé).',
      }),
      section({
        code: ['55112-7', 'Commentaire'],
        title: 'Commentaire',
        text: 'Automesure tensionnelle : 3 mesures le matin et 3 le soir, 3 jours de suite, avant la prochaine consultation.',
      }),
    ),
  },
};

const summary = {
  name: '005-synthese-medicale-date-lunaire',
  doc: {
    templates: [['1.2.250.1.213.1.1.1.13', '201310']],
    id: { root: uuidOid('005 vsm') },
    setId: { root: uuidOid('005 vsm lot') },
    version: 3,
    type: ['60591-5', 'Synthèse médicale'],
    title: 'Volet de synthèse médicale',
    time: '20250211101500+0100',
    patient: patients.haddad,
    authors: [{ pro: professionals.gp, time: '20250211101500+0100', functionCode: ['PCP', 'Médecin traitant', '2.16.840.1.113883.5.88'] }],
    custodian: organizations.practice,
    legal: professionals.gp,
    informants: [
      {
        classCode: 'NOK',
        code: ['DAU', 'Fille', '2.16.840.1.113883.5.111'],
        prefix: 'MME',
        given: 'Nadia',
        family: 'MERCIER',
        phone: '+33600000105',
        address: patients.haddad.addr,
      },
    ],
    acts: [{ code: consultation, low: '20250211100000+0100', performer: professionals.gp }],
    encounter: encounter('20250211100000+0100'),
    body: level3(
      section({
        code: ['46612-8', 'Conclusions de synthèse'],
        title: 'Pathologies en cours, antécédents, allergies et facteurs de risque',
        sections: [
          section({
            code: ['11450-4', 'Problèmes actifs'],
            title: 'Pathologies en cours',
            text: table({
              head: [['Depuis', 'Pathologie']],
              rows: [
                ['2004', 'Hypertension artérielle essentielle'],
                ['2011', 'Diabète de type 2, HbA1c 7,4 % (12/2024)'],
                ['03/2022', 'Insuffisance rénale chronique stade 3a'],
              ],
            }),
          }),
          section({
            code: ['11348-0', 'Antécédents médicaux'],
            title: 'Antécédents médicaux',
            text: list(['Zona ophtalmique (2018)', 'Cinq grossesses, cinq enfants vivants']),
          }),
          section({
            code: ['47519-4', 'Historique des actes'],
            title: 'Antécédents chirurgicaux',
            text: list(['Cholécystectomie (1987)', 'Cataracte des deux yeux (2019)']),
          }),
          section({
            code: ['48765-2', 'Allergies et hypersensibilités'],
            title: 'Allergies',
            text: `${bold('Aspirine')} : bronchospasme (1996).`,
          }),
          section({
            code: ['57207-3', 'Facteurs de risque'],
            title: 'Facteurs de risque',
            text: 'Chutes à répétition : deux en six mois.<br/>Vit seule, aide à domicile trois fois par semaine.',
          }),
        ],
      }),
      section({
        code: ['18776-5', 'Plan de traitement'],
        title: 'Traitement au long cours',
        text: table({
          head: [['Médicament', 'Matin', 'Midi', 'Soir']],
          rows: [
            ['Metformine 500 mg', '1', '0', '1'],
            ['Ramipril 5 mg', '1', '0', '0'],
            ['Bisoprolol 2,5 mg', '1', '0', '0'],
            ['Vitamine D 100 000 UI', ['une ampoule tous les trois mois', 'colspan="3" align="center"']],
          ],
        }),
      }),
      section({
        code: ['30954-2', "Résultats d'examens"],
        title: 'Points de vigilance',
        text: paragraph('Adapter les doses à la fonction rénale (DFG 52 mL/min/1,73 m²). Pas d’anti-inflammatoire.'),
      }),
    ),
  },
};

export const treatments = [prescription, summary];
