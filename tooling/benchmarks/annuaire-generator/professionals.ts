import { hasMailbox } from './mailboxes.ts';
import { personAt, type Person } from './people.ts';
import { drawStructure, structureCount } from './structures.ts';

/** The header lines of the three files of `PS_LibreAcces`. */
export const activityHeader: string = `Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|Numéro Voie (coord. structure)|Indice répétition voie (coord. structure)|Code type de voie (coord. structure)|Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|Mention distribution (coord. structure)|Bureau cedex (coord. structure)|Code postal (coord. structure)|Code commune (coord. structure)|Libellé commune (coord. structure)|Code pays (coord. structure)|Libellé pays (coord. structure)|Téléphone (coord. structure)|Téléphone 2 (coord. structure)|Télécopie (coord. structure)|Adresse e-mail (coord. structure)|Code Département (structure)|Libellé Département (structure)|Ancien identifiant de la structure|Autorité d'enregistrement`;
export const skillHeader: string = `Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire`;
export const diplomaHeader: string = `Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|Code type diplôme obtenu|Libellé type diplôme obtenu|Code diplôme obtenu|Libellé diplôme obtenu|Code type autorisation|Libellé type autorisation|Code discipline autorisation|Libellé discipline autorisation`;

export interface ProfessionalsOptions {
  /** Entities of the extraction these files belong with: its `lines`, about. */
  readonly lines: number;
  readonly seed: number;
  /** Professionals without a mailbox for one with. Default 0.5. */
  readonly withoutMailbox?: number;
}

/** Everybody: those of the extraction first, then those without a mailbox. */
function* people(options: ProfessionalsOptions): Generator<Person, void, undefined> {
  const { lines, seed, withoutMailbox = 0.5 } = options;
  for (let index = 0; index < lines; index++) if (hasMailbox(seed, index)) yield personAt(seed, index);
  for (let index = 0; index < lines * withoutMailbox; index++) yield personAt(seed, 60_000_000 + index);
}

function activityLine(person: Person, options: ProfessionalsOptions): string {
  const { qualification: of, random } = person;
  const structure = random.chance(0.85) ? drawStructure(options.seed, random, structureCount(options.lines)) : null;
  const isFiness = structure?.identifierType === 'FINESS';
  const civility = person.civility === 'DR' ? ['DR', 'Docteur'] : ['', ''];
  const phone = random.chance(0.5) ? `0199${String(random.below(1_000_000)).padStart(6, '0')}` : '';
  const at =
    structure === null ? [] : [structure.street.number, structure.street.repetition, structure.street.type, '', structure.street.label];
  const place =
    structure === null
      ? Array.from({ length: 14 }, () => '')
      : [
          structure.complement,
          '',
          ...at,
          structure.mention,
          `${structure.town.postalCode} ${structure.town.name.toUpperCase()}`,
          structure.town.postalCode,
          '',
          structure.town.name,
          'FR',
          'France',
        ];
  return [
    person.identifierType,
    person.identifier,
    person.nationalIdentifier,
    ...civility,
    person.isWoman ? 'MME' : 'M',
    person.isWoman ? 'Madame' : 'Monsieur',
    person.familyName,
    person.givenName,
    of.professionCode,
    of.profession,
    of.categoryCode,
    of.category,
    of.specialtyCode === '' ? '' : 'S',
    of.specialtyCode === '' ? '' : 'Spécialité ordinale',
    of.specialtyCode,
    of.specialty,
    structure?.isHospital === true ? 'S' : 'L',
    structure?.isHospital === true ? 'Salarié' : 'Libéral, indépendant, artisan, commerçant',
    structure !== null && !isFiness ? structure.identifier : '',
    structure !== null && !isFiness ? structure.identifier.slice(0, 9) : '',
    isFiness ? structure.identifier : '',
    '',
    structure === null ? '' : `${isFiness ? 'F' : 'C'}${structure.identifier}`,
    structure?.legalName ?? '',
    structure?.tradeName ?? '',
    ...place,
    phone,
    '',
    '',
    '',
    structure?.town.department ?? '',
    '',
    '',
    'CNOM/CNOM/ARS'.split('/')[of.isDoctor ? 0 : 2] ?? '',
  ].join('|');
}

/** `PS_LibreAcces_Personne_activite`, header first. */
export function* generateActivities(options: ProfessionalsOptions): Generator<string, void, undefined> {
  yield activityHeader;
  for (const person of people(options)) {
    yield activityLine(person, options);
    if (person.random.chance(0.12)) yield activityLine(person, options);
  }
}

/** `PS_LibreAcces_SavoirFaire`, header first. */
export function* generateSkills(options: ProfessionalsOptions): Generator<string, void, undefined> {
  yield skillHeader;
  for (const { qualification: of, ...person } of people(options)) {
    if (of.specialtyCode === '') continue;
    yield [
      person.identifierType,
      person.identifier,
      person.nationalIdentifier,
      person.familyName,
      person.givenName,
      of.professionCode,
      of.profession,
      of.categoryCode,
      of.category,
      'S',
      'Spécialité ordinale',
      of.specialtyCode,
      of.specialty,
    ].join('|');
  }
}

/** `PS_LibreAcces_Dipl_AutExerc`, header first. */
export function* generateDiplomas(options: ProfessionalsOptions): Generator<string, void, undefined> {
  yield diplomaHeader;
  for (const { qualification: of, ...person } of people(options)) {
    yield [
      person.identifierType,
      person.identifier,
      person.nationalIdentifier,
      person.familyName,
      person.givenName,
      'DE',
      "Diplôme d'Etat français",
      `DE${of.professionCode}`,
      `DE ${of.profession}`,
      '',
      '',
      '',
      '',
    ].join('|');
  }
}
