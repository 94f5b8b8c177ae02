import { bold, italic, level3, observation, paragraph, section, table } from '../body.mjs';
import { electrophoresis, png } from '../images.mjs';
import { organizations, patients, professionals, uuidOid } from '../people.mjs';

const xdLab = [['1.3.6.1.4.1.19376.1.3.3'], ['1.2.250.1.213.1.1.1.55', '2024.01']];
const setId = { root: uuidOid('001 biologie') };
const hematology = ['18723-7', 'Hématologie', '2.16.840.1.113883.6.1', 'LOINC'];
const biochemistry = ['18719-5', 'Biochimie', '2.16.840.1.113883.6.1', 'LOINC'];

const group = (title) => [[bold(title), 'colspan="5"']];
const result = (id, name, method, value, reference, before, outside = false) => [
  `<content ID="${id}">${name}</content><br/>${italic(method)}`,
  [outside ? bold(`${value} *`) : value, 'align="right"'],
  [reference, 'align="center"'],
  [before, 'align="right"'],
  outside ? bold('Hors norme') : '',
];

const bloodCount = (hemoglobin, comment) =>
  section({
    code: hematology,
    title: 'HÉMATOLOGIE',
    text: [
      table({
        head: [['Hémogramme (sang total, EDTA)', 'Résultat', 'Valeurs de référence', 'Antérieur 04/03/2025', 'Remarque']],
        rows: [
          group('Numération'),
          result('hem-1', 'Hématies', 'Impédance', '4,02 T/L', '(3,80 – 5,90)', '4,10 T/L'),
          result('hem-2', 'Hémoglobine', 'Spectrophotométrie', hemoglobin, '(11,5 – 17,5)', '12,1 g/dL', true),
          result('hem-3', 'Hématocrite', 'Calcul', '33,1 %', '(34,0 – 53,0)', '36,5 %', true),
          result('hem-4', 'V.G.M.', 'Impédance', '82 fL', '(76 – 96)', '89 fL'),
          result('hem-5', 'Plaquettes', 'Impédance', '268 G/L', '(150 – 445)', '251 G/L'),
          group('Formule leucocytaire'),
          result('hem-6', 'Leucocytes', 'Cytométrie en flux', '6,7 G/L', '(4,0 – 11,0)', '7,2 G/L'),
          result('hem-7', 'Polynucléaires neutrophiles', 'Cytométrie en flux', '61 % – 4,1 G/L', '(1,4 – 7,7)', '4,5 G/L'),
          result('hem-8', 'Lymphocytes', 'Cytométrie en flux', '28 % – 1,9 G/L', '(1,0 – 4,8)', '2,0 G/L'),
        ],
      }),
      paragraph(comment),
    ].join('\n'),
    entries: [
      observation({
        code: '718-7',
        label: 'Hémoglobine [Masse/Volume] Sang ; Numérique',
        reference: 'hem-2',
        value: hemoglobin.split(' ')[0].replace(',', '.'),
        unit: 'g/dL',
      }),
    ],
  });

const sections = (hemoglobin, comment) => [
  section({
    title: 'Renseignements sur le prélèvement',
    text: `Prélèvement veineux du 16/06/2025 à 08 h 05, patiente à jeun, effectué au laboratoire.<br/>Prescription du 10/06/2025 ${bold('(ordonnance n° 25061600017)')}.`,
  }),
  bloodCount(hemoglobin, comment),
  section({
    code: biochemistry,
    title: 'BIOCHIMIE',
    sections: [
      section({
        code: ['18719-5', 'Biochimie'],
        title: 'Bilan martial',
        text: table({
          head: [['Examen', 'Résultat', 'Valeurs de référence', 'Antérieur', 'Remarque']],
          rows: [
            result('bio-1', 'Fer sérique', 'Colorimétrie (ferène)', '7,2 µmol/L', '(9,0 – 30,4)', '14,8 µmol/L', true),
            result('bio-2', 'Ferritine', 'Immuno-turbidimétrie', '14 µg/L', '(20 – 250)', '41 µg/L', true),
            result('bio-3', 'Coefficient de saturation', 'Calcul', '11 %', '(15 – 45)', '24 %', true),
          ],
        }),
      }),
      section({
        code: ['18719-5', 'Biochimie'],
        title: 'Électrophorèse des protéines sériques',
        text: [
          table({
            caption: 'Gel capillaire – protéines totales : 71 g/L',
            head: [
              [
                ['Fraction', 'rowspan="2"'],
                ['Répartition', 'colspan="2"'],
                ['Référence', 'rowspan="2"'],
              ],
              ['%', 'g/L'],
            ],
            rows: [
              ['Albumine', '60,1', '42,7', '40,2 – 47,6'],
              ['Alpha-1-globulines', '3,9', '2,8', '2,1 – 3,5'],
              ['Alpha-2-globulines', '8,8', '6,2', '5,1 – 8,5'],
              ['Bêta-globulines', '11,0', '7,8', '6,0 – 9,4'],
              ['Gamma-globulines', '16,2', '11,5', '8,0 – 13,5'],
            ],
            foot: [[bold('Rapport albumine/globulines'), ['1,51', 'colspan="3"']]],
          }),
          '<br/><renderMultiMedia referencedObject="trace-electrophorese"><caption>Tracé du 16/06/2025</caption></renderMultiMedia>',
          paragraph('Aspect électrophorétique normal.'),
        ].join(''),
        // The type that the document declares is not what the picture is: real senders do so.
        media: [{ id: 'trace-electrophorese', mediaType: 'image/jpeg', bytes: png(electrophoresis(300, 140)) }],
      }),
    ],
  }),
  section({
    code: ['48767-8', 'Commentaire'],
    title: 'CONCLUSION',
    text: `${bold("Anémie modérée d'allure ferriprive.")} Ferritine effondrée : recherche d'un saignement à discuter avec le médecin traitant.<br/>Résultats validés par le Dr Hélène CHAMBERLAND, biologiste.`,
  }),
];

const common = {
  templates: xdLab,
  type: ['11502-2', "CR d'examens biologiques"],
  title: "Compte rendu d'examens biologiques",
  setId,
  patient: patients.rochebrune,
  custodian: organizations.lab,
  legal: professionals.biologist,
  orders: [{ ids: [{ root: '1.2.250.1.213.1.1.9', extension: '25061600017' }] }],
  recipients: [{ pro: professionals.gp, typeCode: 'PRCP' }],
  informants: [
    {
      classCode: 'ECON',
      code: ['SON', 'Fils', '2.16.840.1.113883.5.111'],
      prefix: 'M',
      given: 'Paul',
      family: 'VALLONGUE',
      phone: '+33600000121',
    },
    {
      classCode: 'NOK',
      code: ['SPS', 'Conjoint', '2.16.840.1.113883.5.111'],
      prefix: 'M',
      given: 'Henri',
      family: 'VALLONGUE',
      phone: '+33600000122',
    },
  ],
  participants: [
    {
      typeCode: 'PRF',
      functionCode: ['PRELV', 'Préleveur', '1.2.250.1.213.1.1.4.2.280'],
      time: { high: '202506160805+0200' },
      pro: professionals.nurse,
    },
    { typeCode: 'REF', time: { high: '20250610' }, pro: professionals.gp },
    {
      typeCode: 'INF',
      functionCode: ['PCP', 'Médecin traitant', '2.16.840.1.113883.5.88'],
      time: { nullFlavor: 'NA' },
      pro: professionals.gp,
    },
  ],
  encounter: {
    code: ['AMB', 'Ambulatoire (hors établissement)'],
    low: '20250616075500+0200',
    high: '20250616082000+0200',
    facility: ['SA25', 'Laboratoire de biologie médicale'],
    place: { name: 'Laboratoire des Tanneurs', addr: organizations.lab.addr },
  },
};
const acts = [
  {
    id: { root: '1.2.250.1.213.1.1.9', extension: '25061600017-1' },
    code: hematology,
    status: 'completed',
    low: '20250616080500+0200',
    high: '20250616113000+0200',
    performer: professionals.biologist,
  },
  { code: biochemistry, status: 'completed' },
];

export const biology = [
  {
    name: '001-biologie-hemogramme',
    doc: {
      ...common,
      id: { root: uuidOid('001 biologie v1') },
      time: '20250616142500+0200',
      authors: [{ pro: professionals.biologist, time: '20250616141000+0200' }],
      acts,
      body: level3(...sections('10,9 g/dL', 'Contrôle sur second tube : résultat confirmé.')),
    },
  },
  {
    name: '011-biologie-remplacement',
    doc: {
      ...common,
      id: { root: uuidOid('001 biologie v2') },
      version: 2,
      time: '20250617091500+0200',
      authors: [{ pro: professionals.biologist, time: '20250617090000+0200' }],
      acts,
      related: [{ typeCode: 'RPLC', id: { root: uuidOid('001 biologie v1') }, setId, version: 1 }],
      body: level3(
        ...sections(
          '10,4 g/dL',
          `${bold('Annule et remplace')} le compte rendu du 16/06/2025 : hémoglobine corrigée après reprise de la dilution.`,
        ),
      ),
    },
  },
  {
    name: '010-biologie-masque-ps',
    doc: {
      ...common,
      id: { root: uuidOid('010 depistage') },
      setId: { root: uuidOid('010 depistage lot') },
      patient: patients.roux,
      masking: ['MASQUE_PS'],
      title: "Compte rendu d'examens biologiques - dépistage",
      time: '20250912174000+0200',
      authors: [{ pro: professionals.biologist, time: '20250912173000+0200' }],
      informants: [],
      recipients: [],
      participants: [],
      orders: [],
      acts: [
        {
          code: ['18727-8', 'Sérologie', '2.16.840.1.113883.6.1', 'LOINC'],
          status: 'completed',
          low: '20250912083000+0200',
          performer: professionals.biologist,
        },
      ],
      encounter: {
        code: ['AMB', 'Ambulatoire (hors établissement)'],
        low: '20250912082000+0200',
        facility: ['SA25', 'Laboratoire de biologie médicale'],
      },
      body: level3(
        section({
          code: ['18727-8', 'Sérologie'],
          title: 'SÉROLOGIES',
          text: [
            table({
              head: [['Recherche', 'Résultat', 'Interprétation']],
              rows: [
                ['<content ID="vih">VIH 1 et 2 – anticorps et antigène p24</content>', 'Indice 0,12', bold('Négatif')],
                ['<content ID="vhb">Hépatite B – antigène HBs</content>', 'Indice 0,31', bold('Négatif')],
                ['<content ID="syph">Syphilis – anticorps totaux</content>', 'Indice 0,08', bold('Négatif')],
              ],
            }),
            paragraph('Un résultat négatif n’exclut pas une contamination de moins de six semaines.'),
          ].join(''),
        }),
      ),
    },
  },
];
