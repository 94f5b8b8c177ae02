import { describe, expect, it } from 'vitest';
import { decodeEntry, mailboxColumns, type DirectoryEntry } from '../src/directory/index.js';

const lineOf = (values: Partial<Record<keyof typeof mailboxColumns, string>>): string => {
  const fields = Array.from({ length: Object.keys(mailboxColumns).length }, () => '');
  for (const [field, value] of Object.entries(values)) fields[mailboxColumns[field as keyof typeof mailboxColumns]] = value;
  return fields.join('|');
};
const entryOf = (values: Parameters<typeof lineOf>[0]): DirectoryEntry => decodeEntry(7, lineOf(values));

describe('a row of the directory', () => {
  it('is read alike from text and from bytes', () => {
    const line = lineOf({
      address: 'zoe.muller@exemple.mssante.example',
      familyName: 'MÜLLER',
      givenName: 'Zoé',
      postalLine: '69003 LYON',
    });
    expect(decodeEntry(7, Buffer.from(line))).toEqual(decodeEntry(7, line));
    expect(decodeEntry(7, line)).toMatchObject({ familyName: 'MÜLLER', givenName: 'Zoé', city: 'LYON', dematerialisation: null });
  });

  it.each([
    ['8', '10001234567', '', '810001234567', '10001234567', null],
    ['RPPS', '10001234567', '', '810001234567', '10001234567', null],
    ['0', '691234567', '', '0691234567', null, '691234567'],
    ['Adeli', '691234567', '', '0691234567', null, '691234567'],
    ['', '', '810001234567', '810001234567', '10001234567', null],
    ['', '', '0691234567', '0691234567', null, '691234567'],
    ['', '', '', null, null, null],
  ])('tells RPPS and ADELI: type %j, number %j, national %j', (identifierType, identifier, nationalIdentifier, national, rpps, adeli) => {
    expect(entryOf({ identifierType, identifier, nationalIdentifier })).toMatchObject({ nationalIdentifier: national, rpps, adeli });
  });

  it.each([
    ['FINESS', '690000001', null],
    ['finess géographique', '690000001', null],
    ['1', '690000001', null],
    ['SIRET', null, '690000001'],
    ['3', null, '690000001'],
    ['autre', null, null],
  ])('tells FINESS and SIRET: type %j', (structureIdentifierType, finess, siret) => {
    expect(entryOf({ structureIdentifierType, structureIdentifier: '690000001' })).toMatchObject({ finess, siret });
  });

  it.each([
    ['O', true],
    ['Oui', true],
    ['1', true],
    ['n', false],
    ['NON', false],
    ['', null],
    ['constructor', null],
    ['__proto__', null],
  ])('tells whether documents without paper are accepted: %j', (dematerialisation, expected) => {
    expect(entryOf({ dematerialisation }).dematerialisation).toBe(expected);
  });

  it('joins what is there of a street', () => {
    expect(
      entryOf({ streetNumber: '4', streetRepetition: 'B', streetType: 'RUE', street: 'DES LILAS', mention: 'BP 3' }).addressLines,
    ).toEqual(['4 B RUE DES LILAS', 'BP 3']);
    expect(entryOf({ complement: 'BAT C', street: 'LE BOURG' }).addressLines).toEqual(['BAT C', 'LE BOURG']);
    expect(entryOf({}).addressLines).toEqual([]);
  });
});
