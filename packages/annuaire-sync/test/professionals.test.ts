import { describe, expect, it } from 'vitest';
import {
  generateActivities,
  generateDiplomas,
  generateExtraction,
  generateSkills,
  mailboxHeader,
} from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory } from '../src/index.js';
import { openDirectoryConnection } from '../src/directory/connection.js';
import { createSample, syncHere, type Sample } from './sample-directory.js';

const options = { lines: 200, seed: 1 };
const mailboxes = [...generateExtraction(options)];
const activities = [...generateActivities(options)];

/** National identifiers of the activities that a search finds. */
function shownPeople(db: string): readonly string[] {
  const connection = openDirectoryConnection(db);
  try {
    const rows = connection
      .current()
      .prepare('SELECT DISTINCT person FROM entry WHERE id >= 1000000000 AND shown = 1 ORDER BY person')
      .all<{ person: string }>();
    return rows.map(({ person }) => person);
  } finally {
    connection.close();
  }
}

const person = (line: string, column: number): string => line.split('|')[column] ?? '';
const withMailbox = (lines: readonly string[]): Set<string> => new Set(lines.slice(1).map((line) => person(line, 4)));
const expectedPeople = (lines: readonly string[]): readonly string[] => {
  const has = withMailbox(lines);
  return [...new Set(activities.slice(1).map((line) => person(line, 2)))].filter((id) => !has.has(id)).sort();
};

async function sync(sample: Sample, name: string, lines: Iterable<string>, maxChangePercent = 100): Promise<object> {
  return syncHere({ source: sample.file(name, lines), db: sample.db, maxChangePercent });
}

describe('PS_LibreAcces', () => {
  it('shows professionals as long as they have no mailbox, in whatever order the files come', async () => {
    for (const first of ['mailboxes', 'activities']) {
      await using sample = await createSample();
      const steps = [(): Promise<object> => sync(sample, 'm.txt', mailboxes), (): Promise<object> => sync(sample, 'a.txt', activities)];
      for (const step of first === 'mailboxes' ? steps : steps.toReversed()) await step();
      expect(expectedPeople(mailboxes).length).toBeGreaterThan(50);
      expect(shownPeople(sample.db)).toEqual(expectedPeople(mailboxes));
    }
  });

  it('follows mailboxes that appear and disappear', async () => {
    await using sample = await createSample();
    await sync(sample, 'm.txt', mailboxes);
    await sync(sample, 'a.txt', activities);
    const lost = mailboxes.filter((line) => line !== mailboxes.find((other) => other.startsWith('PER|')));
    await sync(sample, 'lost.txt', lost);
    expect(shownPeople(sample.db)).toEqual(expectedPeople(lost));
    expect(shownPeople(sample.db).length).toBe(expectedPeople(mailboxes).length + 1);
    await sync(sample, 'm.txt', mailboxes);
    expect(shownPeople(sample.db)).toEqual(expectedPeople(mailboxes));
  });

  it('gives all that is known of a professional, by RPPS', async () => {
    await using sample = await createSample();
    await sync(sample, 'm.txt', mailboxes);
    await sync(sample, 'a.txt', activities);
    await sync(sample, 's.txt', generateSkills(options));
    const result = await sync(sample, 'd.txt', generateDiplomas(options));
    expect(result).toMatchObject({ files: [{ file: 'diplomas' }], snapshot: 4 });
    await using directory = await openDirectory(sample.db);
    const line =
      activities.find((one) => person(one, 0) === '8' && person(one, 15) !== '' && !withMailbox(mailboxes).has(person(one, 2))) ?? '';
    const record = await directory.professional(person(line, 1));
    expect(record.entries[0]).toMatchObject({
      source: 'professional',
      address: null,
      rpps: person(line, 1),
      familyName: person(line, 7),
      givenName: person(line, 8),
      profession: 'Médecin',
      specialty: person(line, 16),
    });
    expect(record.skills[0]).toMatchObject({ specialtyCode: person(line, 15) });
    expect(record.diplomas[0]).toMatchObject({ diplomaTypeCode: 'DE' });
  });

  it('refuses an extraction of which the identifiers are gone', async () => {
    await using sample = await createSample();
    const cut = activities.map((line) => line.split('|').toSpliced(2, 1).join('|'));
    await expect(sync(sample, 'a.txt', cut)).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_COLUMN_MISSING',
      details: { columns: ['Identification nationale PP'] },
    });
  });
});

describe('an entry', () => {
  it('says what the line says', async () => {
    await using sample = await createSample();
    const line =
      "PER|Jean.D'Ales@Medecin.mssante.example|8|99000000017|899000000017|FINESS|990000001|Cardiologie|DR|D'ALÈS|Jean-Noël|C|Civil|10|Médecin|SM04|Cardiologie et maladies vasculaires|O|CHU DE LYON|HOPITAL DU PARC|BAT A||12|B|RUE|des Écoles||69003 LYON CEDEX 03|69003|69|FRANCE";
    await sync(sample, 'm.txt', [mailboxHeader, line]);
    await using directory = await openDirectory(sample.db);
    expect(await directory.entriesOf("jean.d'ales@medecin.mssante.example")).toEqual([
      {
        id: 1,
        source: 'mailbox',
        address: "Jean.D'Ales@Medecin.mssante.example",
        type: 'PER',
        dematerialisation: true,
        civility: 'DR',
        familyName: "D'ALÈS",
        givenName: 'Jean-Noël',
        nationalIdentifier: '899000000017',
        rpps: '99000000017',
        adeli: null,
        categoryCode: 'C',
        category: 'Civil',
        professionCode: '10',
        profession: 'Médecin',
        specialtyCode: 'SM04',
        specialty: 'Cardiologie et maladies vasculaires',
        legalName: 'CHU DE LYON',
        tradeName: 'HOPITAL DU PARC',
        organisation: 'CHU DE LYON',
        service: 'Cardiologie',
        structureIdentifierType: 'FINESS',
        structureIdentifier: '990000001',
        finess: '990000001',
        siret: null,
        addressLines: ['BAT A', '12 B RUE des Écoles'],
        postalCode: '69003',
        city: 'LYON CEDEX 03',
        departmentCode: '69',
        department: '69',
        country: 'FRANCE',
      },
    ]);
  });
});
