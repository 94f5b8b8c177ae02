import { bold, italic, level3, list, paragraph, section, table } from '../body.mjs';
import { matricule, organizations, patients, professionals, uuidOid } from '../people.mjs';

const ambulatory = ['AMB', 'Ambulatoire (hors établissement)'];

const referral = {
  name: '007-lettre-adressage-mise-en-forme',
  doc: {
    templates: [['1.3.6.1.4.1.19376.1.5.3.1.1.1']],
    id: { root: uuidOid('007 adressage') },
    setId: { root: uuidOid('007 adressage lot') },
    type: ['96349-6', "Lettre d'adressage"],
    title: 'Lettre d’adressage — consultation de cardiologie',
    time: '20250325003000+0100',
    patient: patients.oeuvre,
    authors: [{ pro: professionals.gp, time: '20250325003000+0100', functionCode: ['PCP', 'Médecin traitant', '2.16.840.1.113883.5.88'] }],
    custodian: organizations.practice,
    legal: professionals.gp,
    // Half past midnight in Paris is the day before in UTC.
    acts: [{ code: ['11429006', 'consultation', '2.16.840.1.113883.6.96'], low: '20250325002000+0100', performer: professionals.gp }],
    encounter: { code: ambulatory, low: '20250325001500+0100', facility: ['SA08', 'Cabinet de groupe'] },
    body: level3(
      section({
        code: ['42349-1', 'Raison de la recommandation'],
        title: 'Motif de l’adressage',
        text: [
          paragraph('Cher confrère,'),
          paragraph(
            `Merci de recevoir Mme L'HŒUREUX-ÇÉLÈNE pour des ${bold('palpitations nocturnes')} évoluant depuis « trois semaines », ${bold(`sans ${italic('aucun')} signe de gravité`)}<footnoteRef IDREF="note-1"/>.`,
          ),
          paragraph(
            'Échelle EHRA : 2a ; score CHA<sub>2</sub>DS<sub>2</sub>-VASc : 1 ; surface corporelle : 1,72 m<sup>2</sup> ; température 37,2 °C ; SpO<sub>2</sub> ≥ 97 %.',
          ),
          `<footnote ID="note-1">Ni syncope, ni douleur thoracique, ni œdème.</footnote>`,
        ].join('\n'),
      }),
      section({
        code: ['11348-0', 'Antécédents médicaux'],
        title: 'Antécédents et traitement',
        text: [
          list(
            [
              `Antécédents personnels : ${list(['appendicectomie (2009) ;', `migraine avec aura : ${list(['2 crises par mois,', 'triptan efficace.'])}`], 'unordered')}`,
              'Allergie : <content styleCode="Bold Underline">pénicilline</content> (éruption en 2014).',
              'Traitement : lévothyroxine 75 µg/j ; coût mensuel &lt; 3 €.',
            ],
            'ordered',
          ),
          '<br/>',
          `Dernier bilan : TSH 0,02 mUI/L ${italic('(à recontrôler)')}<br/>Électrocardiogramme : rythme sinusal, QTc 412 ms.`,
        ].join(''),
      }),
      section({
        code: ['30954-2', "Résultats d'examens"],
        title: 'Relevé des palpitations',
        text: [
          '<table border="1" width="100%"><caption>Une semaine de relevés</caption>',
          '<colgroup><col width="40%"/><col width="20%"/><col width="20%"/><col width="20%"/></colgroup>',
          '<thead><tr><th rowspan="2" align="left">Jour</th><th colspan="3" align="center">Épisodes</th></tr><tr><th>matin</th><th>soir</th><th>nuit</th></tr></thead>',
          '<tfoot><tr><td styleCode="Bold">Total</td><td align="right">3</td><td align="right">1</td><td align="right" styleCode="Bold">9</td></tr></tfoot>',
          '<tbody>',
          '<tr><td rowspan="2">Lundi 17 et<br/>mardi 18 mars</td><td align="right">1</td><td align="right">0</td><td align="right">2</td></tr>',
          '<tr><td align="right">0</td><td align="right">0</td><td align="right">3</td></tr>',
          '<tr><td>Mercredi 19 mars</td><td colspan="2" align="center">non relevé</td><td align="right">1</td></tr>',
          '<tr><td>Du jeudi au dimanche</td><td align="right">2</td><td align="right">1</td><td align="right">3</td></tr>',
          '</tbody></table>',
          paragraph(
            'Recommandations : <linkHtml href="https://www.example.org/reco/palpitations?v=2&amp;lang=fr">conduite à tenir devant des palpitations</linkHtml> ; brochure jointe : <linkHtml href="Documents/holter.pdf">Documents/holter.pdf</linkHtml>.',
          ),
        ].join(''),
      }),
      section({ title: 'Formule de politesse', text: 'Bien confraternellement,<br/>Dr Étienne LAFORÊT' }),
    ),
  },
};

const consultation = {
  name: '009-consultation-mineure',
  doc: {
    templates: [['1.3.6.1.4.1.19376.1.5.3.1.1.1']],
    id: { root: uuidOid('009 consultation') },
    setId: { root: uuidOid('009 consultation lot') },
    type: ['11488-4', 'CR ou fiche de consultation ou de visite'],
    title: 'Compte rendu de consultation',
    time: '20251008161000+0200',
    masking: ['INVISIBLE_REPRESENTANTS_LEGAUX'],
    patient: patients.lila,
    identifiers: { socialSecurity: matricule('2850444109999') },
    authors: [{ pro: professionals.gp, time: '20251008161000+0200' }],
    custodian: organizations.practice,
    legal: professionals.gp,
    acts: [
      {
        code: ['11429006', 'consultation', '2.16.840.1.113883.6.96'],
        low: '20251008153000+0200',
        high: '20251008155500+0200',
        performer: professionals.gp,
      },
    ],
    encounter: { code: ambulatory, low: '20251008153000+0200', high: '20251008155500+0200', facility: ['SA08', 'Cabinet de groupe'] },
    body: level3(
      section({
        code: ['10154-3', 'Motif de la consultation'],
        title: 'Motif',
        text: 'Patiente mineure venue seule, accompagnée d’une amie majeure de son choix (article L. 1111-5 du code de la santé publique).',
      }),
      section({
        code: ['10164-2', "Histoire de l'affection actuelle"],
        title: 'Consultation',
        text: [
          paragraph('Demande d’information sur la contraception. Pas de contre-indication à l’examen.'),
          list(['Information délivrée et documents remis.', 'Pression artérielle : 11/6.', 'Prochain rendez-vous dans un mois.']),
        ].join(''),
      }),
      section({
        code: ['18776-5', 'Plan de soins'],
        title: 'Conclusion',
        text: `La patiente demande que ${bold('ses représentants légaux ne soient pas informés')} de cette consultation.`,
      }),
    ),
  },
};

const emergency = {
  name: '013-urgences-bom-outre-mer',
  bom: true,
  crlf: true,
  declaration: false,
  doc: {
    templates: [['1.3.6.1.4.1.19376.1.5.3.1.1.1']],
    id: { root: uuidOid('013 urgences'), extension: '2025-URG-000913' },
    setId: { root: uuidOid('013 urgences lot') },
    type: ['15507-7', 'CR de passage aux urgences'],
    title: 'Compte rendu de passage aux urgences',
    time: '20251103041500+0400',
    patient: patients.payet,
    identifiers: { ippFirst: true },
    authors: [{ pro: professionals.emergency, time: '20251103041000+0400' }],
    custodian: organizations.island,
    legal: professionals.emergency,
    acts: [
      {
        code: ['50849002', 'prise en charge aux urgences', '2.16.840.1.113883.6.96'],
        low: '20251103013000+0400',
        high: '20251103040000+0400',
        performer: professionals.emergency,
      },
    ],
    encounter: {
      id: { root: uuidOid('013 passage'), extension: 'P0913' },
      code: ['EMER', 'Passage aux urgences (établissement)'],
      low: '20251103012200+0400',
      high: '20251103041000+0400',
      facility: ['SA01', 'Etablissement public de santé'],
      place: { name: 'Service des urgences', addr: organizations.island.addr },
      responsible: professionals.emergency,
    },
    body: level3(
      section({
        code: ['46239-0', 'Motif de recours'],
        title: 'Motif de recours et anamnèse',
        text: 'Douleur de l’épaule droite après une chute de sa hauteur à 23 h 40.<br/>Pas de traumatisme crânien, pas de perte de connaissance.',
      }),
      section({
        code: ['29545-1', 'Examen clinique'],
        title: 'Examen à l’arrivée',
        text: table({
          head: [['Heure', 'PA', 'FC', 'SpO2', 'Douleur (EN)']],
          rows: [
            ['01 h 32', '148/86', '92', '98 %', '7/10'],
            ['02 h 45', '136/80', '84', '98 %', '4/10'],
            ['03 h 50', '132/78', '80', '99 %', '2/10'],
          ],
        }),
      }),
      section({
        code: ['55112-7', 'Résumé'],
        title: 'Conclusion',
        text: [
          paragraph(`${bold('Luxation antéro-interne de l’épaule droite')}, réduite sous MEOPA ; contrôle radiographique satisfaisant.`),
          list(
            [
              'Immobilisation coude au corps pendant 3 semaines.',
              'Paracétamol 1 g, 4 fois par jour si besoin.',
              'Consultation d’orthopédie à J8.',
            ],
            'ordered',
          ),
        ].join(''),
      }),
    ),
  },
};

/** Nothing links twins but their birth: the same name, date, place, address; another INS and another given name. */
const newborn = (name, patient, weight, rank) => ({
  name,
  doc: {
    templates: [['1.2.250.1.213.1.1.1.12.3', '2024.01']],
    id: { root: uuidOid(name) },
    setId: { root: uuidOid(`${name} lot`) },
    type: ['57075-4', 'Synthèse Salle de Naissance Enfant'],
    title: 'Synthèse salle de naissance - enfant',
    time: '20251014213000+0200',
    patient,
    authors: [{ pro: professionals.midwife, time: '20251014212000+0200' }],
    custodian: organizations.maternity,
    legal: professionals.midwife,
    acts: [
      {
        code: ['11466000', 'césarienne', '2.16.840.1.113883.6.96'],
        low: '20251014183500+0200',
        high: '20251014192000+0200',
        performer: professionals.midwife,
      },
    ],
    encounter: {
      code: ['IMP', 'Hospitalisation (établissement, y compris HAD)'],
      low: '20251014170000+0200',
      facility: ['SA01', 'Etablissement public de santé'],
    },
    body: level3(
      section({
        code: ['57075-4', 'Synthèse Salle de Naissance Enfant'],
        title: 'Naissance',
        text: table({
          rows: [
            ['Rang de naissance', rank],
            ['Poids', weight],
            ['Apgar à 1 min / 5 min', '9 / 10'],
            ['Réanimation', 'Aucune'],
            ['Alimentation', 'Allaitement maternel'],
          ],
          border: '0',
        }),
      }),
    ),
  },
});

export const letters = [
  referral,
  consultation,
  emergency,
  newborn('016-naissance-jumeau-1', patients.twinOne, '2 480 g', 'Premier jumeau'),
  newborn('017-naissance-jumeau-2', patients.twinTwo, '2 310 g', 'Second jumeau'),
];
