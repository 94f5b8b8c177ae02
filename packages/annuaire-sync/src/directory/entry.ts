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
  const value = fields[position] ?? '';
  if (value === '') return null;
  // Hardly any has a space at its ends.
  const trimmed = isPerhapsSpace(value.charCodeAt(0)) || isPerhapsSpace(value.charCodeAt(value.length - 1)) ? value.trim() : value;
  return trimmed === '' ? null : trimmed;
}

/** Every space of Unicode is one of these. */
const isPerhapsSpace = (code: number): boolean => code <= 0x20 || code >= 0xa0;

const yes: ReadonlySet<string> = new Set(['o', 'oui', '1', 'true']);
const no: ReadonlySet<string> = new Set(['n', 'non', '0', 'false']);

function flag(value: string | null): boolean | null {
  const folded = (value ?? '').toLowerCase();
  return yes.has(folded) ? true : no.has(folded) ? false : null;
}

// What is nearly always published is compared before a pattern is: an entry is read in microseconds.
const isRpps = (type: string): boolean => type === '8' || /^(?:8|rpps)$/i.test(type);
const isAdeli = (type: string): boolean => type === '0' || /^(?:0|adeli)$/i.test(type);
const isFiness = (type: string): boolean => type === 'FINESS' || /^(?:finess.*|1)$/i.test(type);
const isSiret = (type: string): boolean => type === 'SIRET' || /^(?:siret|3)$/i.test(type);

/** Prefix of a national identifier: 8 RPPS, 0 ADELI. */
export function nationalIdentifierOf(type: string, identifier: string, national: string): string | null {
  if (national !== '') return national;
  if (identifier === '') return null;
  if (isRpps(type)) return `8${identifier}`;
  if (isAdeli(type)) return `0${identifier}`;
  return `${type}${identifier}`;
}

const joined = (before: string | null, value: string | null): string | null =>
  before === null ? value : value === null ? before : `${before} ${value}`;

/** Which register a professional's number is of: `8` RPPS, `0` ADELI. */
function registerOf(identifierType: string, national: string | null): string {
  return isRpps(identifierType) ? '8' : isAdeli(identifierType) ? '0' : (national?.[0] ?? '');
}

function streetLines(
  fields: Fields,
  at: Readonly<Record<'complement' | 'distribution' | 'streetNumber' | 'streetRepetition' | 'streetType' | 'street' | 'mention', number>>,
): readonly string[] {
  const lines: string[] = [];
  const add = (line: string | null): void => {
    if (line !== null) lines.push(line);
  };
  add(text(fields, at.complement));
  add(text(fields, at.distribution));
  const number = joined(text(fields, at.streetNumber), text(fields, at.streetRepetition));
  add(joined(joined(number, text(fields, at.streetType)), text(fields, at.street)));
  add(text(fields, at.mention));
  return lines;
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
  const postalCode = get('postalCode');
  const department = get('department');
  const identifierType = get('identifierType') ?? '';
  const identifier = get('identifier');
  const national = nationalIdentifierOf(identifierType, identifier ?? '', get('nationalIdentifier') ?? '');
  const register = registerOf(identifierType, national);
  const number = identifier ?? national?.slice(1) ?? null;
  return {
    id,
    source: 'mailbox',
    address: get('address'),
    type: get('type'),
    dematerialisation: flag(get('dematerialisation')),
    civility: get('civility'),
    familyName: get('familyName'),
    givenName: get('givenName'),
    nationalIdentifier: national,
    rpps: register === '8' ? number : null,
    adeli: register === '0' ? number : null,
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
    finess: isFiness(structureIdentifierType ?? '') ? structureIdentifier : null,
    siret: isSiret(structureIdentifierType ?? '') ? structureIdentifier : null,
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
  const register = registerOf(identifierType, national);
  const number = identifier ?? national?.slice(1) ?? null;
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
    nationalIdentifier: national,
    rpps: register === '8' ? number : null,
    adeli: register === '0' ? number : null,
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
export function decodeEntry(id: number, line: Uint8Array | string): DirectoryEntry {
  const fields = (typeof line === 'string' ? line : Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')).split('|');
  return id >= firstProfessionalId ? decodeProfessional(id, fields) : decodeMailbox(id, fields);
}
