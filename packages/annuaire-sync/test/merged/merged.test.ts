import { MssError } from '@mss/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMergedDirectory,
  extractionSource,
  fhirSource,
  ldapSource,
  mergeRecords,
  recordOfEntry,
  recordsOfFhir,
  recordsOfLdapEntry,
  type AnnuaireRecord,
  type MergedSource,
} from '../../src/merged/index.js';
import { decodeEntry, mailboxColumns } from '../../src/directory/index.js';
import { bundle } from '../fhir/support.js';
import { readBundle } from '../../src/fhir/bundle.js';

const day = (number: number): Date => new Date(Date.UTC(2026, 10, number));
const box = 'marie.martin@cabinet.mssante.exemple';

const record = (source: string, values: AnnuaireRecord['values'], given: Partial<AnnuaireRecord> = {}): AnnuaireRecord => ({
  source,
  at: day(1),
  reference: `${source}/1`,
  address: box,
  values,
  ...given,
});

/** A line of the mailbox extraction. */
const line = (values: Partial<Record<keyof typeof mailboxColumns, string>>): Uint8Array => {
  const fields: string[] = Array.from({ length: 31 }, () => '');
  for (const [name, value] of Object.entries(values)) fields[mailboxColumns[name as keyof typeof mailboxColumns]] = value;
  return Buffer.from(fields.join('|'));
};

const entry = decodeEntry(
  7,
  line({
    type: 'PER',
    address: 'Marie.Martin@cabinet.mssante.exemple',
    familyName: 'Martin',
    givenName: 'MARIE',
    nationalIdentifier: '810000000001',
    profession: 'Médecin',
    structureIdentifierType: 'FINESS',
    structureIdentifier: '690000001',
    legalName: 'CABINET DES LILAS',
    postalCode: '69003',
    postalLine: '69003 LYON',
  }),
);
const fhirResources = readBundle(Buffer.from(bundle('practitioner-role-bundle'))).resources;
const ldapEntry = {
  dn: 'cn=1,dc=exemple',
  values: { address: [box], familyName: ['MARTIN'], city: ['VILLEURBANNE'], organisation: [], department: ['69'], rpps: ['10000000001'] },
};

describe('merging', () => {
  it('puts one mailbox of three sources together, every value with sources and dates, conflicts shown', () => {
    const entries = mergeRecords([
      recordOfEntry(entry, { at: day(20) }),
      ...recordsOfLdapEntry(ldapEntry, { at: day(22) }),
      ...recordsOfFhir(fhirResources, { at: day(21) }),
    ]);
    const merged = entries.find(({ address }) => address?.toLowerCase() === box);
    expect(merged).toMatchObject({ structure: '690000001', sources: ['extraction', 'ldap', 'fhir'], conflicts: ['familyName', 'city'] });
    expect(merged?.values.city).toEqual({
      agreement: 'conflict',
      facts: [
        {
          value: 'LYON',
          saidBy: [
            { source: 'fhir', at: day(21), reference: 'practitioner-role/005-900001' },
            { source: 'extraction', at: day(20), reference: 'mailbox/7' },
          ],
        },
        { value: 'VILLEURBANNE', saidBy: [{ source: 'ldap', at: day(22), reference: 'cn=1,dc=exemple' }] },
      ],
    });
    // Letter case is no difference; the name of the activity is another name.
    expect(merged?.values.familyName?.facts.map(({ value, saidBy }) => [value, saidBy.length])).toEqual([
      ['Martin', 2],
      ['MARTIN-DURAND', 1],
    ]);
    expect(merged?.values.givenName?.agreement).toBe('same');
    expect(merged?.values.organisation?.agreement).toBe('overlapping');
    expect(merged?.values.specialty?.agreement).toBe('single');
    expect(entries.map(({ address }) => address)).toEqual([
      'Marie.Martin@cabinet.mssante.exemple',
      'marie.martin@medecin.mssante.exemple',
      'secretariat@cabinet.mssante.exemple',
    ]);
  });

  it('keeps the structures of one mailbox apart', () => {
    const entries = mergeRecords([
      record('extraction', { finess: ['1'], city: ['LYON'] }),
      record('extraction', { finess: ['2'], city: ['PARIS'] }, { reference: 'extraction/2' }),
      record('ldap', { finess: ['2'], city: ['Paris'] }),
      record('fhir', { familyName: ['MARTIN'] }),
    ]);
    expect(entries.map(({ structure, sources, conflicts }) => [structure, sources, conflicts])).toEqual([
      ['1', ['extraction'], []],
      ['2', ['extraction', 'ldap'], []],
      [null, ['fhir'], []],
    ]);
  });

  it('finds those without a mailbox by their number, and mixes nobody else up', () => {
    const entries = mergeRecords([
      record('extraction', { rpps: ['1'] }, { address: null }),
      record('fhir', { rpps: ['1'] }, { address: null }),
      record('ldap', { familyName: ['X'] }, { address: null }),
      record('ldap', { familyName: ['X'] }, { address: null, reference: 'ldap/2' }),
      // The same person, by the number that has the type before it.
      record('ldap', { nationalIdentifier: ['81'] }, { address: null }),
    ]);
    expect(entries.map(({ sources }) => sources)).toEqual([['extraction', 'fhir', 'ldap'], ['ldap'], ['ldap']]);
  });

  it('loses and invents nothing, whatever the records and their order (property)', () => {
    const text = fc.constantFrom('Lyon', 'LYON', 'Paris', 'Évreux', 'evreux', '-', '*');
    const any = fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      at: fc.integer({ min: 1, max: 28 }).map(day),
      reference: fc.constantFrom('1', '2'),
      address: fc.constantFrom(null, 'x@a.exemple', 'X@A.exemple', 'y@a.exemple'),
      values: fc.record({
        city: fc.array(text, { maxLength: 3 }),
        finess: fc.constantFrom([], ['1'], ['2']),
        rpps: fc.constantFrom([], ['9']),
      }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (records) => {
        const entries = mergeRecords(records);
        const fold = (value: string): string => value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
        const said = (cities: readonly string[]): string[] => [...new Set(cities.map(fold))].sort();
        expect(said(entries.flatMap(({ values }) => values.city?.facts.map(({ value }) => value) ?? []))).toEqual(
          said(records.flatMap(({ values }) => values.city)),
        );
        for (const { values, conflicts } of entries) {
          const city = values.city;
          if (city === undefined) continue;
          const sources = new Set(city.facts.flatMap(({ saidBy }) => saidBy.map(({ source }) => source)));
          if (sources.size === 1) expect(city.agreement).toBe('single');
          if (city.facts.length === 1 && sources.size > 1) expect(city.agreement).toBe('same');
          expect(conflicts.includes('city')).toBe(city.agreement === 'conflict');
        }
        const shape = (list: readonly AnnuaireRecord[]): string[] =>
          mergeRecords(list)
            .map(({ sources, conflicts }) => JSON.stringify([[...sources].sort(), conflicts]))
            .sort();
        expect(shape(records.toReversed())).toEqual(shape(records));
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });
});

describe('asking all sources', () => {
  const found = (name: string): MergedSource => ({
    name,
    find: async () => ({ records: [record(name, { city: ['LYON'] })], isPartial: false }),
  });
  const query = { address: box };

  it('asks each in its own words', async () => {
    const asked: unknown[] = [];
    const answer = { resources: fhirResources, at: day(1), isPartial: false, warnings: [] };
    const note = (what: string) => async (value: unknown) => {
      asked.push([what, value]);
      return what.startsWith('extraction')
        ? [entry]
        : what.startsWith('fhir')
          ? answer
          : { entries: [ldapEntry], at: day(1), partial: 'size-limit', warnings: [] };
    };
    const directory = createMergedDirectory({
      sources: [
        extractionSource(
          {
            findByAddress: note('extraction.address'),
            findByPerson: note('extraction.person'),
            findByStructure: note('extraction.structure'),
          } as never,
          { at: day(1) },
        ),
        ldapSource({ find: note('ldap') } as never),
        fhirSource({ findByMailbox: note('fhir.mailbox'), findByRpps: note('fhir.rpps'), findByFiness: note('fhir.finess') } as never),
      ],
    });
    const all = [await directory.find(query), await directory.find({ rpps: '10000000001' }), await directory.find({ finess: '690000001' })];
    expect(asked).toEqual([
      ['extraction.address', box],
      ['ldap', query],
      ['fhir.mailbox', box],
      ['extraction.person', '10000000001'],
      ['ldap', { rpps: '10000000001' }],
      ['fhir.rpps', '10000000001'],
      ['extraction.structure', '690000001'],
      ['ldap', { finess: '690000001' }],
      ['fhir.finess', '690000001'],
    ]);
    expect(all[0]?.sources.map(({ name, outcome, records, isPartial }) => [name, outcome, records, isPartial])).toEqual([
      ['extraction', 'answered', 1, false],
      ['ldap', 'answered', 1, true],
      ['fhir', 'answered', 1, false],
    ]);
    expect(all[0]?.isComplete).toBe(false);
    // The carrier's other mailboxes are not what was asked for: the other sources were not asked about them.
    expect(all[0]?.entries.map(({ address }) => address?.toLowerCase())).toEqual([box]);
    expect(all[1]?.entries).toHaveLength(3);
  });

  it('dates the local directory by the snapshot of the moment', async () => {
    let published = day(1);
    const find = async (): Promise<readonly (typeof entry)[]> => [entry];
    const search = { findByAddress: find, findByPerson: find, findByStructure: find };
    const directory = createMergedDirectory({ sources: [extractionSource(search, { at: async () => published })] });
    const dates = async (): Promise<readonly Date[]> =>
      (await directory.find(query)).entries.flatMap(
        ({ values }) => values.city?.facts.flatMap(({ saidBy }) => saidBy.map(({ at }) => at)) ?? [],
      );
    expect(await dates()).toEqual([day(1)]);
    published = day(2);
    expect(await dates()).toEqual([day(2)]);
  });

  it('one that fails and one that never answers hide no other, and are told', async () => {
    const directory = createMergedDirectory({
      sources: [
        { name: 'down', find: async () => Promise.reject(new MssError('ERR_MSS_TLS_UNREACHABLE', 'x')) },
        { name: 'mute', timeoutMs: 10, find: async () => new Promise(() => {}) },
        found('extraction'),
      ],
    });
    const answer = await directory.find(query);
    expect(answer.entries).toMatchObject([{ address: box, sources: ['extraction'] }]);
    expect(answer.isComplete).toBe(false);
    expect(answer.sources).toMatchObject([
      { name: 'down', outcome: 'failed', code: 'ERR_MSS_TLS_UNREACHABLE' },
      { name: 'mute', outcome: 'timeout', code: null },
      { name: 'extraction', outcome: 'answered', records: 1 },
    ]);
    expect((await createMergedDirectory({ sources: [found('a')] }).find(query)).isComplete).toBe(true);
  });

  it('ends by the signal of the caller', async () => {
    const controller = new AbortController();
    const directory = createMergedDirectory({ sources: [{ name: 'mute', find: async () => new Promise(() => {}) }] });
    const running = directory.find(query, { signal: controller.signal });
    controller.abort(new Error('assez'));
    await expect(running).rejects.toThrow('assez');
  });

  it('needs sources with names of their own', () => {
    expect(() => createMergedDirectory({ sources: [] })).toThrow(TypeError);
    expect(() => createMergedDirectory({ sources: [found('a'), found('a')] })).toThrow(TypeError);
  });
});
