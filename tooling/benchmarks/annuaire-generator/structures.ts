import { drawStreet, drawTown, type Street, type Town } from './places.ts';
import { mixSeed, seededRandom, ZipfList, type SeededRandom } from './random.ts';

export interface Structure {
  /** `FINESS` or `SIRET`. */
  readonly identifierType: string;
  readonly identifier: string;
  readonly legalName: string;
  readonly tradeName: string;
  /** The first part of its mailboxes' domain: of its own for a large hospital, of the department for the others. */
  readonly domain: string;
  readonly isHospital: boolean;
  readonly complement: string;
  readonly street: Street;
  readonly mention: string;
  readonly town: Town;
}

const kinds = new ZipfList(
  [
    'CABINET MEDICAL',
    'PHARMACIE',
    'CABINET DE SOINS INFIRMIERS',
    'CENTRE HOSPITALIER',
    'CLINIQUE',
    'EHPAD',
    'LABORATOIRE DE BIOLOGIE MEDICALE',
    'MAISON DE SANTE PLURIPROFESSIONNELLE',
    'CABINET DENTAIRE',
    'CENTRE DE SANTE',
    'CHU',
    'CENTRE D’IMAGERIE MEDICALE',
    'HOPITAL PRIVE',
    'SSIAD',
    'CENTRE DE DIALYSE',
    'INSTITUT MEDICO-EDUCATIF',
    'CRECHE',
    'CENTRE MEDICO-PSYCHOLOGIQUE',
    'HAD',
    'CENTRE DE REEDUCATION',
  ].map((kind) => kind.replace('’', "'")),
  { flatness: 2, exponent: 1 },
);
const dedications =
  'DES LILAS,DU PARC,SAINT-JEAN,SAINTE-MARIE,DE LA GARE,DU CHATEAU,DES TILLEULS,PASTEUR,DU CENTRE,LES JARDINS,BELLEVUE,DE L’ABBAYE,DES SOURCES,LES OLIVIERS,DU LAC,SAINT-ANTOINE,DES REMPARTS,LA ROSERAIE,DU PORT,NOTRE-DAME'
    .replaceAll('’', "'")
    .split(',');
export const services: readonly string[] =
  'SECRETARIAT CARDIOLOGIE,SECRETARIAT PNEUMOLOGIE,URGENCES,LABORATOIRE,IMAGERIE,MATERNITE,CHIRURGIE VISCERALE,GERIATRIE,PHARMACIE A USAGE INTERIEUR,ADMISSIONS,CONSULTATIONS EXTERNES,PEDIATRIE,ONCOLOGIE,HOPITAL DE JOUR,SERVICE SOCIAL,DIM,NEUROLOGIE,PSYCHIATRIE,BLOC OPERATOIRE,ANESTHESIE'.split(
    ',',
  );

/** Lower case ASCII with hyphens. */
export function slugOf(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

const withoutAccents = (text: string): string => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '');

/** Structure number `index` of a directory. Identifiers begin with 99, which nobody attributes. */
export function structureAt(seed: number, index: number): Structure {
  const random = seededRandom(mixSeed(seed, 2, index));
  const kind = kinds.draw(random);
  const town = drawTown(random);
  const isHospital = /^(CHU|CENTRE HOSPITALIER|CLINIQUE|HOPITAL)/.test(kind);
  const townName = withoutAccents(town.name).toUpperCase();
  const legalName = /^(CHU|CENTRE HOSPITALIER)/.test(kind) ? `${kind} DE ${townName}` : `${kind} ${random.pick(dedications)}`;
  const isFiness = isHospital || random.chance(0.7);
  return {
    identifierType: isFiness ? 'FINESS' : 'SIRET',
    identifier: isFiness
      ? `99${String(index).padStart(7, '0')}`
      : `99${String(index).padStart(7, '0')}${String(10_000 + random.below(80_000))}`,
    legalName,
    tradeName: random.chance(0.3) ? `${random.pick(dedications)} ${townName}` : '',
    domain:
      isHospital && index < 20_000
        ? `${slugOf(kind).split('-').slice(0, 2).join('-')}-${slugOf(town.name)}-${index}`
        : `structures-${town.department.toLowerCase()}`,
    isHospital,
    complement: random.chance(0.1) ? `BATIMENT ${String.fromCharCode(65 + random.below(6))}` : '',
    street: drawStreet(random),
    mention: random.chance(0.05) ? 'ZA DES PRES' : '',
    town,
  };
}

/** How many structures a directory of so many lines has. */
export function structureCount(lines: number): number {
  return Math.max(5, Math.round(lines / 7));
}

/** A structure, the first ones most often: a university hospital has thousands of mailboxes, a practice two. */
export function drawStructure(seed: number, random: SeededRandom, count: number): Structure {
  return structureAt(seed, Math.floor(count * random.next() ** 3));
}
