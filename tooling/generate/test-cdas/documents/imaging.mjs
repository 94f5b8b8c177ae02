import { bold, level3, list, paragraph, section, table } from '../body.mjs';
import { png, skinSpot } from '../images.mjs';
import { simplePdf } from '../pdf.mjs';
import { organizations, patients, professionals, uuidOid } from '../people.mjs';

export const imaging = [
  {
    name: '006-imagerie-deux-prescriptions',
    doc: {
      templates: [['1.2.840.10008.9.1'], ['1.2.250.1.213.1.1.1.45', '2024.01']],
      id: { root: uuidOid('006 imagerie') },
      setId: { root: uuidOid('006 imagerie lot') },
      // The typographic apostrophe is that of the real documents of this type.
      type: ['18748-4', 'CR d’imagerie médicale'],
      typeTranslations: [['36572-6', 'Radiographie thorax', '2.16.840.1.113883.6.1', 'LOINC']],
      title: 'CR d’imagerie médicale - Radiographie du thorax et échographie abdominale',
      time: '20250520171000+0200',
      patient: patients.sansNaissance,
      authors: [{ pro: professionals.radiologist, time: '20250520170000+0200' }],
      custodian: organizations.imaging,
      legal: professionals.radiologist,
      recipients: [{ pro: professionals.gp }],
      participants: [
        {
          typeCode: 'REF',
          functionCode: ['PCP', 'Médecin traitant', '2.16.840.1.113883.5.88'],
          time: { high: '20250512' },
          pro: professionals.gp,
        },
      ],
      orders: [
        {
          ids: [{ root: '1.2.250.1.748.12345678.12', extension: '990375862' }],
          accessions: [{ root: uuidOid('006 accession'), extension: 'A250520-1' }],
          reason: 'Toux persistante',
        },
        {
          ids: [{ root: '1.2.250.1.748.12345678.12', extension: '990375863' }],
          accessions: [{ root: uuidOid('006 accession'), extension: 'A250520-2' }],
        },
      ],
      acts: [
        {
          id: { root: uuidOid('006 etude 1') },
          code: ['ZBQK002', 'Radiographie du thorax', '1.2.250.1.213.2.5', 'CCAM'],
          low: '20250520161500+0200',
          high: '20250520162000+0200',
          performer: professionals.radiologist,
        },
        { id: { root: uuidOid('006 etude 2') }, code: ['ZCQM008', "Échographie transcutanée de l'abdomen", '1.2.250.1.213.2.5', 'CCAM'] },
      ],
      encounter: { code: ['AMB', 'Ambulatoire (hors établissement)'], low: '20250520160000+0200', facility: ['SA08', 'Cabinet de groupe'] },
      body: level3(
        section({
          code: ['55115-0', 'Demande'],
          title: 'Justification de la demande',
          text: 'Toux sèche depuis six semaines ; gêne de l’hypochondre droit. Prescriptions n° 990375862 et n° 990375863.',
        }),
        section({
          code: ['55111-9', "Description de l'acte d’imagerie"],
          title: 'Technique',
          text: list(['Radiographie du thorax de face, debout, en inspiration.', 'Échographie abdominale, sondes de 3,5 et 7,5 MHz.']),
        }),
        section({
          code: ['73569-6', 'Exposition aux rayonnements'],
          title: 'Exposition aux rayonnements',
          text: table({ head: [['Acte', 'PDS', 'Unité']], rows: [['Thorax de face', '8,4', 'cGy.cm²']] }),
        }),
        section({
          code: ['59776-5', "Résultats de l'acte"],
          title: 'Résultats',
          sections: [
            section({
              title: 'Thorax',
              text: 'Transparence parenchymateuse normale. Pas d’épanchement pleural.<br/>Index cardio-thoracique : 0,46.',
            }),
            section({
              title: 'Abdomen',
              text: [
                'Foie homogène, flèche 14 cm. ',
                bold('Lithiase vésiculaire unique de 9 mm'),
                ', mobile, sans épaississement pariétal.',
                '<br/><renderMultiMedia referencedObject="cle-1"/>',
              ].join(''),
              media: [{ id: 'cle-1', mediaType: 'image/png', bytes: png(skinSpot(160, 120)) }],
            }),
          ],
        }),
        section({
          code: ['19005-8', 'Conclusion'],
          title: 'Conclusion',
          text: paragraph('Radiographie normale. Lithiase vésiculaire non compliquée.'),
        }),
        section({
          code: ['55108-5', 'Copie du document'],
          title: 'Copie du document',
          text: '<renderMultiMedia referencedObject="copie-pdf"/>',
          media: [
            {
              id: 'copie-pdf',
              mediaType: 'application/pdf',
              bytes: simplePdf("Compte rendu d'imagerie", [
                [
                  "# Compte rendu d'imagerie",
                  '',
                  'Radiographie du thorax et échographie abdominale du 20/05/2025',
                  '',
                  '* Conclusion',
                  'Radiographie normale. Lithiase vésiculaire non compliquée.',
                ],
              ]),
            },
          ],
        }),
      ),
    },
  },
  {
    name: '008-anatomopathologie-invisible-patient',
    doc: {
      templates: [['1.2.250.1.213.1.1.1.57', '2024.01']],
      id: { root: uuidOid('008 anapath') },
      setId: { root: uuidOid('008 anapath lot') },
      type: ['60568-3', "CR d'anatomie et de cytologie pathologiques"],
      title: "Compte rendu d'anatomie et de cytologie pathologiques",
      time: '20250704154500+0200',
      masking: ['INVISIBLE_PATIENT'],
      patient: patients.morel,
      authors: [{ pro: professionals.pathologist, time: '20250704153000+0200' }],
      custodian: organizations.pathology,
      legal: professionals.pathologist,
      recipients: [{ pro: professionals.gp, typeCode: 'PRCP' }],
      orders: [{ ids: [{ root: uuidOid('008 demande') }] }],
      acts: [
        {
          code: ['108257001', 'procédure d’anatomie pathologique', '2.16.840.1.113883.6.96'],
          low: '20250630094000+0200',
          high: '20250704120000+0200',
          performer: professionals.pathologist,
        },
      ],
      encounter: {
        code: ['AMB', 'Ambulatoire (hors établissement)'],
        low: '20250630094000+0200',
        facility: ['SA25', 'Laboratoire de biologie médicale'],
      },
      body: level3(
        section({
          code: ['22636-5', 'Renseignements cliniques'],
          title: 'Renseignements cliniques',
          text: 'Polype du sigmoïde de 14 mm, résection endoscopique en un fragment.',
        }),
        section({
          code: ['22634-0', 'Description macroscopique'],
          title: 'Macroscopie',
          text: 'Polype pédiculé de 14 × 11 × 9 mm, pied de 5 mm repéré à l’encre. Inclusion en totalité (4 blocs).',
        }),
        section({
          code: ['22635-7', 'Description microscopique'],
          title: 'Microscopie',
          text: table({
            rows: [
              ['Type histologique', 'Adénome tubulo-villeux'],
              ['Dysplasie', bold('haut grade')],
              ['Infiltration', 'Adénocarcinome intramuqueux, pTis'],
              ['Marge profonde', 'saine (2,1 mm)'],
            ],
          }),
        }),
        section({
          code: ['22637-3', 'Conclusion'],
          title: 'Conclusion',
          text: paragraph(
            `${bold('Adénome tubulo-villeux avec foyer de carcinome intramuqueux, résection complète.')} À annoncer en consultation avant toute communication au patient.`,
          ),
        }),
      ),
    },
  },
];
