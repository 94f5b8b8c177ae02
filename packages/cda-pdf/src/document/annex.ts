import type { CdaEncounter, CdaEntity, CdaHeader, CdaName, CdaOrganization, CdaParticipation, CdaPatient, CdaServiceEvent } from '@mss/cda';

import type { Block, TableRow } from '../layout/blocks.js';
import { factRow, paragraph, run, table } from './builders.js';
import {
  formatAddress,
  formatCode,
  formatCodeWithValue,
  formatContacts,
  formatId,
  formatIds,
  formatInterval,
  formatName,
  formatOrganization,
  formatTime,
  joined,
  separator,
} from './format-values.js';
import {
  confidentialityLabel,
  informantLabel,
  nullFlavorLabel,
  participantLabel,
  relationLabel,
  sexLabel,
  signatureLabel,
  statusLabel,
} from './labels.js';
import { styles } from './theme.js';

const labelWidth = 104;

/** A line of the annex: its first part may stand out. */
interface Fact {
  readonly strong: string | null;
  readonly text: string | null;
}

const fact = (text: string | null, strong: string | null = null): Fact => ({ strong, text });

/** `Libellé : valeur`, `null` when there is no value. */
const labelled = (label: string, value: string | null): string | null => (value === null ? null : `${label} : ${value}`);

function factBlocks(facts: readonly Fact[]): readonly Block[] {
  return facts.flatMap(({ strong, text }): readonly Block[] => {
    if (strong === null && text === null) return [];
    const runs = [
      ...(strong === null ? [] : [run(strong, styles.smallStrong)]),
      ...(text === null ? [] : [run((strong === null ? '' : separator) + text, styles.small)]),
    ];
    return [paragraph(runs, { before: strong === null ? 0.5 : 2 })];
  });
}

/** What an entity is, for whom it acts and how it is reached; of the organisation's contacts only those that are others. */
function entityFacts(entity: CdaEntity, lead: string | null): readonly Fact[] {
  const names = joined(
    [...(entity.person?.names ?? []).map(formatName), joined([entity.device?.softwareName, entity.device?.manufacturerModelName], ' ')],
    ' / ',
  );
  const absent = entity.nullFlavor === null ? null : nullFlavorLabel(entity.nullFlavor);
  const role = joined([lead, formatCode(entity.code), formatCode(entity.device?.code ?? null), formatIds(entity.ids)], separator);
  const contacts = formatContacts(entity.addresses, entity.telecoms);
  const organization = entity.organization === null ? [] : organizationFacts(entity.organization, contacts);
  return [fact(role, names ?? absent), fact(joined(contacts, separator)), ...organization];
}

/** @param known - contacts that stand above already. */
function organizationFacts(organization: CdaOrganization, known: readonly string[] = []): readonly Fact[] {
  const contacts = formatContacts(organization.addresses, organization.telecoms);
  const partOf = joined([formatCode(organization.partOfCode), formatIds(organization.partOfIds)], separator);
  return [
    fact(formatOrganization(organization)),
    fact(
      joined(
        contacts.filter((one) => !known.includes(one)),
        separator,
      ),
    ),
    fact(labelled('Rattachement', partOf)),
    ...(organization.partOf === null ? [] : organizationFacts(organization.partOf, [...known, ...contacts])),
  ];
}

function participationFacts(participation: CdaParticipation, lead: string | null = null): readonly Fact[] {
  const { signatureCode } = participation;
  const when = joined([formatInterval(participation.time), signatureCode === null ? null : signatureLabel(signatureCode)], separator);
  return entityFacts(participation.entity, joined([lead, formatCode(participation.functionCode), when], separator));
}

function nameFacts(names: readonly CdaName[]): readonly Fact[] {
  const kinds: Readonly<Record<string, string>> = {
    'family BR': 'Nom de naissance',
    'family CL': 'Nom utilisé',
    'family SP': 'Nom d’époux ou d’épouse',
    family: 'Nom',
    'given BR': 'Premier prénom de naissance',
    'given CL': 'Prénom utilisé',
    given: 'Prénom(s)',
    prefix: 'Civilité',
    suffix: 'Titre',
  };
  return names.map((name) =>
    fact(
      joined(
        name.parts.map((part) => {
          const label = kinds[part.qualifier === null ? part.kind : `${part.kind} ${part.qualifier}`] ?? kinds[part.kind] ?? 'Nom';
          return labelled(label, part.value === '' ? (part.nullFlavor === null ? null : nullFlavorLabel(part.nullFlavor)) : part.value);
        }),
        separator,
      ) ?? (name.nullFlavor === null ? null : labelled('Nom', nullFlavorLabel(name.nullFlavor))),
    ),
  );
}

function patientFacts(patient: CdaPatient): readonly Fact[] {
  const { deceased, multipleBirth, birthplace } = patient;
  const yesNo = (indicator: string | null): string | null =>
    indicator === null ? null : indicator === 'true' ? 'oui' : indicator === 'false' ? 'non' : indicator;
  const place =
    birthplace === null ? null : joined([birthplace.name, birthplace.address === null ? null : formatAddress(birthplace.address)], ', ');
  const named = patient.gender?.displayName ?? patient.gender?.originalText ?? null;
  const gender = named === null && patient.traits.sex !== null ? sexLabel[patient.traits.sex] : formatCode(patient.gender);
  return [
    ...nameFacts(patient.names),
    fact(
      joined(
        [labelled('Sexe', gender), labelled('Date de naissance', formatTime(patient.birthTime)), labelled('Lieu de naissance', place)],
        separator,
      ),
    ),
    fact(labelled('Identifiants', formatIds(patient.ids))),
    fact(joined(formatContacts(patient.addresses, patient.telecoms), separator)),
    fact(labelled('Situation familiale', formatCode(patient.maritalStatus))),
    fact(deceased === null ? null : joined([labelled('Décès', yesNo(deceased.indicator)), formatTime(deceased.time)], ', ')),
    fact(
      multipleBirth === null
        ? null
        : joined([labelled('Naissance multiple', yesNo(multipleBirth.indicator)), labelled('rang', multipleBirth.order)], ', '),
    ),
    ...(patient.providerOrganization === null ? [] : [fact('Suivi par :'), ...organizationFacts(patient.providerOrganization)]),
  ];
}

function documentFacts(header: CdaHeader): readonly Fact[] {
  const isFrench = header.languageCode === null || header.languageCode === 'fr' || header.languageCode === 'fr-FR';
  const restrictions = header.confidentialityCodes
    .filter((one) => one.code !== 'N')
    .map((one) => one.displayName ?? (one.code === null ? formatCode(one) : confidentialityLabel(one.code)));
  return [
    fact(labelled('Titre', header.title)),
    fact(
      joined(
        [labelled('Type', formatCodeWithValue(header.code)), labelled('Date de création', formatTime(header.effectiveTime))],
        separator,
      ),
    ),
    fact(
      joined(
        [
          labelled('Identifiant', formatId(header.id)),
          header.setId === null ? null : labelled('Lot de versions', formatId(header.setId)),
          labelled('Version', header.versionNumber === null ? null : String(header.versionNumber)),
        ],
        separator,
      ),
    ),
    fact(labelled('Confidentialité', joined(restrictions, ', '))),
    fact(isFrench ? null : labelled('Langue', header.languageCode)),
  ];
}

function eventFacts(event: CdaServiceEvent): readonly Fact[] {
  const status = event.statusCode === null ? null : statusLabel(event.statusCode);
  return [
    fact(joined([formatInterval(event.effectiveTime), status, formatIds(event.ids)], separator), formatCodeWithValue(event.code) ?? 'Acte'),
    ...event.performers.flatMap((performer) => participationFacts(performer, 'Exécutant')),
  ];
}

function encounterFacts(encounter: CdaEncounter): readonly Fact[] {
  const { facility } = encounter;
  return [
    fact(joined([formatInterval(encounter.effectiveTime), formatIds(encounter.ids)], separator), formatCodeWithValue(encounter.code)),
    fact(labelled('Sortie', formatCode(encounter.dischargeDisposition))),
    ...(facility === null
      ? []
      : [
          fact(
            joined(
              [
                labelled('Lieu', facility.name),
                formatCodeWithValue(facility.code),
                formatIds(facility.ids),
                facility.address === null ? null : formatAddress(facility.address),
              ],
              separator,
            ),
          ),
          ...(facility.organization === null ? [] : organizationFacts(facility.organization)),
        ]),
    ...(encounter.responsibleParty === null ? [] : entityFacts(encounter.responsibleParty, 'Responsable de la prise en charge')),
    ...encounter.participants.flatMap((one) => participationFacts(one, one.typeCode === null ? null : participantLabel(one.typeCode))),
  ];
}

/** Informants of one kind under one label, in the order of the first of each kind. */
function informantRows(informants: readonly CdaParticipation[]): readonly (readonly [string, readonly Fact[]])[] {
  const byLabel = new Map<string, Fact[]>();
  for (const informant of informants) {
    const label = informantLabel(informant.entity.classCode ?? 'CON');
    byLabel.set(label, [...(byLabel.get(label) ?? []), ...participationFacts(informant)]);
  }
  return [...byLabel];
}

/**
 * Every element of the header that a person can read, in compact groups under the labels of ANS' own rendition; what
 * stands above the body as well is repeated here, so that the annex is the whole header.
 *
 * Not shown: the elements of `technicalHeaderElements` of `@mss/cda`.
 *
 * @see Référentiel #2 v0.1, ECO.2.1.5; ANS, CDA-FO.xsl and cda_l10n.xml for the labels.
 */
export function annex(header: CdaHeader): readonly Block[] {
  const people = (all: readonly CdaParticipation[]): readonly Fact[] => all.flatMap((one) => participationFacts(one));
  const single = (one: CdaParticipation | null): readonly Fact[] => (one === null ? [] : participationFacts(one));
  const groups: readonly (readonly [string, readonly Fact[]])[] = [
    ['Patient', patientFacts(header.patient)],
    ['Représentant du patient', header.patient.guardians.flatMap((one) => entityFacts(one, null))],
    ...informantRows(header.informants),
    ['Document', documentFacts(header)],
    ['Auteur(s)', people(header.authors)],
    ['Opérateur de saisie', single(header.dataEnterer)],
    ['Signataire légal', single(header.legalAuthenticator)],
    ['Approbateur(s)', people(header.authenticators)],
    [
      'Destinataire(s) prévu(s)',
      header.recipients.flatMap((one) =>
        participationFacts(one, one.typeCode === null || one.typeCode === 'PRCP' ? null : participantLabel(one.typeCode)),
      ),
    ],
    ['Conservation', header.custodian === null ? [] : organizationFacts(header.custodian)],
    ['Événement(s) documenté(s)', header.serviceEvents.flatMap(eventFacts)],
    ['Prise en charge', header.encounter === null ? [] : encounterFacts(header.encounter)],
    [
      'Prescription',
      header.orders.map((order) =>
        fact(
          joined(
            [
              formatCode(order.code),
              formatIds(order.ids),
              labelled('N° d’accès', formatIds(order.accessionNumbers)),
              labelled('Priorité', formatCode(order.priority)),
            ],
            separator,
          ),
        ),
      ),
    ],
    [
      'Participants',
      header.participants.flatMap((one) => participationFacts(one, one.typeCode === null ? null : participantLabel(one.typeCode))),
    ],
    [
      'Documents liés',
      header.relatedDocuments.map((one) =>
        fact(
          joined(
            [
              one.typeCode === null ? null : relationLabel(one.typeCode),
              formatIds(one.ids),
              labelled('Lot de versions', one.setId === null ? null : formatId(one.setId)),
              labelled('Version', one.versionNumber === null ? null : String(one.versionNumber)),
              formatCode(one.code),
            ],
            separator,
          ),
        ),
      ),
    ],
    [
      'Consentement(s)',
      header.consents.map((one) =>
        fact(joined([formatCode(one.code), one.statusCode === null ? null : statusLabel(one.statusCode), formatIds(one.ids)], separator)),
      ),
    ],
    ['Autres éléments', header.unmapped.map((one) => fact(joined(one.texts, separator)))],
  ];
  const rows = groups.flatMap(([label, facts]): readonly TableRow[] => {
    const blocks = factBlocks(facts);
    return blocks.length === 0
      ? []
      : [
          factRow(
            label,
            styles.smallLabel,
            blocks.map((block, index) => (index === 0 ? { ...block, before: 0 } : block)),
          ),
        ];
  });
  return [
    paragraph([run('Informations complémentaires du document', styles.heading2)], { tag: 'H2', before: 18, keepWithNext: true }),
    table(rows, { look: 'rows', columns: [{ fixed: labelWidth }], before: 5 }),
  ];
}
