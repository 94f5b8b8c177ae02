import type { AnnuaireHit } from '../src/answer.ts';

/** A doctor of fiction with her own mailbox. */
export function hit(facts: Partial<AnnuaireHit> = {}): AnnuaireHit {
  return {
    id: 1,
    address: 'claire.moreau@cabinet-des-tilleuls.mssante.test',
    type: 'PER',
    dematerialisation: true,
    civility: 'DR',
    familyName: 'MOREAU',
    givenName: 'Claire',
    rpps: '99700000013',
    profession: 'Médecin',
    specialty: 'Médecine Générale',
    organisation: 'CABINET DES TILLEULS',
    tradeName: null,
    service: null,
    postalCode: '87000',
    city: 'LIMOGES',
    matches: [],
    ...facts,
  };
}

/** The mailbox of a service. */
export const serviceHit: AnnuaireHit = hit({
  id: 2,
  address: 'cardiologie@ch-bellevue.mssante.test',
  type: 'ORG',
  dematerialisation: null,
  civility: null,
  familyName: null,
  givenName: null,
  rpps: null,
  profession: null,
  specialty: null,
  organisation: 'CH BELLEVUE',
  service: 'CARDIOLOGIE',
});
