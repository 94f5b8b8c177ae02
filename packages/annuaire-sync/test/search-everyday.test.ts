import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchMatch, SearchResult } from '../src/index.js';
import { difficultLines, everydayLines, searchedDirectory, type SearchedDirectory } from './search-directory.js';

let directory: SearchedDirectory;
beforeAll(async () => {
  directory = await searchedDirectory([...difficultLines(), ...everydayLines()]);
});
afterAll(() => directory[Symbol.asyncDispose]());

const find = (text: string): Promise<SearchResult> => directory.search.search(text, { limit: 100 });
const families = async (text: string): Promise<(string | null)[]> => (await find(text)).hits.map(({ entry }) => entry.familyName);
const reasons = ({ hits }: SearchResult, at = 0): readonly SearchMatch[] => hits[at]?.matches ?? [];

describe('words of a discipline', () => {
  it.each(['radiologue', 'radiologie', 'imagerie', 'radiologues', 'radiodiagnostic', 'radiologu', 'imageri'])(
    '"%s" finds the radiologists of a town, whichever way their label is written',
    async (word) => {
      expect(await families(`${word} saint-céré`)).toEqual(['BONNAFOUS', 'ESCUDIÉ']);
    },
  );

  it.each([
    ['gastroenterologie', 'TOURNEMIRE', 'Lise'],
    ['gastro-entérologues', 'TOURNEMIRE', 'Lise'],
    ['neurochirurgie', 'TOURNEMIRE', 'Omer'],
    ['neurochirurgienne', 'TOURNEMIRE', 'Omer'],
    ['radiothérapie', 'LAQUINTINIE', 'Edmée'],
    ['radiothérapeute', 'LAQUINTINIE', 'Edmée'],
    ['orthopédie', 'LAQUINTINIE', 'Ours'],
  ])('"%s" finds %s %s', async (word, familyName, givenName) => {
    const { hits } = await find(`${word} saint-céré`);
    expect(hits.map(({ entry }) => [entry.familyName, entry.givenName])).toEqual([[familyName, givenName]]);
  });
});

describe('titles', () => {
  it.each(['mr', 'm', 'm.', 'M', 'melle', 'mle', 'mme', 'dre', 'doctoresse', 'docteure', 'mademoiselle', 'monsieur'])(
    '"%s" selects nobody, and hides nobody',
    async (title) => {
      expect(await families(`${title} quinsac`)).toEqual(['QUINSAC']);
    },
  );

  it('"m" before a name may be an initial: it ranks; behind a name, or before a letter, it selects', async () => {
    expect((await find('m peyrelevade')).hits.map(({ entry }) => entry.givenName)).toEqual(['Maud', 'Paulin']);
    // The M of a family name or town is no initial.
    expect(reasons(await find('m martin marseille')).map(({ word }) => word)).toEqual(['martin', 'marseille']);
    expect((await find('peyrelevade m')).hits.map(({ entry }) => entry.givenName)).toEqual(['Maud']);
    expect((await find('m p')).hits.map(({ entry }) => entry.givenName)).toContain('Maud');
    expect((await find('m p')).hits.map(({ entry }) => entry.givenName)).not.toContain('Odon');
  });
});

describe('plurals', () => {
  it.each([
    ['infirmières', ['DESVERGNES', 'PEYRELEVADE']],
    ['infirmiers', ['DESVERGNES', 'PEYRELEVADE']],
    ['dentistes', ['PEYRELEVADE']],
    ['chirurgiens-dentistes', ['PEYRELEVADE']],
    ['cardiologues', ['CHASTAING']],
    ['sages-femmes', ['VAYSSADE']],
    ['sages femmes', ['VAYSSADE']],
    ['sagesfemmes', ['VAYSSADE']],
    ['médecins', ['CHASTAING', 'CHASTAING']],
  ])('"%s" finds what the singular does', async (word, found) => {
    expect(new Set(await families(`${word} argentat`))).toEqual(new Set(found));
  });

  it('name structures too, but no name is read as a plural', async () => {
    expect((await find('cabinets argentat')).hits.every(({ entry }) => entry.organisation?.startsWith('CABINET'))).toBe(true);
    expect((await find('cliniques saint-céré')).total).toBe(3);
    expect((await find('quinsacs')).hits.flatMap(({ matches }) => matches.map(({ kind }) => kind))).toEqual(['typing-error']);
  });
});

describe('"traitant"', () => {
  it.each(['médecin traitant', 'medecin traitante', 'docteur traitant', 'traitant'])(
    'in "%s chastaing" puts general practitioners first',
    async (words) => {
      expect((await find(`${words} chastaing`)).hits.map(({ entry }) => entry.specialty)).toEqual([
        'Médecine Générale',
        'Cardiologie et maladies vasculaires',
      ]);
    },
  );
});

describe('a domain', () => {
  const domain = 'cabinet-des-tilleuls-argentat.mssante.example';
  const boxes = ['blandine.chastaing', 'odon.desvergnes', 'secretariat'].map((local) => `${local}@${domain}`);

  it.each([
    `@${domain}`,
    domain,
    '@cabinet-',
    `@${domain.slice(0, 12)}`,
    ` @${domain.toUpperCase()} `,
    domain.slice(0, -5),
    domain.slice(0, 30),
  ])('"%s" finds its mailboxes and no other', async (text) => {
    const { hits, total } = await find(text);
    expect(new Set(hits.map(({ entry }) => entry.address))).toEqual(new Set(boxes));
    expect(total).toBe(3);
    expect(hits[0]?.matches).toEqual([
      {
        word: text
          .trim()
          .toLowerCase()
          .replace(/^(?!@)/, '@'),
        field: 'mailbox',
        kind: expect.any(String),
      },
    ]);
  });

  it('narrows other words', async () => {
    expect(await families('chastaing @cabinet')).toEqual(['CHASTAING']);
    expect((await find('infirmier @cabinet-des')).hits.map(({ entry }) => entry.familyName)).toEqual(['DESVERGNES']);
    expect((await find('@cabinet @cardiologues')).total).toBe(0);
    // Between a doctor, a nurse and a box of both: a title says whom, and hides nobody.
    const { hits } = await find('docteur @cabinet-des');
    expect(hits.length).toBe(3);
    expect((await find('docteur 99710000009')).hits.map(({ entry }) => entry.familyName)).toEqual(['DESVERGNES']);
  });

  it('of nobody finds nothing, not even its words elsewhere; a point in a name is none', async () => {
    expect((await find('@chastaing')).total).toBe(0);
    expect((await find('@')).total).toBe(0);
    expect((await find('@/%*')).total).toBe(0);
    expect(await families('blandine.chastaing')).toEqual(['CHASTAING', 'CHASTAING']);
  });

  it('is no word one letter away', async () => {
    expect((await find('cardiologues argentat')).total).toBe(1);
    expect((await find('abinet-des-tilleuls')).hits.flatMap(({ matches }) => matches.filter(({ field }) => field === 'mailbox'))).toEqual(
      [],
    );
  });
});

describe('reasons', () => {
  it('are not given for particles in addresses, nor for the beginnings of names that they are', async () => {
    const { hits } = await find('cabinet des tilleuls');
    expect(hits.length).toBe(3);
    for (const { matches } of hits)
      expect(matches.map(({ word, field }) => [word, field])).toEqual([
        ['cabinet', 'organisation'],
        ['tilleuls', 'organisation'],
      ]);
    expect(new Set(hits.slice(1).map(({ entry }) => entry.familyName))).toEqual(new Set(['CHASTAING', 'DESVERGNES']));
  });

  it('are given for the particles of a name', async () => {
    expect(reasons(await find('de la tour psychiatre')).map(({ word, field }) => [word, field])).toEqual([
      ['de', 'family'],
      ['la', 'family'],
      ['tour', 'family'],
      ['psychiatre', 'profession'],
    ]);
  });

  it('name the town when all the words stand in it, though the structure has them too', async () => {
    for (const text of ['quinsac st etienne', 'quinsac saint-étienne', 'quinsac st étien']) {
      const [, ...places] = reasons(await find(text));
      expect(
        places.map(({ field }) => field),
        text,
      ).toEqual(['city', 'city']);
    }
    const structure = reasons(await find('quinsac maison saint etienne')).slice(1);
    expect(structure.map(({ field }) => field)).toEqual(['organisation', 'organisation', 'organisation']);
  });

  it('are given once for a word that is typed five times', async () => {
    const once = await find('quinsac');
    const often = await find('quinsac quinsac QUINSAC quinsac quinsac');
    expect(often.hits).toEqual(once.hits);
    expect((await directory.search.search('argentat', { place: 'argentat', limit: 1 })).hits[0]?.matches.length).toBe(1);
  });
});
