import { departmentOf, type MailboxEntry, type Professional, type Structure } from './entry.js';

const encoder = new TextEncoder();
const lines = (...all: readonly (readonly string[])[]): Uint8Array => encoder.encode(all.map((fields) => `${fields.join('|')}\n`).join(''));

const mailboxHeadings: readonly string[] = [
  'Type de BAL',
  'Adresse BAL',
  'Type Identifiant PP',
  'Identifiant PP',
  'Identification nationale PP',
  'Type identifiant structure',
  'Identification Structure',
  'Service de rattachement',
  "Civilité d'exercice",
  "Nom d'exercice",
  "Prénom d'exercice",
  'Catégorie profession',
  'Libellé de catégorie profession',
  'Code Profession',
  'Libellé Profession',
  'Code savoir-faire',
  'Libellé savoir-faire',
  'Dématérialisation',
  ...[
    'Raison Sociale',
    'Enseigne commerciale',
    'L2COMPLEMENTLOCALISATION',
    'L3COMPLEMENTDISTRIBUTION',
    'L4NUMEROVOIE',
    'L4COMPLEMENTNUMEROVOIE',
    'NL4TYPEVOIE',
    'L4LIBELLEVOIE',
    'L5LIEUDITMENTION',
    'L6LIGNEACHEMINEMENT',
    'Code postal',
    'Département',
    'Pays',
  ].map((heading) => `${heading} structure BAL`),
];

const blank = (count: number): readonly string[] => Array.from({ length: count }, () => '');

function mailboxFields(entry: MailboxEntry): readonly string[] {
  const { professional: one, structure: at } = entry;
  return [
    entry.type,
    entry.address,
    ...(one === null ? blank(3) : ['8', one.rpps, `8${one.rpps}`]),
    at?.identifierType ?? '',
    at?.identifier ?? '',
    entry.service,
    ...(one === null
      ? blank(9)
      : [
          one.qualification.professionCode === '10' ? 'DR' : one.civility,
          one.familyName,
          one.givenName,
          'C',
          'Civil',
          one.qualification.professionCode,
          one.qualification.profession,
          one.qualification.specialtyCode,
          one.qualification.specialty,
        ]),
    entry.dematerialisation ? 'O' : 'N',
    ...(at === null
      ? blank(13)
      : [
          at.legalName,
          at.tradeName,
          '',
          '',
          at.streetNumber,
          '',
          at.streetType,
          at.street,
          '',
          `${at.postalCode} ${at.town}`,
          at.postalCode,
          departmentOf(at.postalCode),
          'FRANCE',
        ]),
  ];
}

/** The text of `Extraction_Correspondance_MSSante`: 31 columns, UTF-8, `|`, no quoting. */
export function mailboxText(entries: readonly MailboxEntry[]): Uint8Array {
  return lines(mailboxHeadings, ...entries.map(mailboxFields));
}

const identity: readonly string[] = ["Type d'identifiant PP", 'Identifiant PP', 'Identification nationale PP'];
const names: readonly string[] = ["Nom d'exercice", "Prénom d'exercice"];
const profession: readonly string[] = [
  'Code profession',
  'Libellé profession',
  'Code catégorie professionnelle',
  'Libellé catégorie professionnelle',
];
const skill: readonly string[] = ['Code type savoir-faire', 'Libellé type savoir-faire', 'Code savoir-faire', 'Libellé savoir-faire'];
const structure: readonly string[] = [
  'Complément destinataire',
  'Complément point géographique',
  'Numéro Voie',
  'Indice répétition voie',
  'Code type de voie',
  'Libellé type de voie',
  'Libellé Voie',
  'Mention distribution',
  'Bureau cedex',
  'Code postal',
  'Code commune',
  'Libellé commune',
  'Code pays',
  'Libellé pays',
  'Téléphone',
  'Téléphone 2',
  'Télécopie',
  'Adresse e-mail',
].map((heading) => `${heading} (coord. structure)`);

const activityHeadings: readonly string[] = [
  ...identity,
  "Code civilité d'exercice",
  "Libellé civilité d'exercice",
  'Code civilité',
  'Libellé civilité',
  ...names,
  ...profession,
  ...skill,
  'Code mode exercice',
  'Libellé mode exercice',
  'Numéro SIRET site',
  'Numéro SIREN site',
  'Numéro FINESS site',
  'Numéro FINESS établissement juridique',
  'Identifiant technique de la structure',
  'Raison sociale site',
  'Enseigne commerciale site',
  ...structure,
  'Code Département (structure)',
  'Libellé Département (structure)',
  'Ancien identifiant de la structure',
  "Autorité d'enregistrement",
];

/** A professional at work: a line of the activities. */
export interface Activity {
  readonly professional: Professional;
  readonly structure: Structure | null;
}

const identityFields = ({ rpps, familyName, givenName }: Professional): readonly (readonly string[])[] => [
  ['8', rpps, `8${rpps}`],
  [familyName, givenName],
];

function professionFields({ qualification: of }: Professional): readonly string[] {
  const skills = of.specialtyCode === '' ? blank(4) : ['S', 'Spécialité ordinale', of.specialtyCode, of.specialty];
  return [of.professionCode, of.profession, 'C', 'Civil', ...skills];
}

function activityFields({ professional: one, structure: at }: Activity): readonly string[] {
  const [identifiers = [], called = []] = identityFields(one);
  const isDoctor = one.qualification.professionCode === '10';
  const isFiness = at?.identifierType === 'FINESS';
  const siret = at === null || isFiness ? '' : at.identifier;
  return [
    ...identifiers,
    ...(isDoctor ? ['DR', 'Docteur'] : blank(2)),
    ...(one.civility === 'MME' ? ['MME', 'Madame'] : ['M', 'Monsieur']),
    ...called,
    ...professionFields(one),
    ...(at?.isHospital === true ? ['S', 'Salarié'] : ['L', 'Libéral, indépendant, artisan, commerçant']),
    siret,
    siret.slice(0, 9),
    isFiness ? at.identifier : '',
    '',
    ...(at === null
      ? [...blank(3), ...blank(18), ...blank(2)]
      : [
          `${isFiness ? 'F' : 'C'}${at.identifier}`,
          at.legalName,
          at.tradeName,
          '',
          '',
          at.streetNumber,
          '',
          '',
          at.streetType,
          at.street,
          '',
          `${at.postalCode} ${at.town}`,
          at.postalCode,
          '',
          at.town,
          'FR',
          'France',
          '',
          '',
          '',
          '',
          departmentOf(at.postalCode),
          '',
        ]),
    '',
    isDoctor ? 'CNOM' : 'ARS',
  ];
}

/** The three texts of `PS_LibreAcces`, by the part of their names that differs. Each line ends with a `|`, as published. */
export function professionalTexts(activities: readonly Activity[]): Readonly<Record<string, Uint8Array>> {
  const people = [...new Map(activities.map(({ professional }) => [professional.rpps, professional])).values()];
  const table = (headings: readonly string[], rows: readonly (readonly string[])[]): Uint8Array =>
    lines([...headings, ''], ...rows.map((row) => [...row, '']));
  return {
    Personne_activite: table(activityHeadings, activities.map(activityFields)),
    SavoirFaire: table(
      [...identity, ...names, ...profession, ...skill],
      people
        .filter(({ qualification }) => qualification.specialtyCode !== '')
        .map((one) => [...identityFields(one).flat(), ...professionFields(one)]),
    ),
    Dipl_AutExerc: table(
      [
        ...identity,
        ...names,
        'Code type diplôme obtenu',
        'Libellé type diplôme obtenu',
        'Code diplôme obtenu',
        'Libellé diplôme obtenu',
        'Code type autorisation',
        'Libellé type autorisation',
        'Code discipline autorisation',
        'Libellé discipline autorisation',
      ],
      people.map((one) => [
        ...identityFields(one).flat(),
        'DE',
        "Diplôme d'Etat français",
        `DE${one.qualification.professionCode}`,
        `DE ${one.qualification.profession}`,
        ...blank(4),
      ]),
    ),
  };
}
