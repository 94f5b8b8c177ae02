import { displayEntity, mainServiceEvent, visibility, type CdaHeader, type CdaParticipation } from '@mss/cda';

import type { Block, TableRow } from '../layout/blocks.js';
import { factRow, paragraph, run, table } from './builders.js';
import { formatCode, formatIds, formatInterval, formatTelecom, formatTime, joined, separator } from './format-values.js';
import { confidentialityLabel, relationLabel } from './labels.js';
import { styles } from './theme.js';

const labelWidth = 96;

/** The title of a document, as its heading and as the PDF's own title. */
export function titleOf(header: CdaHeader): string {
  return header.title ?? header.code.displayName ?? 'Document de santé';
}

/** Title, what kind of document and of when, and what a reader must know before reading on. */
export function titleBlocks(header: CdaHeader): readonly Block[] {
  const title = titleOf(header);
  const type = header.code.displayName;
  const created = formatTime(header.effectiveTime);
  const version = header.versionNumber === null || header.versionNumber === 1 ? null : `version ${header.versionNumber}`;
  const subtitle = joined([type === title ? null : type, created === null ? null : `document du ${created}`, version], separator);
  const blocks: Block[] = [paragraph([run(title, styles.title)], { tag: 'H1', before: 14, keepWithNext: true })];
  if (subtitle !== null) blocks.push(paragraph([run(subtitle, styles.subtitle)], { before: 2 }));
  const masks = visibility(header);
  const restrictions = [
    ...(masks.invisiblePatient ? [confidentialityLabel('INVISIBLE_PATIENT')] : []),
    ...(masks.invisibleRepresentatives ? [confidentialityLabel('INVISIBLE_REPRESENTANTS_LEGAUX')] : []),
    ...(masks.maskedFromProfessionals ? [confidentialityLabel('MASQUE_PS')] : []),
    ...header.confidentialityCodes.flatMap((one) =>
      one.code === 'R' || one.code === 'V' ? [`Confidentialité : ${confidentialityLabel(one.code)}`] : [],
    ),
  ];
  for (const restriction of new Set(restrictions)) blocks.push(paragraph([run(restriction, styles.alert)], { before: 3 }));
  for (const related of header.relatedDocuments) {
    if (related.typeCode !== 'RPLC') continue;
    blocks.push(
      paragraph(
        [
          run(
            joined(
              [
                `${relationLabel('RPLC')} ${formatIds(related.ids) ?? ''}`.trim(),
                related.versionNumber === null ? null : `version ${related.versionNumber}`,
              ],
              ', ',
            ) ?? '',
            styles.alert,
          ),
        ],
        { before: 3 },
      ),
    );
  }
  return blocks;
}

function personBlocks(participation: CdaParticipation): readonly Block[] {
  const { entity } = participation;
  const name = displayEntity(entity) ?? '—';
  const role = joined([formatCode(participation.functionCode), formatCode(entity.code)], separator);
  const organization = entity.organization?.names[0] ?? null;
  const contacts = joined(entity.telecoms.filter((one) => one.value !== null).map(formatTelecom), separator);
  return [
    paragraph([run(name, styles.bodyStrong), ...(role === null ? [] : [run(separator + role, styles.body)])]),
    ...[organization === name ? null : organization, contacts].flatMap((text) =>
      text === null ? [] : [paragraph([run(text, styles.smallMuted)], { before: 1 })],
    ),
  ];
}

const textBlocks = (...texts: readonly (string | null)[]): readonly Block[] =>
  texts.flatMap((text, index) =>
    text === null ? [] : [paragraph([run(text, index === 0 ? styles.body : styles.smallMuted)], { before: index === 0 ? 0 : 1 })],
  );

/** Author, recipients, act, encounter and prescription: what is asked first of a document. */
export function frontMatter(header: CdaHeader): readonly Block[] {
  const rows: TableRow[] = [];
  const add = (label: string, blocks: readonly Block[]): void => {
    if (blocks.length > 0)
      rows.push(
        factRow(
          label,
          styles.factLabel,
          blocks.map((block, index) => (index === 0 ? { ...block, before: 0 } : block)),
        ),
      );
  };
  add(
    header.authors.length > 1 ? 'Auteurs' : 'Auteur',
    header.authors.flatMap((author) => spaced(personBlocks(author))),
  );
  add(
    header.recipients.length > 1 ? 'Destinataires' : 'Destinataire',
    header.recipients.flatMap((recipient) => spaced(personBlocks(recipient))),
  );
  const event = mainServiceEvent(header);
  if (event !== null) {
    const performer = event.performers[0];
    add(
      'Acte',
      textBlocks(
        joined([formatCode(event.code), formatInterval(event.effectiveTime)], separator),
        performer === undefined ? null : displayEntity(performer.entity),
      ),
    );
  }
  if (header.encounter !== null) {
    const { encounter } = header;
    const place = joined([encounter.facility?.name, formatCode(encounter.facility?.code ?? null)], separator);
    add('Prise en charge', textBlocks(joined([formatCode(encounter.code), formatInterval(encounter.effectiveTime)], separator), place));
  }
  add(
    'Prescription',
    textBlocks(
      joined(
        header.orders.map((order) => joined([formatCode(order.code), formatIds(order.ids)], separator)),
        ', ',
      ),
    ),
  );
  return rows.length === 0 ? [] : [table(rows, { look: 'rows', columns: [{ fixed: labelWidth }], before: 10 })];
}

/** A little space above the first block of each of several people. */
const spaced = (blocks: readonly Block[]): readonly Block[] =>
  blocks.map((block, index) => (index === 0 ? { ...block, before: 3 } : block));
