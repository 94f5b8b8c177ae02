import { Buffer } from 'node:buffer';
import { departmentOfPostcode } from './department.js';
import { mailboxColumns, type MailboxField } from './mailbox-format.js';
import { professionalColumns, type ActivityField } from './professional-formats.js';

/**
 * Rows of PS_LibreAcces are numbered from here, those of the mailbox extraction from 1. All are below 2^32.
 */
export const firstProfessionalId = 1_000_000_000;

/** One line of the directory: one mailbox for one activity, or one activity of a professional who has no mailbox. */
export interface DirectoryEntry {
  /** Of the row, in this generation of the directory. */
  readonly id: number;
  readonly source: 'mailbox' | 'professional';
  /** As published. `null`: no mailbox is published (none exists, or it is on the red list). */
  readonly address: string | null;
  /** `PER`, `ORG`, `APP`, `CAB`, as published. `null` without mailbox. */
  readonly type: string | null;
  /** The holder accepts documents without paper. `null`: not said. */
  readonly dematerialisation: boolean | null;
  readonly civility: string | null;
  readonly familyName: string | null;
  readonly givenName: string | null;
  /** `8` + RPPS, `0` + ADELI. */
  readonly nationalIdentifier: string | null;
  readonly rpps: string | null;
  readonly adeli: string | null;
  /** `C` civil, `M` military, `E` student. */
  readonly categoryCode: string | null;
  readonly category: string | null;
  readonly professionCode: string | null;
  readonly profession: string | null;
  readonly specialtyCode: string | null;
  readonly specialty: string | null;
  readonly legalName: string | null;
  readonly tradeName: string | null;
  /** The legal name, else the trade name. */
  readonly organisation: string | null;
  readonly service: string | null;
  /** As published: `FINESS`, `SIRET`, or a code. */
  readonly structureIdentifierType: string | null;
  readonly structureIdentifier: string | null;
  readonly finess: string | null;
  readonly siret: string | null;
  /** Complements, street and place, without the line of the postcode. */
  readonly addressLines: readonly string[];
  readonly postalCode: string | null;
  readonly city: string | null;
  /** `69`, `2A`, `974`: from the postcode, else as published. */
  readonly departmentCode: string | null;
  /** As published. */
  readonly department: string | null;
  readonly country: string | null;
}

type Fields = readonly (string | undefined)[];

function text(fields: Fields, position: number): string | null {
  const value = (fields[position] ?? '').trim();
  return value === '' ? null : value;
}

const flags: Readonly<Record<string, boolean>> = {
  o: true,
  oui: true,
  '1': true,
  true: true,
  n: false,
  non: false,
  '0': false,
  false: false,
};

/** Prefix of a national identifier: 8 RPPS, 0 ADELI. */
export function nationalIdentifierOf(type: string, identifier: string, national: string): string | null {
  if (national !== '') return national;
  if (identifier === '') return null;
  const folded = type.toUpperCase();
  if (folded === '8' || folded === 'RPPS') return `8${identifier}`;
  if (folded === '0' || folded === 'ADELI') return `0${identifier}`;
  return `${type}${identifier}`;
}

const joined = (...parts: readonly (string | null)[]): string | null => parts.filter((part) => part !== null).join(' ') || null;

interface Common {
  readonly id: number;
  readonly national: string | null;
  readonly identifierType: string;
  readonly identifier: string | null;
}

function identifiers({ national, identifierType, identifier }: Common): Pick<DirectoryEntry, 'nationalIdentifier' | 'rpps' | 'adeli'> {
  const kind = /^(8|rpps)$/i.test(identifierType) ? '8' : /^(0|adeli)$/i.test(identifierType) ? '0' : (national?.[0] ?? '');
  const number = identifier ?? national?.slice(1) ?? null;
  return { nationalIdentifier: national, rpps: kind === '8' ? number : null, adeli: kind === '0' ? number : null };
}

function streetLines(
  fields: Fields,
  at: Readonly<Record<'complement' | 'distribution' | 'streetNumber' | 'streetRepetition' | 'streetType' | 'street' | 'mention', number>>,
): readonly string[] {
  const street = joined(
    text(fields, at.streetNumber),
    text(fields, at.streetRepetition),
    text(fields, at.streetType),
    text(fields, at.street),
  );
  return [text(fields, at.complement), text(fields, at.distribution), street, text(fields, at.mention)].filter((line) => line !== null);
}

/** `69003 LYON CEDEX 03` without its postcode. */
const cityOf = (postalLine: string | null): string | null => postalLine?.replace(/^\d{5}\s+/, '') ?? null;

function decodeMailbox(id: number, fields: Fields): DirectoryEntry {
  const at = mailboxColumns;
  const get = (field: MailboxField): string | null => text(fields, at[field]);
  const legalName = get('legalName');
  const tradeName = get('tradeName');
  const structureIdentifierType = get('structureIdentifierType');
  const structureIdentifier = get('structureIdentifier');
  const isFiness = /^(finess.*|1)$/i.test(structureIdentifierType ?? '');
  const isSiret = /^(siret|3)$/i.test(structureIdentifierType ?? '');
  const postalCode = get('postalCode');
  const department = get('department');
  const identifierType = get('identifierType') ?? '';
  const identifier = get('identifier');
  const national = nationalIdentifierOf(identifierType, identifier ?? '', get('nationalIdentifier') ?? '');
  return {
    id,
    source: 'mailbox',
    address: get('address'),
    type: get('type'),
    dematerialisation: flags[(get('dematerialisation') ?? '').toLowerCase()] ?? null,
    civility: get('civility'),
    familyName: get('familyName'),
    givenName: get('givenName'),
    ...identifiers({ id, national, identifierType, identifier }),
    categoryCode: get('categoryCode'),
    category: get('category'),
    professionCode: get('professionCode'),
    profession: get('profession'),
    specialtyCode: get('specialtyCode'),
    specialty: get('specialty'),
    legalName,
    tradeName,
    organisation: legalName ?? tradeName,
    service: get('service'),
    structureIdentifierType,
    structureIdentifier,
    finess: isFiness ? structureIdentifier : null,
    siret: isSiret ? structureIdentifier : null,
    addressLines: streetLines(fields, at),
    postalCode,
    city: cityOf(get('postalLine')),
    departmentCode: departmentOfPostcode(postalCode ?? '') ?? department,
    department,
    country: get('country'),
  };
}

function decodeProfessional(id: number, fields: Fields): DirectoryEntry {
  const at = professionalColumns;
  const get = (field: ActivityField): string | null => text(fields, at[field]);
  const legalName = get('legalName');
  const tradeName = get('tradeName');
  const finess = get('finess');
  const siret = get('siret');
  const technical = get('structureIdentifier');
  const postalCode = get('postalCode');
  const department = get('department');
  const identifierType = get('identifierType') ?? '';
  const identifier = get('identifier');
  const national = nationalIdentifierOf(identifierType, identifier ?? '', get('nationalIdentifier') ?? '');
  const streetType = get('streetType') === null ? at.streetTypeCode : at.streetType;
  return {
    id,
    source: 'professional',
    address: null,
    type: null,
    dematerialisation: null,
    civility: get('civilityCode') ?? get('titleCode'),
    familyName: get('familyName'),
    givenName: get('givenName'),
    ...identifiers({ id, national, identifierType, identifier }),
    categoryCode: get('categoryCode'),
    category: get('category'),
    professionCode: get('professionCode'),
    profession: get('profession'),
    specialtyCode: get('specialtyCode'),
    specialty: get('specialty'),
    legalName,
    tradeName,
    organisation: legalName ?? tradeName,
    service: null,
    structureIdentifierType: finess !== null ? 'FINESS' : siret !== null ? 'SIRET' : null,
    structureIdentifier: finess ?? siret ?? technical,
    finess,
    siret,
    addressLines: streetLines(fields, { ...at, streetType }),
    postalCode,
    city: get('commune') ?? cityOf(get('postalLine')),
    departmentCode: departmentOfPostcode(postalCode ?? '') ?? department,
    department,
    country: get('country'),
  };
}

/**
 * Reads a row's canonical line. Which file it came from is told by the number of the row.
 *
 * Nothing is checked: what was published is shown.
 */
export function decodeEntry(id: number, line: Uint8Array): DirectoryEntry {
  const fields = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8').split('|');
  return id >= firstProfessionalId ? decodeProfessional(id, fields) : decodeMailbox(id, fields);
}
