import { withLuhn } from '../luhn.js';
import { familyNames, givenNames, placeNames, qualifications, services, streets, towns, type Qualification } from './country.js';
import type { MailboxEntry, Professional, Structure } from './entry.js';
import { drawn, drawnFrom, slugOf } from './draw.js';

/** What a number is drawn for, so that two draws of one entry differ. */
const salt = { kind: 1, person: 2, given: 3, profession: 4, town: 5, street: 6, name: 7, place: 8, service: 9, flag: 10, hospital: 11 };

/** Where a structure is, by a number of its own. */
export function placeOf(index: number): Pick<Structure, 'streetNumber' | 'streetType' | 'street' | 'postalCode' | 'town'> {
  const [postalCode, town] = towns[index % towns.length] ?? ['', ''];
  const [streetType, street] = drawnFrom(streets, salt.street, index);
  return { streetNumber: String(1 + drawn(98, salt.street, index, 1)), streetType, street, postalCode, town };
}

/** A FINESS number that begins with 99, which no department has. */
export const finess = (index: number): string => withLuhn(`99${String(index).padStart(6, '0')}`);

/** An RPPS number that begins with 99, as those of test cards do. */
export const rpps = (index: number): string => withLuhn(`99${String(index).padStart(8, '0')}`);

/** Structure number `index` of the country; every fourth is a hospital. */
export function structureAt(index: number): Structure {
  const place = placeOf(drawn(towns.length, salt.town, index));
  const isHospital = index % 4 === 0;
  const name = drawnFrom(placeNames, salt.name, index);
  const legalName = `${isHospital ? 'CENTRE HOSPITALIER' : 'CABINET MEDICAL'} ${name.toUpperCase()}`;
  return {
    ...place,
    identifierType: isHospital ? 'FINESS' : 'SIRET',
    identifier: isHospital ? finess(100_000 + index) : withLuhn(`99${String(index).padStart(11, '0')}`),
    legalName,
    tradeName: isHospital ? `CH ${name.toUpperCase()} ${place.town}` : '',
    domain: isHospital ? `ch-${slugOf(name)}-${slugOf(place.town)}-${index}.mssante.test` : null,
    isHospital,
  };
}

/** Whose own mailboxes are at the operator of their profession: `medecin.mssante.test`. */
const professionDomain = ({ profession }: Qualification): string => `${slugOf(profession)}.mssante.test`;

/** Domains of all mailboxes that there can be. */
export function domainsOf(structures: number): readonly string[] {
  const hospitals = Array.from({ length: structures }, (_, index) => structureAt(index).domain ?? []).flat();
  return [...hospitals, ...qualifications.map(professionDomain)];
}

/** Structures for so many mailboxes. */
export const structureCount = (mailboxes: number): number => Math.max(1, Math.ceil(mailboxes / 8));

/** Professional number `index` of the country. */
export function professionalAt(index: number): Professional {
  const [givenName, civility] = drawnFrom(givenNames, salt.given, index);
  return {
    rpps: rpps(index),
    civility,
    familyName: drawnFrom(familyNames, salt.person, index),
    givenName,
    qualification: drawnFrom(qualifications, salt.profession, index),
  };
}

/**
 * Mailbox number `index` of the country: one in five of a hospital's service, the others of people. One person in twenty has
 * a second one in a hospital.
 */
export function mailboxAt(index: number, structures: number): MailboxEntry {
  const structure = structureAt(drawn(structures, salt.place, index));
  const dematerialisation = drawn(10, salt.flag, index) < 7;
  if (drawn(5, salt.kind, index) === 0) {
    const hospital = hospitalFor(index, structures);
    const service = drawnFrom(services, salt.service, index);
    const address = `${slugOf(service)}.${index}@${hospital.domain}`;
    return { type: 'ORG', address, professional: null, structure: hospital, service, dematerialisation };
  }
  const isSecond = index % 20 === 7;
  const professional = professionalAt(isSecond ? index - 1 : index);
  const at = isSecond ? hospitalFor(index, structures) : structure;
  const domain = at.domain ?? professionDomain(professional.qualification);
  const address = `${slugOf(professional.givenName)}.${slugOf(professional.familyName)}.${index}@${domain}`;
  // Many personal mailboxes are published without a structure.
  return { type: 'PER', address, professional, structure: at.isHospital || index % 5 !== 0 ? at : null, service: '', dematerialisation };
}

function hospitalFor(index: number, structures: number): Structure {
  return structureAt(4 * drawn(Math.max(1, Math.floor((structures + 3) / 4)), salt.hospital, index));
}

/** Professionals without a mailbox are numbered from here. */
export const firstWithoutMailbox = 10_000_000;
