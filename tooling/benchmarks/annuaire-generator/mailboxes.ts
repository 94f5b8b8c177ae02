import { personAt, type Person } from './people.ts';
import { mixSeed, seededRandom } from './random.ts';
import { drawStructure, services, slugOf, structureCount, type Structure } from './structures.ts';

/** The header line of `Extraction_Correspondance_MSSante`. */
export const mailboxHeader: string = `Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|Catégorie profession|Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|Libellé savoir-faire|Dématérialisation|Raison Sociale structure BAL|Enseigne commerciale structure BAL|L2COMPLEMENTLOCALISATION structure BAL|L3COMPLEMENTDISTRIBUTION structure BAL|L4NUMEROVOIE structure BAL|L4COMPLEMENTNUMEROVOIE structure BAL|NL4TYPEVOIE structure BAL|L4LIBELLEVOIE structure BAL|L5LIEUDITMENTION structure BAL|L6LIGNEACHEMINEMENT structure BAL|Code postal structure BAL|Département structure BAL|Pays structure BAL`;

export interface DirectoryOptions {
  /** Lines under the header. */
  readonly lines: number;
  readonly seed: number;
  /** The same directory a day later: this share of the lines removed, changed or new, a third each. Default 0. */
  readonly changes?: number;
}

const noStructure: readonly string[] = Array.from({ length: 13 }, () => '');

function structureColumns(structure: Structure | null): readonly string[] {
  if (structure === null) return noStructure;
  const { street, town } = structure;
  return [
    structure.legalName,
    structure.tradeName,
    structure.complement,
    '',
    street.number,
    street.repetition,
    street.type,
    street.label,
    structure.mention,
    `${town.postalCode} ${town.name.toUpperCase()}`,
    town.postalCode,
    town.department,
    'FRANCE',
  ];
}

function personLine(person: Person, address: string, structure: Structure | null, dematerialisation: string): string {
  const { qualification } = person;
  return [
    'PER',
    address,
    person.identifierType,
    person.identifier,
    person.nationalIdentifier,
    structure?.identifierType ?? '',
    structure?.identifier ?? '',
    '',
    person.civility,
    person.familyName,
    person.givenName,
    qualification.categoryCode,
    qualification.category,
    qualification.professionCode,
    qualification.profession,
    qualification.specialtyCode,
    qualification.specialty,
    dematerialisation,
    ...structureColumns(structure),
  ].join('|');
}

/** The lines of one person: one mailbox as a rule, another in a hospital for some, two structures for one mailbox for few. */
function personLines(person: Person, seed: number, structures: number): string[] {
  const { random } = person;
  const professionSlug = slugOf(person.qualification.profession).split('-')[0] ?? '';
  const local = `${slugOf(person.givenName)}.${slugOf(person.familyName)}${random.chance(0.35) ? '' : String(person.index % 1000)}`;
  const first = random.chance(0.55) ? drawStructure(seed, random, structures) : null;
  const domain = first !== null && first.isHospital ? first.domain : professionSlug;
  const dematerialisation = random.chance(0.7) ? 'O' : 'N';
  const address = `${local}.${person.index}@${domain}.mssante.example`;
  const lines = [personLine(person, address, first, dematerialisation)];
  if (first !== null && random.chance(0.0006)) {
    const other = drawStructure(seed, random, structures);
    if (other.identifier !== first.identifier) lines.push(personLine(person, address, other, dematerialisation));
  }
  if (random.chance(0.06)) {
    const other = drawStructure(seed, random, structures);
    if (other.identifier !== first?.identifier)
      lines.push(personLine(person, `${local}.${person.index}@${other.domain}.mssante.example`, other, 'O'));
  }
  return lines;
}

/** A mailbox of a service or of an application. Four in five belong to hospitals. */
function structureLine(seed: number, index: number, structures: number): string {
  const random = seededRandom(mixSeed(seed, 3, index));
  let structure = drawStructure(seed, random, structures);
  if (!structure.isHospital && random.chance(0.8)) structure = drawStructure(seed, random, structures);
  const isApplication = random.chance(0.05);
  const service = isApplication ? 'APPLICATION RESULTATS' : random.chance(0.75) ? random.pick(services) : '';
  const local = service === '' ? 'contact' : slugOf(service);
  return [
    isApplication ? 'APP' : 'ORG',
    `${local}.${index}@${structure.domain}.mssante.example`,
    '',
    '',
    '',
    structure.identifierType,
    structure.identifier,
    service,
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    random.chance(0.5) ? 'O' : 'N',
    ...structureColumns(structure),
  ].join('|');
}

/** One in five entities is a structure's mailbox. */
const isPerson = (seed: number, index: number): boolean => mixSeed(seed, 4, index) % 5 !== 0;

/** Whether number `index` is a person with a mailbox; used to make the PS_LibreAcces files of the same country. */
export const hasMailbox = isPerson;

function entityLines(seed: number, index: number, structures: number): readonly string[] {
  return isPerson(seed, index) ? personLines(personAt(seed, index), seed, structures) : [structureLine(seed, index, structures)];
}

const dematerialisationColumn = 17;

function changed(line: string): string {
  const fields = line.split('|');
  fields[dematerialisationColumn] = fields[dematerialisationColumn] === 'O' ? 'N' : 'O';
  return fields.join('|');
}

/** New mailboxes of the day after are those of entities far beyond the ones of the day before. */
const dayAfter = 50_000_000;

/**
 * The file line by line, header first, without line ends: a pure function of its options.
 *
 * Every identifier begins with 99 and every domain ends with `.example`: nobody is meant.
 */
export function* generateExtraction(options: DirectoryOptions): Generator<string, void, undefined> {
  const { lines, seed, changes = 0 } = options;
  const structures = structureCount(lines);
  yield mailboxHeader;
  let written = 0;
  for (let index = 0; written < lines; index++) {
    for (const line of entityLines(seed, index, structures)) {
      if (written++ >= lines) break;
      const fate = changes === 0 ? 1 : mixSeed(seed, 5, written) / 0x100000000 / changes;
      if (fate < 1 / 3) continue;
      yield fate < 2 / 3 ? changed(line) : line;
      if (fate >= 2 / 3 && fate < 1) yield entityLines(seed, dayAfter + written, structures)[0] ?? '';
    }
  }
}
