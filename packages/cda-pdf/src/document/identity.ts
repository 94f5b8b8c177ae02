import { formatHl7Date } from '@mss/core';
import type { CdaPatient } from '@mss/cda';
import { describeInsOid } from '@mss/ins-address';

import type { PreparedImage } from '../image/prepared-image.js';
import type { Block, TableCell } from '../layout/blocks.js';
import { cell, paragraph, run, table } from './builders.js';
import { joined } from './format-values.js';
import { sexLabel } from './labels.js';
import { colors, styles } from './theme.js';

/** `28/03/1979`; lunar fields as written. */
export function birthDateOf(patient: CdaPatient): string | null {
  const { birthDate } = patient.traits;
  return birthDate === null ? null : (formatHl7Date(birthDate.slice(0, 8)) ?? birthDate);
}

/** `DOMPREMY (code INSEE 51215)`. */
function birthPlaceOf(patient: CdaPatient): string | null {
  const parts = patient.birthplace?.address?.parts ?? [];
  const named = joined([patient.birthplace?.name, ...parts.filter((part) => part.kind !== 'county').map((part) => part.value)], ', ');
  const code = patient.traits.birthPlaceCode ?? parts.find((part) => part.kind === 'county')?.value ?? null;
  return joined([named, code === null || code === '' ? null : `(code INSEE ${code})`], ' ');
}

/** How far the identity of a document can be trusted by its INS alone. */
function identityNotice(patient: CdaPatient): string | null {
  const { ins } = patient.traits;
  if (ins === null) return 'Identité sans matricule INS dans ce document.';
  const row = describeInsOid(ins.oid);
  if (row?.use === 'test') return 'IDENTITÉ DE TEST : ce document ne concerne aucune personne réelle.';
  return row?.use === 'demonstration' ? 'IDENTITÉ DE DÉMONSTRATION : ce document ne concerne aucune personne réelle.' : null;
}

/** `INS-NIR`, `INS-NIA`, `INS-NIR de test`. */
function insKind(patient: CdaPatient): string {
  const { ins } = patient.traits;
  return (ins === null ? null : describeInsOid(ins.oid)?.name) ?? 'INS';
}

const field = (label: string, value: string | null, isStrong = true): TableCell =>
  cell([
    paragraph([run(label, styles.fieldLabel)]),
    paragraph([run(value ?? '—', isStrong ? styles.fieldValue : styles.fieldValuePlain)], { before: 1 }),
  ]);

/**
 * The box that comes first on the first page: who the document is about.
 *
 * Identity traits in the order of the référentiel d'identitovigilance: birth name, given names, sex, date and place of
 * birth, names in use, matricule INS with its kind.
 *
 * @param datamatrix - the INS Datamatrix, `null` without.
 * @see ANS, Référentiel national d'identitovigilance; ANS' own rendition of CDA documents (CDA-FO.xsl).
 */
export function identityBox(patient: CdaPatient, datamatrix: PreparedImage | null): Block {
  const { traits } = patient;
  const notice = identityNotice(patient);
  const traitsTable = table(
    [
      {
        cells: [
          field('Nom de naissance', traits.birthName),
          field('Prénom(s) de naissance', joined(traits.givenNames, ' ')),
          field('Sexe', sexLabel[traits.sex ?? 'U']),
        ],
      },
      {
        cells: [
          field('Nom utilisé', traits.usualName, false),
          field('Prénom utilisé', traits.usualGivenName, false),
          field('Date de naissance', birthDateOf(patient)),
        ],
      },
      {
        cells: [
          field(`Matricule INS (${insKind(patient)})`, traits.ins?.value ?? null),
          { ...field('Lieu de naissance', birthPlaceOf(patient), false), colSpan: 2 },
        ],
      },
      ...(notice === null ? [] : [{ cells: [cell([paragraph([run(notice, styles.alert)])], { colSpan: 3 })] }]),
    ],
    { look: 'plain', columns: [{ share: 0.36 }, { share: 0.38 }, { share: 0.26 }], isData: false },
  );
  const contents: readonly Block[] =
    datamatrix === null
      ? [traitsTable]
      : [
          table(
            [
              {
                cells: [
                  cell([traitsTable]),
                  cell([
                    { kind: 'image', image: datamatrix, alt: 'Datamatrix INS', before: 0 },
                    paragraph([run('INS à scanner', styles.fieldLabel)], { before: 2 }),
                  ]),
                ],
              },
            ],
            { look: 'plain', columns: [null, { fixed: 78 }], isData: false },
          ),
        ];
  const isReal = notice === null || traits.ins === null;
  return {
    kind: 'panel',
    blocks: contents,
    fill: isReal ? colors.accentSoft : colors.alertSoft,
    bar: isReal ? colors.accent : colors.alert,
    before: 0,
  };
}

/** One line that names the patient at the foot of every page. */
export function patientLine(patient: CdaPatient): string {
  const { traits } = patient;
  const name = joined([traits.birthName ?? traits.usualName, traits.givenNames[0] ?? traits.usualGivenName], ' ');
  const born = birthDateOf(patient);
  const bornWord = traits.sex === 'F' ? 'née' : traits.sex === 'M' ? 'né' : 'né(e)';
  // Without a day it is a year, or a month of a year.
  const preposition = (traits.birthDate?.length ?? 0) < 8 ? 'en' : 'le';
  return (
    joined(
      [
        name,
        born === null ? null : `${bornWord} ${preposition} ${born}`,
        traits.ins === null ? null : `${insKind(patient)} ${traits.ins.value}`,
      ],
      ' · ',
    ) ?? ''
  );
}

/** Name and INS for the head of every page. */
export function patientShort(patient: CdaPatient): string {
  const { traits } = patient;
  return (
    joined(
      [
        traits.birthName ?? traits.usualName,
        traits.givenNames[0] ?? traits.usualGivenName,
        traits.ins === null ? null : `· INS ${traits.ins.value}`,
      ],
      ' ',
    ) ?? ''
  );
}
