/** The words that the made-up directory is made of. Towns and names are common ones; their combinations mean nobody. */

/** Postcode and name. */
export const towns: readonly (readonly [string, string])[] = [
  ['87000', 'LIMOGES'],
  ['69003', 'LYON'],
  ['13005', 'MARSEILLE'],
  ['75012', 'PARIS'],
  ['35000', 'RENNES'],
  ['42000', 'SAINT-ÉTIENNE'],
  ['44000', 'NANTES'],
  ['31000', 'TOULOUSE'],
  ['59000', 'LILLE'],
  ['67000', 'STRASBOURG'],
  ['29200', 'BREST'],
  ['20000', 'AJACCIO'],
  ['97400', 'SAINT-DENIS'],
  ['38000', 'GRENOBLE'],
  ['30000', 'NÎMES'],
  ['73100', 'AIX-LES-BAINS'],
  ['85100', "LES SABLES-D'OLONNE"],
  ['62200', 'BOULOGNE-SUR-MER'],
];

export const familyNames: readonly string[] = (
  'MARTIN BERNARD DUBOIS THOMAS ROBERT RICHARD PETIT DURAND LEROY MOREAU SIMON LAURENT LEFEBVRE MICHEL GARCIA DAVID BERTRAND ROUX ' +
  'VINCENT FOURNIER MOREL GIRARD ANDRE MERCIER DUPONT LAMBERT BONNET FRANÇOIS LEGRAND GUÉRIN MÜLLER NGUYEN PEREIRA HAMON'
)
  .split(' ')
  .concat('LE GOFF', "D'ALÈS", 'DE LA TOUR', "O'CONNOR", 'BEN AMAR', 'SAINT-MARTIN');

export const givenNames: readonly (readonly [string, 'MME' | 'M'])[] = [
  ...'Marie Nathalie Isabelle Sophie Catherine Julie Céline Aurélie Émilie Camille Inès Léa Anne-Sophie Françoise Zoé'
    .split(' ')
    .map((name) => [name, 'MME'] as const),
  ...'Jean Pierre Michel Philippe Nicolas Antoine Julien Hugo Louis Jean-Pierre François Loïc Karim Gaël Théo'
    .split(' ')
    .map((name) => [name, 'M'] as const),
];

/** A profession, perhaps with a speciality: codes and labels of the published nomenclatures. */
export interface Qualification {
  readonly professionCode: string;
  readonly profession: string;
  readonly specialtyCode: string;
  readonly specialty: string;
}

const doctor = (specialtyCode: string, specialty: string): Qualification => ({
  professionCode: '10',
  profession: 'Médecin',
  specialtyCode,
  specialty,
});
const other = (professionCode: string, profession: string): Qualification => ({
  professionCode,
  profession,
  specialtyCode: '',
  specialty: '',
});

export const generalPractice: Qualification = doctor('SM54', 'Médecine Générale');

/** As often as they stand here. */
export const qualifications: readonly Qualification[] = [
  generalPractice,
  generalPractice,
  generalPractice,
  doctor('SM04', 'Cardiologie et maladies vasculaires'),
  doctor('SM15', 'Dermatologie et vénéréologie'),
  doctor('SM38', 'Ophtalmologie'),
  doctor('SM40', 'Pédiatrie'),
  doctor('SM45', 'Radio-diagnostic'),
  other('60', 'Infirmier'),
  other('60', 'Infirmier'),
  other('70', 'Masseur-Kinésithérapeute'),
  other('21', 'Pharmacien'),
  other('40', 'Chirurgien-Dentiste'),
  other('50', 'Sage-Femme'),
  other('80', 'Pédicure-Podologue'),
  other('91', 'Orthophoniste'),
];

export const services: readonly string[] = [
  'CARDIOLOGIE',
  'URGENCES',
  'PEDIATRIE',
  'MATERNITE',
  'RADIOLOGIE',
  'SECRETARIAT MEDICAL',
  'GERIATRIE',
];

export const placeNames: readonly string[] =
  'des Acacias|des Glycines|du Moulin|de la Fontaine|des Quatre Vents|du Parc|de la Source|du Belvédère|des Lilas|de la Poste|du Canal|des Vignes'.split(
    '|',
  );

export const streets: readonly (readonly [string, string])[] = [
  ['RUE', 'de la République'],
  ['AVENUE', 'Jean Jaurès'],
  ['PLACE', 'du Marché'],
  ['RUE', 'des Écoles'],
  ['BOULEVARD', 'de la Liberté'],
  ['RUE', "de l'Église"],
];
