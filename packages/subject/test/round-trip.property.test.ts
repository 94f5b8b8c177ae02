import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  familyNameOf,
  formatBirthDate,
  formatPdfName,
  formatSubject,
  givenNameOf,
  parsePdfName,
  parseSubject,
  truncateLabel,
  typeLabels,
  type NamedPatient,
  type ParsedSubject,
} from '@mss/subject';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly birthName: string;
  readonly givenName: string;
  readonly birthDate: string;
}
const rows: readonly Row[] = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../tooling/testdata/subject/patients.json', import.meta.url)), 'utf8'),
);
const patients: readonly NamedPatient[] = rows.map(({ birthName, givenName, birthDate }) => ({
  birthName,
  usualName: null,
  givenNames: [givenName],
  usualGivenName: null,
  birthDate,
}));
const labels = [...new Set(typeLabels.flatMap((type) => type.labels)), '2 documents', '17 documents'];

const sourceOf = (label: string): { label?: string; documentCount?: number } => {
  const count = /^(\d+) documents$/.exec(label);
  return count === null ? { label } : { documentCount: Number(count[1]) };
};

const isUpper = (word: string): boolean => /\p{L}/u.test(word) && word === word.toLocaleUpperCase('fr');

/** Case tells the names apart: the given name has no word that is all upper case, and the family name no initial at its end. */
const toldByCase = (patient: NamedPatient): boolean => {
  return !givenNameOf(patient).split(' ').some(isUpper) && !/(^| )\p{L}\.?$/u.test(familyNameOf(patient).slice(1));
};

describe('every label of the type table with every name of the test data', () => {
  it('has enough of both', () => {
    expect(labels.length).toBeGreaterThan(130);
    expect(patients.length).toBeGreaterThanOrEqual(60);
    expect(patients.filter(toldByCase).length).toBeGreaterThan(45);
  });
  it('is read back from the subject: with traits always, without them where case tells the names apart', () => {
    const wrong: unknown[] = [];
    const compare = (parsed: ParsedSubject, expected: object, why: string): void => {
      const { label, documentCount, familyName, givenName, birthDate, tolerated, candidates, prefixes, ok } = parsed;
      const actual = JSON.stringify({ ok, label, documentCount, familyName, givenName, birthDate, tolerated, candidates, prefixes });
      if (actual !== JSON.stringify(expected)) wrong.push([why, actual, expected]);
    };
    for (const label of labels) {
      for (const patient of patients) {
        const subject = formatSubject({ ...sourceOf(label), patient });
        const expected = {
          ok: true,
          label: truncateLabel(label),
          documentCount: sourceOf(label).documentCount ?? null,
          familyName: familyNameOf(patient),
          givenName: givenNameOf(patient),
          birthDate: formatBirthDate(patient.birthDate),
          tolerated: [],
          candidates: [],
          prefixes: [],
        };
        compare(parseSubject(subject, { traits: patient }), expected, 'with traits');
        const blind = parseSubject(subject);
        if (toldByCase(patient)) compare(blind, expected, 'by case');
        else if (
          ![blind, ...blind.candidates].some((one) => one.familyName === expected.familyName && one.givenName === expected.givenName)
        ) {
          wrong.push(['the truth is not among the candidates', expected]);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
  it('is read back from the file name without traits', () => {
    const wrong: unknown[] = [];
    for (const label of labels) {
      for (const patient of patients) {
        const name = formatPdfName({ ...sourceOf(label), patient, actDate: '20240229', caseNumber: patient.birthDate });
        const { ok, actDate, label: read, familyName, givenName, caseNumber, tolerated } = parsePdfName(name);
        const actual = JSON.stringify([ok, actDate, read, familyName, givenName, caseNumber, tolerated]);
        const expected = [
          true,
          '20240229',
          truncateLabel(label).replaceAll('/', '-'),
          familyNameOf(patient),
          givenNameOf(patient),
          patient.birthDate,
          [],
        ];
        if (actual !== JSON.stringify(expected)) wrong.push([actual, expected]);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('any text, seed 20260101', () => {
  const seed = 20260101;
  it('is written as one line and read without a throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (label, birthName, givenName) => {
          const patient: NamedPatient = {
            birthName: `A${birthName}`,
            usualName: null,
            givenNames: [`b${givenName}`],
            usualGivenName: null,
            birthDate: null,
          };
          const subject = formatSubject({ label: `x${label}`, patient });
          expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect(subject).not.toMatch(/\p{Cs}/u);
          const name = formatPdfName({ label: `x${label}`, patient, actDate: '20240229' });
          expect(name).toMatch(/^20240229_[^_/\\:*?"<>|]+_[^_/\\:*?"<>|]+_[^_/\\:*?"<>|]+\.pdf$/);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(() => [parseSubject(subject), parsePdfName(name)]).not.toThrow();
        },
      ),
      { seed, numRuns: 1000 },
    );
  });
  it('is read without a throw, whatever the words', () => {
    const word = fc.constantFrom(
      'Re:',
      '[FIN]',
      'XDM/1.0/DDM+',
      'CR',
      "d'examens",
      '2',
      'documents',
      'DE',
      'la',
      'VIAL',
      'Paul',
      'J',
      '26/11/1978',
      '',
      '=?utf-8?Q?',
      '?=',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const parsed = parseSubject(words.join(' '), { traits: patients[0] ?? null });
        expect(parsed.candidates.length).not.toBe(1);
        expect(parsed.candidates.length).toBeLessThanOrEqual(20);
      }),
      { seed, numRuns: 2000 },
    );
  });
});
