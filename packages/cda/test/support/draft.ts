import { parseOid, type Oid } from '@mss/core';

import type { CdaDraft } from '@mss/cda';
import { matricule } from './minimal.js';

export const oid = (text: string): Oid => {
  const found = parseOid(text);
  if (found === null) throw new Error('no OID');
  return found;
};

const organization = {
  id: { root: '1.2.250.1.71.4.2.2', extension: '1990000022' },
  name: 'Centre hospitalier du Belvédère',
  telecoms: [{ value: 'tel:+33495990022', use: 'WP' }],
  address: { houseNumber: '1', streetName: "Route de l'Hôpital", postalCode: '20000', city: 'AJACCIO' },
  practiceSetting: 'ETABLISSEMENT',
} as const;

const surgeon = {
  id: { root: '1.2.250.1.71.4.2.1', extension: '899700000033' },
  name: { prefix: 'M', given: 'Ange', family: 'POLVERINI', suffix: 'DR' },
  specialty: 'G15_10/SM08',
  telecoms: [{ value: 'tel:+33495990022', use: 'WP' }],
  organization,
} as const;

/** A whole draft: every part of the header that buildCda writes. */
export const fullDraft: CdaDraft = {
  id: { root: '2.25.1', extension: 'LDL-1' },
  setId: { root: '2.25.2' },
  versionNumber: 2,
  replaces: { id: { root: '2.25.1', extension: 'LDL-0' } },
  type: '11490-0',
  title: "Lettre de liaison à la sortie d'un établissement de soins",
  effectiveTime: '20250208113000+0100',
  confidentiality: 'R',
  masking: ['INVISIBLE_REPRESENTANTS_LEGAUX'],
  patient: {
    traits: {
      ins: { value: matricule, oid: oid('1.2.250.1.213.1.4.8') },
      otherIds: [{ value: '0099000001', oid: oid('1.2.3.4.567.8.9.10') }],
      birthName: 'ROCHEBRUNE',
      usualName: 'VALLONGUE',
      givenNames: ['JEANNE', 'MARIE', 'LOUISE'],
      usualGivenName: 'NANNE',
      birthDate: '19580312',
      sex: 'F',
      birthPlaceCode: '87085',
    },
    addresses: [
      {
        use: 'H',
        streetAddressLines: ['Résidence des Tanneurs', '12 rue & place'],
        postalCode: '87000',
        city: 'LIMOGES',
        country: 'FRANCE',
      },
    ],
    telecoms: [{ value: 'tel:+33555000101', use: 'H' }, { value: `mailto:${matricule}@patient.mssante.fr` }],
    birthPlaceName: 'LIMOGES',
    guardians: [{ name: { family: 'VALLONGUE', given: 'Paul' }, telecoms: [{ value: 'tel:+33600000121', use: 'MC' }] }],
  },
  authors: [{ professional: surgeon, time: '20250208112000+0100' }],
  custodian: organization,
  recipients: [
    {
      id: { root: '1.2.250.1.71.4.2.1', extension: '899700000022' },
      name: { given: 'Étienne', family: 'LAFORÊT', suffix: 'DR' },
      organization,
    },
  ],
  legalAuthenticator: { professional: surgeon, time: '20250208113000+0100' },
  orders: [{ root: '1.2.250.1.213.1.1.9', extension: '25020300001' }, { root: '9B04A0E5-AAA8-4643-BF83-931A56A4D0C1' }],
  acts: [
    {
      id: { root: '2.25.3' },
      code: {
        code: 'NEKA020',
        codeSystem: '1.2.250.1.213.2.5',
        displayName: 'Remplacement de l’articulation coxofémorale',
        codeSystemName: 'CCAM',
      },
      start: '20250203142000+0100',
      end: '20250208110000+0100',
      performer: surgeon,
    },
    { code: { code: 'S72.0', codeSystem: '2.16.840.1.113883.6.3', displayName: 'Fracture du col du fémur' }, start: '20250203' },
  ],
  encounter: {
    id: { root: '2.25.4', extension: 'S1' },
    code: { code: 'IMP', codeSystem: '2.16.840.1.113883.5.4', displayName: 'Hospitalisation' },
    start: '20250203142000+0100',
    end: '20250208110000+0100',
    responsible: surgeon,
    facility: {
      id: { root: '1.2.250.1.71.4.2.2', extension: '1990000022' },
      type: 'SA01',
      name: "Service d'orthopédie",
      address: organization.address,
    },
  },
  body: { mediaType: 'application/pdf', bytes: new TextEncoder().encode('%PDF-1.4\n%%EOF\n') },
};

/** Only what buildCda insists on. */
export const leastDraft: CdaDraft = {
  type: 'CERT_DECL',
  title: 'Certificat',
  effectiveTime: '202502081130+0100',
  patient: {
    traits: {
      ins: null,
      otherIds: [{ value: '7', oid: oid('1.2.9') }],
      birthName: 'A',
      usualName: null,
      givenNames: ['B'],
      usualGivenName: null,
      birthDate: '1958',
      sex: 'U',
      birthPlaceCode: null,
    },
  },
  authors: [{ professional: { id: { root: '1.2.8', extension: '1' }, name: { family: 'C' } }, time: '202502081130+0100' }],
  custodian: { id: { root: '1.2.8', extension: '2' }, name: 'Cabinet' },
  legalAuthenticator: { professional: { id: { root: '1.2.8', extension: '1' }, name: { family: 'C' } }, time: '202502081130+0100' },
  acts: [
    {
      start: '20250208',
      performer: {
        id: { root: '1.2.8', extension: '1' },
        name: { family: 'C' },
        organization: { id: { root: '1.2.8', extension: '2' }, name: 'Cabinet', practiceSetting: 'AMBULATOIRE' },
      },
    },
  ],
  encounter: { facility: { type: 'SA07' } },
  body: { mediaType: 'text/plain', bytes: new TextEncoder().encode('Certificat été') },
};
