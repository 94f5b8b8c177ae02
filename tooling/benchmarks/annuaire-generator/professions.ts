import { ZipfList, type SeededRandom } from './random.ts';

// Labels of the ANS nomenclatures TRE_G15 (professions) and TRE_R38 (savoir-faire), with rough weights.
const professions: readonly (readonly [code: string, label: string, weight: number])[] = [
  ['10', 'Médecin', 42],
  ['60', 'Infirmier', 17],
  ['21', 'Pharmacien', 11],
  ['70', 'Masseur-Kinésithérapeute', 10],
  ['40', 'Chirurgien-Dentiste', 8],
  ['50', 'Sage-Femme', 4],
  ['91', 'Orthophoniste', 2.5],
  ['80', 'Pédicure-Podologue', 2],
  ['93', 'Psychologue', 1],
  ['28', 'Opticien-Lunetier', 0.8],
  ['92', 'Orthoptiste', 0.6],
  ['94', 'Ergothérapeute', 0.4],
  ['95', 'Diététicien', 0.3],
  ['96', 'Psychomotricien', 0.3],
  ['98', "Manipulateur d'électroradiologie médicale", 0.1],
];

const specialities: readonly (readonly [code: string, label: string])[] = `SM54 Médecine Générale
SM26 Qualifié en Médecine Générale
SM53 Spécialiste en Médecine Générale
SM42 Psychiatrie
SM02 Anesthésie-réanimation
SM40 Pédiatrie
SM04 Cardiologie et maladies vasculaires
SM38 Ophtalmologie
SM44 Radio-diagnostic
SM20 Gynécologie-obstétrique
SM24 Gastro-entérologie et hépatologie
SM15 Dermatologie et Vénéréologie
SM08 Chirurgie orthopédique et Traumatologie
SM25 Médecine du travail
SM41 Pneumologie
SM32 Neurologie
SM48 Rhumatologie
SM59 Médecine d'urgence
SM14 Chirurgie viscérale et digestive
SM18 Gériatrie
SM34 ORL et Chirurgie cervico-faciale
SM30 Néphrologie
SM29 Médecine physique et réadaptation
SM03 Biologie médicale
SM27 Médecine interne
SM62 Endocrinologie, diabétologie, nutrition
SM19 Gynécologie médicale
SM36 Oncologie, opt médicale
SM01 Anatomie et Cytologie pathologiques
SM12 Chirurgie urologique
SM13 Chirurgie vasculaire
SM49 Santé publique et Médecine sociale
SM43 Psychiatrie, opt enfant et adolescent
SM21 Hématologie
SM46 Médecine intensive-réanimation
SM57 Allergologie
SM31 Neuro-chirurgie
SM58 Maladies infectieuses et tropicales
SM28 Médecine nucléaire
SM45 Radio-thérapie
SM61 Médecine vasculaire
SM56 Chirurgie orale
SM17 Génétique médicale
SM60 Médecine légale et expertises médicales`
  .split('\n')
  .map((line) => [line.slice(0, 4), line.slice(5)] as const);

const generalists = specialities.slice(0, 3);
const specialists = new ZipfList(specialities.slice(3), { flatness: 4, exponent: 0.9 });
const totalWeight = professions.reduce((sum, [, , weight]) => sum + weight, 0);

export interface Qualification {
  readonly professionCode: string;
  readonly profession: string;
  readonly specialtyCode: string;
  readonly specialty: string;
  readonly categoryCode: string;
  readonly category: string;
  /** Doctors and dentists of practice are called "Docteur". */
  readonly isDoctor: boolean;
}

export function drawQualification(random: SeededRandom): Qualification {
  let wanted = random.next() * totalWeight;
  let chosen = professions[0];
  for (const profession of professions) {
    chosen = profession;
    wanted -= profession[2];
    if (wanted < 0) break;
  }
  const [professionCode = '', profession = ''] = chosen ?? [];
  const specialty =
    professionCode === '10'
      ? random.chance(0.46)
        ? (generalists[random.chance(0.6) ? 0 : random.below(3)] ?? null)
        : specialists.draw(random)
      : null;
  const military = random.chance(0.004);
  return {
    professionCode,
    profession,
    specialtyCode: specialty?.[0] ?? '',
    specialty: specialty?.[1] ?? '',
    categoryCode: military ? 'M' : 'C',
    category: military ? 'Militaire' : 'Civil',
    isDoctor: professionCode === '10' || professionCode === '40',
  };
}
