import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { isMssError } from '@mss/core';
import {
  describeInsOid,
  describeMatricule,
  ensureMatricule,
  insKindOf,
  insOids,
  isInsOid,
  isTestInsOid,
  isValidMatricule,
  matriculeKey,
  parseMatricule,
} from '@mss/ins-address';
import { describe, expect, it } from 'vitest';

const data = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../tooling/testdata/ins/${name}`, import.meta.url)), 'utf8');
const lines = (name: string): string[][] =>
  data(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
const unescape = (text: string): string => JSON.parse(`"${text}"`) as string;

describe('matricules that are right [3.4.2.1]', () => {
  it.each(lines('matricule_valid.txt'))('%s (%s) is accepted by every door', (text) => {
    expect(isValidMatricule(text)).toBe(true);
    expect(ensureMatricule(text)).toBe(text);
    expect(parseMatricule(text)).toEqual({ value: text, warnings: [] });
    expect(describeMatricule(text).ok).toBe(true);
  });
  it.each(JSON.parse(data('descriptions.json')) as { text: string; why: string }[])(
    '$text ($why) tells what it holds',
    ({ text, why: _why, ...expected }) => {
      expect(describeMatricule(text)).toEqual(expected);
    },
  );
});

describe('matricules that are wrong [3.4.2.1]', () => {
  it.each(lines('matricule_invalid.txt'))('%j is refused as %s (%s)', (escaped, problem) => {
    const text = unescape(escaped ?? '');
    expect(isValidMatricule(text)).toBe(false);
    expect(parseMatricule(text).warnings.map((warning) => warning.code)).toContain(problem);
    expect(() => ensureMatricule(text)).toThrow(
      expect.objectContaining({ code: problem === 'INS_KEY' ? 'ERR_MSS_INS_KEY' : 'ERR_MSS_INS_MALFORMED' }),
    );
  });
  it('are never quoted by an error', () => {
    for (const [escaped = ''] of lines('matricule_invalid.txt').filter(([text]) => text !== '')) {
      try {
        ensureMatricule(unescape(escaped));
        expect.unreachable();
      } catch (error) {
        if (!isMssError(error)) throw error;
        expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain(unescape(escaped).slice(0, 10));
        expect(error.requirement).toBe('ECO.2.2.6');
      }
    }
  });
  it('answer at once however long the text is', () => {
    expect(parseMatricule('1'.repeat(5_000_000)).value).toBeNull();
    expect(parseMatricule(' '.repeat(5_000_000)).value).toBeNull();
  });
});

describe('what reading tolerates [reading notes]', () => {
  it('undoes spaces of any kind and lower case, and says so', () => {
    const read = parseMatricule('1\u00a055 04\u202f2a\t004 123 56 ');
    expect(read.value).toBe('155042A00412356');
    expect(read.warnings.map((warning) => warning.code)).toEqual(['INS_SPACES', 'INS_LOWER_CASE', 'INS_KEY']);
  });
  it('keeps a well-formed matricule whose key is wrong, with a warning', () => {
    expect(parseMatricule('221042545611404')).toMatchObject({ value: '221042545611404', warnings: [{ code: 'INS_KEY' }] });
  });
  it('describes a tolerated form as acceptable and names the tolerance', () => {
    const described = describeMatricule('2 79 03 51 215 189 89', { oid: insOids.nirTest.oid });
    expect(described).toMatchObject({
      ok: true,
      matricule: '279035121518989',
      kind: 'NIR',
      sex: 'F',
      birthYear: '79',
      birthMonth: 3,
      keyExpected: '89',
    });
    expect(described.problems.map((problem) => problem.code)).toEqual(['INS_SPACES']);
  });
  it('computes the missing key of thirteen digits but does not accept them', () => {
    expect(describeMatricule('2790351215189')).toMatchObject({
      ok: false,
      matricule: null,
      keyExpected: '89',
      sex: 'F',
      problems: [{ code: 'INS_KEY_MISSING' }],
    });
  });
  it('says nothing about a text that is no matricule', () => {
    expect(describeMatricule('bonjour')).toMatchObject({
      ok: false,
      matricule: null,
      kind: null,
      sex: 'U',
      birthYear: null,
      birthMonth: null,
      keyExpected: null,
    });
  });
});

describe('keys', () => {
  it('counts 2A as 19 and 2B as 18 only in the place of the department', () => {
    expect(matriculeKey('155042A004123')).toBe(matriculeKey('1550419004123'));
    expect(matriculeKey('155042b004123')).toBe(matriculeKey('1550418004123'));
    expect(matriculeKey('2A55042004123')).toBeNull();
    expect(matriculeKey('155042C004123')).toBeNull();
  });
});

describe('OIDs [ANS]', () => {
  it('tell NIR from NIA, and the matricule does not', () => {
    expect(describeMatricule('279035121518989').kind).toBeNull();
    expect(describeMatricule('279035121518989', { oid: insOids.nir.oid }).kind).toBe('NIR');
    expect(describeMatricule('279035121518989', { oid: insOids.nia.oid }).kind).toBe('NIA');
    expect(insKindOf(insOids.nirDemonstration.oid)).toBe('NIR');
  });
  it.each(['ssNir', 'ssNia', 'insC', 'insCTest', 'insCDemonstration'] as const)('%s is no INS matricule', (name) => {
    expect(isInsOid(insOids[name].oid)).toBe(false);
    expect(describeMatricule('279035121518989', { oid: insOids[name].oid })).toMatchObject({
      ok: false,
      kind: null,
      problems: [{ code: 'INS_OID_NOT_INS' }],
    });
  });
  it('mark test and demonstration identities', () => {
    expect([insOids.nirTest, insOids.nirDemonstration, insOids.nir, insOids.nia].map((one) => isTestInsOid(one.oid))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isTestInsOid(insOids.insCTest.oid)).toBe(false);
  });
  it('that are unknown have no row', () => {
    expect(describeInsOid('1.2.3')).toBeNull();
    expect(isInsOid('')).toBe(false);
  });
});
