import { readFileSync } from 'node:fs';

import { equalBytes } from '@mss/core';
import { describeXdm } from '@mss/xdm';
import { describe, expect, it } from 'vitest';

import { compareArchive, compareMetadata, deriveAgain, type Derived } from './compare-metadata.js';
import { corpusArchive, corpusAvailable, corpusNames, corpusNote } from './corpus.js';
import { exceptionFor, knownExceptions, surveyed, type KnownException } from './known-exceptions.js';
import { writeReport } from './metadata-report.js';

/** What the official archives need and the host would have to say otherwise. */
const expectedTolerances: readonly string[] = [
  'XDM_README_NOT_ASCII',
  'XML_LEADING_SPACE',
  'XDM_REGISTRY_OBJECT',
  'XDM_CLASSIFIED_OBJECT',
  'XDM_IDENTIFIER_NAME',
  'XDM_UUID_PREFIX',
  'XDM_INS_TEST_OID',
  'XDM_INS_KEY',
];

const key = (exception: KnownException, archive: string): string => `${knownExceptions.indexOf(exception)} ${archive}`;

const known = new Map<string, Derived>();
/** The archive and ours, made once for all tests. */
function derived(name: string): Derived {
  const result = known.get(name) ?? deriveAgain(corpusArchive(name));
  known.set(name, result);
  return result;
}

describe.skipIf(!corpusAvailable)(`the official archives of ANS${corpusNote}`, () => {
  it.each(corpusNames)('%s: patient, hash and size are right, and its CDA is packed again unchanged', (name) => {
    const { ans, ours } = derived(name);
    expect(ans.problems).toEqual([]);
    expect(ans.patient?.ins?.value).toMatch(/^\d{15}$/);
    expect(ans.patient?.birthName).not.toBeNull();
    expect(ans.documents).toHaveLength(1);
    const [document] = ans.documents;
    expect(document).toMatchObject({ hashOk: true, sizeOk: true, uri: 'DOC0001.XML' });
    expect(ans.tolerated.map((warning) => warning.code).filter((code) => !expectedTolerances.includes(code))).toEqual([]);
    expect(describeXdm(ans).ok).toBe(true);

    const cda = document?.cda ?? null;
    if (cda === null) throw new Error('no CDA');
    const { ins, otherIds } = cda.header.patient.traits;
    expect({ ...ans.patient, ins, otherIds }).toEqual(cda.header.patient.traits);
    expect(ours.problems).toEqual([]);
    expect(equalBytes(ours.documents[0]?.bytes ?? new Uint8Array(), cda.bytes)).toBe(true);
    expect(ours.patient).toEqual(ans.patient);
    expect(ours.tolerated.map((warning) => warning.code).filter((code) => !code.startsWith('XDM_INS_'))).toEqual([]);
  });

  describe('the metadata that we derive from their CDA equal their own, attribute by attribute', () => {
    const used = new Set<string>();

    it.each(corpusNames)('%s', (name) => {
      const { ans, ours } = derived(name);
      const unexplained = compareMetadata(ans, ours).filter((difference) => {
        const exception = exceptionFor(name, difference);
        if (exception !== null) used.add(key(exception, name));
        const isKnownCause = knownExceptions.some((one) => one.attribute === difference.attribute && one.explains(difference));
        return exception === null && (surveyed.includes(name) || !isKnownCause);
      });
      expect(unexplained).toEqual([]);
    });

    it('and every row of the table of known exceptions still holds', () => {
      const stale = knownExceptions.flatMap((exception) =>
        (exception.archives === 'every archive' ? surveyed : exception.archives)
          .filter((archive) => corpusNames.includes(archive) && !used.has(key(exception, archive)))
          .map((archive) => `${archive}: ${exception.attribute}`),
      );
      expect(stale).toEqual([]);
    });

    it.skipIf(surveyed.some((name) => !corpusNames.includes(name)))(
      'and docs/METADATA-COMPARISON.md says so, and nothing of the patients',
      () => {
        const compared = corpusNames.toSorted().map((name) => compareArchive(name, derived(name)));
        const { markdown, unexplained } = writeReport(compared);
        expect(unexplained).toBe(0);
        expect(readFileSync(new URL('../../../docs/METADATA-COMPARISON.md', import.meta.url), 'utf8')).toBe(markdown);
        for (const name of corpusNames) {
          const { ins, birthName, givenNames } = derived(name).ans.patient ?? {};
          for (const value of [ins?.value, birthName, ...(givenNames ?? [])])
            expect(value === undefined || value === null || !markdown.includes(value)).toBe(true);
        }
      },
    );
  });
});
