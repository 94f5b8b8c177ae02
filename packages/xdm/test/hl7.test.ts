import { parseOid, type PatientTraits } from '@mss/core';
import {
  escapeHl7,
  formatCx,
  formatSourcePatientInfo,
  formatXcn,
  formatXon,
  parseCx,
  parseSourcePatientInfo,
  parseXcn,
  parseXon,
  unescapeHl7,
} from '@mss/xdm';
import { describe, expect, it } from 'vitest';

const insTest = parseOid('1.2.250.1.213.1.4.10');
if (insTest === null) throw new Error('not an OID');

const nessi: PatientTraits = {
  ins: { value: '277076322082910', oid: insTest },
  otherIds: [],
  birthName: 'NESSI',
  usualName: 'DECOURCY',
  givenNames: ['Ruth', 'Isabelle'],
  usualGivenName: 'Ruth',
  birthDate: '19770714',
  sex: 'F',
  birthPlaceCode: '75115',
};

describe('HL7 v2 escaping [HL7 v2.5.1, 2.7]', () => {
  it('escapes the five delimiters and undoes it', () => {
    expect(escapeHl7('a|b^c&d~e\\f')).toBe('a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f');
    expect(unescapeHl7('a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f')).toBe('a|b^c&d~e\\f');
  });
  it('writes line breaks and control characters as a space', () => {
    expect(escapeHl7('a\r\n\tb\u0000c')).toBe('a b c');
  });
  it('reads hexadecimal sequences, and keeps what it does not know', () => {
    expect(unescapeHl7('L\\XC3A9\\o, \\Zx\\ and a lone \\ end')).toBe('Léo, \\Zx\\ and a lone \\ end');
    expect(unescapeHl7('\\.br\\')).toBe('\n');
  });
});

describe('CX, XCN, XON [XDM §1.3]', () => {
  it('reads and writes an INS', () => {
    const text = '279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH';
    expect(parseCx(text)).toEqual({ id: '279035121518989', oid: '1.2.250.1.213.1.4.10', typeCode: 'NH' });
    expect(formatCx({ id: '279035121518989', oid: '1.2.250.1.213.1.4.10', typeCode: 'NH' })).toBe(text);
  });
  it('reads an authority without universal id and one that is an OID alone', () => {
    expect(parseCx('42^^^HOSPITAL')).toEqual({ id: '42', oid: null, typeCode: null });
    expect(parseCx('42^^^1.2.3^PI')).toEqual({ id: '42', oid: '1.2.3', typeCode: 'PI' });
    expect(parseCx('^^^&1.2.3&ISO')).toBeNull();
    expect(parseCx('')).toBeNull();
  });
  it('reads and writes a professional and a system', () => {
    const person = '801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
    const system = '578435954900010/1.2.250.1.176.1^Dossier Pharmaceutique^.^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI';
    for (const text of [person, system]) {
      const xcn = parseXcn(text);
      expect(xcn).not.toBeNull();
      if (xcn !== null) expect(formatXcn(xcn)).toBe(text);
    }
    expect(parseXcn(person)).toMatchObject({ familyName: 'CAMPARINI', givenName: 'Marcel', typeCode: 'IDNPS', nameType: 'D' });
    expect(parseXcn('^^^^^^^^&1.2&ISO')).toBeNull();
  });
  it('reads and writes an institution, its identifier in component 10 or 3', () => {
    const text = 'Laboratoire des charmes^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120459876';
    expect(parseXon(text)).toEqual({ name: 'Laboratoire des charmes', oid: '1.2.250.1.71.4.2.2', typeCode: 'IDNST', id: '1120459876' });
    expect(formatXon({ name: 'Laboratoire des charmes', oid: '1.2.250.1.71.4.2.2', typeCode: 'IDNST', id: '1120459876' })).toBe(text);
    expect(parseXon('Cabinet^^499')).toMatchObject({ id: '499' });
    expect(parseXon('^^^^^&1.2&ISO')).toBeNull();
  });
});

describe('sourcePatientInfo [IHE ITI TF-3 4.2.3.2.23]', () => {
  const values = [
    'PID-5|NESSI^Ruth^Ruth Isabelle^^^^L',
    'PID-5|DECOURCY^Ruth^^^^^D',
    'PID-7|19770714',
    'PID-8|F',
    'PID-11|^^^^^^BDL^^75115',
  ];

  it('is written as the archives of ANS write it', () => {
    expect(formatSourcePatientInfo(nessi)).toEqual(values);
  });
  it('is read back', () => {
    const { ids, ...traits } = parseSourcePatientInfo(values);
    expect(ids).toEqual([]);
    expect({ ...traits, ins: nessi.ins, otherIds: [] }).toEqual(nessi);
  });
  it('keeps lunar and partial dates as they are', () => {
    expect(formatSourcePatientInfo({ ...nessi, birthDate: '19330000' })).toContain('PID-7|19330000');
    expect(parseSourcePatientInfo(['PID-7|1952']).birthDate).toBe('1952');
  });
  it('gives a name in use without given name the first given name of birth', () => {
    expect(formatSourcePatientInfo({ ...nessi, usualGivenName: null })[1]).toBe('PID-5|DECOURCY^Ruth^^^^^D');
  });
  it('writes no name in use that the source does not have', () => {
    expect(
      formatSourcePatientInfo({ ...nessi, usualName: null, usualGivenName: null }).filter((value) => value.startsWith('PID-5')),
    ).toHaveLength(1);
  });
  it('reads compound given names, lists that repeat, names of no type, repetitions and identifiers', () => {
    expect(parseSourcePatientInfo(['PID-5|X^Jean Pierre^Jean Pierre Marie^^^^L']).givenNames).toEqual(['Jean Pierre', 'Marie']);
    expect(parseSourcePatientInfo(['PID-5|X^Anne^Marie, Anne^^^^L']).givenNames).toEqual(['Anne', 'Marie']);
    expect(parseSourcePatientInfo(['PID-5|DOE^John^^^'])).toMatchObject({ birthName: 'DOE', givenNames: ['John'], usualName: null });
    expect(parseSourcePatientInfo(['PID-5|A^B^^^^^L~C^D^^^^^D'])).toMatchObject({ birthName: 'A', usualName: 'C', usualGivenName: 'D' });
    expect(parseSourcePatientInfo(['PID-3|77^^^&1.2.3&ISO^PI', ' PID-8 | f ', 'nonsense', 'PID-99|x'])).toMatchObject({
      ids: [{ id: '77', oid: '1.2.3', typeCode: 'PI' }],
      sex: 'F',
    });
  });
  it('keeps an ampersand that the sender did not escape', () => {
    expect(parseSourcePatientInfo(['PID-5|DE LA BORDE & FILS^Anne']).birthName).toBe('DE LA BORDE & FILS');
  });
});
