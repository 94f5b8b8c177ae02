import { describe, expect, it } from 'vitest';

import { readCda } from '@mss/cda';
import { matricule, minimal } from './support/minimal.js';

const F = (value: string, qualifier?: string): string =>
  `<family${qualifier === undefined ? '' : ` qualifier="${qualifier}"`}>${value}</family>`;
const G = (value: string, qualifier?: string): string =>
  `<given${qualifier === undefined ? '' : ` qualifier="${qualifier}"`}>${value}</given>`;
const traitsOf = (...parts: readonly string[]) =>
  readCda(minimal({ names: `<name>${parts.join('\n')}</name>` })).value.header.patient.traits;
const traitsOfIds = (ids: string) => readCda(minimal({ ids }));
const id = (oid: string, value: string): string => `<id root="${oid}" extension="${value}"/>`;
const read = (patient: string) => readCda(minimal({ patient }));

describe('patient name, the twelve shapes of French documents [§5.1]', () => {
  it.each([
    [
      'family[BR] given given[BR] family[CL] given[CL]',
      [F('ROCHEBRUNE', 'BR'), G('JEANNE MARIE-LOUISE'), G('JEANNE', 'BR'), F('VALLONGUE', 'CL'), G('NANNE', 'CL')],
      ['ROCHEBRUNE', 'VALLONGUE', ['JEANNE', 'MARIE-LOUISE'], 'NANNE'],
    ],
    [
      'given[BR] given family[BR] family[SP] family[CL]',
      [G('RUTH', 'BR'), G('ISABELLE'), F('NESSI', 'BR'), F('EPOUSE', 'SP'), F('USUEL', 'CL')],
      ['NESSI', 'USUEL', ['RUTH', 'ISABELLE'], null],
    ],
    ['family[BR] given[BR] given', [F('A', 'BR'), G('DOMINIQUE', 'BR'), G('DOMINIQUE')], ['A', null, ['DOMINIQUE'], null]],
    [
      'family[BR] given given[BR] family[CL]',
      [F('A', 'BR'), G('Léa Marie'), G('Léa', 'BR'), F('B', 'CL')],
      ['A', 'B', ['Léa', 'Marie'], null],
    ],
    ['family[BR] given', [F('A', 'BR'), G('Alice')], ['A', null, ['Alice'], null]],
    ['given family[BR]', [G('Marie'), F('A', 'BR')], ['A', null, ['Marie'], null]],
    [
      'prefix family[BR] given given[BR] family[CL] given[CL]',
      ['<prefix>MME</prefix>', F('A', 'BR'), G('DOMINIQUE MARIE'), G('DOMINIQUE', 'BR'), F('B', 'CL'), G('C', 'CL')],
      ['A', 'B', ['DOMINIQUE', 'MARIE'], 'C'],
    ],
    [
      'given[BR] given family[BR] family[CL]',
      [G('RUTH', 'BR'), G('ISABELLE'), F('A', 'BR'), F('B', 'CL')],
      ['A', 'B', ['RUTH', 'ISABELLE'], null],
    ],
    [
      'family[BR] given[BR] family[CL] given[CL] given',
      [F('A', 'BR'), G('D', 'BR'), F('B', 'CL'), G('E', 'CL'), G('D M-L')],
      ['A', 'B', ['D', 'M-L'], 'E'],
    ],
    [
      'family[BR] given[BR] given family[CL] given[CL]',
      [F('A', 'BR'), G('D', 'BR'), G('D'), F('B', 'CL'), G('E', 'CL')],
      ['A', 'B', ['D'], 'E'],
    ],
    [
      'family[BR] family[CL] family[SP] given[BR] given[CL] given[CL]',
      [F('A', 'BR'), F('B', 'CL'), F('C', 'SP'), G('Marie', 'BR'), G('Pierrette', 'CL'), G('Laurence', 'CL')],
      ['A', 'B', ['Marie'], 'Pierrette'],
    ],
    ['family[BR] family[SP], no CL', [F('A', 'BR'), F('C', 'SP'), G('Marie', 'BR')], ['A', 'C', ['Marie'], null]],
  ] as const)('%s', (_shape, parts, [birthName, usualName, givenNames, usualGivenName]) => {
    expect(traitsOf(...parts)).toMatchObject({ birthName, usualName, givenNames, usualGivenName });
  });

  it('a lone unqualified family is the usual name, not the birth name', () => {
    expect(traitsOf(F('SEUL'), G('Anne'))).toMatchObject({ birthName: null, usualName: 'SEUL', givenNames: ['Anne'] });
  });

  it('several codes in one qualifier all count', () => {
    expect(traitsOf(F('A', 'BR CL'), G('B', 'CL BR'))).toMatchObject({
      birthName: 'A',
      usualName: 'A',
      givenNames: ['B'],
      usualGivenName: 'B',
    });
  });

  it('a compound first given name is not split from the civil list', () => {
    expect(traitsOf(F('A', 'BR'), G('MARIE CLAIRE SOPHIE'), G('MARIE CLAIRE', 'BR')).givenNames).toEqual(['MARIE CLAIRE', 'SOPHIE']);
  });

  it('accents and case do not repeat a given name; commas separate', () => {
    expect(traitsOf(F('A', 'BR'), G('Zoe, Éva, EVA'), G('ZOÉ', 'BR')).givenNames).toEqual(['ZOÉ', 'Éva']);
  });

  it('the name with a birth name is taken among several', () => {
    const { traits } = readCda(minimal({ names: `<name use="P">${F('SCENE')}</name><name>${F('CIVIL', 'BR')}${G('X', 'BR')}</name>` }))
      .value.header.patient;
    expect(traits).toMatchObject({ birthName: 'CIVIL', usualName: null });
  });

  it('a name of nothing but nullFlavor with an INS is read with warnings', () => {
    const { value, warnings } = readCda(minimal({ names: '<name nullFlavor="MSK"/>' }));
    expect(value.header.patient.traits).toMatchObject({ birthName: null, usualName: null, givenNames: [] });
    expect(warnings.map((one) => one.code)).toEqual(expect.arrayContaining(['CDA_NO_BIRTH_NAME', 'CDA_NO_GIVEN_NAME']));
  });
});

describe('patient identifiers [§5.2]', () => {
  it('the INS is found by its OID wherever it stands', () => {
    const { traits } = traitsOfIds(
      id('1.2.3.4.567.8.9.10', 'IPP') + id('1.2.250.1.213.1.4.13', matricule) + id('1.2.250.1.213.1.4.8', matricule),
    ).value.header.patient;
    expect(traits.ins).toEqual({ value: matricule, oid: '1.2.250.1.213.1.4.8' });
    expect(traits.otherIds.map((one) => one.oid)).toEqual(['1.2.3.4.567.8.9.10', '1.2.250.1.213.1.4.13']);
  });

  it.each(['1.2.250.1.213.1.4.13', '1.2.250.1.213.1.4.14', '1.2.250.1.213.1.4.2'])('%s is no INS', (oid) => {
    const { value, warnings } = traitsOfIds(id(oid, matricule));
    expect(value.header.patient.traits.ins).toBeNull();
    expect(warnings.map((one) => one.code)).toContain('CDA_NO_INS');
  });

  it.each([
    ['wrong key', '1.2.250.1.213.1.4.8', '258038708599001', 'CDA_INS_KEY'],
    ['malformed', '1.2.250.1.213.1.4.9', '2580387', 'CDA_INS_MALFORMED'],
    ['test identity', '1.2.250.1.213.1.4.10', matricule, 'CDA_INS_TEST_OID'],
    ['demonstration identity', '1.2.250.1.213.1.4.11', matricule, 'CDA_INS_TEST_OID'],
  ])('%s is a warning and the number stays as written', (_case, oid, value, code) => {
    const result = traitsOfIds(id(oid, value));
    expect(result.value.header.patient.traits.ins).toEqual({ value, oid });
    expect(result.warnings.filter((one) => one.code.startsWith('CDA_INS')).map((one) => one.code)).toEqual([code]);
  });

  it('a right real INS gives no warning at all', () => {
    expect(traitsOfIds(id('1.2.250.1.213.1.4.8', matricule)).warnings).toEqual([]);
  });

  it('of several different INS the real NIR is taken, with a warning', () => {
    const { value, warnings } = traitsOfIds(
      id('1.2.250.1.213.1.4.10', '149072A00499114') + id('1.2.250.1.213.1.4.9', '290059935099229') + id('1.2.250.1.213.1.4.8', matricule),
    );
    expect(value.header.patient.traits.ins?.value).toBe(matricule);
    expect(warnings.map((one) => one.code)).toContain('CDA_INS_SEVERAL');
  });

  it('warnings name no value of the patient', () => {
    const { warnings } = traitsOfIds(id('1.2.250.1.213.1.4.10', '258038708599001'));
    expect(JSON.stringify(warnings)).not.toMatch(/2580387|ROCHEBRUNE|JEANNE|1958/);
  });
});

describe('date, sex and place of birth [§5.3]', () => {
  it.each(['19330000', '1933', '193313', '19581332', '195803121045'])('the date %s stays as written', (value) => {
    const result = read(`<administrativeGenderCode code="M"/><birthTime value="${value}"/>`);
    expect(result.value.header.patient.traits.birthDate).toBe(value);
    expect(result.warnings).toEqual([]);
  });

  it.each(['12/03/1958', '19', ''])('the date %j is a warning', (value) => {
    expect(read(`<administrativeGenderCode code="M"/><birthTime value="${value}"/>`).warnings.map((one) => one.code)).toEqual([
      'CDA_BIRTH_DATE',
    ]);
  });

  it.each([
    ['<administrativeGenderCode code="F"/>', 'F', []],
    ['<administrativeGenderCode code="M"/>', 'M', []],
    ['<administrativeGenderCode code="UN"/>', 'U', ['CDA_SEX']],
    ['<administrativeGenderCode nullFlavor="UNK"/>', null, ['CDA_SEX']],
    ['', null, ['CDA_SEX']],
  ])('%s', (gender, sex, codes) => {
    const result = read(`${gender}<birthTime value="19580312"/>`);
    expect(result.value.header.patient.traits.sex).toBe(sex);
    expect(result.warnings.map((one) => one.code)).toEqual(codes);
  });

  it.each([
    ['87085', '87085'],
    ['2A004', '2A004'],
    ['2b033', '2B033'],
    ['Haute-Vienne', null],
  ])('county %s gives COG %s', (county, expected) => {
    const place = `<birthplace><place><addr><county>${county}</county></addr></place></birthplace>`;
    expect(
      read(`<administrativeGenderCode code="F"/><birthTime value="19580312"/>${place}`).value.header.patient.traits.birthPlaceCode,
    ).toBe(expected);
  });
});
