import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activityHeader } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import type { SearchOptions, SearchResult } from '../src/index.js';
import { difficultLines, searchedDirectory, type SearchedDirectory } from './search-directory.js';

let directory: SearchedDirectory;
beforeAll(async () => {
  directory = await searchedDirectory(difficultLines());
});
afterAll(() => directory[Symbol.asyncDispose]());

const find = (text: string, options?: SearchOptions): Promise<SearchResult> => directory.search.search(text, options);
const addresses = ({ hits }: SearchResult): (string | null)[] => hits.map(({ entry }) => entry.address);
const names = ({ hits }: SearchResult): string[] => hits.map(({ entry }) => `${entry.familyName} ${entry.givenName}`);

describe('a search as one types', () => {
  it('puts entries of equal worth in the order of the alphabet, though one has the word in both names', async () => {
    const [header = '', ...lines] = difficultLines();
    const like = lines.find((line) => line.includes('|MARTIN|Paul|')) ?? '';
    const given = ['Zoé', 'Martine', 'Élise', 'Alice', 'Eve'];
    await using people = await searchedDirectory([header, ...given.map((name) => like.replace('|Paul|', `|${name}|`))]);
    const result = await people.search.search('martin');
    expect(result.hits.map(({ entry }) => entry.givenName)).toEqual(['Alice', 'Élise', 'Eve', 'Martine', 'Zoé']);
    expect(new Set(result.hits.map(({ score }) => score)).size).toBe(1);
    expect(names(await find('martin', { limit: 4 }))).toEqual(['MARTIN Paul', 'MARTIN Paul', 'MARTIN Paul', 'MARTIN Paul']);
  });

  it('puts the people of a speciality first for the word of a person, the service first for the word of a discipline', async () => {
    const [person] = (await find('cardiologue')).hits;
    expect(person?.entry.type).toBe('PER');
    const [service] = (await find('cardiologie chu rennes')).hits;
    expect(service?.entry.service).toBe('SECRETARIAT CARDIOLOGIE');
  });

  it('says for each word where it was found, and that a typing error was supposed', async () => {
    const [hit] = (await find('zylbersteein paris')).hits;
    expect(hit?.entry.familyName).toBe('ZYLBERSTEIN');
    expect(hit?.matches).toEqual([
      { word: 'zylbersteein', field: 'family', kind: 'typing-error' },
      { word: 'paris', field: 'city', kind: 'exact' },
    ]);
  });

  it('finds every entry of a professional with two activities', async () => {
    expect(new Set(addresses(await find('vandewalle bénédicte')))).toEqual(
      new Set(['benedicte.vandewalle@chu-lille.mssante.example', 'dr.vandewalle@medecin.mssante.example']),
    );
  });

  it('finds professionals without a mailbox, after those who have one', async () => {
    await using people = await searchedDirectory(difficultLines());
    const columns = activityHeader.split('|');
    const line = columns.map((title) => ({ "Nom d'exercice": 'OZANNE', "Prénom d'exercice": 'Sybille' })[title] ?? '');
    line[0] = '8';
    line[1] = '99700009995';
    line[2] = '899700009995';
    await people.sync([activityHeader, line.join('|')], 'PS_LibreAcces_Personne_activite');
    const { hits, total } = await people.search.search('ozanne sybille');
    expect(total).toBe(2);
    expect(hits.map(({ entry }) => entry.address === null)).toEqual([false, true]);
    expect((await people.search.findByPerson('99700009995'))[0]?.dematerialisation).toBeNull();
  });
});

describe('filters', () => {
  it('take the words of a profession and of a place', async () => {
    expect(names(await find('', { profession: 'kiné', place: 'lyon 4' }))).toEqual(['MARTIN Paul']);
    expect(names(await find('martin', { place: '69002' }))).toEqual(['MARTIN Paul']);
    expect((await find('martin', { profession: 'ophtalmo' })).total).toBe(0);
  });

  it('take exact values: type of mailbox, profession, speciality, department', async () => {
    expect((await find('rennes', { types: ['app'] })).hits.map(({ entry }) => entry.type)).toEqual(['APP']);
    expect((await find('martin paul', { professions: ['Masseur-Kinésithérapeute'] })).total).toBe(1);
    expect((await find('martin paul', { specialties: ['Dermatologie et Vénéréologie', 'Néphrologie'] })).total).toBe(1);
    expect((await find('martin paul', { departments: ['13'] })).total).toBe(1);
    expect((await find('colonna', { departments: ['2a'] })).total).toBe(1);
    expect((await find('martin paul', { types: ['ORG'] })).total).toBe(0);
    expect((await find('martin paul', { types: [] })).total).toBeGreaterThan(3);
  });

  it('leaf through pages without a gap, an overlap, or another total', async () => {
    const whole = await find('paris', { limit: 200 });
    const pages: (string | null)[] = [];
    for (let offset = 0; offset < whole.total; offset += 2) {
      const page = await find('paris', { offset, limit: 2 });
      expect(page.total).toBe(whole.total);
      pages.push(...addresses(page));
    }
    expect(pages).toEqual(addresses(whole));
    const mistyped = await find('martim paul', { limit: 200 });
    const [one, two] = [await find('martim paul', { limit: 2 }), await find('martim paul', { offset: 2, limit: 2 })];
    expect([one.total, two.total]).toEqual([mistyped.total, mistyped.total]);
    expect([...addresses(one), ...addresses(two)]).toEqual(addresses(mistyped).slice(0, 4));
  });

  it.each([{ limit: -1 }, { limit: 1.5 }, { offset: Number.NaN }, { offset: -3 }])('refuse %o', async (options) => {
    await expect(find('martin', options)).rejects.toThrow(TypeError);
  });
});

describe('exact look-ups', () => {
  it('find by address in any case, RPPS, ADELI, national identifier, FINESS', async () => {
    const { search } = directory;
    const [entry] = await search.findByAddress(' Contact@EHPAD-beausejour.mssante.example ');
    expect(entry?.organisation).toBe('EHPAD BEAUSÉJOUR');
    const [doctor] = await search.findByAddress('yann.le-goff@medecin.mssante.example');
    const { rpps, nationalIdentifier, finess } = doctor ?? {};
    for (const number of [rpps, nationalIdentifier])
      expect((await search.findByPerson(number ?? '')).map(({ id }) => id)).toContain(doctor?.id);
    expect((await search.findByStructure(finess ?? '')).map(({ id }) => id)).toEqual([doctor?.id]);
    const [{ entry: adeli } = { entry: null }] = (await find('ximenes')).hits;
    expect((await search.findByPerson(adeli?.adeli ?? '')).map(({ id }) => id)).toEqual([adeli?.id]);
    expect((await search.findByStructure('2a9900033'))[0]?.familyName).toBe("COLONNA D'ISTRIA");
  });

  it('find nothing for a beginning, an empty text, a wildcard or SQL', async () => {
    const { search } = directory;
    for (const text of ['', 'contact', '%', "' OR 1=1 --", 'contact@ehpad-beausejour.mssante.example\0'])
      for (const key of ['findByAddress', 'findByPerson', 'findByStructure'] as const) expect(await search[key](text)).toEqual([]);
  });

  it('take a number that is being typed, with gaps or not, as a beginning', async () => {
    const [doctor] = await directory.search.findByAddress('yann.le-goff@medecin.mssante.example');
    const rpps = doctor?.rpps ?? '';
    for (const typed of [rpps, rpps.slice(0, 10), rpps.replace(/(.{3})(.{3})(.{3})/, '$1 $2 $3 '), `8${rpps}`]) {
      const { hits } = await find(typed);
      expect(hits.map(({ entry }) => entry.rpps)).toContain(rpps);
      expect(hits[0]?.matches[0]?.field).toBe('identifier');
    }
    expect((await find(`${rpps} brest`)).total).toBe(0);
    expect((await find(`${rpps} quimper`)).total).toBe(1);
  });
});

describe('hostile text', () => {
  it.each([
    ['only punctuation', '.,;:!?/\\|"\'()[]{}<>*&%$#@~^`+-=_'],
    ['SQL', "martin'; DROP TABLE entry; --"],
    ['FTS operators', 'NEAR("martin" paul) AND NOT *:^'],
    ['a regular expression', '(a+)+$.*[^]{1,99}'],
    ['emoji', '👩‍⚕️🏥🇫🇷'],
    ['right to left', '‮nitraM‬ مارتن מרטין'],
    ['NUL', 'mar\0tin\0'],
    ['lone surrogates', '\ud800 martin \udfff'],
    ['an address with NUL', 'a\0b@c'],
    ['combining marks', `m${'\u0301'.repeat(5000)}artin`],
    ['prototype keys', '__proto__ constructor toString hasOwnProperty'],
    ['many words', 'a b c d e f g h i j k l m n o p q r s t u v w x y z '.repeat(50)],
    ['one long word', 'x'.repeat(100_000)],
    ['a long number', '9'.repeat(100_000)],
    ['spaces', ' \t\n\u00a0\u2003'],
  ])('%s gives an answer', async (_, text) => {
    const { total, hits } = await find(text, { profession: text, place: text });
    expect(total).toBeGreaterThanOrEqual(hits.length);
    expect((await find(text)).snapshot).toBe(1);
  });

  it('of ten megabytes is not read to its end', async () => {
    expect((await find(`${' '.repeat(10)}martin paul ${'zzz '.repeat(2_500_000)}`, { limit: 1 })).total).toBe(0);
    expect((await find(`martin paul${' '.repeat(10_000_000)}`)).total).toBeGreaterThan(3);
  });

  it('without a word finds nothing', async () => {
    for (const text of ['', '   ', '...', 'de la']) expect((await find(text)).hits.length).toBeLessThanOrEqual(20);
    expect((await find('')).total).toBe(0);
  });
});
