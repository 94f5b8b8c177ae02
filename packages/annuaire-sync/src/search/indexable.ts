import { firstProfessionalId, mailboxColumns, professionalColumns } from '../directory/index.js';

/** A canonical line with the ends of its fields. The object is reused by its owner: nothing of it may be kept. */
export interface IndexedLine {
  readonly id: number;
  readonly line: Uint8Array;
  /** `ends[i]`: the place just after field i. */
  readonly ends: Uint32Array;
  readonly columns: number;
}

/** Which columns of a line are indexed, and as what. -1: there is none. */
export interface LineLayout {
  readonly family: number;
  readonly given: number;
  readonly type: number;
  readonly address: number;
  readonly profession: number;
  readonly specialty: number;
  readonly postalCode: number;
  readonly cities: readonly number[];
  readonly organisations: readonly number[];
}

const mailboxLayout: LineLayout = {
  family: mailboxColumns.familyName,
  given: mailboxColumns.givenName,
  type: mailboxColumns.type,
  address: mailboxColumns.address,
  profession: mailboxColumns.profession,
  specialty: mailboxColumns.specialty,
  postalCode: mailboxColumns.postalCode,
  cities: [mailboxColumns.postalLine],
  organisations: [mailboxColumns.legalName, mailboxColumns.tradeName, mailboxColumns.service],
};

const professionalLayout: LineLayout = {
  family: professionalColumns.familyName,
  given: professionalColumns.givenName,
  type: -1,
  address: -1,
  profession: professionalColumns.profession,
  specialty: professionalColumns.specialty,
  postalCode: professionalColumns.postalCode,
  cities: [professionalColumns.commune, professionalColumns.postalLine],
  organisations: [professionalColumns.legalName, professionalColumns.tradeName],
};

/** The layout of a row's line. */
export function layoutOf(id: number): LineLayout {
  return id >= firstProfessionalId ? professionalLayout : mailboxLayout;
}

/** Where field `column` begins. */
export function startOfField(ends: Uint32Array, column: number): number {
  return column === 0 ? 0 : (ends[column - 1] as number) + 1;
}

/** A line read back from the database, with the ends of its fields. */
export function splitLine(id: number, line: Uint8Array): IndexedLine {
  const ends = new Uint32Array(maxColumns);
  let columns = 0;
  for (let at = 0; at < line.length && columns < maxColumns - 1; at += 1) {
    if (line[at] !== bar) continue;
    ends[columns] = at;
    columns += 1;
  }
  ends[columns] = line.length;
  return { id, line, ends, columns: columns + 1 };
}

const bar = 0x7c;
const maxColumns = 64;
