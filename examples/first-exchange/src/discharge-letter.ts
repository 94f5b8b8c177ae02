import { buildCda, type CdaDocument, type OrganizationDraft, type ProfessionalDraft } from '@mss/cda';
import type { PatientTraits } from '@mss/core';

/** OIDs of the national identifiers of professionals and structures. */
const professionalIds = '1.2.250.1.71.4.2.1';
const structureIds = '1.2.250.1.71.4.2.2';

const hospital: OrganizationDraft = {
  id: { root: structureIds, extension: '1990000018' },
  name: 'Centre hospitalier Bellevue',
  telecoms: [{ value: 'tel:+33199000018', use: 'WP' }],
  address: { houseNumber: '4', streetName: 'Avenue de Bellevue', postalCode: '87000', city: 'LIMOGES' },
  practiceSetting: 'ETABLISSEMENT',
};

const cardiologist: ProfessionalDraft = {
  id: { root: professionalIds, extension: '899900000027' },
  name: { prefix: 'MME', given: 'Inès', family: 'MARCHAL', suffix: 'DR' },
  specialty: 'G15_10/SM04',
  telecoms: [{ value: 'mailto:cardiologie@ch-bellevue.mssante.test', use: 'WP' }],
  organization: hospital,
};

/**
 * What software that only has a PDF does: it wraps the PDF in a level 1 CDA, header from its own data.
 *
 * @param options.pdf - a PDF/A-1: ECO.2.1.4 asks for it, and it is checked when the document is rendered.
 * @param options.patient - from the identity base of the software.
 */
export function wrapDischargeLetter(options: { readonly pdf: Uint8Array; readonly patient: PatientTraits }): CdaDocument {
  const stay = { start: '20250616093000+0200', end: '20250620110000+0200' };
  return buildCda({
    type: '11490-0',
    title: "Lettre de liaison à la sortie d'un établissement de soins",
    effectiveTime: '20250620120000+0200',
    patient: { traits: options.patient },
    authors: [{ professional: cardiologist, time: '20250620114500+0200' }],
    custodian: hospital,
    legalAuthenticator: { professional: cardiologist, time: '20250620120000+0200' },
    acts: [{ ...stay, performer: cardiologist }],
    encounter: {
      code: { code: 'IMP', codeSystem: '2.16.840.1.113883.5.4', displayName: 'Hospitalisation' },
      ...stay,
      facility: { type: 'SA01', name: 'Cardiologie' },
    },
    body: { mediaType: 'application/pdf', bytes: options.pdf },
  });
}
